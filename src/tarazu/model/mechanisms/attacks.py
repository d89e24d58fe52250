"""Attacks: how often militants are ready to attack, and what remembered operations do to that."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.answer import answer
from tarazu.model.declaration import Model

PARAMETERS = {
    # of the order of 40 recorded attacks a year by some 2,250 militants
    "attack_rate": Parameter(
        "attacks/persons/week", LogNormal(40 / 52 / 2_250, 1.5), source=ASSUMED
    ),
    "attack_capacity": Parameter("persons", LogNormal(1_000, 2), source=ASSUMED),
    "attack_response": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source("lyall2009", "-24 % there, the reverse elsewhere: no sign taken over"),
    ),
    "attack_response_harm": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source(
            "braithwaite2012", "what harm adds to it; more attacks there, no sign taken over"
        ),
    ),
    "spoiler_response": Parameter("1", SpikeSlab(0.3, 0, 0.5), source=ASSUMED),
}


def attacks(m: Model) -> None:
    """Attacks follow the number of militants; remembered operations raise or lower them.

    per_head = attack_rate / (1 + militants / (attack_capacity * (1 + sponsored_arms)))
    coercion = attack_response * remembered_operations
        + attack_response_harm * remembered_harmful
    ready_nationalist = per_head * (militant_nationalist * answer(coercion)
        + militant_hardline * answer(coercion + spoiler_response * talks))
    ready_islamist = per_head * militant_islamist
        * answer(islamist_sensitivity * coercion + spoiler_response * talks)
    """
    p = m.declare(PARAMETERS)
    capacity = p.attack_capacity * (1 + m["sponsored_arms"])
    per_head = p.attack_rate / (1 + m["militants"] / capacity)
    coercion = m.define(
        "attack_coercion",
        p.attack_response * m["remembered_operations"]
        + p.attack_response_harm * m["remembered_harmful"],
        meaning="how operations move attacks, of either sign",
    )
    spoiling = p.spoiler_response * m["talks"]
    nationalist = m["militant_nationalist"] * answer(coercion)
    hardline = m["militant_hardline"] * answer(coercion + spoiling)
    m.define(
        "ready_nationalist",
        per_head * (nationalist + hardline),
        unit="attacks/week",
        meaning="attacks that nationalists are ready for",
    )
    m.define(
        "ready_islamist",
        per_head * m["militant_islamist"] * answer(m["islamist_sensitivity"] * coercion + spoiling),
        unit="attacks/week",
        meaning="attacks that Islamists are ready for",
    )
