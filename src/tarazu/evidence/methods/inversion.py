"""Intervals that hold the values which a permutation test does not reject.

The p-value of every test here is (1 + number of permutations at least as far out) / (1 + number of
permutations). An interval of coverage 95% holds exactly the values with a p-value of 5% or more, so
that 0 is outside it if and only if the test of no effect has a p-value below 5%.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def critical_value(by_chance: Array, level: float) -> float:
    """Return the largest distance from the null at which a test has a p-value of 1 - level or more.

    With so few permutations that no p-value is that small (fewer than 20 at 95%), the largest of
    them.

    Parameters
    ----------
    by_chance : (R,) distances of permutations.
    level : coverage of the interval.

    Examples
    --------
    >>> round(critical_value(np.arange(99.0), 0.9), 6)  # (1 + 9) / 100 lie at 90 or beyond
    90.0
    """
    ranked = np.sort(by_chance)[::-1]
    c = float(ranked[_needed(len(ranked), level) - 1])
    return c * (1.0 + 1e-10) + 1e-13  # a permutation that is the record itself is no less far


def invert_exchange(
    observed: float, by_chance: Array, carried: Array, level: float
) -> tuple[float, float]:
    """Return the effects b that an exchange of doses does not reject.

    Under an effect of b, what is left of the outcome without it is exchangeable: its coefficient
    is observed - b for the doses as they are, and by_chance - b * carried for exchanged ones. Each
    exchange is at least as far out for one range of effects around the middle, so that the
    effects with enough such exchanges are an interval.

    Parameters
    ----------
    observed : coefficient of the doses. by_chance : (R,) coefficients of exchanged doses.
    carried : (R,) coefficients of exchanged doses on the doses as they are.

    Returns
    -------
    (float, float)
        Infinite where the exchanges cannot exclude an effect however large.
    """
    alpha, gamma = by_chance - by_chance.mean(), carried - carried.mean()
    beta, delta = observed - by_chance.mean(), 1.0 - carried.mean()
    if abs(delta) < 1e-9:  # all exchanges return the doses as they were
        return -np.inf, np.inf
    middle = beta / delta
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.stack([(beta - alpha) / (delta - gamma), (beta + alpha) / (delta + gamma)])
    tiny = 1e-9 * (1.0 + np.abs(middle))
    roots = np.where(np.isfinite(roots), roots, np.inf)
    low = np.where(roots <= middle + tiny, roots, -np.inf).max(axis=0) - tiny
    high = np.where(roots >= middle - tiny, roots, np.inf).min(axis=0) + tiny
    same = np.abs(delta - gamma) < 1e-9  # the exchange returns the doses as they were
    low, high = np.where(same, -np.inf, low), np.where(same, np.inf, high)
    k = _needed(len(low), level) - 1
    return float(np.sort(low)[k]), float(np.sort(high)[::-1][k])


def _needed(permutations: int, level: float) -> int:
    """Return how many permutations must be as far out for a p-value of 1 - level or more."""
    return max(1, int(np.ceil((1.0 - level) * (1 + permutations) - 1.0 - 1e-9)))
