"""Sponsorship: men and arms from outside, whatever the grievance."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model
from tarazu.model.stocks import IMPORTATION

PARAMETERS = {
    # of today's recruits, who is paid from outside: contested, so perhaps nobody; below 0: nobody
    "sponsored_share": Parameter("1", SpikeSlab(0.5, 0.2, 0.15), source=ASSUMED),
    # of today's attacks, those that arms from outside make possible
    "sponsored_arms": Parameter("1", Beta(1, 4), source=ASSUMED),
}


def sponsorship(m: Model) -> None:
    """Men are paid to fight, whatever the grievance; arms do not follow the number of men.

    men by week = max(0, sponsored_share) * today's recruits * sponsored_place * importation, to
        Islamists and the hard line by their numbers today
    arms: see attacks
    """
    m.declare(PARAMETERS)
    shares = {name: m[f"{name}_share_today"] for name in ("hardline", "islamist")}
    firm = sp.Add(*shares.values())
    paid = m["sponsored_today"] * m["militant_base"] * m[IMPORTATION]
    for faction in shares:
        m.transfer(
            f"sponsored_{faction}",
            "passive",
            f"militant_{faction}",
            hazard=paid * shares[faction] / firm / sp.Max(m["passive"], 1),
            meaning="men are paid to fight",
        )
