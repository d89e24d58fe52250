"""Attacks after operations beyond what the background predicts, at home and next door."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.provenance import digest
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.finding import Analysis
from tarazu.evidence.options import HORIZON_DAYS, LEVEL
from tarazu.evidence.point_process.background import Background, fit_background
from tarazu.evidence.point_process.excess_events import Excess, measure_excess, unmeasured
from tarazu.evidence.point_process.history import EXPOSED, NEXT_DOOR, read_history
from tarazu.evidence.sensitivity import has_enough_events
from tarazu.record import Record

CONDITIONS: Final = (EXPOSED, NEXT_DOOR)
MOST_KEPT: Final = 64  # excesses by counts: a battery of one record has about 20
# Few numbers each, and the same for equal counts: retaliation and displacement share them.
_MEASURED: Final[dict[tuple[str, int, float], dict[int, Excess]]] = {}


def fit_attacks(counts: DailyCounts, *, horizon: int = HORIZON_DAYS) -> Background:
    """Fit the background of attacks on the district-days without a recent operation."""
    history = read_history(
        counts.attacks,
        counts.operations,
        {"attacks": counts.attacks},
        counts.neighbours,
        counts.calendar_year,
        horizon=horizon,
    )
    return fit_background(history)


def analyse_excess(
    record: Record, condition: int, *, horizon: int = HORIZON_DAYS, level: float = LEVEL
) -> Analysis | None:
    """Return the excess on the days of one class of exposure; None if there are too few events.

    What happened at home and next door comes from one fit, which is made once for equal counts.
    """
    counts = to_daily_counts(record)
    key = digest(b"".join(np.ascontiguousarray(part).tobytes() for part in _parts(counts)))
    found = _MEASURED.get((key, horizon, level))
    if found is None:
        background = fit_attacks(counts, horizon=horizon)
        found = {one: measure_after(counts, background, one, level=level) for one in CONDITIONS}
        while len(_MEASURED) >= MOST_KEPT:
            del _MEASURED[next(iter(_MEASURED))]
        _MEASURED[key, horizon, level] = found
    excess = found[condition]
    return as_analysis(excess, counts) if excess.measured else None


def _parts(counts: DailyCounts) -> tuple[NDArray[np.generic], ...]:
    return counts.attacks, counts.operations, counts.neighbours, counts.calendar_year


def measure_after(
    counts: DailyCounts, background: Background, condition: int, *, level: float = LEVEL
) -> Excess:
    """Return the excess after operations, unmeasured where there are too few events."""
    if not has_enough_events(counts):
        return unmeasured(background.history.n_treatments)
    return measure_excess(background, condition, level=level)


def as_analysis(excess: Excess, counts: DailyCounts) -> Analysis:
    """Return a measured excess in the form of the other estimates."""
    return Analysis(excess.estimate, excess.interval, excess.p_value, counts.n_used)
