"""Confidence intervals that several rooms share."""

from __future__ import annotations

from math import sqrt


def wilson_interval(share: float, n: int, z: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    share : in [0, 1], of the n trials; a mean of shares is allowed, and then the interval is wider
        than it need be.
    n : number of trials, >= 1.
    z : quantile of the standard normal distribution at (1 + level) / 2.

    Returns
    -------
    low, high : in [0, 1].

    Raises
    ------
    ValueError
        `share` is outside [0, 1], or `n` is below 1.

    References
    ----------
    Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212,
    doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = wilson_interval(1.0, 27, z=1.96)
    >>> round(low, 3), high
    (0.875, 1.0)
    """
    if not (0.0 <= share <= 1.0 and n >= 1):
        msg = f"share is {share} of n = {n} trials; expected a share in [0, 1] and n >= 1"
        raise ValueError(msg)
    z2 = z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if share == 0.0 else max(0.0, centre - half)
    high = 1.0 if share == 1.0 else min(1.0, centre + half)
    return low, high
