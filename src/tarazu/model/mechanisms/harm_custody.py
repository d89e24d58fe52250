"""Harm and custody: what operations do to bystanders, and where those who are taken end up."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter
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
    "bystanders_per_blunt_operation": Parameter(
        "persons/operations", LogNormal(10, 2), source=ASSUMED
    ),
    "release_rate": Parameter("1/week", LogNormal(1 / 26, 1.7), source=ASSUMED),
    "accounting_rate": Parameter("1/week", LogNormal(1 / 200, 2), source=ASSUMED),
}

CIVILIANS = ("passive", "sympathiser")


def harm_custody(m: Model) -> None:
    """Blunt operations kill and take bystanders; due process decides who is accounted for.

    blunt = operation_harm * operations * (1 - discrimination) / civilians
    hazard of death = blunt * deaths_per_blunt_operation * (1 + urban_harm * urban_share)
    hazard of being taken = blunt * bystanders_per_blunt_operation
    a share (1 - due_process) of the bystanders and of the militants taken is unaccounted for
    """
    p = m.declare(PARAMETERS)
    lawful = m.lever(
        "due_process",
        Lever("1", 0.0, 1.0, 0.3, "unaccounted", "share of those taken who are lawfully held"),
    )
    harm = m.lever(
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
    blunt = harm * m["operations"] * (1 - m["discrimination"]) / m["civilians"]
    deaths = blunt * p.deaths_per_blunt_operation * (1 + p.urban_harm * m["urban_share"])
    taken = blunt * p.bystanders_per_blunt_operation
    for civilian in CIVILIANS:
        m.transfer(
            f"killed_{civilian}", civilian, "dead", hazard=deaths, meaning="killed in operations"
        )
        m.transfer(
            f"detained_{civilian}",
            civilian,
            "custody",
            hazard=taken * lawful,
            meaning="bystanders taken and lawfully held",
        )
        m.transfer(
            f"disappeared_{civilian}",
            civilian,
            "unaccounted",
            hazard=taken * (1 - lawful),
            meaning="bystanders taken and not accounted for",
        )
    m.define("vanishing", harm * (1 - lawful), meaning="share of captured who are unaccounted for")
    m.transfer(
        "captured",
        "militant",
        "custody",
        hazard=m["capture_hazard"] * (1 - m["vanishing"]),
        meaning="militants captured and lawfully held",
    )
    m.transfer(
        "disappeared_militant",
        "militant",
        "unaccounted",
        hazard=m["capture_hazard"] * m["vanishing"],
        meaning="militants captured and not accounted for",
    )
    m.transfer("released", "custody", "passive", hazard=p.release_rate, meaning="released")
    m.transfer(
        "accounted_for",
        "unaccounted",
        "passive",
        hazard=p.accounting_rate,
        meaning="returned or accounted for",
    )
    m.define(
        "operation_deaths_civilian",
        m["killed_passive"] + m["killed_sympathiser"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="civilians killed in operations",
    )
    m.define(
        "disappeared",
        m["disappeared_passive"] + m["disappeared_sympathiser"] + m["disappeared_militant"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="people newly unaccounted for",
    )
