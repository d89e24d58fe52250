"""Campaigns: tempo that comes and goes by itself, over the province and in each district."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model

PARAMETERS = {
    # offensives and lulls: months of the same war differ by a factor of 1.6 (1 sd)
    "campaign_spread": Parameter("1", LogNormal(0.5, 1.5), source=ASSUMED),
    # half a year: a fighting season, the time that leaders and money stay
    "campaign_fade": Parameter("1/week", LogNormal(1 / 26, 1.7), source=ASSUMED),
    # what no attribute says of a district: a factor of 2 (1 sd), as between towns alike elsewhere
    "district_spread": Parameter("1", LogNormal(0.7, 1.4), source=ASSUMED),
    # ten years: which districts are worst changes within a generation of fighters
    "district_fade": Parameter("1/week", LogNormal(1 / 520, 1.7), source=ASSUMED),
}


def campaigns(m: Model) -> None:
    """Attacks per militant go up and down by what the model does not explain.

    campaign: one level for all districts; ln of it has the standard deviation campaign_spread and
        fades by campaign_fade
    district_tempo: the same for each district, by district_spread and district_fade; it is part of
        what is usual there, so that raids answer attacks above it
    Both have mean 1, and the mean field holds them there.
    """
    p = m.declare(PARAMETERS)
    m.shock(
        "campaign",
        is_common=True,
        spread=p.campaign_spread,
        fade=p.campaign_fade,
        meaning="tempo of campaigns in the province",
    )
    m.shock(
        "district_tempo",
        is_common=False,
        spread=p.district_spread,
        fade=p.district_fade,
        meaning="tempo of a district that nothing else explains",
    )
