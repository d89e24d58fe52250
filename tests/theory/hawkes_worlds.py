"""Exponential Hawkes processes by thinning (Ogata 1981), written apart from the estimators."""

# ruff: noqa: NPY002 - inside compiled code np.random is numba's own generator, seeded by record

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit  # type: ignore[misc]
def thin(mu, eta, beta, end, seed):  # type: ignore[no-untyped-def]
    """Return times and kinds on [0, end], the intensity bounded by its value after each event."""
    np.random.seed(seed)
    kinds_of = len(mu)
    size = 1024
    times, kinds = np.empty(size), np.empty(size, np.int64)
    excited = np.zeros(kinds_of)
    n = 0
    now = 0.0
    while True:
        bound = mu.sum() + excited.sum()
        wait = np.random.exponential(1.0 / bound)
        now += wait
        if now >= end:
            return times[:n], kinds[:n]
        excited *= np.exp(-beta * wait)
        mark = np.random.random() * bound
        for i in range(kinds_of):
            mark -= mu[i] + excited[i]
            if mark < 0:
                if n == size:
                    size *= 2
                    more_times, more_kinds = np.empty(size), np.empty(size, np.int64)
                    more_times[:n], more_kinds[:n] = times, kinds
                    times, kinds = more_times, more_kinds
                times[n], kinds[n] = now, i
                n += 1
                excited += eta[:, i] * beta
                break


def inhomogeneous(n: float, years: int, seed: int) -> tuple[NDArray[np.float64], float]:
    """Return times, in days, of a Poisson process whose level moves by a factor of five.

    Slow waves of two and five years, and bursts of two to eight weeks: contagion to any method
    with a constant background, and none in truth.
    """
    rng = np.random.default_rng(seed)
    end = 365.25 * years
    day = np.arange(int(end))
    phase = rng.uniform(0, 2 * np.pi, 2)
    log_level = 0.5 * np.sin(2 * np.pi * day / 730 + phase[0])
    log_level += 0.3 * np.sin(2 * np.pi * day / 1826 + phase[1])
    for start in rng.integers(0, len(day), 2 * years):
        log_level[start : start + rng.integers(14, 57)] += np.log(rng.uniform(1.5, 3))
    level = np.exp(log_level)
    counts = rng.poisson(n * level / level.sum())
    times = np.repeat(day, counts) + rng.uniform(size=counts.sum())
    return np.sort(times), end
