"""Today's per-capita rates, from parameters alone: what every response is centred on.

The rates here are one nuisance level per draw: a hypothesis says where today's recruits and
attacks come from, not how many there are. Stocks start where these rates hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sympy as sp

from tarazu.model.declaration import Model

ONE: Final = sp.Integer(1)
TECHNICAL: Final = sp.Rational(3, 10)
RULES: Final = sp.Rational(2, 10)
DUE_PROCESS: Final = sp.Rational(3, 10)
AGENCY: Final = sp.Rational(2, 10)
PROXIES: Final = sp.Rational(5, 10)
LOCAL_REVENUE: Final = sp.Rational(1, 10)
SERVICES: Final = sp.Rational(3, 10)
REACTIVE: Final = sp.Rational(3, 10)
"""Today's practice: the defaults of levers; ASSUMED."""

GUARDS: Final[Mapping[str, sp.Expr]] = {
    "security": sp.Rational(12, 100),
    "transport": sp.Rational(5, 100),
    "energy": sp.Rational(10, 100),
    "urban": sp.Rational(5, 100),
}
"""Shares of the force that guard each class of targets today; ASSUMED."""

FORCE: Final = sp.Rational(6, 1000)
"""Soldiers, frontier corps and police per person: some 90,000 among 15 million; ASSUMED."""

MOBILE: Final = FORCE * (1 - sp.Add(*GUARDS.values()))
"""Force that guards nothing, per person."""

ARREST: Final = sp.Rational(23, 10)
"""Epstein's (2002) constant: one cop to one active arrests with probability 0.9."""

FORGETTING: Final = sp.Rational(1, 4)
"""How fast having been hit is forgotten, of how fast willingness comes back: a generation."""


def today(m: Model) -> None:
    """Define today's per-capita rates, per week, and what follows from them."""
    _factions(m)
    _operations(m)
    _custody(m)
    _recruits(m)
    _kin(m)
    _targets(m)


def weekly(m: Model, rate: sp.Expr) -> sp.Expr:
    """Return what leaves in a week at a rate, by week: 1 - exp(-rate) over a week.

    A memory that gains one per week has its equilibrium at 1 / weekly, not at 1 / rate.
    """
    return (1 - sp.exp(-rate * m["step"])) / m["step"]


def expanded(m: Model, expression: sp.Expr) -> sp.Expr:
    """Return an expression with every definition in it written out.

    Starts and sums over districts may read parameters and places, not definitions.
    """
    while True:
        named = [s for s in expression.free_symbols if s.name in m.definitions]
        if not named:
            return expression
        expression = expression.xreplace({s: m.definitions[s.name].expression for s in named})


def _factions(m: Model) -> None:
    hard, islamist = m["hardline_today"], m["islamist_today"]
    here, nationalist = m["militant_place"], m["nationalist_place"]
    shares = {
        "nationalist": (1 - islamist) * (1 - hard) * nationalist / here,
        "hardline": (1 - islamist) * hard * nationalist / here,
        "islamist": islamist * m["islamist_place"] / here,
    }
    for faction, share in shares.items():
        m.define(
            f"{faction}_share_today", share, meaning=f"share of the faction {faction} here today"
        )


def _operations(m: Model) -> None:
    m.define(
        "operations_today",
        m["recorded_operations"] / m["operations_recorded_share"],
        unit="operations/persons/week",
        meaning="lethal operations today; the record sees a share of them",
    )
    m.define(
        "raids_today",
        m["claimed_raids"] * m["raids_per_claim"],
        unit="raids/persons/week",
        meaning="raids and sweeps today; officials claim more of them",
    )
    tips = m["trust_today"] * (1 - m["sympathisers_today"])
    m.define(
        "discrimination_today",
        1 - (1 - TECHNICAL) * (1 - m["tip_value"] * tips),
        meaning="share of an operation's force that meets militants today",
    )
    m.define(
        "bluntness_today",
        (1 - m["discrimination_today"]) * (1 - m["rules_value"] * RULES),
        meaning="share of an operation's force that meets civilians today",
    )
    engaged = m["engaged_share"] * MOBILE / m["militants_today"]
    m.define(
        "find_chance_today",
        1 - sp.exp(-ARREST * engaged),
        meaning="chance that the engaged force finds a militant today",
    )


def _custody(m: Model) -> None:
    reported = m["reported_disappearances"] / m["disappearances_reported_share"]
    m.define(
        "raid_takings_today",
        reported / (1 - DUE_PROCESS),
        unit="1/week",
        meaning="people taken in raids today; reports see a share of those who disappear",
    )
    m.define(
        "taken_today",
        m["raid_takings_today"] + m["taken_per_operation"] * m["operations_today"],
        unit="1/week",
        meaning="people taken today, in raids and in lethal operations",
    )
    m.define(
        "disappeared_today",
        (1 - DUE_PROCESS) * m["taken_today"],
        unit="1/week",
        meaning="people who disappear today",
    )
    m.define(
        "missing_today",
        m["disappeared_today"]
        * (
            1 / weekly(m, m["early_return_rate"])
            + m["long_share"] / weekly(m, m["late_return_rate"])
        ),
        meaning="share of the people missing today",
    )
    m.define(
        "civilian_deaths_today",
        m["operations_today"] * m["deaths_per_operation"],
        unit="1/week",
        meaning="civilians killed in operations today",
    )
    m.define(
        "killed_today",
        m["civilian_deaths_today"]
        + m["militant_kin_weight"] * m["killed_per_operation"] * m["operations_today"]
        + m["custody_death_share"] * m["long_share"] * m["disappeared_today"],
        unit="1/week",
        meaning="killed who are mourned today: civilians, militants, the dead of custody",
    )


