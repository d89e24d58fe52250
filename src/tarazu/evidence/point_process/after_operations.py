"""Attacks after operations beyond what the background predicts, at home and next door."""

from __future__ import annotations

from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.finding import Analysis
from tarazu.evidence.options import HORIZON_DAYS, LEVEL
from tarazu.evidence.point_process.background import Background, fit_background
from tarazu.evidence.point_process.excess_events import Excess, measure_excess, unmeasured
from tarazu.evidence.point_process.history import read_history
from tarazu.evidence.sensitivity import has_enough_events
from tarazu.record import Record


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
    """Return the excess on the days of one class of exposure; None if there are too few events."""
    counts = to_daily_counts(record)
    excess = measure_after(counts, fit_attacks(counts, horizon=horizon), condition, level=level)
    return as_analysis(excess, counts) if excess.measured else None


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
