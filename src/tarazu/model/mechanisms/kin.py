"""Kin: what deaths, detentions and disappearances do to those who knew the harmed."""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.response import response

PARAMETERS = {
    # recruits per person harmed: about one would replace those removed; most families send nobody
    "recruits_per_killed": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source(
            "kaplan2005", "more recruits than removed by hits there, none by civilian deaths"
        ),
    ),
    "recruits_per_disappeared": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source("description", "disappearance recruits; here of either sign"),
    ),
    # weaker than a disappearance in 95 % of draws
    "recruits_per_detained": Parameter("1", Normal(0, 0.04), source=ASSUMED),
    "militant_kin_weight": Parameter("1", Beta(3, 3), source=ASSUMED),
    "kin_decay": Parameter("1/week", LogNormal(1 / 52, 1.7), source=ASSUMED),
    "kin_size": Parameter(
        "1",
        LogNormal(30, 1.7),
        source=Source("pbs2023", "6.9 persons a household; four households of kin: assumed"),
    ),
    "kin_targeting": Parameter("1", Beta(2, 2), source=ASSUMED),
    "spent_share": Parameter("1", Beta(4, 4), source=ASSUMED),
    "kin_sympathy": Parameter("1", LogNormal(15, 2), source=ASSUMED),
    "redress_response": Parameter(
        "1",
        SpikeSlab(0.2, 0.3, 0.6),
        source=Source("silverman2020", "payments lower violence there: a lean; size assumed"),
    ),
}


class KinClasses(NamedTuple):
    """Two classes of kin groups: never hit, and hit; expressions or numbers.

    Attributes
    ----------
    returning : share of hits that fall on groups already hit.
    effect : of a hit on average, as a multiple of a first one.
    """

    returning: sp.Expr
    effect: sp.Expr


def kin_classes(hit: sp.Expr, fresh: sp.Expr, targeting: sp.Expr) -> KinClasses:
    """Return where hits fall, given the share of groups hit and what is fresh in them.

    A share `targeting` of hits returns to groups already hit, the others fall anywhere. A hit on
    a group already hit finds only the fresh part of those who would turn.
    """
    returning = 1 - (1 - targeting) * (1 - hit)
    return KinClasses(returning, 1 - returning * (1 - fresh))


def kin_changes(
    m: Model,
    *,
    by_group: sp.Expr,
    known: sp.Expr,
    targeting: sp.Expr,
    spent: sp.Expr,
    recovery: sp.Expr,
    fading: sp.Expr,
) -> None:
    """Move the stocks kin_hit (share of groups) and kin_fresh (share of those who would turn).

    by_group : hits by kin group and week, on average over all groups.
    known : share of groups that stay targets even where nobody was hit before.
    recovery, fading : 1/week, of willingness and of having been hit.
    """
    hit, fresh = m["kin_hit"], m["kin_fresh"]
    returning = m.define(
        "kin_returning",
        kin_classes(hit, fresh, targeting).returning,
        meaning="share of hits that fall on groups already hit",
    )
    among_hit = m.define(
        "hits_of_hit",
        by_group / sp.Max(hit, known),
        unit="1/week",
        meaning="hits, by kin group already hit",
    )
    first = m.define(
        "newly_hit",
        (1 - targeting) * (1 - hit) * among_hit,
        unit="1/week",
        meaning="groups newly hit, by group already hit",
    )
    m.change(
        "kin_hit",
        rise=(1 - targeting) * by_group,
        fall=fading,
        meaning="kin groups are hit first, and forget",
    )
    m.change(
        "kin_fresh",
        rise=recovery + first * (1 - spent),
        fall=spent * (returning * among_hit + first),
        meaning="willingness is spent by hits, comes back, and comes with groups newly hit",
    )


