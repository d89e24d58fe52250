"""One extra operation: its pulses in each draw, and what happens here and next door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts, Pulse, Trajectory
from tarazu.study.setup.outcomes import militants
from tarazu.study.setup.sizing import size_operation
from tarazu.study.setup.spec import Study
from tarazu.study.setup.zones import ZONES, zones_around

FloatArray = NDArray[np.float64]

ZONE_COLUMNS: Final = tuple(
    f"{what}_{zone.replace(' ', '_')}"
    for what in ("attacks", "expected_attacks", "expected_militants")
    for zone in ZONES
)
DOSE_COLUMNS: Final = ("extra_operations", "expected_removals", "dose_reached")
CLOSE: Final = 0.999  # of the dose; the rest is rounding


def targets_of(study: Study) -> dict[int, float]:
    """Return the militants that the operation shall kill, by column of the district."""
    operation = study.spec.operation
    assert operation is not None  # only studies of an operation ask
    whole = sum(operation.split.values())
    return {
        study.district(name): operation.militant_deaths * share / whole
        for name, share in operation.split.items()
    }


def draw_pulses(
    study: Study,
    places: Districts,
    parameters: FloatArray,
    levers: FloatArray,
    shared: Sequence[Pulse],
) -> tuple[list[tuple[Pulse, ...]], FloatArray]:
    """Return the operation's pulses of each draw, and (M, 3) `DOSE_COLUMNS`."""
    operation = study.spec.operation
    assert operation is not None  # as above
    targets = targets_of(study)
    operations, killed = size_operation(
        study.model,
        parameters,
        levers,
        places=places,
        pulses=shared,
        week=operation.week,
        targets=targets,
        most=operation.most_operations,
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
    """Return (M, H, Z) `ZONE_COLUMNS`: attacks that were drawn, and the mean field's.

    Parameters
    ----------
    drawn : of the members; `expected` : of their draws, the mean field.
    """
    attacks = drawn.by_district("attacks")
    mean_attacks = np.repeat(expected.by_district("attacks"), replicates, axis=0)
    men = np.repeat(militants(expected.by_district), replicates, axis=0)
    here = np.isin(np.arange(len(study.region.slugs)), list(targets_of(study)))
    masks, origin = zones_around(study.region.weights(), here), study.origin
    zones = [masks[zone] for zone in ZONES]
    rows = []
    for horizon in study.spec.horizons:
        weeks = slice(origin, origin + horizon)
        values = [
            series[:, weeks][:, :, zone].sum(axis=(1, 2))
            for series in (attacks, mean_attacks)
            for zone in zones
        ]
        values += [men[:, origin + horizon - 1, zone].sum(axis=1) for zone in zones]
        rows.append(np.stack(values, axis=1))
    return np.stack(rows, axis=1)
