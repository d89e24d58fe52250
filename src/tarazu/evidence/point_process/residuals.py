"""Randomised PIT residuals of daily counts: uniform if the predicted distribution is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

Array = NDArray[np.float64]

PIT_BINS: Final = 20


@dataclass(frozen=True, slots=True)
class ResidualCheck:
    """Randomised PIT residuals in bins, against draws from the fit.

    Attributes
    ----------
    edges : (B + 1,) of the bins, in [0, 1].
    counts, low, high : (B,) residuals in each bin, and 5 and 95% of what the fit gives.
    p_value : Monte Carlo, of the sum of squared departures from the fit's mean.
    """

    edges: Array
    counts: NDArray[np.int64]
    low: Array
    high: Array
    p_value: float


def check_residuals(
    counts: NDArray[np.int64], mean: Array, *, replicates: int = 199, seed: int = 0
) -> ResidualCheck:
    """Return PIT residuals of Poisson counts, with randomness where a count is a jump.

    A residual is uniform between the distribution function below and at the count (Czado,
    Gneiting & Held 2009). The same is done to counts simulated from the fit, as the reference.
    Because the mean was fitted to the counts, the check is slightly conservative.

    Parameters
    ----------
    counts, mean : (N,) observed and expected.
    replicates : sets of counts drawn from the fit.

    References
    ----------
    Czado, Gneiting & Held (2009), Biometrics 65, doi:10.1111/j.1541-0420.2009.01191.x.
    """
    rng = np.random.default_rng(seed)
    observed = _binned(counts, mean, rng)
    drawn = np.array([_binned(rng.poisson(mean), mean, rng) for _ in range(replicates)])
    expected = len(counts) / PIT_BINS
    departure = ((drawn - expected) ** 2).sum(axis=1)
    beyond = int((departure >= ((observed - expected) ** 2).sum()).sum())
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    return ResidualCheck(
        edges=np.linspace(0, 1, PIT_BINS + 1),
        counts=observed,
        low=low,
        high=high,
        p_value=(1 + beyond) / (1 + replicates),
    )


def randomised_pit(counts: NDArray[np.int64], mean: Array, rng: np.random.Generator) -> Array:
    """Return (N,) residuals in [0, 1] of Poisson counts."""
    # P(Y <= y) = Q(y + 1, mean), and P(Y <= -1) = 0.
    at = gammaincc(counts + 1.0, mean)
    below = np.where(counts > 0, gammaincc(np.maximum(counts, 1).astype(np.float64), mean), 0.0)
    residual: Array = below + rng.uniform(size=len(counts)) * (at - below)
    return residual


def _binned(counts: NDArray[np.int64], mean: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    place = np.minimum(
        (randomised_pit(counts, mean, rng) * PIT_BINS).astype(np.int64), PIT_BINS - 1
    )
    return np.bincount(place, minlength=PIT_BINS)
