"""Kin: what deaths, detentions and disappearances do to those who knew the harmed."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.custody import CIVILIANS
from tarazu.model.quantities import Lever

PARAMETERS = {
    "harm_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("toft2012", "punishment is counter-productive there; no sign taken over"),
    ),
    "absence_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 0.9),
        source=Source("description", "disappearance recruits; here none, or of either sign"),
    ),
    "kin_size": Parameter(
        "1", LogNormal(30, 2), source=Source("description", "an extended family; size assumed")
    ),
    "militant_kin_weight": Parameter("1", LogNormal(0.3, 2), source=ASSUMED),
    "detention_weight": Parameter("1", Beta(2, 6), source=ASSUMED),
    "absence_weight": Parameter("1/week", LogNormal(6e-4, 2), source=ASSUMED),
    "mourning_decay": Parameter("1/week", LogNormal(1 / 8, 1.5), source=ASSUMED),
    "redress_response": Parameter(
        "1",
        SpikeSlab(0.2, 0.25, 0.5),
        source=Source("silverman2020", "payments lower violence there: a lean; size assumed"),
    ),
}


def kin(m: Model) -> None:
    """Harm reaches a kin group each; parameters of either sign say what it does to them.

    mourned gains relief * (civilian deaths + militant_kin_weight * operation_harm * militant
        deaths + detention_weight * bystanders taken), and fades by mourning_decay
    relief = answer(-redress_response * redress)
    kin_pull = kin_size / civilians * (harm_response * mourning_decay * mourned
        + absence_response * absence_weight * unaccounted)
    kin turn to the militants at kin_pull (below zero: away from them)

    Shares and the few sympathisers have more room to rise than to fall: with grievance near 0 even
    a symmetric prior lets its mean rise with harm. Read medians beside means.
    """
    p = m.declare(PARAMETERS)
    redress = m.lever(
        "redress",
        Lever("1", 0.0, 1.0, 0.0, "mourned", "compensation of families of the harmed", cost=8.0),
    )
    taken = [
        m[f"{what}_{civilian}"] for what in ("detained", "disappeared") for civilian in CIVILIANS
    ]
    harmed = (
        m["operation_deaths_civilian"]
        + p.militant_kin_weight * m["operation_harm"] * m["operation_deaths_militant"]
        + p.detention_weight * sp.Add(*taken)
    )
    m.change(
        "mourned",
        inflow=answer(-p.redress_response * redress) * harmed,
        fall=p.mourning_decay,
        meaning="the harmed are mourned",
    )
    told = p.harm_response * p.mourning_decay * m["mourned"]
    missed = p.absence_response * p.absence_weight * m["unaccounted"]
    pull = m.define(
        "kin_pull",
        p.kin_size * (told + missed) / m["civilians"],
        unit="1/week",
        meaning="rate at which kin of the harmed turn to the militants (below zero: away)",
    )
    m.transfer(
        "kin_turned",
        "passive",
        "sympathiser",
        hazard=sp.Max(pull, 0),
        meaning="kin of the harmed turn to the militants",
    )
    m.transfer(
        "kin_cowed",
        "sympathiser",
        "passive",
        hazard=sp.Max(-pull, 0),
        meaning="kin of the harmed turn away from the militants",
    )
