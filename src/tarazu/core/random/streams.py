"""Counter-based random numbers: each one is a hash of its coordinates.

A hash of (seed, member, stream, week, district, index) is a uniform; an inverse CDF turns it
into a draw. So nothing depends on the order of evaluation, on workers or on chunks; switching
one mechanism on does not shift another's numbers; and two policies have common random numbers:
more expected attacks never give fewer attacks, because every quantile rises with its mean.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from tarazu.core.jit import kernel
from tarazu.core.random.heavy_tails import negative_binomial_quantile, power_law_quantile
from tarazu.core.random.normal import count_quantile

__all__ = [
    "EXACT_MEAN",
    "binomial_quantile",
    "negative_binomial_quantile",
    "poisson_quantile",
    "power_law_quantile",
    "uniform",
]

# Up to this mean (of the rarer outcome for a binomial) quantiles are exact, above it their CDF is
# within 1e-3 (measured: within 1e-4). It may not be lower than 30: below, the expansion falls
# where u < 1e-15.
EXACT_MEAN: Final = 30.0
_LARGEST_MEAN: Final = 2.0**52  # beyond it a double no longer counts one by one
# Summed term by term, a CDF comes this close to 1 in spite of rounding, so that every walk ends.
LARGEST_SUM: Final = 1.0 - 1e-13

# No mean that is exact reaches this count before `LARGEST_SUM`; a table is faster than to divide.
LONGEST_WALK: Final = 255
RECIPROCALS: Final = 1.0 / np.maximum(np.arange(LONGEST_WALK + 1), 1)

_MIX_A: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B: Final = np.uint64(0x94D049BB133111EB)
# Odd multipliers without structure in common, one a coordinate: fractional bits of the golden
# ratio and of the square roots of 2, 3, 5, 7 and 11.
_SEED: Final = np.uint64(0x9E3779B97F4A7C15)
_MEMBER: Final = np.uint64(0x6A09E667F3BCC909)
_STREAM: Final = np.uint64(0xBB67AE8584CAA73B)
_WEEK: Final = np.uint64(0x3C6EF372FE94F82B)
_DISTRICT: Final = np.uint64(0xA54FF53A5F1D36F1)
_INDEX: Final = np.uint64(0x510E527FADE682D1)
_S27, _S30, _S31, _S12 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(12)


@kernel
def _mix(x: np.uint64) -> np.uint64:
    """Return 64 bits of which each depends on all of x, one to one (splitmix64's last step)."""
    # np.multiply wraps silently without compilation too, where `*` would warn.
    x = np.multiply(x ^ (x >> _S30), _MIX_A)
    x = np.multiply(x ^ (x >> _S27), _MIX_B)
    return x ^ (x >> _S31)


@kernel
def uniform(seed: int, member: int, stream: int, week: int, district: int, index: int) -> float:
    """Return the uniform at this address: one of 2^52 equidistant values, never 0 or 1.

    Parameters
    ----------
    seed, member, stream, week, district, index : whole numbers >= 0. In a loop that varies the
        later ones only, the compiler computes what depends on the earlier ones once.

    References
    ----------
    Steele, Lea & Flood (2014) for the mixing, https://doi.org/10.1145/2660193.2660195;
    Salmon et al. (2011) for counters, https://doi.org/10.1145/2063384.2063405

    Examples
    --------
    >>> uniform(1, 0, 3, 52, 7, 0) == uniform(1, 0, 3, 52, 7, 0) != uniform(1, 0, 3, 52, 7, 1)
    True
    """
    return uniform_at(week_state(member_state(seed, member), stream, week), district, index)


@kernel
def member_state(seed: int, member: int) -> np.uint64:
    """Return the part of an address that a run of one member shares, hashed."""
    # Three rounds, because sums of multiples alone would give two members the same numbers at
    # shifted addresses.
    x = _mix(np.multiply(np.add(np.uint64(seed), np.uint64(1)), _SEED))
    return _mix(np.add(x, np.multiply(np.uint64(member), _MEMBER)))


@kernel
def week_state(state: np.uint64, stream: int, week: int) -> np.uint64:
    """Return the part of an address that all districts share in a week, hashed."""
    x = np.add(state, np.multiply(np.uint64(stream), _STREAM))
    return _mix(np.add(x, np.multiply(np.uint64(week), _WEEK)))


@kernel
def uniform_at(state: np.uint64, district: int, index: int) -> float:
    """Return the uniform of a district and index; `state` as of `week_state`. See `uniform`."""
    x = np.add(state, np.multiply(np.uint64(district), _DISTRICT))
    x = _mix(np.add(x, np.multiply(np.uint64(index), _INDEX)))
    return (float(np.int64(x >> _S12)) + 0.5) * 2.0**-52


@kernel
def poisson_quantile(u: float, mean: float) -> int:
    """Return the smallest count whose Poisson CDF reaches u.

    Parameters
    ----------
    u : in (0, 1).
    mean : in [0, 2^52). Exact up to `EXACT_MEAN`; CDF error below 1e-3 above it.

    Returns
    -------
    int
        The count; -1 for a mean out of range (negative, nan, too large).
    """
    if not 0.0 <= mean < _LARGEST_MEAN:
        return -1
    if mean > EXACT_MEAN:
        root = 1.0 / math.sqrt(mean)
        return int(max(0.0, count_quantile(u, mean, mean, root, root * root)))
    if u <= 1.0 - mean:  # <= exp(-mean): most draws of rare events end here
        return 0
    return _poisson_walk(u, mean, math.exp(-mean))


@kernel
def poisson_above(u: float, mean: float, none: float) -> int:
    """Return the Poisson quantile where P(0) = exp(-mean) is known, and u is above it."""
    if mean > EXACT_MEAN:
        return poisson_quantile(u, mean)
    return _poisson_walk(u, mean, none)


@kernel
def _poisson_walk(u: float, mean: float, none: float) -> int:
    """Sum the probabilities from that of 0 on until they reach u; mean <= `EXACT_MEAN`."""
    u = min(u, LARGEST_SUM)
    count = 0
    term = total = none
    while total < u and count < LONGEST_WALK:
        count += 1
        term *= mean * RECIPROCALS[count]
        total += term
    return count


@kernel
def binomial_quantile(u: float, n: int, p: float) -> int:
    """Return the smallest count whose binomial CDF reaches u.

    Parameters
    ----------
    u : in (0, 1).
    n : trials, in [0, 2^52).
    p : probability of each, in [0, 1]. Exact where n * min(p, 1 - p) is at most `EXACT_MEAN`; CDF
        error below 1e-3 elsewhere.

    Returns
    -------
    int
        The count, in [0, n]; -1 for arguments out of range.
    """
    if not (0 <= n < _LARGEST_MEAN and 0.0 <= p <= 1.0):
        return -1
    if p > 0.5:  # count the failures from the other end
        return n - _rare_quantile(1.0 - u, n, 1.0 - p)
    return _rare_quantile(u, n, p)


@kernel
def _rare_quantile(u: float, n: int, p: float) -> int:
    """Return the binomial quantile for p <= 1/2."""
    mean = n * p
    if mean > EXACT_MEAN:
        variance = mean * (1.0 - p)
        skew = (1.0 - 2.0 * p) / math.sqrt(variance)
        excess = (1.0 - 6.0 * p * (1.0 - p)) / variance
        count = count_quantile(u, mean, variance, skew, excess)
        return int(min(max(0.0, count), float(n)))
    if u <= 1.0 - mean:  # <= (1 - p)^n
        return 0
    return _binomial_walk(u, n, p, math.exp(n * math.log1p(-p)))


@kernel
def binomial_above(u: float, n: int, p: float, none: float) -> int:
    """Return the binomial quantile where P(0) = (1 - p)^n is known, and u is above it."""
    if p > 0.5 or n * p > EXACT_MEAN:
        return binomial_quantile(u, n, p)
    return _binomial_walk(u, n, p, none)


@kernel
def _binomial_walk(u: float, n: int, p: float, none: float) -> int:
    """Sum the probabilities from that of 0 on until they reach u; n p <= `EXACT_MEAN`."""
    u = min(u, LARGEST_SUM)
    count, longest = 0, min(n, LONGEST_WALK)
    odds = p / (1.0 - p)
    above = odds * (n + 1.0)
    term = total = none
    while total < u and count < longest:
        count += 1
        # odds * (n - count + 1) / count, so that only one product waits for the one before it
        term *= above * RECIPROCALS[count] - odds
        total += term
    return count
