"""Development: projects, who gets their revenue, and services."""

from __future__ import annotations

from tarazu.core.quantities import LogNormal, Parameter, SpikeSlab
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever

PARAMETERS = {
    "project_response": Parameter(
        "1/week",
        SpikeSlab(0.2, 0, 3e-3),
        source=Source("description", "projects without benefit aggrieve; here of either sign"),
    ),
    "extraction_rate": Parameter("1/week", LogNormal(1.4e-3, 1.5), source=ASSUMED),
    "extraction_decay": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
    "service_yield": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
    "revenue_yield": Parameter("1", LogNormal(0.5, 2), source=ASSUMED),
    "service_decay": Parameter("1/week", LogNormal(5e-3, 1.5), source=ASSUMED),
}


def development(m: Model) -> None:
    """Projects move grievance over extraction where revenue and decisions stay outside.

    grievance_extraction rises by extraction_rate, fades by extraction_decay, and is pushed by
        project_response * project_scale * (1 - local_revenue_share)
        * (1 - local_agency)
    service_level rises by service_yield * (services * left_for_services
        + revenue_yield * project_scale * local_revenue_share), decays by service_decay
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
            0.1,
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
            0.3,
            "service_level",
            "spending on services, of the full need",
            cost=400.0,
        ),
    )
    m.change(
        "grievance_extraction",
        push=p.project_response * scale * (1 - local) * (1 - m["local_agency"]),
        meaning="projects aggrieve or reconcile",
    )
    m.change(
        "grievance_extraction",
        rise=p.extraction_rate,
        fall=p.extraction_decay,
        meaning="what was extracted before is felt, and fades",
    )
    m.change(
        "service_level",
        rise=p.service_yield
        * (services * m["left_for_services"] + p.revenue_yield * scale * local),
        fall=p.service_decay,
        meaning="services are built and run down",
    )
