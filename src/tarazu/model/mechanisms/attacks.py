"""Attacks: what militants are ready for, what attacks and operations bring with them."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.response import contrast, response
from tarazu.model.stocks import FACTIONS, IMPORTATION

PARAMETERS = {
    "momentum": Parameter(
        "1",
        Beta(3, 6),
        source=Source("lewis2012", "37 to 50 % of events in Iraq; fewer or none elsewhere"),
    ),
    "momentum_decay": Parameter(
        "1/week",
        LogNormal(1 / 4, 1.5),
        source=Source("lewis2012", "self-excitation of 2-6 weeks in Iraq"),
    ),
    "retaliation": Parameter(
        "attacks/operations",
        Normal(0, 0.3),
        source=Source("lyall2009", "-24 % there, the reverse elsewhere: no sign taken over"),
    ),
    "retaliation_harm": Parameter(
        "attacks/operations",
        Normal(0, 0.5),
        source=Source("condra2010", "one incident more in six weeks there, none in Iraq: no sign"),
    ),
    "spoiler_response": Parameter("1", SpikeSlab(0.3, 0, 0.5), source=ASSUMED),
    # Bloom's outbidding is disputed: either sign
    "outbidding_response": Parameter("1", Normal(0, 0.5), source=ASSUMED),
}


def attacks(m: Model) -> None:
    """Militants attack; attacks bring attacks, and operations bring or prevent some.

    ready of a faction = max(0, own_rate * armed * ease * carried out * its exposure * campaign
        * district_tempo * response(outbidding_response * contrast(group_level) + spoiling)
        + its share of today * brought)
    brought = momentum * momentum_decay * excitation + attack_exposure * operation_memory_decay
        * (retaliation * memory_operations + retaliation_harm * memory_harmful)
    excitation gains attacks, and fades by momentum_decay
    own_rate = what is left of today's attacks, per militant; nothing below 0
    armed = militants * (1 - sponsored_arms + sponsored_arms * importation * 1.1 / (level + 0.1)),
        level = militants as a multiple of today's: arms from outside do not follow heads
    spoiling = spoiler_response * talks, not for nationalists who may be reconciled
    """
    p = m.declare(PARAMETERS)
    m.stock(
        "excitation",
        "memory",
        unit="attacks",
        initial=m["attacks_today"] / today.weekly(m, p.momentum_decay) * m["attack_base"],
        meaning="attacks that more attacks follow",
    )
    m.change(
        "excitation",
        inflow=m["attacks"],
        fall=p.momentum_decay,
        meaning="attacks bring attacks, for weeks",
    )
    answered = m["operations_today"] * (p.retaliation + p.retaliation_harm * m["bluntness_today"])
    own = m.define(
        "own_rate",
        sp.Max(0, (1 - p.momentum) * m["attacks_today"] - answered) / m["militants_today"],
        unit="attacks/persons/week",
        meaning="attacks per militant that nothing before them brings",
    )
    arms = m.define(
        "arms",
        1
        - m["sponsored_arms"]
        + m["sponsored_arms"]
        * m[IMPORTATION]
        * sp.Rational(11, 10)
        / (m["militant_level"] + sp.Rational(1, 10)),
        meaning="arms per militant, as a multiple of today's",
    )
    retaliation = m.define(
        "retaliation_flow",
        m["attack_exposure"]
        * today.weekly(m, m["operation_memory_decay"])
        * (p.retaliation * m["memory_operations"] + p.retaliation_harm * m["memory_harmful"]),
        unit="attacks/week",
        reported=True,
        total="sum",
        meaning="attacks that operations bring (below zero: prevent)",
    )
    momentum = p.momentum * today.weekly(m, p.momentum_decay) * m["excitation"]
    brought = momentum + retaliation
    rivalry = p.outbidding_response * contrast(m["group_level"])
    ready = {}
    strengths = {
        ideology: m.define(
            f"strength_{ideology}",
            own
            * arms
            * m["ease"]
            * m[f"carried_out_by_{ideology}"]
            * m[f"{ideology}_exposure"]
            * m["campaign"]
            * m["district_tempo"],
            unit="attacks/persons/week",
            meaning=f"attacks by {ideology} that nothing brings but he himself",
        )
        for ideology in ("nationalist", "islamist")
    }
    for faction in FACTIONS:
        spoiling = sp.Integer(0) if faction == "nationalist" else p.spoiler_response * m["talks"]
        ideology = "islamist" if faction == "islamist" else "nationalist"
        strength, part = strengths[ideology], m[f"attack_share_{ideology}_today"]
        if faction != "islamist":
            part *= m["hardline_today"] if faction == "hardline" else 1 - m["hardline_today"]
        willing = strength * m[f"militant_{faction}"] * response(rivalry + spoiling)
        ready[faction] = sp.Max(0, willing + part * brought)
    m.define(
        "ready_nationalist",
        ready["nationalist"] + ready["hardline"],
        unit="attacks/week",
        meaning="attacks that nationalists are ready for",
    )
    m.define(
        "ready_islamist",
        ready["islamist"],
        unit="attacks/week",
        meaning="attacks that Islamists are ready for",
    )
