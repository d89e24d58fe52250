"""Loops of the discrete power law: likelihood, distance, and their distribution by simulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.heavy_tails import power_law_quantile, power_tail
from tarazu.core.random.streams import uniform
from tarazu.evidence.methods.sort_kernels import sort_values

SMALLEST_EXPONENT, LARGEST_EXPONENT = 1.01, 8.0
_GOLDEN = 0.6180339887498949
_STREAM = 8
_LARGEST_DRAW = 10_000_000


@kernel
def log_likelihood(alpha: float, start: int, n: int, log_sum: float) -> float:
    """Return the log-likelihood of n values >= start with a given sum of logarithms."""
    return float(-n * np.log(power_tail(alpha, start)) - alpha * log_sum)


@kernel
def best_exponent(start: int, n: int, log_sum: float) -> float:
    """Return the exponent of largest likelihood, within 1e-7, by golden section (it is concave)."""
    low, high = SMALLEST_EXPONENT, LARGEST_EXPONENT
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a = log_likelihood(a, start, n, log_sum)
    at_b = log_likelihood(b, start, n, log_sum)
    while high - low > 1e-7:
        if at_a > at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = log_likelihood(a, start, n, log_sum)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = log_likelihood(b, start, n, log_sum)
    return (low + high) / 2


@kernel
def distance(values: NDArray[np.int64], first: int, alpha: float) -> float:
    """Return the largest gap between the CDFs of sorted values from `first` on and of the law."""
    start = values[first]
    n = values.shape[0] - first
    whole = power_tail(alpha, start)
    largest = 0.0
    i = first
    while i < values.shape[0]:
        j = i
        while j < values.shape[0] and values[j] == values[i]:
            j += 1
        below = 1.0 - power_tail(alpha, values[i]) / whole  # of the law, strictly below
        here = 1.0 - power_tail(alpha, values[i] + 1) / whole
        # Both CDFs are steps: the gap is largest just before or at a value that occurs.
        largest = max(largest, abs((i - first) / n - below), abs((j - first) / n - here))
        i = j
    return largest


@kernel
def best_start(values: NDArray[np.int64], fewest: int, best: NDArray[np.float64]) -> None:
    """Find where the tail begins: the start at which the law is closest to the values above it.

    values : (N,) sorted, >= 1; fewest : values that a tail must hold.
    Writes best (3,): index of the first value of the tail, exponent, distance. Distance is inf
    where no tail is long enough.
    """
    best[0], best[1], best[2] = 0.0, np.nan, np.inf
    log_sum = 0.0
    stop = values.shape[0]
    first = stop
    while first > 0:
        first -= 1
        log_sum += float(np.log(values[first]))
        if (first > 0 and values[first - 1] == values[first]) or stop - first < fewest:
            continue
        if values[first] == values[stop - 1]:
            continue  # one value only: no law to fit
        alpha = best_exponent(int(values[first]), stop - first, log_sum)
        gap = distance(values, first, alpha)
        if gap <= best[2]:  # of equal ones the earlier start, which keeps more values
            best[0], best[1], best[2] = first, alpha, gap


@kernel
def simulated_distances(
    values: NDArray[np.int64],
    first: int,
    alpha: float,
    fewest: int,
    seed: int,
    distances: NDArray[np.float64],
) -> None:
    """Refit records in which the tail is a power law and the body is drawn from the values.

    values : (N,) sorted; first, alpha : the fitted tail. Writes distances (R,).
    """
    n = values.shape[0]
    drawn = np.empty(n, dtype=np.int64)
    best = np.empty(3)
    for r in range(distances.shape[0]):
        for i in range(n):
            if first > 0 and uniform(seed, r, _STREAM, 0, 0, i) * n < first:
                drawn[i] = values[int(uniform(seed, r, _STREAM, 1, 0, i) * first)]
            else:
                u = uniform(seed, r, _STREAM, 1, 0, i)
                drawn[i] = power_law_quantile(u, alpha, values[first], _LARGEST_DRAW)
        sort_values(drawn)
        best_start(drawn, fewest, best)
        distances[r] = best[2]


@kernel
def resampled_exponents(
    values: NDArray[np.int64], fewest: int, seed: int, exponents: NDArray[np.float64]
) -> None:
    """Refit records drawn from the values with replacement, the start of the tail included.

    values : (N,) sorted. Writes exponents (R,), NaN where no tail could be fitted.
    """
    n = values.shape[0]
    drawn = np.empty(n, dtype=np.int64)
    best = np.empty(3)
    for r in range(exponents.shape[0]):
        for i in range(n):
            drawn[i] = values[int(uniform(seed, r, _STREAM, 2, 0, i) * n)]
        sort_values(drawn)
        best_start(drawn, fewest, best)
        exponents[r] = best[1]
