"""Inverse CDFs of counts with heavy tails: negative binomial and discrete power law."""

from __future__ import annotations

import math
from typing import Final

from tarazu.core.jit import kernel
from tarazu.core.random.normal import count_quantile

# The negative binomial is exact up to this mean for every dispersion.
NEGATIVE_BINOMIAL_EXACT_MEAN: Final = 30.0
_SMALL_DISPERSION: Final = 60.0  # below it the skew stays too large for the expansion
_LONGEST_WALK_MEAN: Final = 1000.0
_LARGEST_MEAN: Final = 2.0**40
_TAIL_STEPS: Final = 12  # terms summed one by one before the Euler-Maclaurin tail


@kernel
def negative_binomial_quantile(u: float, mean: float, dispersion: float) -> int:
    """Return the smallest count whose negative binomial CDF reaches u.

    Parameters
    ----------
    u : in (0, 1).
    mean : in [0, 2^40). Exact up to 30, or up to 1000 where the dispersion is below 60; CDF error
        below 1e-3 elsewhere (measured: within 1e-4).
    dispersion : > 0, the "size": the variance is mean + mean^2 / dispersion.

    Returns
    -------
    int
        The count; -1 for arguments out of range.

    Notes
    -----
    A mean above 1000 with a small dispersion is searched in the incomplete beta function and
    costs microseconds.
    """
    if not (0.0 <= mean < _LARGEST_MEAN and dispersion > 0.0):
        return -1
    if mean > NEGATIVE_BINOMIAL_EXACT_MEAN:
        if dispersion >= _SMALL_DISPERSION:
            ratio = mean / dispersion
            variance = mean * (1.0 + ratio)
            skew = (1.0 + 2.0 * ratio) / math.sqrt(variance)
            excess = 6.0 / dispersion + 1.0 / variance
            return int(max(0.0, count_quantile(u, mean, variance, skew, excess)))
        if mean > _LONGEST_WALK_MEAN:
            return _search(u, mean, dispersion)
    if u <= 1.0 - mean:  # <= the probability of 0
        return 0
    if dispersion > 1e15:  # Poisson, to the last digit
        dispersion = 1e15
    share = mean / (mean + dispersion)
    count = 0
    term = math.exp(-dispersion * math.log1p(mean / dispersion))
    total = term
    while total < u and (term > 1e-18 * (1.0 - share) or count < mean):
        term *= share * (count + dispersion) / (count + 1)
        count += 1
        total += term
    return count


@kernel
def _search(u: float, mean: float, dispersion: float) -> int:
    """Return the negative binomial quantile by doubling, then halving."""
    p = dispersion / (dispersion + mean)
    low, high = -1, int(mean)  # CDF(low) < u <= CDF(high)
    while high < 2**60 and incomplete_beta(dispersion, high + 1.0, p) < u:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if incomplete_beta(dispersion, middle + 1.0, p) < u:
            low = middle
        else:
            high = middle
    return high


@kernel
def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b); a, b > 0, x in (0, 1).

    The continued fraction DLMF 8.17.22, evaluated by the modified Lentz method. Relative error
    below 1e-9 for a, b up to 1e9.
    """
    flipped = x > (a + 1.0) / (a + b + 2.0)  # where the fraction of the other end is faster
    if flipped:
        a, b, x = b, a, 1.0 - x
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        fraction *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        step = c * d
        fraction *= step
        if abs(step - 1.0) < 1e-15:
            break
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    share = math.exp(front + a * math.log(x) + b * math.log1p(-x)) * fraction / a
    return 1.0 - share if flipped else share


@kernel
def power_law_quantile(u: float, alpha: float, xmin: int, xmax: int) -> int:
    """Return the smallest k whose CDF reaches u, where P(k) ~ k^-alpha on xmin..xmax.

    Exact up to rounding: CDF error below 1e-9 for alpha up to 5, below 1e-5 up to 20.

    Parameters
    ----------
    u : in (0, 1).
    alpha : exponent, in (1, 20].
    xmin, xmax : smallest and largest value, 1 <= xmin <= xmax < 2^40.

    Returns
    -------
    int
        The value, in [xmin, xmax]; -1 for arguments out of range.

    References
    ----------
    Clauset, Shalizi & Newman (2009), table 2.1, here cut at xmax. https://doi.org/10.1137/070710111
    """
    if not (1.0 < alpha <= 20.0 and 1 <= xmin <= xmax < _LARGEST_MEAN):
        return -1
    whole = power_tail(alpha, xmin)
    left = whole - u * (whole - power_tail(alpha, xmax + 1))  # weight above the quantile
    k = xmin
    tail = whole - float(k) ** -alpha  # weight of all values above k
    while tail > left and k < xmax and k < _TAIL_STEPS:
        k += 1
        tail -= float(k) ** -alpha
    if tail <= left or k == xmax:
        return k
    # The weight above k is about (k + 1/2)^(1 - alpha) / (alpha - 1): start there, then correct.
    guess = (left * (alpha - 1.0)) ** (1.0 / (1.0 - alpha)) - 0.5
    k = int(min(max(math.ceil(guess), k + 1.0), float(xmax)))
    while k < xmax and power_tail(alpha, k + 1) > left:
        k += 1
    while k > xmin and power_tail(alpha, k) <= left:
        k -= 1
    return k


@kernel
def power_tail(alpha: float, start: int) -> float:
    """Return the sum of k^-alpha over k >= start (the Hurwitz zeta function); alpha > 1.

    Euler-Maclaurin from 12 on; relative error below 1e-9 for alpha up to 5.
    """
    x = float(start)
    total = 0.0
    while x < _TAIL_STEPS:
        total += x**-alpha
        x += 1.0
    power = x**-alpha
    square = 1.0 / (x * x)
    series = 1.0 - square * (alpha + 5.0) * (alpha + 6.0) / 40.0
    series = 1.0 - square * (alpha + 3.0) * (alpha + 4.0) / 42.0 * series
    series = 1.0 - square * (alpha + 1.0) * (alpha + 2.0) / 60.0 * series
    return float(total + power * (x / (alpha - 1.0) + 0.5 + alpha / x / 12.0 * series))
