"""Relocation: militants move to neighbouring districts."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model

PARAMETERS = {
    "relocation_rate": Parameter("1/week", LogNormal(2e-3, 2), source=ASSUMED),
    "relocation_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("zhukov2012", "operations may push militants on or pin them; no sign taken"),
    ),
    "support_pull": Parameter("1", LogNormal(5, 2), source=ASSUMED),
    "urban_pull": Parameter(
        "1", LogNormal(0.5, 2), source=Source("description", "seeding of cities; size assumed")
    ),
}


def relocation(m: Model) -> None:
    """Militants leave for neighbours, drawn by support and cities; operations push or pin them.

    h = relocation_rate * answer(relocation_response, remembered)
    share to neighbour j ~ weight of j * (1 + support_pull * support_j)
        * (1 + urban_pull * urban_share_j)
    """
    p = m.declare(PARAMETERS)
    support = m["sympathiser"] / sp.Max(m["passive"] + m["sympathiser"], 1)
    m.transfer(
        "relocated",
        "militant",
        "militant",
        hazard=p.relocation_rate * answer(p.relocation_response, m["remembered"]),
        attraction=(1 + p.support_pull * support) * (1 + p.urban_pull * m["urban_share"]),
        meaning="militants move to a neighbouring district",
    )
    m.define(
        "relocations",
        m["relocated"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="militants who left for a neighbouring district",
    )
