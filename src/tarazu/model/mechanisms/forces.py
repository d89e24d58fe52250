"""Forces: one total, shared out between districts, and in a district between guards and others."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Normal, Parameter
from tarazu.core.sources import Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.response import contrast, response
from tarazu.model.stocks import CLASSES

PARAMETERS = {
    "standing_response": Parameter(
        "1",
        Normal(0, 0.7),
        source=Source("description", "reacting forces leave the initiative; here of either sign"),
    ),
}


CALM = sp.Rational(1, 5)
"""Attacks that draw forces to a calm district, of today's average ones; ASSUMED."""


def forces(m: Model) -> None:
    """Let forces stand where militants are today, or go where attacks were; their sum is fixed.

    presence = 1 - reactive_share
        + sum of reactive_share * militant_base * heat / (sum of heat) / militant_base
    heat = memory_attacks / attack_exposure + a fifth of where today's attacks hold it
    force = 6 in 1,000 people * militant_base * presence
    mobile_force = force * (1 - sum of protection of each class)
    ease = response(-standing_response * contrast((1 - reactive_share) / today's))
    """
    p, base = m.declare(PARAMETERS), m["militant_base"]
    reactive = m.lever(
        "reactive_share",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.REACTIVE),
            "memory_operations",
            "share of the force sent where attacks were",
        ),
    )
    guards = [
        m.lever(
            f"protection_{kind}",
            Lever(
                "1",
                0.0,
                0.25,
                float(today.GUARDS[kind]),
                "memory_attacks",
                f"share of the force that guards targets of the class {kind}",
                cost=40.0,
            ),
        )
        for kind in CLASSES
    ]
    usual = m["attacks_today"] / today.weekly(m, m["attack_memory_decay"])
    heat = today.expanded(m, m["memory_attacks"] / m["attack_exposure"] + CALM * usual * base)
    pool = m.sum_everywhere("reactive_pool", today.expanded(m, reactive * base))
    heat_everywhere = m.sum_everywhere("heat_everywhere", heat)
    presence = m.define(
        "presence",
        1
        - reactive
        + pool
        / base
        * (m["memory_attacks"] / m["attack_exposure"] + CALM * usual * base)
        / heat_everywhere,
        meaning="force of a district, as a multiple of today's",
    )
    force = m.define(
        "force",
        today.FORCE * base * presence,
        unit="persons",
        reported=True,
        total="sum",
        meaning="soldiers and police in the district",
    )
    m.define(
        "mobile_force",
        force * (1 - sp.Add(*guards)),
        unit="persons",
        total="sum",
        meaning="force that guards nothing and may operate",
    )
    standing = m.define(
        "standing_level",
        (1 - reactive) / (1 - today.REACTIVE),
        meaning="force that stands where people live, as a multiple of today's",
    )
    m.define(
        "ease",
        response(-p.standing_response * contrast(standing)),
        meaning="how easy attacks are where the force stands, as a multiple of today's",
    )
