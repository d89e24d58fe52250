"""Progress curves: the n-th gap between attack days as tau_1 n^-b."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProgressCurve:
    """Power law of the gaps of one unit.

    Attributes
    ----------
    exponent : b; above 0 gaps get shorter, the interval `low` to `high` is a t interval.
    standard_error : of b.
    first_gap : tau_1, days.
    n_gaps : number of gaps.
    exponent_likelihood, error_likelihood : b by maximum likelihood of exponential gaps and its
        standard error, allowing for their dispersion; a second opinion.
    """

    exponent: float
    standard_error: float
    low: float
    high: float
    first_gap: float
    n_gaps: int
    exponent_likelihood: float
    error_likelihood: float


@dataclass(frozen=True, slots=True)
class PooledCurve:
    """Mean exponent over units that differ.

    Attributes
    ----------
    exponent, low, high : mean over units and its t interval.
    p_value : two-sided, of a mean exponent of 0.
    spread : standard deviation of the true exponents between units.
    """

    exponent: float
    low: float
    high: float
    p_value: float
    spread: float


def fit_progress_curve(gaps: NDArray[np.int64], *, level: float = 0.95) -> ProgressCurve:
    """Fit log gap = log tau_1 - b log n by least squares.

    The interval is exact for independent log-normal scatter and covers at its level for
    exponential, gamma and Weibull gaps as well (docs/validation); the likelihood of exponential
    gaps has the smaller variance where gaps are exponential, and intervals that are too short
    where they are not.

    Parameters
    ----------
    gaps : (N,) days between consecutive attack days, in order, >= 1; N at least 3.

    Raises
    ------
    ValueError
        Fewer than three gaps, or a gap below one day: several attacks of one day are one attack
        day.

    References
    ----------
    Johnson et al. (2011), Science 333, 81-84, doi:10.1126/science.1205068.
    """
    n = len(gaps)
    if n < 3 or gaps.min() < 1:
        raise ValueError(f"expected at least 3 gaps of 1 day or more, got {n}: {gaps[:10]}")
    log_n = np.log(np.arange(1, n + 1))
    spread = log_n - log_n.mean()
    log_gap = np.log(gaps)
    square = float(spread @ spread)
    exponent = -float(spread @ log_gap) / square
    level_of_gaps = float(log_gap.mean() + exponent * log_n.mean())
    residual = log_gap - level_of_gaps + exponent * log_n
    error = float(np.sqrt(residual @ residual / (n - 2) / square))
    half = float(stdtrit(n - 2, 0.5 + level / 2)) * error
    likelihood, error_likelihood = _exponential(gaps.astype(np.float64), log_n)
    return ProgressCurve(
        exponent=exponent,
        standard_error=error,
        low=exponent - half,
        high=exponent + half,
        first_gap=float(np.exp(level_of_gaps)),
        n_gaps=n,
        exponent_likelihood=likelihood,
        error_likelihood=error_likelihood,
    )


def pool_exponents(
    exponents: Sequence[float], errors: Sequence[float], *, level: float = 0.95
) -> PooledCurve:
    """Return the mean exponent of units whose true exponents may differ.

    Random effects by the method of moments, with the interval of Hartung & Knapp, which takes its
    width from the scatter between units: so slow drift of single units, which no unit can tell
    from acceleration, widens it, and errors of single units need not be right.

    Parameters
    ----------
    exponents, errors : of each unit, with its standard error.

    Raises
    ------
    ValueError
        Fewer than two units.

    References
    ----------
    DerSimonian & Laird (1986), Controlled Clinical Trials 7, doi:10.1016/0197-2456(86)90046-2.
    Knapp & Hartung (2003), Statistics in Medicine 22, doi:10.1002/sim.1482.
    """
    k = len(exponents)
    if k < 2:
        raise ValueError(f"expected at least 2 units to pool, got {k}")
    b = np.array(exponents)
    # A unit whose gaps lie on a line by chance must not outweigh all others.
    variances = np.maximum(np.array(errors), 1e-3) ** 2
    weights = 1 / variances
    scatter = float(weights @ (b - weights @ b / weights.sum()) ** 2)
    between = (scatter - (k - 1)) / float(weights.sum() - weights @ weights / weights.sum())
    between = max(0.0, between)
    weights = 1 / (variances + between)
    mean = float(weights @ b / weights.sum())
    error = float(np.sqrt(weights @ (b - mean) ** 2 / ((k - 1) * weights.sum())))
    half = float(stdtrit(k - 1, 0.5 + level / 2)) * error
    return PooledCurve(
        exponent=mean,
        low=mean - half,
        high=mean + half,
        p_value=float(2 * stdtr(k - 1, -abs(mean) / max(error, 1e-12))),
        spread=float(np.sqrt(between)),
    )


def _exponential(gaps: Array, log_n: Array) -> tuple[float, float]:
    """Return the likeliest exponent of exponential gaps with mean tau_1 n^-b, and its error."""
    n = len(gaps)
    exponent, step = 0.0, np.inf
    for _ in range(100):
        weight = gaps * np.exp(exponent * log_n)
        weight /= weight.sum()
        mean = float(weight @ log_n)
        variance = float(weight @ (log_n - mean) ** 2)
        step = (float(log_n.mean()) - mean) / variance
        exponent += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    ratio = n * weight  # each gap over its mean
    dispersion = float(((ratio - 1) ** 2).sum()) / (n - 2)
    return exponent, float(np.sqrt(dispersion / (n * variance)))
