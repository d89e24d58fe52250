"""Quantiles of counts, slow and obvious: scipy's distributions and sums over the support."""

import numpy as np
from scipy import stats

_MASK = (1 << 64) - 1


def uniform(seed: int, member: int, stream: int, week: int, district: int, index: int) -> float:
    """The hash in Python's whole numbers, modulo 2^64."""

    def mix(x: int) -> int:
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
        return x ^ x >> 31

    x = mix((seed + 1) * 0x9E3779B97F4A7C15 & _MASK)
    x = mix(x + member * 0x6A09E667F3BCC909 & _MASK)
    x = mix(x + stream * 0xBB67AE8584CAA73B + week * 0x3C6EF372FE94F82B & _MASK)
    x = mix(x + district * 0xA54FF53A5F1D36F1 + index * 0x510E527FADE682D1 & _MASK)
    return ((x >> 12) + 0.5) / 2**52


def poisson(mean: float):
    return stats.poisson(mean)


def binomial(n: int, p: float):
    return stats.binom(n, p)


def negative_binomial(mean: float, dispersion: float):
    return stats.nbinom(dispersion, dispersion / (dispersion + mean))


def power_law(alpha: float, xmin: int, xmax: int):
    values = np.arange(xmin, xmax + 1)
    weights = values**-alpha
    return stats.rv_discrete(values=(values, weights / weights.sum()))


def competing_exits(stock: int, hazards):
    """Joint distribution of (exits..., stayers)."""
    hazards = np.asarray(hazards)
    leave = -np.expm1(-hazards.sum())
    return stats.multinomial(stock, [*(leave * hazards / hazards.sum()), 1.0 - leave])
