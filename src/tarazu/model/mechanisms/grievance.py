"""Kin, grievance and trust: what harm does to those who knew the harmed."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model

PARAMETERS = {
    "grievance_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("toft2012", "punishment is counter-productive there; no sign taken over"),
    ),
    "kin_size": Parameter(
        "1", LogNormal(30, 2), source=Source("description", "an extended family; size assumed")
    ),
    "militant_kin_weight": Parameter("1", LogNormal(0.3, 2), source=ASSUMED),
    "detention_weight": Parameter("1", Beta(2, 6), source=ASSUMED),
    "absence_weight": Parameter("1/week", LogNormal(0.005, 2), source=ASSUMED),
    "mourning_decay": Parameter("1/week", LogNormal(1 / 8, 1.5), source=ASSUMED),
    "publicity": Parameter("1", LogNormal(100, 3), source=ASSUMED),
    "grievance_decay": Parameter("1/week", LogNormal(1 / 104, 1.7), source=ASSUMED),
    "trust_loss": Parameter(
        "1",
        LogNormal(2, 1.5),
        source=Source("description", "trust falls faster than it recovers; size assumed"),
    ),
    "trust_recovery": Parameter("1/week", LogNormal(2e-3, 1.7), source=ASSUMED),
    "trust_erosion": Parameter("1/week", LogNormal(1.6e-2, 1.7), source=ASSUMED),
    "weight_repression": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
    "weight_extraction": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
    "weight_exclusion": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
}

TAKEN = (
    "detained_passive",
    "detained_sympathiser",
    "disappeared_passive",
    "disappeared_sympathiser",
    "disappeared_militant",
)


def grievance(m: Model) -> None:
    """Harm reaches a kin group each; one parameter of either sign says what it does to them.

    memory_harm gains civilian deaths + militant_kin_weight * operation_harm * militant deaths
        + detention_weight * taken + absence_weight * unaccounted, and fades by mourning_decay
    exposure = kin_size * mourning_decay * memory_harm / civilians
    kin turn to the militants at grievance_response * exposure (below zero: away from them)
    grievance over repression moves by grievance_response * publicity * exposure, and fades
    trust moves the other way, trust_loss times as fast

    Shares and the few sympathisers have more room to rise than to fall: with grievance near 0 even
    a symmetric prior lets its mean rise with harm. Read medians beside means.
    """
    p = m.declare(PARAMETERS)
    m.change(
        "memory_harm",
        inflow=m["operation_deaths_civilian"]
        + p.militant_kin_weight * m["operation_harm"] * m["operation_deaths_militant"]
        + p.detention_weight * sp.Add(*(m[name] for name in TAKEN))
        + p.absence_weight * m["unaccounted"],
        fall=p.mourning_decay,
        meaning="the harmed are mourned",
    )
    exposure = m.define(
        "exposure",
        p.kin_size * p.mourning_decay * m["memory_harm"] / m["civilians"],
        unit="1/week",
        meaning="share of civilians whom the harm to their kin reaches in a week",
    )
    m.transfer(
        "kin_turned",
        "passive",
        "sympathiser",
        hazard=sp.Max(p.grievance_response, 0) * exposure,
        meaning="kin of the harmed turn to the militants",
    )
    m.transfer(
        "kin_cowed",
        "sympathiser",
        "passive",
        hazard=sp.Max(-p.grievance_response, 0) * exposure,
        meaning="kin of the harmed turn away from the militants",
    )
    news = p.grievance_response * p.publicity * exposure
    m.change("grievance_repression", push=news, meaning="harm is heard of")
    m.change("grievance_repression", fall=p.grievance_decay, meaning="grievance fades")
    m.change("trust", push=-p.trust_loss * news, meaning="harm costs trust")
    m.change(
        "trust",
        rise=p.trust_recovery,
        fall=p.trust_erosion * m["grievance"],
        meaning="trust recovers, grievance wears it down",
    )
    weights = p.weight_repression + p.weight_extraction + p.weight_exclusion
    mixed = (
        p.weight_repression * m["grievance_repression"]
        + p.weight_extraction * m["grievance_extraction"]
        + p.weight_exclusion * m["grievance_exclusion"]
    )
    m.define(
        "grievance",
        sp.Min(1, mixed / weights),
        reported=True,
        meaning="grievance over all causes",
    )
