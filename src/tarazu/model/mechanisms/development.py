"""Development: projects, who gets their revenue, and services."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.alienation import drift
from tarazu.model.quantities import Lever
from tarazu.model.response import contrast, response

PARAMETERS = {
    "project_response": Parameter(
        "1",
        SpikeSlab(0.2, 0, 1.5),
        source=Source("description", "projects without benefit aggrieve; here of either sign"),
    ),
    "service_rate": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
    # what a tenth of today's revenue adds, of what spending gives
    "revenue_yield": Parameter("1", LogNormal(0.1, 2), source=ASSUMED),
}


def development(m: Model) -> None:
    """Projects move grievance over extraction where revenue and decisions stay outside.

    grievance_extraction moves at grievance_rate to today's odds * response(project_response
        * contrast(project_scale * (1 - local_revenue_share) * (1 - local_agency) / today's))
    service_level rises at service_rate * today's * (services / today's * left_for_services
        + revenue_yield * project_scale * local_revenue_share / today's) / (1 + revenue_yield),
        and falls at service_rate * (1 - today's)
    """
    p = m.declare(PARAMETERS)
    scale = m.lever(
        "project_scale",
        Lever(
            "1",
            0.0,
            5.0,
            1.0,
            "grievance_extraction",
            "multiple of today's extraction projects",
            cost=50.0,
        ),
    )
    local = m.lever(
        "local_revenue_share",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.LOCAL_REVENUE),
            "service_level",
            "share of project revenue kept in the district",
            cost=60.0,
        ),
    )
    services = m.lever(
        "services",
        Lever(
            "1",
            0.0,
            1.0,
            float(today.SERVICES),
            "service_level",
            "spending on services, of the full need",
            cost=400.0,
        ),
    )
    usual = (1 - today.LOCAL_REVENUE) * (1 - today.AGENCY)
    lost = m.define(
        "extraction_level",
        scale * (1 - local) * (1 - m["local_agency"]) / usual,
        meaning="what projects take without benefit or say, as a multiple of today's",
    )
    drift(
        m,
        "grievance_extraction",
        rate=m["grievance_rate"],
        today=m["extraction_today"],
        factor=response(p.project_response * contrast(lost)),
    )
    means = (
        services / today.SERVICES * m["left_for_services"]
        + p.revenue_yield * scale * local / today.LOCAL_REVENUE
    )
    drift(
        m,
        "service_level",
        rate=p.service_rate,
        today=m["services_today"],
        factor=means / (1 + p.revenue_yield),
    )
