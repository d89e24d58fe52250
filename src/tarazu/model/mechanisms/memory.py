"""Memory: what a district remembers of operations and attacks, and how soon it forgets."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model

PARAMETERS = {
    "operation_memory_decay": Parameter(
        "1/week",
        LogNormal(1 / 6, 1.5),
        source=Source("condra2010", "incidents within six weeks; length of memory assumed"),
    ),
    # monthly disappearances of 2024 follow the attacks of the months before
    "attack_memory_decay": Parameter("1/week", LogNormal(1 / 10, 1.5), source=ASSUMED),
}


def memory(m: Model) -> None:
    """Raids, operations and attacks are remembered, and fade.

    memory_raids gains raids, memory_operations lethal operations, memory_harmful operations *
        bluntness * operation_harm, memory_attacks attacks
    raid_level, attack_level = memory / where today's rate of the district holds it, that of
        attacks times district_tempo
    """
    p = m.declare(PARAMETERS)
    harmful = m["operations"] * m["bluntness"] * m["operation_harm"]
    gains = {
        "memory_raids": (m["raids"], p.operation_memory_decay),
        "memory_operations": (m["operations"], p.operation_memory_decay),
        "memory_harmful": (harmful, p.operation_memory_decay),
        "memory_attacks": (m["attacks"], p.attack_memory_decay),
    }
    for stock, (gain, decay) in gains.items():
        m.change(stock, inflow=gain, fall=decay, meaning="remembered, and fading")
    usual_attacks = m["attacks_today"] * m["attack_base"] * m["district_tempo"]
    levels = {
        "raid_level": (
            "memory_raids",
            m["raids_today"] * m["militant_base"],
            p.operation_memory_decay,
            "raids",
        ),
        "attack_level": (
            "memory_attacks",
            usual_attacks,
            p.attack_memory_decay,
            "attacks",
        ),
    }
    for name, (stock, rate, decay, what) in levels.items():
        m.define(
            name,
            m[stock] * today.weekly(m, decay) / rate,
            meaning=f"recent {what}, as a multiple of today's",
        )
