"""Events after treatments beyond what the intensity of untreated days predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tarazu.evidence.options import LEVEL
from tarazu.evidence.point_process.background import Background
from tarazu.evidence.point_process.history import EARLIER, EXPOSED, NEXT_DOOR, History


@dataclass(frozen=True, slots=True)
class Excess:
    """Observed less expected events on exposed days, for each treatment.

    Attributes
    ----------
    estimate, interval : events per treatment; NaN where nothing could be measured.
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
    """Return the excess of a record with too few events to estimate one."""
    nothing = float("nan")
    return Excess(nothing, (nothing, nothing), nothing, 0, 0.0, 0.0, 1.0, n_treatments)


def measure_excess(background: Background, condition: int, *, level: float = LEVEL) -> Excess:
    """Return the mean excess per treatment over the days of one class of exposure.

    Days after a treatment at home may also follow one next door. What treatments next door do is
    measured where there was none at home, and its share is added to what is expected here, with
    its error.

    The interval inverts a score test: with m the mean of the observed count, it holds every
    m - expected for which (observed - m)^2 <= z^2 (dispersion * m + variance of expected).
    Dispersion is the larger of that of daily counts and that of residuals summed by district and
    calendar year, so that days that go wrong together widen the interval.

    Parameters
    ----------
    condition : `EXPOSED` or `NEXT_DOOR`.
    level : coverage of the interval, in (0, 1).
    """
    history = background.history
    n = history.n_treatments
    if n == 0 or not history.days[:, :, condition].any():
        return unmeasured(n)
    total = float(history.observed[:, :, condition].sum())
    expected, variance = _expect(background, condition)
    dispersion = _dispersion(background, condition)
    z_squared = float(ndtri(0.5 + level / 2)) ** 2
    middle = total + z_squared * dispersion / 2
    half = np.sqrt(middle**2 - total**2 + z_squared * variance)
    # a mean below 0, from what operations next door prevent, has no dispersion of its own
    lowest = middle - half if middle > half else total - np.sqrt(z_squared * variance)
    score = (total - expected) / np.sqrt(dispersion * max(expected, 0.0) + variance)
    return Excess(
        estimate=(total - expected) / n,
        interval=(float(lowest - expected) / n, float(middle + half - expected) / n),
        p_value=float(2 * ndtr(-abs(score))),
        observed=int(total),
        expected=expected,
        expected_se=float(np.sqrt(variance)),
        dispersion=dispersion,
        n_treatments=n,
    )


@dataclass(frozen=True, slots=True)
class Placebo:
    """Events on days that no treatment can have touched.

    Attributes
    ----------
    p_value : two-sided, against observed = expected.
    """

    observed: int
    expected: float
    p_value: float


def measure_placebo(background: Background, condition: int) -> Placebo:
    """Return observed against expected events on the days of one fitted class.

    `LATER` days follow a treatment by more than the horizon: which days these are depends on the
    past alone, so that observed less expected is zero on average if the intensity is right and
    effects end with the horizon. `EARLIER` days are chosen by what comes after them: where
    treatments follow events, more was observed there than expected, effect or none.

    Parameters
    ----------
    condition : `LATER` or `EARLIER`.
    """
    history = background.history
    observed = float(history.observed[:, :, condition].sum())
    expected = float(background.mean[:, :, condition].sum())
    # These days took part in the fit, so that the residual varies less than the count.
    variance = (
        _dispersion(background, condition) * expected - background.covariance[condition, condition]
    )
    if variance <= 0:
        return Placebo(int(observed), expected, float("nan"))
    score = (observed - expected) / np.sqrt(variance)
    return Placebo(int(observed), expected, float(2 * ndtr(-abs(score))))


def measure_lead(background: Background, *, times: float = 1.0) -> float:
    """Return the one-sided p-value of more than `times` the expected events before treatments.

    Parameters
    ----------
    times : what is observed over expected where treatments follow events and have no effect.
    """
    history = background.history
    observed = float(history.observed[:, :, EARLIER].sum())
    expected = times * float(background.mean[:, :, EARLIER].sum())
    # These days took part in the fit: the covariance of what is observed and what is expected is
    # the variance of the latter.
    shared = float(background.covariance[EARLIER, EARLIER])
    variance = _dispersion(background, EARLIER) * expected + (times**2 - 2.0 * times) * shared
    if variance <= 0:
        return float("nan")
    return float(ndtr(-(observed - expected) / np.sqrt(variance)))


def _expect(background: Background, condition: int) -> tuple[float, float]:
    """Events expected on days of one class without treatments here, and the error variance."""
    history = background.history
    beside = float(history.dose[NEXT_DOOR])
    expected, variance = background.mean.sum(axis=(0, 1)), background.covariance
    if condition != EXPOSED or beside == 0:
        return float(expected[condition]), float(variance[condition, condition])
    spill = float(history.dose[EXPOSED]) / beside
    observed = float(history.observed[:, :, NEXT_DOOR].sum())
    weights = np.zeros(len(expected))
    weights[EXPOSED], weights[NEXT_DOOR] = 1.0, -spill
    counting = _dispersion(background, NEXT_DOOR) * max(observed, float(expected[NEXT_DOOR]))
    return (
        float(expected[EXPOSED]) + spill * (observed - float(expected[NEXT_DOOR])),
        float(weights @ variance @ weights) + spill**2 * counting,
    )


def _dispersion(background: Background, condition: int) -> float:
    """Variance over mean of counts on exposed days, clusters of district and year."""
    history = background.history
    excess = history.observed[:, :, condition] - background.mean[:, :, condition]
    residual = _by_year(excess, history)
    days = _by_year(history.days[:, :, condition], history)
    exposed = days > 0
    clusters = int(exposed.sum())
    if clusters < 2:
        return max(1.0, background.dispersion)
    residual = residual[exposed] - residual.sum() * days[exposed] / days.sum()
    spread = float((residual**2).sum()) * clusters / (clusters - 1)
    # Over the larger of both: over the observed alone, prevented attacks would widen the interval
    # more than added ones, and deterrence would be harder to find than backlash.
    observed = float(history.observed[:, :, condition].sum())
    total = max(observed, float(background.mean[:, :, condition].sum()), 1.0)
    return max(1.0, background.dispersion, spread / total)


def _by_year(values: NDArray[np.float64], history: History) -> NDArray[np.float64]:
    """Sum (D, Q) over the periods of each calendar year."""
    summed = np.zeros((len(values), int(history.periods.calendar.max()) + 1))
    np.add.at(summed.T, history.periods.calendar, values.T)
    return summed
