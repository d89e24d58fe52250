"""Contagion and cooling: observers become sympathisers by contact, and drift back."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.lethality import VICTIMS
from tarazu.model.response import contrast, response
from tarazu.model.stocks import CLASSES

PARAMETERS = {
    "contact_share": Parameter(
        "1",
        Beta(4, 4),
        source=Source("toft2012", "violence spreads as an epidemic does; size assumed"),
    ),
    "cooling_rate": Parameter("1/week", LogNormal(4e-3, 1.5), source=ASSUMED),
    "services_response": Parameter(
        "1",
        SpikeSlab(0.2, 0.5, 1),
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

    h(passive -> sympathiser) = cooling_rate * today's odds of sympathy * grievance_level
        * (1 - contact_share + contact_share * support / today's)
    h(sympathiser -> passive) = cooling_rate * response(services_response
        * contrast(service_level / today's) + toll_response * contrast(toll_level))
    toll_level = civilians killed in recent attacks everywhere / today's
    """
    p, share = m.declare(PARAMETERS), m["sympathisers_today"]
    others = m.define("others_today", 1 - share, meaning="share of others than sympathisers today")
    m.transfer(
        "sympathised",
        "passive",
        "sympathiser",
        hazard=p.cooling_rate
        * share
        / others
        * m["grievance_level"]
        * (1 - p.contact_share + p.contact_share * m["support"] / share),
        meaning="observers become sympathisers",
    )
    usual = today.expanded(
        m, m["toll_today"] / today.weekly(m, m["attack_memory_decay"]) * m["attack_base"]
    )
    m.stock(
        "memory_toll",
        "memory",
        unit="persons",
        initial=usual,
        meaning="civilians killed in attacks, remembered",
    )
    m.change(
        "memory_toll",
        inflow=m["attack_deaths_civilian"],
        fall=m["attack_memory_decay"],
        meaning="remembered, and fading",
    )
    toll = m.sum_everywhere("toll_everywhere", m["memory_toll"])
    today_everywhere = (
        m[f"deaths_per_attack_{kind}"]
        * m.sum_everywhere(
            f"attacks_{kind}_today_everywhere",
            today.expanded(m, m[f"attacks_{kind}_today"] * m["attack_base"]),
        )
        for kind in CLASSES
        if VICTIMS[kind] == "civilian"
    )
    m.define(
        "toll_level",
        toll * today.weekly(m, m["attack_memory_decay"]) / sp.Add(*today_everywhere),
        meaning="civilians killed in recent attacks everywhere, as a multiple of today's",
    )
    comfort = p.services_response * contrast(m["service_level"] / m["services_today"])
    toll_felt = p.toll_response * contrast(m["toll_level"])
    m.transfer(
        "cooled",
        "sympathiser",
        "passive",
        hazard=p.cooling_rate * response(comfort + toll_felt),
        meaning="sympathisers drift back",
    )
