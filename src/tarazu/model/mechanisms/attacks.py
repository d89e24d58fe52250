"""Attacks: how often militants attack, what remembered operations do to that, who dies."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Normal, Parameter
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
        Normal(0, 0.7),
        source=Source("lyall2009", "-24 % there, the reverse elsewhere: no sign taken over"),
    ),
    "attack_memory_decay": Parameter(
        "1/week",
        LogNormal(1 / 8, 1.5),
        source=Source("lewis2012", "self-excitation of 2-6 weeks in Iraq; length assumed"),
    ),
    "civilians_per_attack": Parameter("persons/attacks", LogNormal(1.6, 1.4), source=ASSUMED),
    "state_per_attack": Parameter("persons/attacks", LogNormal(1.4, 1.4), source=ASSUMED),
    "lethality_spread": Parameter(
        "1/attacks",
        LogNormal(0.3, 1.5),
        source=Source("bohorquez2009", "heavy tails; here a negative binomial, size assumed"),
    ),
}


def attacks(m: Model) -> None:
    """Attacks follow the number of militants; remembered operations raise or lower them.

    mean = attack_rate * militant / (1 + militant / attack_capacity)
        * answer(attack_response, remembered)
    deaths = negative binomial, mean attacks * civilians_per_attack (state_per_attack),
        size attacks * lethality_spread
    """
    p = m.declare(PARAMETERS)
    able = m["militant"] / (1 + m["militant"] / p.attack_capacity)
    happened = m.event(
        "attacks",
        unit="attacks",
        mean=p.attack_rate * able * answer(p.attack_response, m["remembered"]),
        meaning="militant attacks, as a record would count them",
    )
    for side, mean in (("civilian", p.civilians_per_attack), ("state", p.state_per_attack)):
        m.event(
            f"attack_deaths_{side}",
            unit="persons",
            mean=mean * happened,
            size=p.lethality_spread * happened,
            meaning=f"{side} deaths in attacks",
        )
    m.transfer(
        "killed_in_attacks",
        "passive",
        "dead",
        count="attack_deaths_civilian",
        meaning="civilians killed in attacks",
    )
    m.change(
        "memory_attacks",
        inflow=happened,
        fall=p.attack_memory_decay,
        meaning="attacks are remembered and fade",
    )
