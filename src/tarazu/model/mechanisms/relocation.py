"""Relocation: militants move to neighbouring districts, the more or the less after operations."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.place import place_roots
from tarazu.model.stocks import FACTIONS

PARAMETERS = {
    # one man in four a year moves on by himself
    "relocation_rate": Parameter("1/week", LogNormal(5e-3, 2), source=ASSUMED),
    "scatter": Parameter(
        "1/operations",
        SpikeSlab(0.2, 0, 0.3),
        source=Source("zhukov2012", "operations may push militants on or pin them; no sign taken"),
    ),
    # doubles what draws men at 13,000 sympathisers, of an average district
    "support_pull": Parameter("1/persons", LogNormal(1 / 13_000, 2), source=ASSUMED),
}


def relocation(m: Model) -> None:
    """Militants leave for neighbours where support is; an operation scatters or pins them.

    h = max(0, relocation_rate + scatter * operation_memory_decay * memory_operations): an
        operation moves a share `scatter` of a district's militants within weeks
    share to neighbour j ~ weight of j * (1 + support_pull * sympathisers there) * root there, see
        the mechanism `place`
    """
    p = m.declare(PARAMETERS)
    drawn = 1 + p.support_pull * m["sympathiser"]
    roots = place_roots(m)
    pressed = p.scatter * today.weekly(m, m["operation_memory_decay"]) * m["memory_operations"]
    for faction in FACTIONS:
        m.transfer(
            f"relocated_{faction}",
            f"militant_{faction}",
            f"militant_{faction}",
            hazard=sp.Max(0, p.relocation_rate + pressed),
            attraction=drawn * roots["islamist" if faction == "islamist" else "nationalist"],
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
