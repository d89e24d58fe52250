"""Harm: what operations do to bystanders."""

from __future__ import annotations

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "deaths_per_blunt_operation": Parameter(
        "persons/operations", LogNormal(0.5, 3), source=ASSUMED
    ),
    "urban_harm": Parameter(
        "1",
        LogNormal(1, 2),
        source=Source("condra2012", "harm rises with urban density; size assumed"),
    ),
    "rules_value": Parameter("1", Beta(4, 4), source=ASSUMED),
}


def harm(m: Model) -> None:
    """Blunt operations kill bystanders, more of them in cities; strict rules make them less blunt.

    bluntness = operation_harm * (1 - discrimination) * (1 - rules_value * discrimination_rules)
    hazard of death = operations * bluntness * deaths_per_blunt_operation
        * (1 + urban_harm * urban_share) / civilians
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
            "share of their harm (deaths, bystanders, disappearance, mourning) operations carry",
        ),
    )
    rules = m.lever(
        "discrimination_rules",
        Lever(
            "1",
            0.0,
            1.0,
            0.2,
            "mourned",
            "strictness of the rules on when force may be used near civilians",
            cost=10.0,
        ),
    )
    m.define(
        "bluntness",
        share * (1 - m["discrimination"]) * (1 - p.rules_value * rules),
        meaning="share of an operation's force that meets civilians",
    )
    for civilian in ("passive", "sympathiser"):
        m.transfer(
            f"killed_{civilian}",
            civilian,
            "dead",
            hazard=m["operations"]
            * m["bluntness"]
            * p.deaths_per_blunt_operation
            * (1 + p.urban_harm * m["urban_share"])
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
