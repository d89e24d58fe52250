"""Recruitment: sympathisers join an armed group, and militants leave it."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model
from tarazu.model.stocks import FACTIONS

PARAMETERS = {
    "recruit_rate": Parameter("1/week", LogNormal(4e-5, 1.5), source=ASSUMED),
    "appeal_hardline": Parameter("1", LogNormal(1, 1.7), source=ASSUMED),
    "appeal_islamist": Parameter("1", LogNormal(0.5, 1.7), source=ASSUMED),
    "recruitment_response": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("lafree2009", "three backlash, one deterrence, two null: no sign taken over"),
    ),
    "recruitment_response_harm": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("condra2012", "what harm adds to it; punished there, no sign taken over"),
    ),
    "islamist_sensitivity": Parameter(
        "1",
        Normal(0.5, 0.5),
        source=Source("toft2015", "Islamists answer coercion less than nationalists; size assumed"),
    ),
    "opportunity_response": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("collier2004", "men join where there is little to lose; no sign taken over"),
    ),
    "unaccounted_half": Parameter("1", LogNormal(5e-4, 2), source=ASSUMED),
    "desertion_rate": Parameter("1/week", LogNormal(4e-3, 1.5), source=ASSUMED),
}


def recruitment(m: Model) -> None:
    """Recruits follow grievance; operations, the missing and livelihoods move them either way.

    h(sympathiser -> militant of a faction) = recruit_rate * appeal * grievance * answer(pull)
    pull = sensitivity * coercion + absence_response * narrative - opportunity_response * investment
    coercion = recruitment_response * remembered_operations
        + recruitment_response_harm * remembered_harmful
    narrative = 1 - exp(-unaccounted / civilians / unaccounted_half)
    appeal is 1 for nationalists; sensitivity is 1 but for Islamists
    h(militant -> passive) = desertion_rate
    """
    p = m.declare(PARAMETERS)
    coercion = m.define(
        "recruitment_coercion",
        p.recruitment_response * m["remembered_operations"]
        + p.recruitment_response_harm * m["remembered_harmful"],
        meaning="how operations move recruitment, of either sign",
    )
    narrative = m.define(
        "narrative",
        1 - sp.exp(-m["unaccounted"] / m["civilians"] / p.unaccounted_half),
        meaning="how present the unaccounted for are, 0 to 1",
    )
    other = m["absence_response"] * narrative - p.opportunity_response * m["investment"]
    ideology = {
        "nationalist": (sp.Integer(1), sp.Integer(1)),
        "hardline": (p.appeal_hardline, sp.Integer(1)),
        "islamist": (p.appeal_islamist, p.islamist_sensitivity),
    }
    for faction in FACTIONS:
        appeal, sensitivity = ideology[faction]
        m.transfer(
            f"recruited_{faction}",
            "sympathiser",
            f"militant_{faction}",
            hazard=p.recruit_rate
            * appeal
            * m["grievance"]
            * answer(sensitivity * coercion + other),
            meaning="sympathisers join",
        )
        m.transfer(
            f"deserted_{faction}",
            f"militant_{faction}",
            "passive",
            hazard=p.desertion_rate,
            meaning="militants leave",
        )
