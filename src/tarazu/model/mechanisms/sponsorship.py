"""Sponsorship: men and arms from outside, whatever the grievance."""

from __future__ import annotations

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model

PARAMETERS = {
    "sponsorship_rate": Parameter("1/week", LogNormal(2e-7, 3), source=ASSUMED),
    "sponsored_islamist_share": Parameter("1", Beta(2, 4), source=ASSUMED),
    "sponsored_arms": Parameter("1", LogNormal(0.2, 2), source=ASSUMED),
}


def sponsorship(m: Model) -> None:
    """Men are paid to fight, whatever the grievance; arms raise the capacity to attack.

    h(passive -> militant_islamist) = sponsorship_rate * sponsored_islamist_share
    h(passive -> militant_hardline) = sponsorship_rate * (1 - sponsored_islamist_share)
    capacity to attack = attack_capacity * (1 + sponsored_arms)
    """
    p = m.declare(PARAMETERS)
    shares = {
        "hardline": 1 - p.sponsored_islamist_share,
        "islamist": p.sponsored_islamist_share,
    }
    for faction, share in shares.items():
        m.transfer(
            f"sponsored_{faction}",
            "passive",
            f"militant_{faction}",
            hazard=p.sponsorship_rate * share,
            meaning="men are paid to fight",
        )
