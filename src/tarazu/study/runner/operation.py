"""The extra operation of a study: its pulses in each draw, and outcomes by zone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Pulse, State, Trajectory
from tarazu.study.setup.outcomes import series_of
from tarazu.study.setup.scenario import Scenario
from tarazu.study.setup.sizing import size_operation
from tarazu.study.setup.spec import Study
from tarazu.study.setup.zones import ZONES, outcomes_by_zone, zones_around

FloatArray = NDArray[np.float64]

ZONE_COLUMNS: Final = tuple(
    f"{what}_{zone.replace(' ', '_')}"
    for what in ("attacks", "expected_attacks", "expected_militants")
    for zone in ZONES
)
DOSE_COLUMNS: Final = ("extra_operations", "expected_removals", "dose_reached")
CLOSE: Final = 0.999  # of the dose; the rest is rounding


def targets_of(study: Study) -> dict[int, float]:
    """Return the expected militants killed by the operation, by column of the district."""
    operation = study.spec.operation
    assert operation is not None  # only studies of an operation come here
    whole = sum(operation.split.values())
    return {
        study.district(name): operation.militant_deaths * share / whole
        for name, share in operation.split.items()
    }


def draw_pulses(
    study: Study, scenario: Scenario, start: State | None
) -> tuple[list[tuple[Pulse, ...]], FloatArray]:
    """Return the operation's pulses in each draw of a scenario, and (N, 3) `DOSE_COLUMNS`.

    Parameters
    ----------
    start : state of the mean field of each draw; None: today as assumed.
    """
    operation = study.spec.operation
    assert operation is not None  # as above
    targets = targets_of(study)
    operations, killed = size_operation(
        scenario,
        week=operation.week,
        targets=targets,
        most=operation.most_operations,
        start=start,
    )
    pulses = [
        tuple(
            Pulse("operations", operation.week, column, expected=float(mean))
            for column, mean in zip(targets, means, strict=True)
        )
        for means in operations
    ]
    reached = (killed >= CLOSE * np.array(list(targets.values()))).all(axis=1)
    dose = np.column_stack([operations.sum(axis=1), killed.sum(axis=1), reached])
    return pulses, dose


def measure_zones(
    study: Study, drawn: Trajectory, expected: Trajectory, replicates: int
) -> FloatArray:
    """Return (M, H, K) `ZONE_COLUMNS`: drawn attacks, then attacks and militants of the mean field.

    Parameters
    ----------
    drawn : of the members; `expected` : of their draws, the mean field.
    """
    here = np.isin(np.arange(len(study.region.slugs)), list(targets_of(study)))
    masks, origin = zones_around(study.region.weights(), here), study.origin
    zones = [masks[zone] for zone in ZONES]
    windows = [slice(origin, origin + horizon) for horizon in study.spec.horizons]
    attacks = outcomes_by_zone(drawn.by_district("attacks"), zones, windows, "total")
    mean_field = (
        outcomes_by_zone(expected.by_district("attacks"), zones, windows, "total"),
        outcomes_by_zone(series_of("militants", expected.by_district), zones, windows, "end"),
    )
    return np.concatenate(
        [attacks, *(np.repeat(m, replicates, axis=0) for m in mean_field)], axis=2
    )
