"""Mobilisation: observers become sympathisers and drift back; sympathisers join or not."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model

PARAMETERS = {
    "sympathy_rate": Parameter("1/week", LogNormal(4.5e-4, 1.7), source=ASSUMED),
    "contact_rate": Parameter(
        "1/week",
        LogNormal(4e-3, 1.5),
        source=Source("toft2012", "violence spreads as an epidemic does; size assumed"),
    ),
    "nearby_contact": Parameter("1", Beta(1, 9), source=ASSUMED),
    "cooling_rate": Parameter("1/week", LogNormal(4e-3, 1.5), source=ASSUMED),
    "recruit_rate": Parameter("1/week", LogNormal(1e-4, 1.5), source=ASSUMED),
    "recruitment_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("lafree2009", "three backlash, one deterrence, two null: no sign taken over"),
    ),
    "operations_half": Parameter("operations", LogNormal(1, 2), source=ASSUMED),
    "unaccounted_half": Parameter("1", LogNormal(5e-4, 2), source=ASSUMED),
    "desertion_rate": Parameter("1/week", LogNormal(4e-3, 1.5), source=ASSUMED),
    "sponsorship_rate": Parameter("1/week", LogNormal(2e-7, 3), source=ASSUMED),
}


def mobilisation(m: Model) -> None:
    """Sympathy spreads by contact under grievance; recruits answer operations with either sign.

    h(passive -> sympathiser) = grievance * (sympathy_rate + contact_rate * met)
    met = (1 - nearby_contact) * support + nearby_contact * support of the neighbours
    h(sympathiser -> passive) = cooling_rate * comfort
    h(sympathiser -> militant) = recruit_rate * grievance
        * answer(recruitment_response, remembered + narrative)
    remembered = 1 - exp(-memory_operations / operations_half)
    narrative = 1 - exp(-unaccounted / civilians / unaccounted_half)
    h(militant -> passive) = desertion_rate; h(passive -> militant) = sponsorship_rate
    """
    p = m.declare(PARAMETERS)
    nearby = m.sum_nearby(
        "support_nearby",
        m["sympathiser"] / sp.Max(m["passive"] + m["sympathiser"], 1),
    )
    met = (1 - p.nearby_contact) * m["support"] + p.nearby_contact * nearby
    m.transfer(
        "sympathised",
        "passive",
        "sympathiser",
        hazard=m["grievance"] * (p.sympathy_rate + p.contact_rate * met),
        meaning="observers become sympathisers",
    )
    m.transfer(
        "cooled",
        "sympathiser",
        "passive",
        hazard=p.cooling_rate * m["comfort"],
        meaning="sympathisers drift back",
    )
    m.define(
        "remembered",
        1 - sp.exp(-m["memory_operations"] / p.operations_half),
        meaning="how present recent operations are, 0 to 1",
    )
    m.define(
        "narrative",
        1 - sp.exp(-m["unaccounted"] / m["civilians"] / p.unaccounted_half),
        meaning="how present the unaccounted for are, 0 to 1",
    )
    talked_of = m["remembered"] + m["narrative"]
    m.transfer(
        "recruited",
        "sympathiser",
        "militant",
        hazard=p.recruit_rate * m["grievance"] * answer(p.recruitment_response, talked_of),
        meaning="sympathisers join",
    )
    m.transfer(
        "deserted", "militant", "passive", hazard=p.desertion_rate, meaning="militants leave"
    )
    m.transfer(
        "sponsored",
        "passive",
        "militant",
        hazard=p.sponsorship_rate,
        meaning="men are paid to fight, whatever the grievance",
    )
