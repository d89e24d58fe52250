"""Discrete power laws: exponent, start of the tail, fit, and the rival lognormal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from tarazu.core.errors import FitError
from tarazu.evidence.severity.power_law_kernels import (
    LARGEST_EXPONENT,
    SMALLEST_EXPONENT,
    best_exponent,
    best_start,
    log_likelihood,
    resampled_exponents,
    simulated_distances,
)

SHORTEST_TAIL: Final = 50  # values in a tail, below which Clauset et al. advise against a fit
EXPONENT_LEVEL: Final = 0.9  # of the interval of the exponent, which no test rests on
_HALF_CHI_SQUARED: Final = 1.3527717270276146  # half the 90% quantile, one degree of freedom


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A fitted tail P(x) ~ x^-exponent for x >= start.

    Attributes
    ----------
    interval : 90%, by profile likelihood where the start was given, else by resampling the
        values and choosing the start again.
    n_tail : values from `start` on. distance : Kolmogorov-Smirnov.
    """

    exponent: float
    interval: tuple[float, float]
    start: int
    n_tail: int
    distance: float


@dataclass(frozen=True, slots=True)
class Rivals:
    """Power law against lognormal on the same tail.

    Attributes
    ----------
    log_ratio : log-likelihood of the power law less that of the lognormal.
    p_value : two-sided, against laws equally close to the truth.
    log_mean, log_sd : of the lognormal.
    """

    log_ratio: float
    p_value: float
    log_mean: float
    log_sd: float


def fit_exponent(values: NDArray[np.int64], *, start: int) -> PowerLaw:
    """Return the power law of the values from `start` on.

    Parameters
    ----------
    values : (N,), any order. start : >= 1.

    Raises
    ------
    FitError
        Fewer than two different values from `start` on.

    References
    ----------
    Clauset, Shalizi & Newman (2009), SIAM Review 51, equation 3.5, doi:10.1137/070710111.
    """
    tail = np.sort(values[values >= start]).astype(np.int64)
    if start < 1 or len(tail) == 0 or tail[0] == tail[-1]:
        raise FitError(
            f"{len(tail)} values from {start} on; expected at least two different ones, 1 or more"
        )
    n, log_sum = len(tail), float(np.log(tail).sum())
    alpha = float(best_exponent(start, n, log_sum))
    floor = log_likelihood(alpha, start, n, log_sum) - _HALF_CHI_SQUARED
    low = _crossing(SMALLEST_EXPONENT, alpha, floor, start, n, log_sum)
    high = _crossing(LARGEST_EXPONENT, alpha, floor, start, n, log_sum)
    return PowerLaw(alpha, (low, high), start, n, float("nan"))


def fit_tail(
    values: NDArray[np.int64], *, replicates: int = 400, fewest: int = SHORTEST_TAIL, seed: int = 0
) -> PowerLaw:
    """Return the power law of the tail, its start chosen by the smallest distance.

    Parameters
    ----------
    values : (N,) >= 1, any order.
    replicates : resampled records that make the interval.
    fewest : values that a tail must hold.

    Raises
    ------
    FitError
        No tail with so many values, two of them different.

    References
    ----------
    Clauset, Shalizi & Newman (2009), SIAM Review 51, sections 3.2 and 3.3,
    doi:10.1137/070710111.
    """
    ordered = np.sort(values).astype(np.int64)
    best = np.empty(3)
    best_start(ordered, fewest, best)
    if not np.isfinite(best[2]):
        raise FitError(
            f"{len(values)} values; expected at least {fewest} from some value on, two of them "
            "different"
        )
    first = int(best[0])
    exponents = np.empty(replicates)
    resampled_exponents(ordered, fewest, seed, exponents)
    low, high = np.nanquantile(exponents, [0.05, 0.95]).tolist()
    return PowerLaw(
        exponent=float(best[1]),
        interval=(min(low, float(best[1])), max(high, float(best[1]))),
        start=int(ordered[first]),
        n_tail=len(ordered) - first,
        distance=float(best[2]),
    )


