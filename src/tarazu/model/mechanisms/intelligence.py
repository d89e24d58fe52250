"""Intelligence: how well operations tell militants from bystanders."""

from __future__ import annotations

from tarazu.core.quantities import Beta, Parameter
from tarazu.core.sources import Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "tip_value": Parameter(
        "1",
        Beta(4, 4),
        source=Source("berman2011", "information from civilians; that it works; size assumed"),
    ),
}


def intelligence(m: Model) -> None:
    """Discrimination has a technical floor; tips add to it, and follow trust and support.

    tips = trust * (1 - support)
    discrimination = 1 - (1 - technical_intelligence) * (1 - tip_value * tips)
    discrimination_level = discrimination / today's
    """
    p = m.declare(PARAMETERS)
    technical = m.lever(
        "technical_intelligence",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.TECHNICAL),
            "militant_hardline",
            "discrimination without any help of the people",
            cost=60.0,
        ),
    )
    m.define("tips", m["trust"] * (1 - m["support"]), meaning="readiness to inform")
    m.define(
        "discrimination",
        1 - (1 - technical) * (1 - p.tip_value * m["tips"]),
        reported=True,
        meaning="share of an operation's force that meets militants",
    )
    m.define(
        "discrimination_level",
        m["discrimination"] / m["discrimination_today"],
        meaning="discrimination, as a multiple of today's",
    )
