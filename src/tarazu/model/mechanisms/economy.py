"""Economy: damage, repair and services from one budget; investment leaves and comes back."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.stocks import INFRASTRUCTURE

PARAMETERS = {
    "damage_per_attack": Parameter("damage/attacks", LogNormal(1, 1.7), source=ASSUMED),
    "mining_share": Parameter("1", Beta(4, 4), source=ASSUMED),
    "repair_rate": Parameter("1/week", LogNormal(0.05, 1.7), source=ASSUMED),
    "damage_half": Parameter("damage/persons", LogNormal(1e-5, 2), source=ASSUMED),
    "repair_claim": Parameter("1", Beta(4, 4), source=ASSUMED),
    "fiscal_dependence": Parameter("1", Beta(2, 8), source=ASSUMED),
    "investment_recovery": Parameter("1/week", LogNormal(4e-3, 1.7), source=ASSUMED),
    "investment_flight": Parameter(
        "1/week",
        LogNormal(2e-2, 2),
        source=Source("description", "sabotage scares investment; size assumed"),
    ),
    "investment_drain": Parameter("1/week", LogNormal(2e-3, 2), source=ASSUMED),
}


def economy(m: Model) -> None:
    """Attacks on infrastructure leave damage; its repair takes from what services could be.

    damage of a kind gains damage_per_attack * attacks on it; repaired by
        repair_rate * budget / (1 + burden)
    burden = all damage / (damage_half * population)
    budget = 1 - fiscal_dependence * (1 - investment)
    left_for_services = budget * (1 - repair_claim * (1 - 1 / (1 + burden)))
    investment rises by investment_recovery, falls by investment_drain
        + investment_flight * remembered_attacks
    """
    p = m.declare(PARAMETERS)
    damages = {f"damage_{kind}": m[f"damage_{kind}"] for kind in INFRASTRUCTURE}
    burden = m.define(
        "burden",
        sp.Add(*damages.values()) / (p.damage_half * m["population"]),
        meaning="backlog of damage, by how much of it there is to a head",
    )
    budget = m.define(
        "budget",
        1 - p.fiscal_dependence * (1 - m["investment"]),
        meaning="public means, of what full investment would allow",
    )
    m.define(
        "left_for_services",
        budget * (1 - p.repair_claim * (1 - 1 / (1 + burden))),
        meaning="share of the planned spending on services that repair leaves",
    )
    hit = {
        "damage_transport": m["attacks_transport"],
        "damage_energy": (1 - p.mining_share) * m["attacks_energy"],
        "damage_mining": p.mining_share * m["attacks_energy"],
    }
    for stock, happened in hit.items():
        m.change(
            stock,
            inflow=p.damage_per_attack * happened,
            fall=p.repair_rate * budget / (1 + burden),
            meaning="damage is done and repaired",
        )
    m.change(
        "investment",
        rise=p.investment_recovery,
        fall=p.investment_drain + p.investment_flight * m["remembered_attacks"],
        meaning="investment comes back slowly and leaves after attacks",
    )
