"""Attack days that come faster or slower by a power law: written apart from the estimator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CURVES: dict[str, Callable[[np.random.Generator, int], NDArray[np.float64]]] = {
    "exponential": lambda rng, n: rng.exponential(1.0, n),
    "gamma, shape 1/2": lambda rng, n: rng.gamma(0.5, 2.0, n),
    "log-normal": lambda rng, n: rng.lognormal(-0.5, 1.0, n),
}
"""Scatter of gaps about their curve, of mean 1."""

SIZES = (140, 50, 45, 20, 15, 14, 13, 13, 12, 12)  # gaps by district, as on the record
HETEROGENEITY = 0.2  # standard deviation of b between districts


def draw_gaps(
    rng: np.random.Generator, shape: str, n: int, exponent: float, *, first: float = 200.0
) -> NDArray[np.int64]:
    """Draw n gaps of mean first * n^-exponent, rounded up to whole days."""
    mean = first * np.arange(1, n + 1) ** -exponent
    return np.ceil(mean * CURVES[shape](rng, n)).astype(np.int64)


def simulate_curves(exponent: float, seed: int) -> dict[str, NDArray[np.int64]]:
    """Return days with an attack of ten districts whose exponents scatter about one."""
    rng = np.random.default_rng(seed)
    days = {}
    for i, size in enumerate(SIZES):
        own = rng.normal(exponent, HETEROGENEITY)
        gaps = draw_gaps(rng, "exponential", size, own, first=200.0 if own > 0 else 30.0)
        days[str(i)] = np.concatenate([[0], np.cumsum(gaps)])
    return days