def kin(m: Model) -> None:
    """Harm brings recruits or keeps them away, by its kind, later, and less where it returns.

    kin_flow = relief * effect * (recruits_per_killed * kin_decay * memory_killed
        + recruits_per_detained * kin_decay * memory_detained
        + recruits_per_disappeared * (early_return_rate * (1 - long_share) * missing_weeks
            + late_return_rate * missing_years))
    memory_killed gains civilians killed + deaths in custody + militant_kin_weight * operation_harm
        * militants killed; memory_detained gains those detained; both fade by kin_decay
    relief = response(-redress_response * redress)
    effect, kin_hit, kin_fresh: two classes of kin groups, never hit and hit; see `kin_classes`;
        willingness comes back at cooling_rate, having been hit fades at a quarter of it
    kin_pull = kin_sympathy * (kin_flow - today's): observers who turn to the militants, or
        sympathisers who turn away
    """
    p, base = m.declare(PARAMETERS), m["militant_base"]
    redress = m.lever(
        "redress",
        Lever(
            "1", 0.0, 1.0, 0.0, "sympathiser", "compensation of families of the harmed", cost=8.0
        ),
    )
    mourned = (
        m["operation_deaths_civilian"]
        + m["deaths_in_custody"]
        + p.militant_kin_weight * m["operation_harm"] * m["operation_deaths_militant"]
    )
    m.change("memory_killed", inflow=mourned, fall=p.kin_decay, meaning="the killed are mourned")
    m.change(
        "memory_detained",
        inflow=m["detained"],
        fall=p.kin_decay,
        meaning="kin of those detained decide",
    )
    _classes(m)
    relief = m.define(
        "relief", response(-p.redress_response * redress), meaning="what redress leaves of harm"
    )
    effect = kin_classes(m["kin_hit"], m["kin_fresh"], p.kin_targeting).effect
    killed = m.define(
        "killed_felt",
        today.weekly(m, p.kin_decay) * m["memory_killed"],
        unit="persons/week",
        meaning="killed whose kin decide",
    )
    missing = m.define(
        "missing_felt",
        today.weekly(m, m["early_return_rate"]) * (1 - m["long_share"]) * m["missing_weeks"]
        + today.weekly(m, m["late_return_rate"]) * m["missing_years"],
        unit="persons/week",
        meaning="missing whose kin decide",
    )
    flow = m.define(
        "kin_flow",
        relief
        * effect
        * (
            p.recruits_per_killed * killed
            + p.recruits_per_detained * today.weekly(m, p.kin_decay) * m["memory_detained"]
            + p.recruits_per_disappeared * missing
        ),
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="recruits that harm brings (below zero: keeps away)",
    )
    m.define(
        "kin_today",
        kin_classes(m["kin_hit_today"], m["kin_fresh_today"], p.kin_targeting).effect
        * (
            p.recruits_per_killed * m["killed_today"]
            + p.recruits_per_detained * today.DUE_PROCESS * m["taken_today"]
            + p.recruits_per_disappeared * m["disappeared_today"]
        ),
        unit="1/week",
        meaning="recruits that harm brings today, per person",
    )
    m.define(
        "harm_level",
        (killed + missing) / (base * (m["killed_today"] + m["disappeared_today"])),
        meaning="killed and missing who are felt, as a multiple of today's",
    )
    pull = m.define(
        "kin_pull",
        p.kin_sympathy * (flow - base * m["kin_today"]),
        unit="persons/week",
        meaning="kin who turn to the militants, more than today (below zero: away)",
    )
    m.transfer(
        "kin_turned",
        "passive",
        "sympathiser",
        hazard=sp.Max(pull, 0) / m["civilians"],
        meaning="kin of the harmed turn to the militants",
    )
    m.transfer(
        "kin_turned_away",
        "sympathiser",
        "passive",
        hazard=sp.Max(-pull, 0) / sp.Max(m["sympathiser"], 1),
        meaning="kin of the harmed turn away from the militants",
    )


def _classes(m: Model) -> None:
    """Declare the two classes, where today's hits hold them; militants' groups count as hit."""
    starts = {"kin_hit": "kin groups already hit", "kin_fresh": "willing in groups already hit"}
    for name, meaning in starts.items():
        start = today.expanded(m, m[f"{name}_today"])
        m.stock(name, "share", unit="1", initial=start, meaning=meaning)
    hits = m["operation_deaths_civilian"] + m["detained"] + m["disappeared"]
    kin_changes(
        m,
        by_group=hits * m["kin_size"] / m["militant_base"],
        known=m["kin_known"],
        targeting=m["kin_targeting"],
        spent=m["spent_share"],
        recovery=m["cooling_rate"],
        fading=today.FORGETTING * m["cooling_rate"],
    )
