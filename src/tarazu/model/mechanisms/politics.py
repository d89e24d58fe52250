"""Politics: agency of real local leaders, and of proxies who look like it."""

from __future__ import annotations

from tarazu.core.quantities import Parameter, SpikeSlab
from tarazu.core.sources import Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.alienation import drift
from tarazu.model.quantities import Lever
from tarazu.model.response import response

PARAMETERS = {
    "agency_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 1.5),
        source=Source("cederman2011", "exclusion breeds grievance there; here of either sign"),
    ),
    "proxy_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 1.5),
        source=Source("description", "proxies change little; here of either sign"),
    ),
}


def politics(m: Model) -> None:
    """Agency moves grievance over exclusion; so may proxies, by a parameter of their own.

    grievance_exclusion moves at grievance_rate to today's odds * response(-agency_response
        * (local_agency - today's) - proxy_response * (proxies - today's))
    """
    p = m.declare(PARAMETERS)
    agency = m.lever(
        "local_agency",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.AGENCY),
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
            float(today.PROXIES),
            "grievance_exclusion",
            "say of leaders whom the state appoints, 1 = full",
            cost=10.0,
        ),
    )
    more = p.agency_response * (agency - today.AGENCY)
    more += p.proxy_response * (proxies - today.PROXIES)
    drift(
        m,
        "grievance_exclusion",
        rate=m["grievance_rate"],
        today=m["exclusion_today"],
        factor=response(-more),
    )