def goodness_of_fit(
    values: NDArray[np.int64],
    law: PowerLaw,
    *,
    replicates: int = 400,
    fewest: int = SHORTEST_TAIL,
    seed: int = 0,
) -> float:
    """Return the p-value of the power law: the share of its own records that lie farther from it.

    In each of them the values below the start are drawn from the record, those above from the
    law, and the start is chosen again. Clauset et al. doubt a power law below 0.1.

    Parameters
    ----------
    values, fewest : as in `fit_tail`, which made `law`.

    References
    ----------
    Clauset, Shalizi & Newman (2009), SIAM Review 51, section 4.1, doi:10.1137/070710111.
    """
    ordered = np.sort(values).astype(np.int64)
    first = int(np.searchsorted(ordered, law.start))
    distances = np.empty(replicates)
    simulated_distances(ordered, first, law.exponent, fewest, seed, distances)
    return float((1 + (distances >= law.distance).sum()) / (1 + replicates))


def compare_lognormal(values: NDArray[np.int64], law: PowerLaw) -> Rivals:
    """Return whether the tail is closer to the power law or to a rounded lognormal.

    Raises
    ------
    FitError
        The lognormal could not be fitted.

    References
    ----------
    Vuong (1989), Econometrica 57, doi:10.2307/1912557.
    """
    from scipy.optimize import minimize

    tail = values[values >= law.start].astype(np.float64)
    logs = np.log(tail)
    guess = (float(logs.mean()), float(np.log(max(logs.std(), 0.1))))
    # A power law is the limit of ever wider lognormals with ever lower means, so that the
    # likelihood may have no maximum; these bounds stop it where nothing changes any more.
    bounds = [(-200.0, 20.0), (-3.0, 4.0)]
    found = minimize(  # type: ignore[call-overload]  # scipy's stubs want a 1-D shape in the type
        lambda x: -float(_lognormal(tail, law.start, x[0], float(np.exp(x[1]))).sum()),
        guess,
        method="L-BFGS-B",
        bounds=bounds,
    )
    if not np.isfinite(found.fun):
        raise FitError("no lognormal fits the tail")
    log_mean, log_sd = float(found.x[0]), float(np.exp(found.x[1]))
    whole = -float(log_likelihood(law.exponent, law.start, 1, 0.0))  # log of the sum of weights
    power = -law.exponent * logs - whole
    difference = power - _lognormal(tail, law.start, log_mean, log_sd)
    total, spread = float(difference.sum()), float(difference.std() * np.sqrt(len(tail)))
    p_value = float(2 * ndtr(-abs(total) / spread)) if spread > 0 else 1.0
    return Rivals(total, p_value, log_mean, log_sd)


def power_survival(law: PowerLaw, values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the chance that a value of the tail is at least each of `values` (N,) >= start."""
    whole = log_likelihood(law.exponent, law.start, 1, 0.0)
    above = [log_likelihood(law.exponent, int(x), 1, 0.0) for x in values]
    return np.asarray(np.exp(whole - np.array(above)))


def lognormal_survival(
    rivals: Rivals, start: int, values: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the chance that a lognormal value from `start` on is at least each of `values`."""
    z = (np.log(np.append(values, start) - 0.5) - rivals.log_mean) / rivals.log_sd
    above = log_ndtr(-z)
    return np.asarray(np.exp(above[:-1] - above[-1]))


def _lognormal(
    tail: NDArray[np.float64], start: int, log_mean: float, log_sd: float
) -> NDArray[np.float64]:
    """Log-likelihood of each value of a lognormal rounded to whole numbers, from `start` on."""
    low = log_ndtr(-(np.log(tail - 0.5) - log_mean) / log_sd)
    high = log_ndtr(-(np.log(tail + 0.5) - log_mean) / log_sd)
    whole = log_ndtr(-(np.log(start - 0.5) - log_mean) / log_sd)
    # log(exp(low) - exp(high)) without cancelling
    return np.asarray(low + np.log(-np.expm1(np.minimum(high - low, -1e-15))) - whole)


def _crossing(end: float, peak: float, floor: float, start: int, n: int, log_sum: float) -> float:
    """Return where the likelihood falls to `floor` between its peak and an end."""
    if log_likelihood(end, start, n, log_sum) > floor:
        return end
    inside = peak
    for _ in range(60):
        middle = (inside + end) / 2
        if log_likelihood(middle, start, n, log_sum) > floor:
            inside = middle
        else:
            end = middle
    return inside
