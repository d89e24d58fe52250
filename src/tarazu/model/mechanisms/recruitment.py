"""Recruitment: sympathisers join through militants, through harm, or by themselves; men leave."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.response import contrast, response
from tarazu.model.stocks import FACTIONS, IMPORTATION

PARAMETERS = {
    # recruits per man lost today: men grow or dwindle by some 8 % a year either way
    "renewal": Parameter("1", LogNormal(1, 1.35), source=ASSUMED),
    # of those who would ever fight among sympathisers, who already does
    "filled_today": Parameter("1", Beta(2, 4), source=ASSUMED),
    "spontaneous_share": Parameter("1", LogNormal(0.005, 3), source=ASSUMED),
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
    "absence_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 0.9),
        source=Source("description", "the missing recruit; here none, or of either sign"),
    ),
    "opportunity_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("collier2004", "men join where there is little to lose; no sign taken over"),
    ),
    "islamist_sensitivity": Parameter(
        "1",
        Normal(0.5, 0.5),
        source=Source("toft2015", "Islamists answer coercion less than nationalists; size assumed"),
    ),
    "desertion_rate": Parameter(
        "1/week",
        LogNormal(3.5e-3, 1.5),
        source=Source(
            "dawn2017", "1,800 surrendered in some three years, officials say; 18% a year"
        ),
    ),
}


def recruitment(m: Model) -> None:
    """Men join through militants whom they meet, within what the willing leave; harm adds or takes.

    today's recruits = renewal * losses of today, from everywhere
    contact_rate = (today's recruits - kin_today - spontaneous - sponsored - relapsed), per militant
    recruits of a faction = max(0, contact_rate * militants of it * grievance_level
        * response(pull) + its share of today * (kin_flow + spontaneous * importation)) * room
    pull = sensitivity * coercion + absence_response * contrast(missing_level)
        - opportunity_response * contrast(investment / today's)
    coercion = recruitment_response * contrast(raid_level)
        + recruitment_response_harm * contrast(harm_level)
    room = max(0, 1 - filled_today * militant_level / sympathisers, as a multiple of today's)
        / (1 - filled_today)
    sensitivity is 1 but for Islamists; h(militant -> reintegrated) = desertion_rate

    References
    ----------
    Udwadia, Leitmann & Lambertini (2006), contact; Caulkins, Grass, Feichtinger & Tragler (2008).
    """
    p, population = m.declare(PARAMETERS), m["population"]
    coercion = m.define(
        "recruitment_coercion",
        p.recruitment_response * contrast(m["raid_level"])
        + p.recruitment_response_harm * contrast(m["harm_level"]),
        meaning="how operations move recruitment, of either sign",
    )
    other = p.absence_response * contrast(m["missing_level"]) - p.opportunity_response * contrast(
        m["investment"] / m["investment_today"]
    )
    contact = m.define(
        "contact_rate",
        sp.Max(
            0,
            m["recruits_today"]
            - m["kin_today"]
            - m["spontaneous_today"]
            - m["sponsored_today"]
            - m["relapsed_today"],
        )
        / m["militants_today"],
        unit="1/week",
        meaning="recruits per militant today, through contact",
    )
    willing = m["sympathiser"] / (m["sympathisers_today"] * population)
    room = m.define(
        "room",
        sp.Max(0, 1 - p.filled_today * m["militant_level"] / sp.Max(willing, sp.Float(1e-9)))
        / (1 - p.filled_today),
        meaning="willing who do not fight yet, of those who would ever, as a multiple of today's",
    )
    apart = m["kin_flow"] + m["spontaneous_today"] * m["militant_base"] * m[IMPORTATION]
    for faction in FACTIONS:
        share = m[f"{faction}_share_today"]
        sensitivity = p.islamist_sensitivity if faction == "islamist" else sp.Integer(1)
        met = contact * m[f"militant_{faction}"] * m["grievance_level"]
        joining = met * response(sensitivity * coercion + other) + share * apart
        m.transfer(
            f"recruited_{faction}",
            "sympathiser",
            f"militant_{faction}",
            hazard=sp.Max(0, joining) * room / sp.Max(m["sympathiser"], 1),
            meaning="sympathisers join",
        )
    for faction in FACTIONS:
        m.transfer(
            f"deserted_{faction}",
            f"militant_{faction}",
            "reintegrated",
            hazard=p.desertion_rate,
            meaning="militants leave",
        )
