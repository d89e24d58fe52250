"""Alienation: grievance over repression rises with harm, trust falls faster than it recovers."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model

PARAMETERS = {
    "publicity": Parameter("1", LogNormal(100, 3), source=ASSUMED),
    "grievance_decay": Parameter("1/week", LogNormal(1 / 104, 1.7), source=ASSUMED),
    "trust_loss": Parameter(
        "1",
        LogNormal(2, 1.5),
        source=Source("description", "trust falls faster than it recovers; size assumed"),
    ),
    "trust_recovery": Parameter("1/week", LogNormal(2e-3, 1.7), source=ASSUMED),
    "trust_erosion": Parameter("1/week", LogNormal(1.6e-2, 1.7), source=ASSUMED),
    "weight_repression": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
    "weight_extraction": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
    "weight_exclusion": Parameter("1", LogNormal(1, 1.5), source=ASSUMED),
}

CAUSES = ("repression", "extraction", "exclusion")


def alienation(m: Model) -> None:
    """News of harm moves grievance over repression one way, and trust the other.

    grievance_repression is pushed by publicity * kin_pull, and fades by grievance_decay
    trust is pushed by -trust_loss * publicity * kin_pull, recovers by trust_recovery, and is worn
        down by trust_erosion * grievance
    grievance = weighted mean of its causes
    """
    p = m.declare(PARAMETERS)
    news = p.publicity * m["kin_pull"]
    m.change("grievance_repression", push=news, meaning="harm is heard of")
    m.change("grievance_repression", fall=p.grievance_decay, meaning="grievance fades")
    m.change("trust", push=-p.trust_loss * news, meaning="harm costs trust")
    m.change(
        "trust",
        rise=p.trust_recovery,
        fall=p.trust_erosion * m["grievance"],
        meaning="trust recovers, grievance wears it down",
    )
    weights = {cause: m[f"weight_{cause}"] for cause in CAUSES}
    mixed = sp.Add(*(weight * m[f"grievance_{cause}"] for cause, weight in weights.items()))
    m.define(
        "grievance",
        sp.Min(1, mixed / sp.Add(*weights.values())),
        reported=True,
        meaning="grievance over all causes",
    )
