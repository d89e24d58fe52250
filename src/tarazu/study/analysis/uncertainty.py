"""Monte Carlo intervals of a study's estimates; the unit is the draw of parameters."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.core.intervals import wilson_interval

FloatArray = NDArray[np.float64]

LEVEL: Final = 0.9
Z: Final = 1.6448536269514722  # standard normal quantile at (1 + LEVEL) / 2
WORST: Final = 0.9  # the worst decile begins at this quantile of badness


class Estimate(NamedTuple):
    """A number and the ends of its interval, of coverage `LEVEL` over repeated studies."""

    value: float
    low: float
    high: float

    def columns(self, name: str) -> dict[str, float]:
        """Return the columns NAME, NAME_low and NAME_high of a table."""
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}


NOTHING: Final = Estimate(np.nan, np.nan, np.nan)


def mean_of(draws: FloatArray) -> Estimate:
    """Return the mean of independent draws (N,), by the normal approximation."""
    n = len(draws)
    if n == 0:
        return NOTHING
    mean = float(draws.mean())
    if n == 1:
        return Estimate(mean, np.nan, np.nan)
    half = Z * float(draws.std(ddof=1)) / np.sqrt(n)
    return Estimate(mean, mean - half, mean + half)


def share_of(draws: FloatArray) -> Estimate:
    """Return the mean of shares in [0, 1], one per draw, with Wilson's interval.

    For shares strictly between 0 and 1 the interval is wider than needed.
    """
    n = len(draws)
    if n == 0:
        return NOTHING
    share = float(draws.mean())
    return Estimate(share, *wilson_interval(share, n, Z))


def quantile_of(draws: FloatArray, level: float) -> Estimate:
    """Return a quantile of independent draws (N,), between order statistics as a bound."""
    n = len(draws)
    if n == 0:
        return NOTHING
    ordered = np.sort(draws)
    half = Z * np.sqrt(n * level * (1 - level))
    low = int(np.floor(n * level - half))
    high = int(np.ceil(n * level + half))
    return Estimate(
        float(np.quantile(ordered, level)),
        float(ordered[low]) if low >= 0 else np.nan,
        float(ordered[high]) if high < n else np.nan,
    )
