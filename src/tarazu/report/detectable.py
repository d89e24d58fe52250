"""Effects that a record could have shown: measured on simulated records, or from the interval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from tarazu.evidence.error_rates import DETECTABLE_ERRORS, SMALLEST_FALL, SMALLEST_RISE
from tarazu.evidence.finding import Finding

NEEDED: Final = re.compile(r"operations needed to .* that (\d+)% are prevented")


@dataclass(frozen=True, slots=True)
class Detectable:
    """Effects that a record of this size shows: a fall below 0 and a rise above.

    Attributes
    ----------
    is_measured : on simulated records of this size; else computed from the interval's width.
    needed : (operations, share that they prevent) for a smaller effect; None if not measured.
    """

    fall: float
    rise: float
    is_measured: bool
    needed: tuple[int, float] | None = None


def detectable(finding: Finding) -> Detectable | None:
    """Return what a finding could have seen; None where nothing can be said."""
    rise, fall = finding.validation.get(SMALLEST_RISE), finding.validation.get(SMALLEST_FALL)
    if isinstance(rise, int | float) and isinstance(fall, int | float):
        return Detectable(float(fall), float(rise), is_measured=True, needed=_needed(finding))
    if finding.estimate is None or finding.interval is None:
        return None
    low, high = finding.interval
    to_end = NormalDist().inv_cdf((1 + finding.level) / 2)  # standard errors to an interval's end
    errors = ((finding.estimate - low) / to_end, (high - finding.estimate) / to_end)
    fall, rise = -DETECTABLE_ERRORS * errors[0], DETECTABLE_ERRORS * errors[1]
    return Detectable(fall, rise, is_measured=False) if fall < rise else None


def _needed(finding: Finding) -> tuple[int, float] | None:
    for name, value in finding.validation.items():
        found = NEEDED.fullmatch(name)
        if found and isinstance(value, int | float):
            return int(value), int(found[1]) / 100
    return None
