"""Economy: damage, repair and services from one budget; investment leaves and comes back."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.stocks import INFRASTRUCTURE

PARAMETERS = {
    # of the means for services, what repair takes today
    "repair_share": Parameter("1", Beta(2, 8), source=ASSUMED),
    "fiscal_dependence": Parameter(
        "1",
        Beta(2, 12),
        source=Source("aaj2016", "own revenue 3.7% of the budget of 2016, resources a quarter"),
    ),
    "investment_rate": Parameter("1/week", LogNormal(6e-3, 1.7), source=ASSUMED),
    # of today's disinvestment, what attacks cause: from nothing to all
    "flight_share": Parameter(
        "1", Beta(2, 2), source=Source("description", "sabotage scares investment; size assumed")
    ),
}


def economy(m: Model) -> None:
    """Attacks on infrastructure leave damage; its repair takes from what services could be.

    damage of a kind gains attacks on it, repaired at investment_rate
    burden = all damage / where today's attacks hold it
    budget = 1 - fiscal_dependence + fiscal_dependence * investment / today's
    left_for_services = budget * (1 + repair_share) / (1 + repair_share * burden)
    investment rises at investment_rate * today's, falls at investment_rate * (1 - today's)
        * (1 - flight_share + flight_share * attack_level)
    """
    p, base = m.declare(PARAMETERS), m["attack_base"]
    repair = today.weekly(m, p.investment_rate)
    for kind in INFRASTRUCTURE:
        m.stock(
            f"damage_{kind}",
            "memory",
            unit="attacks",
            initial=today.expanded(m, m[f"attacks_{kind}_today"] * base / repair),
            meaning=f"backlog of damage to {kind}, in attacks' worth",
        )
        m.change(
            f"damage_{kind}",
            inflow=m[f"attacks_{kind}"],
            fall=p.investment_rate,
            meaning="damage is done and repaired",
        )
    usual = sp.Add(*(m[f"attacks_{kind}_today"] for kind in INFRASTRUCTURE)) * base
    burden = m.define(
        "burden",
        sp.Add(*(m[f"damage_{kind}"] for kind in INFRASTRUCTURE)) * repair / usual,
        meaning="backlog of damage, as a multiple of today's",
    )
    budget = m.define(
        "budget",
        1 - p.fiscal_dependence + p.fiscal_dependence * m["investment"] / m["investment_today"],
        meaning="public means, as a multiple of today's",
    )
    m.define(
        "left_for_services",
        budget * (1 + p.repair_share) / (1 + p.repair_share * burden),
        meaning="what repair leaves of the planned spending on services, over today's",
    )
    leaving = 1 - p.flight_share + p.flight_share * m["attack_level"]
    m.change(
        "investment",
        rise=p.investment_rate * m["investment_today"],
        fall=p.investment_rate * (1 - m["investment_today"]) * leaving,
        meaning="investment comes back slowly and leaves after attacks",
    )
