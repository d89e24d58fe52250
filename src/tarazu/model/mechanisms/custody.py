"""Custody: whoever is taken is lawfully held, or disappears."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.stocks import FACTIONS

PARAMETERS = {
    "bystanders_per_blunt_operation": Parameter(
        "persons/operations", LogNormal(10, 2), source=ASSUMED
    ),
    "release_rate": Parameter("1/week", LogNormal(1 / 26, 1.7), source=ASSUMED),
    "accounting_rate": Parameter("1/week", LogNormal(1 / 200, 2), source=ASSUMED),
    "accounting_gain": Parameter("1", LogNormal(4, 2), source=ASSUMED),
}

CIVILIANS = ("passive", "sympathiser")


def custody(m: Model) -> None:
    """Hold captured militants and bystanders lawfully, or do not account for them.

    hazard of being taken = operations * bluntness * bystanders_per_blunt_operation / civilians
    a share due_process of the bystanders is held; a share operation_harm * (1 - due_process) of
    the militants who are captured is unaccounted for
    h(custody -> passive) = release_rate
    h(unaccounted -> passive) = accounting_rate * (1 + accounting_gain * accounting)
    """
    p = m.declare(PARAMETERS)
    lawful = m.lever(
        "due_process",
        Lever(
            "1", 0.0, 1.0, 0.3, "unaccounted", "share of those taken who are lawfully held", cost=20
        ),
    )
    accounting = m.lever(
        "accounting",
        Lever("1", 0.0, 1.0, 0.0, "unaccounted", "effort to account for the missing", cost=5.0),
    )
    taken = m["operations"] * m["bluntness"] * p.bystanders_per_blunt_operation / m["civilians"]
    vanishing = m["operation_harm"] * (1 - lawful)
    for civilian in CIVILIANS:
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
    for faction in FACTIONS:
        m.transfer(
            f"captured_{faction}",
            f"militant_{faction}",
            "custody",
            hazard=m["capture_hazard"] * (1 - vanishing),
            meaning="militants captured and lawfully held",
        )
        m.transfer(
            f"disappeared_{faction}",
            f"militant_{faction}",
            "unaccounted",
            hazard=m["capture_hazard"] * vanishing,
            meaning="militants captured and not accounted for",
        )
    m.transfer("released", "custody", "passive", hazard=p.release_rate, meaning="released")
    m.transfer(
        "accounted_for",
        "unaccounted",
        "passive",
        hazard=p.accounting_rate * (1 + p.accounting_gain * accounting),
        meaning="returned or accounted for",
    )
    m.define(
        "disappeared",
        sp.Add(*(m[f"disappeared_{name}"] for name in (*CIVILIANS, *FACTIONS))),
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="people newly unaccounted for",
    )
