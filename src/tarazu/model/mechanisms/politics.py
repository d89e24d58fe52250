"""Politics: agency of real local leaders, and of proxies who look like it."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "exclusion_rate": Parameter(
        "1/week",
        LogNormal(2.7e-3, 1.5),
        source=Source("cederman2011", "exclusion from power breeds grievance; size assumed"),
    ),
    "exclusion_decay": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
    "agency_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 0, 5e-3),
        source=Source("description", "agency lowers grievance; here of either sign"),
    ),
    "proxy_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 0, 5e-3),
        source=Source("description", "proxies change little; here of either sign"),
    ),
}


def politics(m: Model) -> None:
    """Agency moves grievance over exclusion; so may proxies, by a parameter of their own.

    grievance_exclusion rises by exclusion_rate, fades by exclusion_decay, and is pushed by
        -agency_response * local_agency - proxy_response * proxies
    """
    p = m.declare(PARAMETERS)
    agency = m.lever(
        "local_agency",
        Lever(
            "1",
            0.0,
            1.0,
            0.2,
            "grievance_exclusion",
            "say of real local leaders, 1 = full",
            cost=10.0,
        ),
    )
    proxies = m.lever(
        "proxies",
        Lever(
            "1",
            0.0,
            1.0,
            0.5,
            "grievance_exclusion",
            "say of leaders whom the state appoints, 1 = full",
            cost=10.0,
        ),
    )
    m.change(
        "grievance_exclusion",
        rise=p.exclusion_rate,
        fall=p.exclusion_decay,
        meaning="exclusion is felt, and fades",
    )
    m.change(
        "grievance_exclusion",
        push=-p.agency_response * agency - p.proxy_response * proxies,
        meaning="agency and proxies reconcile or divide",
    )
