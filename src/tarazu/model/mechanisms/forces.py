"""Forces: one total, shared out between districts, and in a district between guards and others."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.stocks import CLASSES

PARAMETERS = {
    # some 90,000 soldiers, frontier corps and police among 15 million people
    "force_per_person": Parameter("1", LogNormal(6e-3, 1.4), source=ASSUMED),
    "calm_heat": Parameter("attacks/persons", LogNormal(1e-8, 2), source=ASSUMED),
}

TODAY = {"security": 0.12, "transport": 0.05, "energy": 0.10, "urban": 0.05}
"""Shares of the force that guard each class of targets today; ASSUMED."""


def forces(m: Model) -> None:
    """Let forces stand where people live, or go where attacks were; their sum is fixed.

    presence = 1 - reactive_share
        + sum of reactive_share * population * heat / (sum of heat) / population
    heat = memory_attacks + calm_heat * population, sums over all districts
    force = force_per_person * population * presence
    mobile_force = force * (1 - sum of protection of each class)
    """
    p, population = m.declare(PARAMETERS), m["population"]
    reactive = m.lever(
        "reactive_share",
        Lever(
            "1", 0.0, 1.0, 0.3, "memory_operations", "share of the force sent where attacks were"
        ),
    )
    guards = [
        m.lever(
            f"protection_{kind}",
            Lever(
                "1",
                0.0,
                0.25,
                TODAY[kind],
                "memory_attacks",
                f"share of the force that guards targets of the class {kind}",
                cost=40.0,
            ),
        )
        for kind in CLASSES
    ]
    heat = m["memory_attacks"] + p.calm_heat * population
    pool = m.sum_everywhere("reactive_pool", reactive * population)
    heat_everywhere = m.sum_everywhere("heat_everywhere", heat)
    presence = m.define(
        "presence",
        1 - reactive + pool / population * heat / heat_everywhere,
        meaning="force of a district, as a multiple of its share by population",
    )
    force = m.define(
        "force",
        p.force_per_person * population * presence,
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
