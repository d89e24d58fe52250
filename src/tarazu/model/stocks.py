"""Stocks of the model: who there is, what they think, what is remembered, what is broken."""

from __future__ import annotations

from typing import Final

import sympy as sp

from tarazu.core.quantities import Beta, Fixed, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

FACTIONS: Final = ("nationalist", "hardline", "islamist")
"""Nationalists who may be reconciled, nationalists who hardly will, and Islamists."""

MILITANTS: Final = tuple(f"militant_{faction}" for faction in FACTIONS)
"""The stocks of militants, in the order of `FACTIONS`."""

CLASSES: Final = ("security", "transport", "energy", "urban")
"""What attacks may hit: security forces; roads and rail; energy, mines and ports; cities."""

INFRASTRUCTURE: Final = ("transport", "energy")
"""What keeps a backlog of damage."""

IMPORTATION: Final = "importation"
"""The lever that holds what comes without violence before it; R_v is taken with it at 0."""

PEOPLE: Final = 15e6  # of the province, in which public numbers are turned into per-capita rates

PARAMETERS = {
    "militants_today": Parameter(
        "1",
        LogNormal(1.5e-4, 1.8),
        source=Source("press2025", "600 to 10,000 men in 15 million people: 2,250 in the middle"),
    ),
    "hardline_today": Parameter("1", Beta(4, 4), source=ASSUMED),
    "islamist_today": Parameter(
        "1",
        Beta(3, 8),
        source=Source("sundberg2013", "118 of 447 attacks with a named group, 2004 to 2021: 26%"),
    ),
    "sympathisers_today": Parameter(
        "1",
        Beta(3, 87),
        source=Source("dfid2012", "37% and 12% for independence: an upper bound; size assumed"),
    ),
    "trust_today": Parameter(
        "1",
        Beta(4, 4),
        source=Source("gallup2023", "34% approve of politicians, 66% of the army: between them"),
    ),
    "repression_today": Parameter("1", Beta(4, 8), source=ASSUMED),
    "extraction_today": Parameter("1", Beta(4, 8), source=ASSUMED),
    "exclusion_today": Parameter("1", Beta(4, 8), source=ASSUMED),
    "services_today": Parameter("1", Beta(4, 11), source=ASSUMED),
    "investment_today": Parameter("1", Beta(5, 5), source=ASSUMED),
    # 476 recorded attacks of militants, nearly all of them in 2004 to 2021: 25 a year
    "attacks_today": Parameter(
        "attacks/persons/week",
        LogNormal(25 / 52 / PEOPLE, 1.4),
        source=Source("sundberg2013", "25 recorded attacks a year; years differ by more"),
    ),
    "groups_today": Parameter(
        "groups/persons",
        LogNormal(6 / PEOPLE, 1.4),
        source=Source("sundberg2013", "1 to 7 groups named a year, of 12; a year names two thirds"),
    ),
    # today's level; an experiment may start elsewhere while rates stay those of today
    "start_level": Parameter("1", LogNormal(1, 1.001), source=ASSUMED),
    # the length of the model's step: a rate by week times it is a pure number
    "step": Parameter("week", Fixed(1), source=ASSUMED),
}


def stocks(m: Model) -> None:
    """Declare the stocks of a district, at today's levels per person; see the mechanism `place`.

    People start as shares of the population: passive = population - everybody else. Memories start
    where today's rates hold them. So nothing moves at the start but what `renewal` says of
    militants: no trend comes from starts that do not fit the rates.
    """
    p = m.declare(PARAMETERS)
    today.today(m)
    m.lever(
        IMPORTATION,
        Lever(
            "1",
            0.0,
            1.0,
            1.0,
            None,
            "share that is at work of what needs no violence before it: spontaneous recruits, "
            "sponsored men and arms, the base tempo of raids",
        ),
    )
    _people(m)
    shares = {
        "trust": (p.trust_today, "trust in institutions"),
        "grievance_repression": (p.repression_today, "grievance over repression"),
        "grievance_extraction": (p.extraction_today, "grievance over extraction"),
        "grievance_exclusion": (p.exclusion_today, "grievance over exclusion from power"),
        "service_level": (p.services_today, "schools, clinics, water that people see"),
        "investment": (p.investment_today, "private investment, of what peace would bring"),
        "credibility": (sp.Integer(0), "credibility of the state's commitment in talks"),
    }
    for name, (start, meaning) in shares.items():
        m.stock(name, "share", unit="1", initial=start, meaning=meaning)
    memories = {
        "memory_raids": (
            m["raids_today"] / today.weekly(m, m["operation_memory_decay"]),
            "raids",
            "raids remembered",
        ),
        "memory_operations": (
            m["operations_today"] / today.weekly(m, m["operation_memory_decay"]),
            "operations",
            "lethal operations remembered",
        ),
        "memory_harmful": (
            m["operations_today"]
            * m["bluntness_today"]
            / today.weekly(m, m["operation_memory_decay"]),
            "operations",
            "those of them that met civilians",
        ),
        "memory_attacks": (
            p.attacks_today / today.weekly(m, m["attack_memory_decay"]),
            "attacks",
            "attacks remembered",
        ),
        "memory_killed": (
            m["killed_today"] / today.weekly(m, m["kin_decay"]),
            "persons",
            "killed who are mourned",
        ),
        "memory_detained": (
            today.DUE_PROCESS * m["taken_today"] / today.weekly(m, m["kin_decay"]),
            "persons",
            "lawfully detained whose kin have not decided",
        ),
    }
    for name, (start, unit, meaning) in memories.items():
        people = m["attack_base" if name == "memory_attacks" else "militant_base"]
        level = today.expanded(m, start) * people
        m.stock(name, "memory", unit=unit, initial=level, meaning=meaning)


def _people(m: Model) -> None:
    population = m["population"]
    m.stock("passive", "people", unit="persons", initial=None, meaning="observers, taking no side")
    militants = m["militants_today"] * m["start_level"]
    held = today.DUE_PROCESS * m["taken_today"]
    starts = {
        "sympathiser": (m["sympathisers_today"], "support militants without bearing arms"),
        "militant_nationalist": (
            militants * m["nationalist_share_today"],
            "armed nationalists who may be reconciled",
        ),
        "militant_hardline": (
            militants * m["hardline_share_today"],
            "armed nationalists of the hard line",
        ),
        "militant_islamist": (militants * m["islamist_share_today"], "armed Islamists"),
        "custody": (
            held / today.weekly(m, m["custody_rate"]),
            "in lawful custody, before a charge or release",
        ),
        "prison": (held * m["charged_share"] / today.weekly(m, m["sentence_rate"]), "sentenced"),
        "missing_weeks": (
            m["disappeared_today"] / today.weekly(m, m["early_return_rate"]),
            "taken, and missing for weeks",
        ),
        "missing_years": (
            m["long_share"] * m["disappeared_today"] / today.weekly(m, m["late_return_rate"]),
            "taken, and missing for years",
        ),
        "reintegrated": (m["former_today"], "former militants who have not settled"),
        "dead": (sp.Integer(0), "killed since the start"),
    }
    for name, (share, meaning) in starts.items():
        people = population if name == "sympathiser" else m["militant_base"]
        level = today.expanded(m, share) * people
        m.stock(name, "people", unit="persons", initial=level, meaning=meaning)
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
    m.define(
        "militant_level",
        m["militants"] / (m["militants_today"] * m["militant_base"]),
        meaning="militants, as a multiple of today's",
    )
