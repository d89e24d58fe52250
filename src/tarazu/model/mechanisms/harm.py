"""Harm: what operations do to bystanders."""

from __future__ import annotations

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "deaths_per_operation": Parameter(
        "persons/operations",
        LogNormal(0.4, 2),
        source=Source(
            "assumed", "the record has 4 dead in 97 operations, where harm is hardly coded"
        ),
    ),
    "rules_value": Parameter("1", Beta(4, 4), source=ASSUMED),
}


def harm(m: Model) -> None:
    """Blunt operations kill bystanders; strict rules make them less blunt.

    bluntness = (1 - discrimination) * (1 - rules_value * discrimination_rules)
    bluntness_level = bluntness / today's
    hazard of death = operations * operation_harm * bluntness_level * deaths_per_operation
        / civilians
    """
    p = m.declare(PARAMETERS)
    share = m.lever(
        "operation_harm",
        Lever(
            "1",
            0.0,
            1.0,
            1.0,
            "grievance_repression",
            "share of their harm (deaths, people taken, mourning) lethal operations carry",
        ),
    )
    rules = m.lever(
        "discrimination_rules",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.RULES),
            "memory_killed",
            "strictness of the rules on when force may be used near civilians",
            cost=10.0,
        ),
    )
    m.define(
        "bluntness",
        (1 - m["discrimination"]) * (1 - p.rules_value * rules),
        meaning="share of an operation's force that meets civilians",
    )
    m.define(
        "bluntness_level",
        m["bluntness"] / m["bluntness_today"],
        meaning="bluntness, as a multiple of today's",
    )
    for civilian in ("passive", "sympathiser"):
        m.transfer(
            f"killed_{civilian}",
            civilian,
            "dead",
            hazard=m["operations"]
            * share
            * m["bluntness_level"]
            * p.deaths_per_operation
            / m["civilians"],
            meaning="civilians killed in operations",
        )
    m.define(
        "operation_deaths_civilian",
        m["killed_passive"] + m["killed_sympathiser"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="civilians killed in operations",
    )
