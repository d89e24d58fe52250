"""Events after treatments beyond what the intensity of untreated days predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tarazu.evidence.intensity import History, IntensityFit


@dataclass(frozen=True, slots=True)
class Excess:
    """Observed less expected events on exposed days, for each treatment.

    Attributes
    ----------
    estimate, interval : events a treatment; NaN where nothing could be measured.
    observed, expected : events on exposed days; `expected_se` is the standard error of the latter.
    dispersion : variance over mean that the interval allows for, at least 1.
    p_value : two-sided, against no excess.
    """

    estimate: float
    interval: tuple[float, float]
    p_value: float
    observed: int
    expected: float
    expected_se: float
    dispersion: float
    n_treatments: int

    @property
    def measured(self) -> bool:
        """Whether there is an estimate."""
        return not np.isnan(self.estimate)


def unmeasured(n_treatments: int) -> Excess:
    """Return the excess of a record that holds too little to estimate one."""
    nothing = float("nan")
    return Excess(nothing, (nothing, nothing), nothing, 0, 0.0, 0.0, 1.0, n_treatments)


def measure_excess(
    history: History, fit: IntensityFit, condition: int, *, level: float = 0.9
) -> Excess:
    """Return the mean excess a treatment over the days of one class of exposure.

    The interval inverts a score test: with m the mean of the observed count, it holds every
    m - expected for which (observed - m)^2 <= z^2 (dispersion * m + variance of expected).
    Dispersion is the larger of that of daily counts and that of residuals summed by district and
    calendar year, so that days that go wrong together widen the interval.

    Parameters
    ----------
    condition : `EXPOSED` or `NEXT_DOOR`.
    level : coverage of the interval, in (0, 1).
    """
    observed = history.observed[:, :, condition]
    total, expected = float(observed.sum()), float(fit.mean[:, :, condition].sum())
    variance, n = float(fit.variance[condition]), history.n_treatments
    if n == 0 or not history.days[:, :, condition].any():
        return unmeasured(n)
    dispersion = _dispersion(history, fit, condition)
    z_squared = float(ndtri(0.5 + level / 2)) ** 2
    middle = total + z_squared * dispersion / 2
    half = np.sqrt(middle**2 - total**2 + z_squared * variance)
    score = (total - expected) / np.sqrt(dispersion * expected + variance)
    return Excess(
        estimate=(total - expected) / n,
        interval=(float(middle - half - expected) / n, float(middle + half - expected) / n),
        p_value=float(2 * ndtr(-abs(score))),
        observed=int(total),
        expected=expected,
        expected_se=float(np.sqrt(variance)),
        dispersion=dispersion,
        n_treatments=n,
    )


def _dispersion(history: History, fit: IntensityFit, condition: int) -> float:
    """Variance over mean of counts on exposed days, clusters of district and year."""
    residual = _by_year(history.observed[:, :, condition] - fit.mean[:, :, condition], history)
    days = _by_year(history.days[:, :, condition], history)
    exposed = days > 0
    clusters = int(exposed.sum())
    if clusters < 2:
        return max(1.0, fit.dispersion)
    residual = residual[exposed] - residual.sum() * days[exposed] / days.sum()
    spread = float((residual**2).sum()) * clusters / (clusters - 1)
    # Over the larger of both: over the observed alone, prevented attacks would widen the interval
    # more than added ones, and deterrence would be harder to find than backlash.
    observed = float(history.observed[:, :, condition].sum())
    total = max(observed, float(fit.mean[:, :, condition].sum()), 1.0)
    return max(1.0, fit.dispersion, spread / total)


def _by_year(values: NDArray[np.float64], history: History) -> NDArray[np.float64]:
    """Sum (D, Q) over the periods of each calendar year."""
    summed = np.zeros((len(values), int(history.year.max()) + 1))
    np.add.at(summed.T, history.year, values.T)
    return summed
