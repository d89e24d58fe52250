"""Relocation: militants move to neighbouring districts, and cells are seeded in cities."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model
from tarazu.model.stocks import FACTIONS, MILITANTS, support_before

PARAMETERS = {
    "relocation_rate": Parameter("1/week", LogNormal(2e-3, 2), source=ASSUMED),
    "relocation_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("zhukov2012", "operations may push militants on or pin them; no sign taken"),
    ),
    "support_pull": Parameter("1", LogNormal(5, 2), source=ASSUMED),
    "urban_pull": Parameter(
        "1", LogNormal(0.5, 2), source=Source("description", "cities draw militants; size assumed")
    ),
    "danger_pull": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source("zhukov2012", "roads matter; that danger repels is not taken over"),
    ),
    "seeding_rate": Parameter(
        "1/week",
        LogNormal(2e-3, 2),
        source=Source("description", "the network founds cells in cities; size assumed"),
    ),
}


def relocation(m: Model) -> None:
    """Militants leave for neighbours, drawn by support, cities and safety; operations push or pin.

    h = relocation_rate * answer(relocation_response * remembered_operations)
    share to neighbour j ~ weight of j * (1 + support_pull * support_j)
        * (1 + urban_pull * urban_share_j) * answer(danger_pull * remembered operations of j)
    h(sympathiser -> militant_hardline) by seeding = seeding_rate * urban_share
        * militants everywhere / people everywhere
    """
    p = m.declare(PARAMETERS)
    attraction = (
        (1 + p.support_pull * support_before(m))
        * (1 + p.urban_pull * m["urban_share"])
        * answer(p.danger_pull * (1 - sp.exp(-m["memory_operations"] / m["operations_half"])))
    )
    for faction in FACTIONS:
        m.transfer(
            f"relocated_{faction}",
            f"militant_{faction}",
            f"militant_{faction}",
            hazard=p.relocation_rate * answer(p.relocation_response * m["remembered_operations"]),
            attraction=attraction,
            meaning="militants move to a neighbouring district",
        )
    m.define(
        "relocations",
        sp.Add(*(m[f"relocated_{faction}"] for faction in FACTIONS)),
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="militants who left for a neighbouring district",
    )
    network = m.sum_everywhere("militants_everywhere", sp.Add(*(m[name] for name in MILITANTS)))
    people = m.sum_everywhere("people_everywhere", m["population"])
    m.transfer(
        "seeded",
        "sympathiser",
        "militant_hardline",
        hazard=p.seeding_rate * m["urban_share"] * network / people,
        meaning="the network founds cells in cities",
    )
