"""Factions: pressure splits them or closes their ranks; groups enter and vanish."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.response import contrast, response

PARAMETERS = {
    "splinter_rate": Parameter("1/week", LogNormal(2e-3, 2), source=ASSUMED),
    "splinter_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("description", "pressure breeds splinters; here of either sign"),
    ),
    # of the groups of a year few are named five years later
    "group_turnover": Parameter("1/week", LogNormal(1 / 260, 1.7), source=ASSUMED),
    "entrant_share": Parameter("1", Beta(3, 3), source=ASSUMED),
}


def factions(m: Model) -> None:
    """Nationalists split off to the hard line under pressure, and soften; groups come and go.

    h(nationalist -> hardline) = splinter_rate * splitting
    h(hardline -> nationalist) = splinter_rate * today's nationalists / hardline
    splitting = response(splinter_response * contrast(raid_level))
    groups gain group_turnover * today's * ((1 - entrant_share) * splitting * militant_level
        + entrant_share * sympathisers, as a multiple of today's, * grievance_level), and fade by
        group_turnover
    group_level = groups / today's, per person of militant_base
    groups_active = groups * (1 - exp(-attack_level / group_level)): those that a record names
    """
    p, population = m.declare(PARAMETERS), m["population"]
    usual = m["groups_today"] * m["militant_base"]
    m.stock("groups", "memory", unit="groups", initial=usual, meaning="armed groups")
    splitting = m.define(
        "splitting",
        response(p.splinter_response * contrast(m["raid_level"])),
        meaning="readiness to split, as a multiple of today's",
    )
    m.transfer(
        "splintered",
        "militant_nationalist",
        "militant_hardline",
        hazard=p.splinter_rate * splitting,
        meaning="nationalists split off to the hard line",
    )
    m.transfer(
        "softened",
        "militant_hardline",
        "militant_nationalist",
        hazard=p.splinter_rate * (1 - m["hardline_today"]) / m["hardline_today"],
        meaning="men of the hard line become open to settlement",
    )
    unserved = m["sympathiser"] / (m["sympathisers_today"] * population) * m["grievance_level"]
    born = (1 - p.entrant_share) * splitting * m["militant_level"] + p.entrant_share * unserved
    m.change(
        "groups",
        inflow=p.group_turnover * usual * born,
        fall=p.group_turnover,
        meaning="groups split off, enter and vanish",
    )
    m.define("group_level", m["groups"] / usual, meaning="armed groups, as a multiple of today's")
    crowd = m["group_level"] / sp.Max(m["attack_level"], sp.Float(1e-9))
    m.define(
        "groups_active",
        m["groups"] * (1 - sp.exp(-1 / sp.Max(crowd, sp.Float(1e-9)))),
        unit="groups",
        reported=True,
        total="sum",
        meaning="armed groups that a record would name",
    )