def _recruits(m: Model) -> None:
    killed = m["killed_per_operation"] * m["operations_today"]
    captured = m["militants_among_taken"] * m["raid_takings_today"]
    m.define(
        "losses_today",
        m["desertion_rate"] * m["militants_today"] + killed + captured,
        unit="1/week",
        meaning="militants lost today: left, killed, captured",
    )
    m.define(
        "recruits_today",
        m["renewal"] * m["losses_today"],
        unit="1/week",
        meaning="recruits today, from everywhere",
    )
    m.define(
        "spontaneous_today",
        m["spontaneous_share"] * m["recruits_today"],
        unit="1/week",
        meaning="recruits today whom nobody recruits",
    )
    m.define(
        "sponsored_today",
        sp.Max(m["sponsored_share"], 0) * m["recruits_today"] * m["sponsored_place"],
        unit="1/week",
        meaning="men paid from outside today",
    )

    leaving = weekly(m, m["relapse_rate"] + m["cooling_rate"])
    m.define(
        "former_today",
        weekly(m, m["desertion_rate"]) * m["militants_today"] / leaving,
        meaning="former militants who have not settled today, per person",
    )
    m.define(
        "relapsed_today",
        weekly(m, m["relapse_rate"]) * m["former_today"],
        unit="1/week",
        meaning="former militants who take up arms again today",
    )


def _kin(m: Model) -> None:
    m.define(
        "hits_today",
        m["kin_size"] * (m["civilian_deaths_today"] + m["taken_today"]),
        unit="1/week",
        meaning="civilians killed and people taken today, by kin group",
    )
    m.define(
        "kin_known",
        sp.Min(1, m["kin_size"] * m["militants_today"]),
        meaning="kin groups with a militant today: they stay targets",
    )
    first = (1 - m["kin_targeting"]) * m["hits_today"]
    m.define(
        "kin_hit_today",
        sp.Max(m["kin_known"], 1 / (1 + FORGETTING * m["cooling_rate"] / first)),
        meaning="kin groups already hit today",
    )
    m.define(
        "returning_today",
        1 - (1 - m["kin_targeting"]) * (1 - m["kin_hit_today"]),
        meaning="share of hits that fall on groups already hit today",
    )
    again = m["returning_today"] * m["hits_today"] / m["kin_hit_today"]
    new = first * (1 - m["kin_hit_today"]) / m["kin_hit_today"]
    fresher = m["cooling_rate"] + new * (1 - m["spent_share"])
    m.define(
        "kin_fresh_today",
        sp.Min(1, fresher / (fresher + m["spent_share"] * (again + new))),
        meaning="willing in groups already hit today, of those before a hit",
    )


def _targets(m: Model) -> None:
    shares: dict[str, sp.Expr] = dict.fromkeys(GUARDS, sp.Integer(0))
    for ideology in ("nationalist", "islamist"):
        weight = m[f"attack_share_{ideology}_today"]
        seen = visibilities(m, ideology)
        appeals = {
            kind: m.define(
                f"appeal_{kind}_to_{ideology}_today",
                seen[kind] * sp.exp(-m["hardening"] * GUARDS[kind]),
                meaning=f"appeal of the class {kind} to {ideology}s today",
            )
            for kind in GUARDS
        }
        total = m.define(
            f"appeals_to_{ideology}_today",
            sp.Add(*appeals.values()),
            meaning=f"appeal of all classes to {ideology}s today",
        )
        m.define(
            f"let_through_{ideology}_today",
            m["substitution"] + (1 - m["substitution"]) * sp.Min(1, total / sp.Add(*seen.values())),
            meaning=f"share of what {ideology}s are ready for that guards do not prevent today",
        )
        for kind in GUARDS:
            shares[kind] += weight * appeals[kind] / total
    for kind, share in shares.items():
        m.define(
            f"attacks_{kind}_today",
            m["attacks_today"] * share,
            unit="attacks/persons/week",
            meaning=f"attacks on the class {kind} today",
        )
    tolls = (
        m[f"deaths_per_attack_{k}"] * m[f"attacks_{k}_today"] for k in GUARDS if k != "security"
    )
    m.define(
        "toll_today",
        sp.Add(*tolls),
        unit="1/week",
        meaning="civilians killed in attacks today",
    )


def visibilities(
    m: Model, ideology: str, *, scale: sp.Expr = ONE, reach: sp.Expr = ONE
) -> dict[str, sp.Expr]:
    """Return how visible each class of targets is to an ideology, security forces 1.

    scale, reach : projects, and the network's reach in cities, as multiples of today's.
    """
    taste = m["islamist_urban"] if ideology == "islamist" else ONE
    return {
        "security": ONE,
        "transport": m["visibility_transport"] * m["transport_lines"],
        "energy": m["visibility_energy"] * m["energy_sites"] * scale,
        "urban": taste * m["visibility_urban"] * m["urban_share"] * reach,
    }
