"""Operations: how many there are, out of finite force, and whom they remove."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, Fixed, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.stocks import FACTIONS

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
    "operation_capacity": Parameter("operations/persons/week", LogNormal(1e-4, 2), source=ASSUMED),
    "engaged_share": Parameter("1", Beta(2, 18), source=ASSUMED),
    "arrest_constant": Parameter(
        "1", Fixed(2.3), source=Source("epstein2002", "k = 2.3, so that one cop to one active: 0.9")
    ),
    "reach_killed": Parameter("1/operations", LogNormal(0.08, 1.5), source=ASSUMED),
    "reach_captured": Parameter("1/operations", LogNormal(0.05, 2), source=ASSUMED),
    "rules_cost": Parameter("1", Beta(2, 4), source=ASSUMED),
}


def operations(m: Model) -> None:
    """Operations follow a base tempo and recent attacks, as far as the mobile force goes.

    wanted = operational_tempo * (base_operations * population + reaction * memory_attacks)
    mean = wanted / (1 + wanted / (operation_capacity * mobile_force))
    find_chance = 1 - exp(-arrest_constant * engaged_share * mobile_force / militants)
    found = operations * discrimination * find_chance * (1 - rules_cost * discrimination_rules)
    hazard of a militant = found * reach_killed (or reach_captured)

    References
    ----------
    Epstein (2002), the arrest probability; cops and actives are here the engaged force and the
    militants of a district. https://doi.org/10.1073/pnas.092080199
    """
    p = m.declare(PARAMETERS)
    tempo = m.lever(
        "operational_tempo",
        Lever(
            "1",
            0.0,
            10.0,
            1.0,
            "militant_hardline",
            "multiple of today's tempo of operations",
            cost=20.0,
        ),
    )
    wanted = tempo * (p.base_operations * m["population"] + p.reaction * m["memory_attacks"])
    possible = p.operation_capacity * sp.Max(m["mobile_force"], 1)
    m.event(
        "operations",
        unit="operations",
        mean=wanted / (1 + wanted / possible),
        meaning="lethal operations of the state",
    )
    engaged = p.engaged_share * m["mobile_force"]
    m.define(
        "find_chance",
        1 - sp.exp(-p.arrest_constant * engaged / sp.Max(m["militants"], 1)),
        meaning="chance that the engaged force finds a militant whom it looks for",
    )
    found = m["discrimination"] * m["find_chance"] * (1 - p.rules_cost * m["discrimination_rules"])
    m.define(
        "found",
        m["operations"] * found,
        unit="operations/week",
        meaning="operations, by how well they find militants",
    )
    for faction in FACTIONS:
        m.transfer(
            f"killed_{faction}",
            f"militant_{faction}",
            "dead",
            hazard=p.reach_killed * m["found"],
            meaning="militants killed in operations",
        )
    m.define(
        "operation_deaths_militant",
        sp.Add(*(m[f"killed_{faction}"] for faction in FACTIONS)),
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="militants killed in operations",
    )
    m.define(
        "capture_hazard",
        p.reach_captured * m["found"],
        unit="1/week",
        meaning="hazard of capture of a militant",
    )
