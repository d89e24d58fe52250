"""Targets: what is attacked, by how visible it is and how well it is guarded."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab, Uniform
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.response import response
from tarazu.model.stocks import CLASSES, MILITANTS

PARAMETERS = {
    "visibility_transport": Parameter("1", LogNormal(0.25, 1.7), source=ASSUMED),
    "visibility_energy": Parameter("1", LogNormal(0.2, 1.7), source=ASSUMED),
    "visibility_urban": Parameter("1", LogNormal(1, 1.7), source=ASSUMED),
    "islamist_urban": Parameter(
        "1",
        LogNormal(1.5, 1.7),
        source=Source("toft2015", "targets differ by ideology; size and sign assumed"),
    ),
    "hardening": Parameter(
        "1",
        SpikeSlab(0.1, 3, 3),
        source=Source(
            "enders1993", "guards move attacks to others: a lean; below zero guards draw attacks"
        ),
    ),
    "substitution": Parameter(
        "1", Uniform(0, 1), source=Source("enders1993", "from all prevented to all moved elsewhere")
    ),
    # networks in cities grow or wither over years, or stay
    "seeding_rate": Parameter("1/week", LogNormal(1 / 104, 1.7), source=ASSUMED),
    "seeding_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 1),
        source=Source("description", "the network founds cells in cities; here of either sign"),
    ),
}

CROWDED = 100
"""Presence, as a multiple of today's, from which more guards change no target's appeal; ASSUMED.

All forces that react may be in one district: where one person in 459 of the region lives, its
presence, and with it the exponent of appeal, would have no bound that arithmetic can hold.
"""

CELLS: sp.Expr = sp.Rational(1, 4)
"""Today's reach of the network in cities, of the most it could have: a unit of measure."""


def targets(m: Model) -> None:
    """Attackers choose among four classes; a guarded one is chosen less, others more.

    appeal of a class = visibility * exp(-hardening * min(100, presence) * protection)
    visibility: security 1, transport visibility_transport, energy visibility_energy *
        project_scale, urban visibility_urban * urban_share * urban_cells / today's (Islamists:
        times islamist_urban)
    share of a class = its appeal / sum of appeals
    carried out = substitution + (1 - substitution) * min(1, sum of appeals / sum of
        visibilities), over today's
    mean attacks on a class = sum over ideologies of ready * share
    urban_cells move at seeding_rate to today's odds * response(seeding_response)
        * militants everywhere, as a multiple of today's, / ((1 + raid_level) / 2)
    """
    p = m.declare(PARAMETERS)
    _cells(m)
    reach = m["urban_cells"] / CELLS
    guarding = sp.Min(CROWDED, m["presence"])
    aimed = dict.fromkeys(CLASSES, sp.Integer(0))
    for ideology in ("nationalist", "islamist"):
        seen = today.visibilities(m, ideology, scale=m["project_scale"], reach=reach)
        appeals = {
            kind: m.define(
                f"appeal_{kind}_to_{ideology}",
                seen[kind] * sp.exp(-p.hardening * guarding * m[f"protection_{kind}"]),
                meaning=f"appeal of the class {kind} to {ideology}s, guards counted",
            )
            for kind in CLASSES
        }
        total, unguarded = sp.Add(*appeals.values()), sp.Add(*seen.values())
        through = m.define(
            f"let_through_{ideology}",
            p.substitution + (1 - p.substitution) * sp.Min(1, total / unguarded),
            meaning=f"share of what {ideology}s are ready for that guards do not prevent",
        )
        m.define(
            f"carried_out_by_{ideology}",
            through / m[f"let_through_{ideology}_today"],
            meaning=f"what guards let {ideology}s carry out, as a multiple of today's",
        )
        rate = m.define(
            f"attacks_by_appeal_of_{ideology}",
            m[f"ready_{ideology}"] / sp.Max(total, sp.Float(1e-12)),
            unit="attacks/week",
            meaning=f"attacks of {ideology}s for each unit of appeal",
        )
        aimed = {kind: aimed[kind] + rate * appeals[kind] for kind in CLASSES}
    for kind in CLASSES:
        m.event(
            f"attacks_{kind}",
            unit="attacks",
            mean=aimed[kind],
            meaning=f"attacks on the class {kind}, as a record would count them",
        )
    m.define(
        "attacks",
        sp.Add(*(m[f"attacks_{kind}"] for kind in CLASSES)),
        unit="attacks/week",
        reported=True,
        total="sum",
        meaning="militant attacks, as a record would count them",
    )


def _cells(m: Model) -> None:
    m.stock(
        "urban_cells",
        "share",
        unit="1",
        initial=CELLS,
        meaning="reach of the network in cities, of the most it could have",
    )
    network = m.sum_everywhere("militants_everywhere", sp.Add(*(m[name] for name in MILITANTS)))
    usual = m.sum_everywhere("militants_today_everywhere", m["militants_today"] * m["population"])
    rate = m["seeding_rate"]
    m.change(
        "urban_cells",
        rise=rate * CELLS * response(m["seeding_response"]) * network / usual,
        fall=rate * (1 - CELLS) * (1 + m["raid_level"]) / 2,
        meaning="the network founds cells in cities, raids break them up",
    )
