"""Operations: how many there are, how well they discriminate, whom they remove."""

from __future__ import annotations

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    # about ten lethal operations a year among 15 million people; per week and person here
    "base_operations": Parameter(
        "operations/persons/week", LogNormal(10 / 52 / 15e6, 2), source=ASSUMED
    ),
    "reaction": Parameter(
        "operations/attacks/week",
        LogNormal(0.0125, 2),
        source=Source(
            "braithwaite2012", "operations follow attacks more than chance; size assumed"
        ),
    ),
    "tip_value": Parameter(
        "1",
        Beta(4, 4),
        source=Source("berman2011", "information from civilians; that it works; size assumed"),
    ),
    "kills_per_operation": Parameter("persons/operations", LogNormal(12, 1.5), source=ASSUMED),
    "captures_per_operation": Parameter("persons/operations", LogNormal(8, 2), source=ASSUMED),
    "militant_half": Parameter(
        "persons",
        LogNormal(50, 2),
        source=Source("deitchman1962", "a find needs somebody to find; size assumed"),
    ),
    "operation_memory_decay": Parameter("1/week", LogNormal(1 / 12, 1.5), source=ASSUMED),
}


def operations(m: Model) -> None:
    """Operations follow a base tempo and recent attacks; what they find follows intelligence.

    mean = operational_tempo * (base_operations * population + reaction * memory_attacks)
    tips = trust * (1 - support)
    discrimination = 1 - (1 - technical_intelligence) * (1 - tip_value * tips)
    hazard of a militant = operations * discrimination / (militant + militant_half)
        * kills_per_operation (or captures_per_operation)
    """
    p = m.declare(PARAMETERS)
    tempo = m.lever(
        "operational_tempo",
        Lever("1", 0.0, 10.0, 1.0, "militant", "multiple of today's tempo of operations"),
    )
    technical = m.lever(
        "technical_intelligence",
        Lever("1", 0.0, 1.0, 0.3, "militant", "discrimination without any help of the people"),
    )
    m.event(
        "operations",
        unit="operations",
        mean=tempo * (p.base_operations * m["population"] + p.reaction * m["memory_attacks"]),
        meaning="lethal operations of the state",
    )
    m.define("tips", m["trust"] * (1 - m["support"]), meaning="readiness to inform")
    m.define(
        "discrimination",
        1 - (1 - technical) * (1 - p.tip_value * m["tips"]),
        reported=True,
        meaning="share of an operation's force that meets militants",
    )
    find = m["operations"] * m["discrimination"] / (m["militant"] + p.militant_half)
    m.transfer(
        "killed_militant",
        "militant",
        "dead",
        hazard=p.kills_per_operation * find,
        meaning="militants killed in operations",
    )
    m.define(
        "operation_deaths_militant",
        m["killed_militant"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="militants killed in operations",
    )
    m.define(
        "capture_hazard",
        p.captures_per_operation * find,
        unit="1/week",
        meaning="hazard of capture of a militant",
    )
    m.change(
        "memory_operations",
        inflow=m["operations"],
        fall=p.operation_memory_decay,
        meaning="operations are remembered and fade",
    )
