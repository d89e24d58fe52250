"""Politics: local agency and dialogue."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "exclusion_rate": Parameter(
        "1/week",
        LogNormal(3e-3, 1.5),
        source=Source("cederman2011", "exclusion from power breeds grievance; size assumed"),
    ),
    "exclusion_decay": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
    "agency_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 4e-3, 4e-3),
        source=Source("description", "agency lowers grievance; here of either sign"),
    ),
    "dialogue_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 5e-3, 5e-3),
        source=Source("description", "talks bring men back; here of either sign"),
    ),
}


def politics(m: Model) -> None:
    """Agency moves grievance over exclusion; dialogue brings militants back, or spoilers in.

    grievance_exclusion rises by exclusion_rate, fades by exclusion_decay, and is pushed by
        -agency_response * local_agency
    militants reintegrated = max(dialogue_response, 0) * dialogue * trust * militant
    militants gained by spoiling = max(-dialogue_response, 0) * dialogue * (1 - trust) * militant
    """
    p = m.declare(PARAMETERS)
    agency = m.lever(
        "local_agency",
        Lever("1", 0.0, 1.0, 0.2, "grievance_exclusion", "say of real local leaders, 1 = full"),
    )
    dialogue = m.lever(
        "dialogue",
        Lever("1", 0.0, 1.0, 0.0, "militant", "intensity of talks with those willing to disarm"),
    )
    m.change(
        "grievance_exclusion",
        rise=p.exclusion_rate,
        fall=p.exclusion_decay,
        meaning="exclusion is felt, and fades",
    )
    m.change(
        "grievance_exclusion",
        push=-p.agency_response * agency,
        meaning="agency reconciles or divides",
    )
    m.transfer(
        "reintegrated",
        "militant",
        "passive",
        hazard=sp.Max(p.dialogue_response, 0) * dialogue * m["trust"],
        meaning="militants return through talks",
    )
    m.transfer(
        "spoiled",
        "sympathiser",
        "militant",
        hazard=sp.Max(-p.dialogue_response, 0)
        * dialogue
        * (1 - m["trust"])
        * m["militant"]
        / sp.Max(m["sympathiser"], 1),
        meaning="failed talks draw sympathisers in",
    )
