"""Stocks of the model: who there is, what they think, what is remembered, what is broken."""

from __future__ import annotations

from typing import Final

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model.declaration import Model

FACTIONS: Final = ("nationalist", "hardline", "islamist")
"""Nationalists who may be reconciled, nationalists who hardly will, and Islamists."""

MILITANTS: Final = tuple(f"militant_{faction}" for faction in FACTIONS)
"""The stocks of militants, in the order of `FACTIONS`."""

CLASSES: Final = ("security", "transport", "energy", "urban")
"""What attacks may hit: security forces; roads and rail; energy, mines and ports; cities."""

INFRASTRUCTURE: Final = ("transport", "energy", "mining")
"""What keeps a backlog of damage; an attack on the class energy hits energy or mining."""

PARAMETERS = {
    "initial_sympathisers": Parameter("1", Beta(2, 58), source=ASSUMED),
    "initial_militants": Parameter("1", LogNormal(1.5e-4, 2), source=ASSUMED),
    "initial_hardline_share": Parameter("1", Beta(4, 4), source=ASSUMED),
    "initial_islamist_share": Parameter("1", Beta(2, 8), source=ASSUMED),
    "initial_custody": Parameter("1", LogNormal(1e-6, 2), source=ASSUMED),
    "initial_unaccounted": Parameter("1", LogNormal(2.5e-5, 2.5), source=ASSUMED),
    "initial_trust": Parameter("1", Beta(4, 8), source=ASSUMED),
    "initial_repression": Parameter("1", Beta(1.5, 13.5), source=ASSUMED),
    "initial_extraction": Parameter("1", Beta(3, 10), source=ASSUMED),
    "initial_exclusion": Parameter("1", Beta(4, 8), source=ASSUMED),
    "initial_services": Parameter("1", Beta(4, 11), source=ASSUMED),
    "initial_investment": Parameter("1", Beta(5, 5), source=ASSUMED),
    "initial_memory_operations": Parameter(
        "operations/persons", LogNormal(2e-7, 2), source=ASSUMED
    ),
    "initial_mourned": Parameter("1", LogNormal(4e-7, 2), source=ASSUMED),
    "initial_memory_attacks": Parameter("attacks/persons", LogNormal(4e-7, 2), source=ASSUMED),
    "initial_toll": Parameter("1", LogNormal(5e-7, 2), source=ASSUMED),
    "initial_damage": Parameter("damage/persons", LogNormal(1e-7, 2), source=ASSUMED),
}


def stocks(m: Model) -> None:
    """Declare the stocks of a district; every start is a parameter, the same for all districts.

    People start as shares of the population: passive = population - everybody else. The medians
    of the starts stand near the resting point of the median parameters under the levers' defaults,
    so that no trend comes from the start alone.
    """
    p, population = m.declare(PARAMETERS), m["population"]
    _people(m)
    shares = {
        "trust": (p.initial_trust, "trust in institutions"),
        "grievance_repression": (p.initial_repression, "grievance over repression"),
        "grievance_extraction": (p.initial_extraction, "grievance over extraction"),
        "grievance_exclusion": (p.initial_exclusion, "grievance over exclusion from power"),
        "service_level": (p.initial_services, "schools, clinics, water that people see"),
        "investment": (p.initial_investment, "private investment, of what peace would bring"),
        "credibility": (sp.Integer(0), "credibility of the state's commitment in talks"),
    }
    for name, (start, meaning) in shares.items():
        m.stock(name, "share", unit="1", initial=start, meaning=meaning)
    remembered = p.initial_memory_operations
    memories = {
        "memory_operations": (remembered, "operations", "operations remembered"),
        "memory_harmful": (remembered / 2, "operations", "those of them that harmed civilians"),
        "mourned": (p.initial_mourned, "persons", "harmed people who are mourned"),
        "memory_attacks": (p.initial_memory_attacks, "attacks", "attacks remembered"),
        "memory_toll": (p.initial_toll, "persons", "civilians killed in attacks, remembered"),
    }
    for name, (start, unit, meaning) in memories.items():
        m.stock(name, "memory", unit=unit, initial=start * population, meaning=meaning)
    for kind in INFRASTRUCTURE:
        m.stock(
            f"damage_{kind}",
            "memory",
            unit="damage",
            initial=p.initial_damage * population,
            meaning=f"backlog of damage to {kind}, in attacks' worth",
        )


def _people(m: Model) -> None:
    population = m["population"]
    m.stock("passive", "people", unit="persons", initial=None, meaning="observers, taking no side")
    militants, hard, islamist = (
        m[name]
        for name in ("initial_militants", "initial_hardline_share", "initial_islamist_share")
    )
    starts = {
        "sympathiser": (m["initial_sympathisers"], "support militants without bearing arms"),
        "militant_nationalist": (
            militants * (1 - islamist) * (1 - hard),
            "armed nationalists who may be reconciled",
        ),
        "militant_hardline": (
            militants * (1 - islamist) * hard,
            "armed nationalists of the hard line",
        ),
        "militant_islamist": (militants * islamist, "armed Islamists"),
        "custody": (m["initial_custody"], "in lawful custody"),
        "unaccounted": (m["initial_unaccounted"], "taken, and not accounted for"),
        "reintegrated": (sp.Integer(0), "former militants who came back through talks"),
        "dead": (sp.Integer(0), "killed since the start"),
    }
    for name, (share, meaning) in starts.items():
        m.stock(name, "people", unit="persons", initial=share * population, meaning=meaning)
    civilians = sp.Max(m["passive"] + m["sympathiser"], 1)  # at least one: it is divided by
    m.define("civilians", civilians, unit="persons", meaning="passive and sympathisers")
    m.define(
        "support",
        sp.Min(1, m["sympathiser"] / m["civilians"]),
        meaning="share of civilians who sympathise with militants",
    )
    m.define(
        "militants",
        sp.Add(*(m[name] for name in MILITANTS)),
        unit="persons",
        total="sum",
        meaning="members of all armed groups",
    )


def support_before(m: Model) -> sp.Expr:
    """Return the share of civilians who sympathise, from stocks alone.

    What neighbours see of a district reads its stocks before the week, not its definitions.
    """
    return m["sympathiser"] / sp.Max(m["passive"] + m["sympathiser"], 1)
