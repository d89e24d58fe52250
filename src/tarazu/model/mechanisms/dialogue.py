"""Dialogue: talks, the credibility they need, who comes back through them and who spoils them."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter, SpikeSlab, Uniform
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.response import response
from tarazu.model.stocks import FACTIONS

PARAMETERS = {
    "dialogue_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 0, 0.03),
        source=Source("description", "talks bring men back; here of either sign"),
    ),
    "reconcilability_hardline": Parameter("1", Beta(2, 6), source=ASSUMED),
    "reconcilability_islamist": Parameter("1", Beta(1, 7), source=ASSUMED),
    "proxy_channel": Parameter("1", Uniform(0, 1), source=ASSUMED),
    "commitment_rate": Parameter("1/week", LogNormal(1 / 8, 1.7), source=ASSUMED),
    "commitment_decay": Parameter("1/week", LogNormal(1 / 52, 1.7), source=ASSUMED),
    # what today's raids break of it in a week
    "breach": Parameter("1/week", LogNormal(1 / 26, 2), source=ASSUMED),
    "relapse_rate": Parameter("1/week", LogNormal(2e-3, 2), source=ASSUMED),
    "reintegration_response": Parameter("1", SpikeSlab(0.2, 0, 1), source=ASSUMED),
}

TALKS = {
    "nationalist": ("dialogue", "talks with nationalists who may be reconciled"),
    "hardline": ("dialogue_hardline", "talks with nationalists of the hard line"),
    "islamist": ("dialogue_islamist", "talks with Islamists"),
}
"""The lever of talks with each faction, and what it means."""


def dialogue(m: Model) -> None:
    """Talks bring militants back as far as the state is believed; or draw others in, as far.

    Who has left, by talks or by himself, may take up arms again until he has settled.

    talks = 1 - (1 - dialogue) * (1 - dialogue_hardline) * (1 - dialogue_islamist)
    channel = 1 - (1 - local_agency) * (1 - proxy_channel * proxies)
    credibility rises by commitment_rate * talks * channel, falls by commitment_decay
        + breach * raid_level * bluntness_level
    reach of talks with a faction = reconcilability * dialogue with it * credibility * trust
    h(militant of a faction -> reintegrated) = max(dialogue_response, 0) * reach
    h(sympathiser -> militant_hardline) by spoiling = max(-dialogue_response, 0) * sum of reach
        * militants of the faction * room / sympathisers, sympathisers at least one
    h(reintegrated -> militant of a faction) = its share today * relapse_rate
        * response(-reintegration_response * reintegration_support)
    h(reintegrated -> passive) = cooling_rate
    """
    p = m.declare(PARAMETERS)
    open_to = {
        faction: m.lever(name, Lever("1", 0.0, 1.0, 0.0, f"militant_{faction}", meaning, cost=4.0))
        for faction, (name, meaning) in TALKS.items()
    }
    help_back = m.lever(
        "reintegration_support",
        Lever(
            "1", 0.0, 1.0, 0.0, "reintegrated", "support of former militants: work, safety", cost=6
        ),
    )
    talks = m.define(
        "talks",
        1 - sp.Mul(*(1 - intensity for intensity in open_to.values())),
        meaning="intensity of talks with any faction",
    )
    channel = 1 - (1 - m["local_agency"]) * (1 - p.proxy_channel * m["proxies"])
    m.change(
        "credibility",
        rise=p.commitment_rate * talks * channel,
        fall=p.commitment_decay + p.breach * m["raid_level"] * m["bluntness_level"],
        meaning="commitment is built in talks through leaders, and broken by blunt raids",
    )
    reconcilability = {
        "nationalist": sp.Integer(1),
        "hardline": p.reconcilability_hardline,
        "islamist": p.reconcilability_islamist,
    }
    reach = {
        faction: reconcilability[faction] * open_to[faction] * m["credibility"] * m["trust"]
        for faction in FACTIONS
    }
    for faction in FACTIONS:
        m.transfer(
            f"reintegrated_{faction}",
            f"militant_{faction}",
            "reintegrated",
            hazard=sp.Max(p.dialogue_response, 0) * reach[faction],
            meaning="militants return through talks",
        )
    drawn = sp.Add(*(reach[faction] * m[f"militant_{faction}"] for faction in FACTIONS))
    m.transfer(
        "spoiled",
        "sympathiser",
        "militant_hardline",
        hazard=sp.Max(-p.dialogue_response, 0) * drawn * m["room"] / sp.Max(m["sympathiser"], 1),
        meaning="failed talks draw sympathisers in",
    )
    relapse = p.relapse_rate * response(-p.reintegration_response * help_back)
    for faction in FACTIONS:
        m.transfer(
            f"relapsed_{faction}",
            "reintegrated",
            f"militant_{faction}",
            hazard=m[f"{faction}_share_today"] * relapse,
            meaning="former militants take up arms again",
        )
    m.transfer(
        "settled",
        "reintegrated",
        "passive",
        hazard=m["cooling_rate"],
        meaning="former militants settle down",
    )
