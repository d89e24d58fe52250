"""Contagion and cooling: observers become sympathisers by contact, and drift back."""

from __future__ import annotations

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model
from tarazu.model.stocks import support_before

PARAMETERS = {
    "sympathy_rate": Parameter("1/week", LogNormal(4.5e-4, 1.7), source=ASSUMED),
    "contact_rate": Parameter(
        "1/week",
        LogNormal(4e-3, 1.5),
        source=Source("toft2012", "violence spreads as an epidemic does; size assumed"),
    ),
    "nearby_contact": Parameter("1", Beta(1, 9), source=ASSUMED),
    "cooling_rate": Parameter("1/week", LogNormal(4e-3, 1.5), source=ASSUMED),
    "services_response": Parameter(
        "1",
        SpikeSlab(0.2, 0.35, 0.7),
        source=Source("berman2011", "services lower violence there: a lean; size assumed"),
    ),
    "toll_response": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("condra2012", "militants are punished for harm there; no sign taken over"),
    ),
}


def contagion(m: Model) -> None:
    """Sympathy spreads by contact under grievance; services and militants' own harm cool it down.

    h(passive -> sympathiser) = grievance * (sympathy_rate + contact_rate * met)
    met = (1 - nearby_contact) * support + nearby_contact * support of the neighbours
    h(sympathiser -> passive) = cooling_rate
        * answer(services_response * service_level + toll_response * remembered_toll)
    """
    p = m.declare(PARAMETERS)
    nearby = m.sum_nearby("support_nearby", support_before(m))
    met = (1 - p.nearby_contact) * m["support"] + p.nearby_contact * nearby
    m.transfer(
        "sympathised",
        "passive",
        "sympathiser",
        hazard=m["grievance"] * (p.sympathy_rate + p.contact_rate * met),
        meaning="observers become sympathisers",
    )
    comfort = p.services_response * m["service_level"] + p.toll_response * m["remembered_toll"]
    m.transfer(
        "cooled",
        "sympathiser",
        "passive",
        hazard=p.cooling_rate * answer(comfort),
        meaning="sympathisers drift back",
    )
