"""Stocks of the model: who there is, what they think, what is remembered."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model

PARAMETERS = {
    "initial_sympathisers": Parameter("1", Beta(2, 58), source=ASSUMED),
    "initial_militants": Parameter("1", LogNormal(1.5e-4, 2), source=ASSUMED),
    "initial_custody": Parameter("1", LogNormal(6e-6, 2), source=ASSUMED),
    "initial_unaccounted": Parameter("1", LogNormal(5e-5, 2.5), source=ASSUMED),
    "initial_trust": Parameter("1", Beta(4, 8), source=ASSUMED),
    "initial_repression": Parameter("1", Beta(1.5, 13.5), source=ASSUMED),
    "initial_extraction": Parameter("1", Beta(3, 10), source=ASSUMED),
    "initial_exclusion": Parameter("1", Beta(4, 8), source=ASSUMED),
    "initial_services": Parameter("1", Beta(4, 11), source=ASSUMED),
    "initial_memory_operations": Parameter(
        "operations/persons", LogNormal(2e-7, 2), source=ASSUMED
    ),
    "initial_memory_harm": Parameter("1", LogNormal(2e-6, 2), source=ASSUMED),
    "initial_memory_attacks": Parameter("attacks/persons", LogNormal(4e-7, 2), source=ASSUMED),
}


def stocks(m: Model) -> None:
    """Declare the stocks of a district; every start is a parameter, the same for all districts.

    People start as shares of the population: passive = population - everybody else. The medians
    of the starts stand near the resting point of the median parameters under the levers' defaults,
    so that no trend comes from the start alone.
    """
    p, population = m.declare(PARAMETERS), m["population"]
    m.stock("passive", "people", unit="persons", initial=None, meaning="observers, taking no side")
    starts = {
        "sympathiser": (p.initial_sympathisers, "support militants without bearing arms"),
        "militant": (p.initial_militants, "members of an armed group"),
        "custody": (p.initial_custody, "in lawful custody"),
        "unaccounted": (p.initial_unaccounted, "taken, and not accounted for"),
        "dead": (sp.Integer(0), "killed since the start"),
    }
    for name, (share, meaning) in starts.items():
        m.stock(name, "people", unit="persons", initial=share * population, meaning=meaning)
    shares = {
        "trust": (p.initial_trust, "trust in institutions"),
        "grievance_repression": (p.initial_repression, "grievance over repression"),
        "grievance_extraction": (p.initial_extraction, "grievance over extraction"),
        "grievance_exclusion": (p.initial_exclusion, "grievance over exclusion from power"),
        "service_level": (p.initial_services, "schools, clinics, water that people see"),
    }
    for name, (start, meaning) in shares.items():
        m.stock(name, "share", unit="1", initial=start, meaning=meaning)
    memories = {
        "memory_operations": (p.initial_memory_operations, "operations", "operations remembered"),
        "memory_harm": (p.initial_memory_harm, "persons", "harmed people who are mourned"),
        "memory_attacks": (p.initial_memory_attacks, "attacks", "attacks remembered"),
    }
    for name, (start, unit, meaning) in memories.items():
        m.stock(name, "memory", unit=unit, initial=start * population, meaning=meaning)
    civilians = sp.Max(m["passive"] + m["sympathiser"], 1)  # at least one: it is divided by
    m.define("civilians", civilians, unit="persons", meaning="passive and sympathisers")
    m.define(
        "support",
        sp.Min(1, m["sympathiser"] / m["civilians"]),
        meaning="share of civilians who sympathise with militants",
    )
