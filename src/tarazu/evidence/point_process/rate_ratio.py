"""Attacks after operations as a rate ratio: a log link, which allows operations to inhibit.

The additive process of `background` can only add; here the intensity is the exponential of the
background and of what past events do to it, and the coefficient of operations has either sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from threadpoolctl import threadpool_limits

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.newton import (
    PROFILE_DROP,
    Blocks,
    Evaluation,
    Optimum,
    maximise,
)
from tarazu.evidence.options import HORIZON_DAYS
from tarazu.evidence.point_process.background import Array, add_log_gamma, local_shapes
from tarazu.evidence.point_process.history import LAG_WINDOWS, Index, locate, split_among
from tarazu.evidence.point_process.history_kernels import fill_window_means, find_runs
from tarazu.evidence.point_process.likelihood_kernels import accumulate_loglinear
from tarazu.evidence.point_process.periods import divide_days

LEVEL_SHAPE: Final = 0.05  # keeps the level of a district without attacks finite
LARGEST_LOG: Final = 4.0  # log rate ratio at which the search for an end stops
# Of the coefficients of past attacks, ASSUMED and wide: where attacks are rare, one that causes
# 0.3 others multiplies the rate of the days after it by ten.
HISTORY_SD: Final = 3.0
ROUNDING: Final = 1e-9  # of window sums, by which days of the same past may differ


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Rows of district-days, those of one period with the same past taken together.

    Attributes
    ----------
    rows : (N, 5) parameter indices; days, counts : (N,).
    features : (N, M) past attacks, and last the exposure: 1 within the horizon of an operation.
    local_shape, border_shape : gamma shapes that draw a level towards 1 (and, of districts,
        towards `level`).
    level : (D,) log rates, attacks per day, that the levels are relative to.
    history_sd : of the normal prior on the coefficients of past attacks.
    """

    rows: Index
    days: Array
    counts: Array
    features: Array
    local_shape: Array
    border_shape: Array
    level: Array
    history_sd: float = HISTORY_SD


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate of attacks within the horizon of an operation over that without it.

    Attributes
    ----------
    estimate, interval : rate ratio, with a 90% profile interval widened by the dispersion.
    expected : attacks on exposed days had there been no operation.
    p_value : two-sided, likelihood ratio over dispersion.
    """

    estimate: float
    interval: tuple[float, float]
    p_value: float
    expected: float
    dispersion: float
    converged: bool


def lay_out_loglinear(counts: DailyCounts, *, horizon: int = HORIZON_DAYS) -> LogLinear:
    """Return the rows of a record: past attacks here and next door by window, and exposure."""
    attacks = counts.attacks
    n_days, n_districts = attacks.shape
    n_windows = len(LAG_WINDOWS)
    features = np.zeros((n_days, n_districts, 2 * n_windows + 1))
    sources = (attacks.astype(np.float64), split_among(attacks, counts.neighbours))
    for i, source in enumerate(sources):
        fill_window_means(source, np.array(LAG_WINDOWS), i * n_windows, features)
    # Logs of one plus the window's events: sums would explode, since effects multiply.
    width = np.array([last - first + 1 for first, last in LAG_WINDOWS] * 2, dtype=np.float64)
    past = features[:, :, :-1]
    np.log1p(np.multiply(past, width, out=past), out=past)
    recent = np.zeros((n_days, n_districts, 1))
    window = np.array([[1, horizon]])
    fill_window_means(counts.operations.astype(np.float64), window, 0, recent)
    features[:, :, -1] = recent[:, :, 0] > 0
    periods = divide_days(counts.calendar_year)
    eventful = (attacks > 0) | features.any(axis=2)
    days = np.zeros(attacks.shape, dtype=np.int64)
    find_runs(features, eventful, attacks, periods.of_day, ROUNDING, days)
    begins = eventful & (days > 0)
    day, district = np.nonzero(begins)
    place = np.stack([district, periods.of_day[day]], axis=1)
    first = np.flatnonzero(np.diff(periods.of_day, prepend=-1))
    calm = np.add.reduceat(~eventful, first, axis=0, dtype=np.int64).T
    where = np.argwhere(calm > 0)
    rows = np.concatenate([place, where])
    border_shape = np.zeros(n_districts + features.shape[2])
    border_shape[:n_districts] = LEVEL_SHAPE
    total = np.maximum(attacks.sum(axis=0), 0.2)
    return LogLinear(
        rows=locate(rows, periods, n_districts),
        days=np.concatenate([days[begins], calm[where[:, 0], where[:, 1]]]).astype(np.float64),
        counts=np.concatenate([attacks[begins], np.zeros(len(where))]).astype(np.float64),
        features=np.concatenate([features[begins], np.zeros((len(where), features.shape[2]))]),
        local_shape=local_shapes(periods, n_districts),
        border_shape=border_shape,
        level=np.log(0.7 * total / n_days),
    )


class LogPosterior:
    """Log-likelihood with its priors, as a function to maximise.

    Levels are given relative to the districts' shares. Past attacks have normal coefficients of
    mean 0; that of operations is held at a value or free without a prior.
    """

    def __init__(self, design: LogLinear, *, hold: bool = False) -> None:
        self.design = design
        self.n_districts = len(design.level)
        self.history = slice(self.n_districts, len(design.border_shape) - 1)
        self.hold = hold
        self.shift = np.zeros(len(design.border_shape))
        self.shift[: self.n_districts] = design.level

    def __call__(self, local: Array, border: Array) -> Evaluation:
        """Return value, gradient and information at one point."""
        design = self.design
        (n_epochs, n), n_districts = local.shape, self.n_districts
        gradient, border_gradient = np.empty((n_epochs, n)), np.empty(len(border))
        n_coefficients = len(border) - n_districts
        blocks = Blocks.empty(n_epochs, n_districts, n - n_districts, n_coefficients)
        value = accumulate_loglinear(
            local,
            border + self.shift,
            design.rows,
            design.days,
            design.counts,
            design.features,
            gradient,
            border_gradient,
            *blocks.summed(),
        )
        diagonal, border_diagonal = np.zeros_like(local), np.zeros_like(border)
        value += add_log_gamma(local, design.local_shape, gradient, diagonal)
        value += add_log_gamma(border, design.border_shape, border_gradient, border_diagonal)
        past = border[self.history] / design.history_sd**2
        value -= 0.5 * float(past @ border[self.history])
        border_gradient[self.history] -= past
        border_diagonal[self.history] += 1 / design.history_sd**2
        blocks.finish(diagonal, border_diagonal)
        if self.hold:
            border_gradient[-1] = 0.0
            blocks.hold([n_coefficients - 1])
        return value, (gradient, border_gradient), blocks


def fit_loglinear(design: LogLinear) -> Optimum:
    """Maximise the penalised likelihood, the coefficient of operations free."""
    local, border = np.zeros(design.local_shape.shape), np.zeros(len(design.border_shape))
    return maximise(LogPosterior(design), local, border)


def measure_rate_ratio(counts: DailyCounts, *, horizon: int = HORIZON_DAYS) -> RateRatio:
    """Return the rate ratio of attacks on the days after operations, with a profile interval."""
    with threadpool_limits(1, user_api="blas"):
        design = lay_out_loglinear(counts, horizon=horizon)
        best = fit_loglinear(design)
        dispersion = _dispersion(design)
        profile = Profile(design, best)

        def worse(log_ratio: float) -> float:
            return best.value - profile.value(log_ratio) - PROFILE_DROP * dispersion

        middle = float(best.border[-1])
        low, high = (_cross(worse, middle, sign) for sign in (-1.0, 1.0))
        ratio = 2 * (best.value - profile.value(0.0)) / dispersion
        return RateRatio(
            estimate=float(np.exp(middle)),
            interval=(float(np.exp(low)), float(np.exp(high))),
            p_value=float(2 * ndtr(-np.sqrt(max(ratio, 0.0)))),
            expected=expected_unexposed(design, best),
            dispersion=dispersion,
            converged=best.converged,
        )


class Profile:
    """The likelihood with the coefficient of operations held, all else at its maximum."""

    def __init__(self, design: LogLinear, best: Optimum) -> None:
        self.evaluate = LogPosterior(design, hold=True)
        self.best = best

    def at(self, log_ratio: float) -> Optimum:
        """Return the maximum over everything else."""
        border = self.best.border.copy()
        border[-1] = log_ratio
        return maximise(self.evaluate, self.best.local, border, tolerance=1e-4)

    def value(self, log_ratio: float) -> float:
        """Return the log-likelihood there."""
        return self.at(log_ratio).value


def expected_unexposed(design: LogLinear, optimum: Optimum) -> float:
    """Attacks expected on exposed days if the coefficient of operations were zero."""
    exposed = design.features[:, -1] > 0
    rows = design.rows[exposed]
    log_rate = optimum.border[rows[:, 0]] + design.level[rows[:, 0]]
    for a in (2, 3, 4):
        log_rate = log_rate + optimum.local[rows[:, 1], rows[:, a]]
    past = design.features[exposed, :-1] @ optimum.border[len(design.level) : -1]
    return float((design.days[exposed] * np.exp(log_rate + past)).sum())


def _dispersion(design: LogLinear) -> float:
    """Mean square over mean of daily counts above zero; 1 for a Poisson record."""
    seen: NDArray[np.float64] = design.counts[design.counts > 0]
    return max(1.0, float((seen**2).sum() / seen.sum())) if len(seen) else 1.0


def _cross(worse: Callable[[float], float], start: float, direction: float) -> float:
    """Where a loss that rises away from its minimum crosses zero, to 0.01."""
    inside, step = start, 0.3
    outside = start + direction * step
    while worse(outside) < 0:
        if abs(outside - start) > LARGEST_LOG:
            return outside
        inside, step = outside, 1.6 * step
        outside += direction * step
    while abs(outside - inside) > 0.01:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if worse(middle) < 0 else (inside, middle)
    return (inside + outside) / 2
