"""Custody: whoever is taken is lawfully held, charged, sentenced or released; or goes missing."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.stocks import FACTIONS, PEOPLE

PARAMETERS = {
    "reported_disappearances": Parameter(
        "1/week",
        LogNormal(400 / 52 / PEOPLE, 1.5),
        source=Source("paank2024", "619 of 2024; 257 and 367 of 2022 elsewhere; official 210"),
    ),
    # two counters agree within a quarter in most months; how far their cases overlap is unknown
    "disappearances_reported_share": Parameter("1", Beta(6, 3), source=ASSUMED),
    "taken_per_operation": Parameter("persons/operations", LogNormal(5, 2), source=ASSUMED),
    "custody_rate": Parameter(
        "1/week",
        LogNormal(1 / 13, 1.7),
        source=Source("assembly2025", "three months of detention for inquiry, the law's limit"),
    ),
    "charged_share": Parameter(
        "1",
        Beta(2, 4),
        source=Source("senate2018", "54 punished of 147 arrested in Balochistan, 2013 to 2017"),
    ),
    "sentence_rate": Parameter("1/week", LogNormal(1 / 208, 1.7), source=ASSUMED),
    "early_return_rate": Parameter(
        "1/week",
        LogNormal(1 / 8, 1.7),
        source=Source("paanksite2024", "25% back after six weeks or so, 37% after a year"),
    ),
    "long_share": Parameter(
        "1",
        Beta(6, 4),
        source=Source("paanksite2024", "248 of 429 of February to September 2023: 58% missing"),
    ),
    "late_return_rate": Parameter("1/week", LogNormal(1 / 208, 1.7), source=ASSUMED),
    "custody_death_share": Parameter(
        "1",
        Beta(2, 18),
        source=Source("coioed2024", "277 of 6,464 traced were dead; activists count up to a third"),
    ),
    "accounting_gain": Parameter("1", LogNormal(4, 2), source=ASSUMED),
}

CIVILIANS = ("passive", "sympathiser")


def custody(m: Model) -> None:
    """Hold those taken lawfully, or do not account for them: for weeks, or for years.

    hazard of being taken = (today's * militant_base * raiding + taken_per_operation * operations
        * operation_harm) * bluntness_level / civilians; civilians make up
        1 - militants_among_taken of those taken in raids
    a share due_process of all who are taken is lawfully held, the others are missing
    h(custody -> prison) = custody_rate * charged_share; h(custody -> passive) = the rest of it
    h(prison -> passive) = sentence_rate
    h(missing_weeks -> passive) = early_return_rate * (1 - long_share)
    h(missing_weeks -> missing_years) = early_return_rate * long_share
    h(missing_years -> passive) = late_return_rate * (1 - custody_death_share)
        * (1 + accounting_gain * accounting)
    h(missing_years -> dead) = late_return_rate * custody_death_share
    """
    p = m.declare(PARAMETERS)
    lawful = m.lever(
        "due_process",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.DUE_PROCESS),
            "missing_years",
            "share of those taken who are lawfully held",
            cost=20,
        ),
    )
    accounting = m.lever(
        "accounting",
        Lever("1", 0.0, 1.0, 0.0, "missing_years", "effort to account for the missing", cost=5.0),
    )
    in_raids = (
        (1 - m["militants_among_taken"])
        * m["raid_takings_today"]
        * m["militant_base"]
        * m["raiding"]
    )
    in_operations = p.taken_per_operation * m["operations"] * m["operation_harm"]
    taken = m.define(
        "taken_hazard",
        (in_raids + in_operations) * m["bluntness_level"] / m["civilians"],
        unit="1/week",
        meaning="hazard of being taken, of a civilian",
    )
    everybody = {name: (name, taken) for name in CIVILIANS}
    everybody |= {name: (f"militant_{name}", m["capture_hazard"]) for name in FACTIONS}
    for name, (stock, hazard) in everybody.items():
        m.transfer(
            f"detained_{name}",
            stock,
            "custody",
            hazard=hazard * lawful,
            meaning="people taken and lawfully held",
        )
        m.transfer(
            f"disappeared_{name}",
            stock,
            "missing_weeks",
            hazard=hazard * (1 - lawful),
            meaning="people taken and not accounted for",
        )
    ways = (
        ("charged", "custody", "prison", p.custody_rate * p.charged_share, "charged, sentenced"),
        ("released", "custody", "passive", p.custody_rate * (1 - p.charged_share), "released"),
        ("served", "prison", "passive", p.sentence_rate, "sentence served"),
        (
            "came_back",
            "missing_weeks",
            "passive",
            p.early_return_rate * (1 - p.long_share),
            "back within weeks",
        ),
        (
            "stayed_missing",
            "missing_weeks",
            "missing_years",
            p.early_return_rate * p.long_share,
            "missing for longer",
        ),
        (
            "accounted_for",
            "missing_years",
            "passive",
            p.late_return_rate * (1 - p.custody_death_share) * (1 + p.accounting_gain * accounting),
            "returned or accounted for",
        ),
        (
            "custody_deaths",
            "missing_years",
            "dead",
            p.late_return_rate * p.custody_death_share,
            "dead in custody that nobody accounts for",
        ),
    )
    for name, source, target, hazard, meaning in ways:
        m.transfer(name, source, target, hazard=hazard, meaning=meaning)
    for fate in ("detained", "disappeared"):
        m.define(
            fate,
            sp.Add(*(m[f"{fate}_{name}"] for name in everybody)),
            unit="persons/week",
            reported=True,
            total="sum",
            meaning="people newly unaccounted for"
            if fate == "disappeared"
            else "people newly in lawful custody",
        )
    m.define(
        "deaths_in_custody",
        1 * m["custody_deaths"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="people who die unaccounted for",
    )
    m.define(
        "disappearances_reported",
        p.disappearances_reported_share * m["disappeared"],
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="disappearances that reports would count",
    )
    m.define(
        "unaccounted",
        m["missing_weeks"] + m["missing_years"],
        unit="persons",
        reported=True,
        total="sum",
        meaning="people taken, and not accounted for",
    )
    m.define(
        "missing_level",
        m["unaccounted"] / (m["militant_base"] * m["missing_today"]),
        meaning="people unaccounted for, as a multiple of today's",
    )
