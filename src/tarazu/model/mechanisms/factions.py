"""Factions: pressure splits them, and new ones enter where support is unserved."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model

PARAMETERS = {
    "splinter_rate": Parameter("1/week", LogNormal(1e-3, 2), source=ASSUMED),
    "splinter_response": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("description", "pressure breeds splinters; here of either sign"),
    ),
    "softening_rate": Parameter("1/week", LogNormal(5e-4, 2), source=ASSUMED),
    "entry_rate": Parameter("1/week", LogNormal(1e-5, 2), source=ASSUMED),
    "served_half": Parameter("1", LogNormal(2e-3, 2), source=ASSUMED),
}


def factions(m: Model) -> None:
    """Nationalists split off to the hard line under pressure, and soften; new groups enter.

    h(nationalist -> hardline) = splinter_rate
        * answer(splinter_response * remembered_operations)
    h(hardline -> nationalist) = softening_rate
    h(sympathiser -> hardline) by entry = entry_rate * grievance * unserved
    unserved = 1 / (1 + militants / (served_half * sympathisers)), sympathisers at least one
    """
    p = m.declare(PARAMETERS)
    m.transfer(
        "splintered",
        "militant_nationalist",
        "militant_hardline",
        hazard=p.splinter_rate * answer(p.splinter_response * m["remembered_operations"]),
        meaning="nationalists split off to the hard line",
    )
    m.transfer(
        "softened",
        "militant_hardline",
        "militant_nationalist",
        hazard=p.softening_rate,
        meaning="men of the hard line become open to settlement",
    )
    served = p.served_half * sp.Max(m["sympathiser"], 1)
    m.define(
        "unserved",
        1 / (1 + m["militants"] / served),
        meaning="share of support that no armed group serves",
    )
    m.transfer(
        "entered",
        "sympathiser",
        "militant_hardline",
        hazard=p.entry_rate * m["grievance"] * m["unserved"],
        meaning="a new group forms where support is unserved",
    )
