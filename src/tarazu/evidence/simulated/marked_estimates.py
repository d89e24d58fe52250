"""What estimators find in the marks of one simulated record: deaths, doses, labels, gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.dose.effect import has_enough_doses, measure_dose
from tarazu.evidence.escalation.estimator import agreed_p_value, measure_escalation
from tarazu.evidence.methods.change_points import find_changes, has_enough_labels
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.severity.trend import compare_halves
from tarazu.evidence.simulated.estimates import NOTHING, Found
from tarazu.evidence.simulated.marks import (
    Effects,
    Marks,
    draw_deaths,
    draw_doses,
    draw_labels,
    warp_days,
)
from tarazu.evidence.tactics.estimator import joint_p_value

# Fewer than in a finding: they add to the noise of single p-values and leave the rates.
ORDERS: Final = 199


def find_dose(counts: DailyCounts, marks: Marks, effects: Effects, seed: int) -> Found:
    """Return the estimate of attacks per militant killed."""
    panel = draw_doses(counts, marks, effects, seed)
    if not has_enough_doses(panel):
        return NOTHING
    found = measure_dose(panel, exchanges=ORDERS)
    low, high = found.intervals[0].tolist()
    return Found(float(found.estimates[0]), low, high, float(found.p_values[0]))


def find_severity(counts: DailyCounts, marks: Marks, effects: Effects, seed: int) -> Found:
    """Return the change of deaths per event, in percent."""
    step = compare_halves(*draw_deaths(counts, marks, effects, seed), replicates=ORDERS)
    if step is None:
        return NOTHING
    low, high = (100 * (end - 1) for end in step.interval)
    return Found(100 * (step.ratio - 1), low, high, step.p_value)


def find_tactics(counts: DailyCounts, marks: Marks, effects: Effects, seed: int) -> Found:
    """Return the largest step of a share, in points, at the strongest change."""
    series = [
        pair for pair in draw_labels(counts, marks, effects, seed) if has_enough_labels(pair[0])
    ]
    if not series:
        return NOTHING
    alpha = SIGNIFICANCE / len(series)
    tested = [find_changes(*pair, alpha=alpha, replicates=ORDERS) for pair in series]
    changes = [found.strongest for found in tested if found.strongest is not None]
    p_value = joint_p_value(tested)
    if not changes:
        return Found(0.0, 0.0, 0.0, p_value)
    best = min(changes, key=lambda change: change.p_value)
    label = int(np.argmax(np.abs(best.after - best.before)))
    step = 100 * float(best.after[label] - best.before[label])
    ends = sorted(float(np.sign(step)) * 100 * float(end[label]) for end in (best.low, best.high))
    return Found(abs(step), ends[0], ends[1], p_value)


def find_escalation(counts: DailyCounts, marks: Marks, effects: Effects, seed: int) -> Found:
    """Return the mean exponent of gaps between attack days."""
    del marks, seed  # gaps are those of the simulated days
    found = measure_escalation(warp_days(counts, effects))
    if found.pooled is None:
        return NOTHING
    pooled = found.pooled
    return Found(pooled.exponent, pooled.low, pooled.high, agreed_p_value(found))


MARKED: Final[dict[str, Callable[[DailyCounts, Marks, Effects, int], Found]]] = {
    "dose": find_dose,
    "tactics": find_tactics,
    "severity": find_severity,
    "escalation": find_escalation,
}
