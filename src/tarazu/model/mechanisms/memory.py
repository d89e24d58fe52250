"""Memory: what a district remembers of operations and attacks, and how soon it forgets."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model

PARAMETERS = {
    "operation_memory_decay": Parameter("1/week", LogNormal(1 / 12, 1.5), source=ASSUMED),
    "attack_memory_decay": Parameter(
        "1/week",
        LogNormal(1 / 8, 1.5),
        source=Source("lewis2012", "self-excitation of 2-6 weeks in Iraq; length assumed"),
    ),
    "operations_half": Parameter("operations", LogNormal(1, 2), source=ASSUMED),
    "attacks_half": Parameter("attacks", LogNormal(5, 2), source=ASSUMED),
    "toll_half": Parameter("persons", LogNormal(10, 2), source=ASSUMED),
}


def memory(m: Model) -> None:
    """Operations are remembered, and apart those that did harm; attacks by number and toll.

    memory_operations gains operations, memory_harmful operations * bluntness
    memory_attacks gains attacks, memory_toll civilian deaths in attacks; all of them fade
    remembered_x = 1 - exp(-memory_x / its half), how present x is, 0 to 1
    """
    p = m.declare(PARAMETERS)
    gains = {
        "memory_operations": (m["operations"], p.operation_memory_decay),
        "memory_harmful": (m["operations"] * m["bluntness"], p.operation_memory_decay),
        "memory_attacks": (m["attacks"], p.attack_memory_decay),
        "memory_toll": (m["attack_deaths_civilian"], p.attack_memory_decay),
    }
    for stock, (gain, decay) in gains.items():
        m.change(stock, inflow=gain, fall=decay, meaning="remembered, and fading")
    presences = {
        "operations": ("memory_operations", p.operations_half, "recent operations are"),
        "harmful": ("memory_harmful", p.operations_half, "those of them that harmed civilians are"),
        "attacks": ("memory_attacks", p.attacks_half, "recent attacks are"),
        "toll": ("memory_toll", p.toll_half, "civilians killed by militants are"),
    }
    for name, (stock, scale, what) in presences.items():
        m.define(
            f"remembered_{name}",
            1 - sp.exp(-m[stock] / scale),
            meaning=f"how present {what}, 0 to 1",
        )
