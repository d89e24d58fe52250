"""Targets: what is attacked, by how visible it is and how well it is guarded."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab, Uniform
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.stocks import CLASSES

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
}


def targets(m: Model) -> None:
    """Attackers choose among four classes; a guarded one is chosen less, others more.

    appeal of a class = visibility * exp(-hardening * presence * protection)
    visibility: security 1, transport visibility_transport, energy visibility_energy *
        project_scale, urban visibility_urban * urban_share (Islamists: times islamist_urban)
    share of a class = its appeal / sum of appeals
    carried out = substitution + (1 - substitution) * sum of appeals / sum of visibilities
    mean attacks on a class = sum over ideologies of ready * carried out * share
    """
    p = m.declare(PARAMETERS)
    visible = {
        "security": sp.Integer(1),
        "transport": p.visibility_transport,
        "energy": p.visibility_energy * m["project_scale"],
        "urban": p.visibility_urban * m["urban_share"],
    }
    aimed = dict.fromkeys(CLASSES, sp.Integer(0))
    for ideology, taste in (("nationalist", sp.Integer(1)), ("islamist", p.islamist_urban)):
        seen = visible | {"urban": taste * visible["urban"]}
        appeals = {
            kind: m.define(
                f"appeal_{kind}_to_{ideology}",
                seen[kind] * sp.exp(-p.hardening * m["presence"] * m[f"protection_{kind}"]),
                meaning=f"appeal of the class {kind} to {ideology}s, guards counted",
            )
            for kind in CLASSES
        }
        total, unguarded = sp.Add(*appeals.values()), sp.Add(*seen.values())
        carried_out = m.define(
            f"carried_out_by_{ideology}",
            p.substitution + (1 - p.substitution) * sp.Min(1, total / unguarded),
            meaning=f"share of what {ideology}s are ready for that guards do not prevent",
        )
        rate = m.define(
            f"attacks_by_appeal_of_{ideology}",
            m[f"ready_{ideology}"] * carried_out / sp.Max(total, sp.Float(1e-12)),
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
