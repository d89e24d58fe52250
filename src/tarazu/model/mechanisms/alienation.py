"""Alienation: harm and projects move grievance; grievance and harm move trust."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.response import contrast, response

PARAMETERS = {
    "alienation_response": Parameter(
        "1",
        Normal(0, 1),
        source=Source("toft2012", "punishment is counter-productive there; no sign taken over"),
    ),
    "grievance_rate": Parameter("1/week", LogNormal(1 / 104, 1.7), source=ASSUMED),
    "trust_rate": Parameter("1/week", LogNormal(1 / 104, 1.7), source=ASSUMED),
    "trust_response": Parameter(
        "1",
        LogNormal(2, 1.7),
        source=Source("description", "grievance wears trust down; size assumed"),
    ),
    "weight_extraction": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
    "weight_exclusion": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
}

CAUSES = ("repression", "extraction", "exclusion")


def drift(m: Model, stock: str, *, rate: sp.Expr, today: sp.Expr, factor: sp.Expr) -> None:
    """Let a share move to where its odds are today's odds times a factor."""
    m.change(
        stock,
        rise=rate * today * factor,
        fall=rate * (1 - today),
        meaning="moves to today's odds times what moves it",
    )


def alienation(m: Model) -> None:
    """Harm moves grievance over repression one way, and trust the other.

    grievance_repression moves at grievance_rate to today's odds
        * response(alienation_response * contrast(harm_level))
    trust moves at trust_rate to today's odds
        * response(-alienation_response * contrast(harm_level) - trust_response
        * (grievance - today's))
    grievance = weighted mean of its causes, repression with weight 1
    """
    p = m.declare(PARAMETERS)
    weights = {
        "repression": sp.Integer(1),
        "extraction": p.weight_extraction,
        "exclusion": p.weight_exclusion,
    }

    def mixed(name: str) -> sp.Expr:
        parts = (weight * m[name.format(cause)] for cause, weight in weights.items())
        return sp.Add(*parts) / sp.Add(*weights.values())

    harmed = p.alienation_response * contrast(m["harm_level"])
    m.define(
        "grievance",
        sp.Min(1, mixed("grievance_{}")),
        reported=True,
        meaning="grievance over all causes",
    )
    m.define("grievance_today", mixed("{}_today"), meaning="grievance over all causes at the start")
    m.define(
        "grievance_level",
        m["grievance"] / m["grievance_today"],
        meaning="grievance, as a multiple of today's",
    )
    drift(
        m,
        "grievance_repression",
        rate=p.grievance_rate,
        today=m["repression_today"],
        factor=response(harmed),
    )
    worn = p.trust_response * (m["grievance"] - m["grievance_today"])
    drift(m, "trust", rate=p.trust_rate, today=m["trust_today"], factor=response(-harmed - worn))
