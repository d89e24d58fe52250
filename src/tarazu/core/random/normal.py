"""The normal quantile, and what it gives for counts with large means."""

from __future__ import annotations

import math

import numpy as np

from tarazu.core.jit import kernel


@kernel
def is_central(u: float) -> bool:
    """Return whether the normal quantile of u is below 1.44 in size: 85 % of all draws."""
    return abs(u - 0.5) <= 0.425


@kernel
def _central_quantile(q: float) -> float:
    """Return the normal quantile of q + 1/2 for abs(q) <= 0.425."""
    r = 0.180625 - q * q
    above = 2.5090809287301226727e3
    above = above * r + 3.3430575583588128105e4
    above = above * r + 6.7265770927008700853e4
    above = above * r + 4.5921953931549871457e4
    above = above * r + 1.3731693765509461125e4
    above = above * r + 1.9715909503065514427e3
    above = above * r + 1.3314166789178437745e2
    above = above * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3
    below = below * r + 2.8729085735721942674e4
    below = below * r + 3.9307895800092710610e4
    below = below * r + 2.1213794301586595867e4
    below = below * r + 5.3941960214247511077e3
    below = below * r + 6.8718700749205790830e2
    below = below * r + 4.2313330701600911252e1
    return q * above / (below * r + 1.0)


@kernel
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of u in (0, 1); relative error about 1e-16.

    References
    ----------
    Wichura (1988), algorithm AS 241, function PPND16. https://doi.org/10.2307/2347330
    """
    q = u - 0.5
    if is_central(u):
        return _central_quantile(q)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        above = 7.74545014278341407640e-4
        above = above * r + 2.27238449892691845833e-2
        above = above * r + 2.41780725177450611770e-1
        above = above * r + 1.27045825245236838258e0
        above = above * r + 3.64784832476320460504e0
        above = above * r + 5.76949722146069140550e0
        above = above * r + 4.63033784615654529590e0
        above = above * r + 1.42343711074968357734e0
        below = 1.05075007164441684324e-9
        below = below * r + 5.47593808499534494600e-4
        below = below * r + 1.51986665636164571966e-2
        below = below * r + 1.48103976427480074590e-1
        below = below * r + 6.89767334985100004550e-1
        below = below * r + 1.67638483018380384940e0
        below = below * r + 2.05319162663775882187e0
    else:
        r -= 5.0
        above = 2.01033439929228813265e-7
        above = above * r + 2.71155556874348757815e-5
        above = above * r + 1.24266094738807843860e-3
        above = above * r + 2.65321895265761230930e-2
        above = above * r + 2.96560571828504891230e-1
        above = above * r + 1.78482653991729133580e0
        above = above * r + 5.46378491116411436990e0
        above = above * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15
        below = below * r + 1.42151175831644588870e-7
        below = below * r + 1.84631831751005468180e-5
        below = below * r + 7.86869131145613259100e-4
        below = below * r + 1.48753612908506148525e-2
        below = below * r + 1.36929880922735805310e-1
        below = below * r + 5.99832206555887937690e-1
    w = above / (below * r + 1.0)
    return -w if q < 0.0 else w


@kernel
def count_quantile(u: float, mean: float, variance: float, skew: float, excess: float) -> float:
    """Return the approximate u-quantile of a count, a whole number of either sign.

    The Cornish-Fisher expansion to third order, with the variance that whole numbers add to a
    continuous variable (1/12) taken out. For a Poisson variable it is the expansion of Giles.

    Parameters
    ----------
    u : in (0, 1).
    mean, variance, skew, excess : moments of the count; skew is at most about 0.4.

    References
    ----------
    Cornish & Fisher (1938); Giles (2016), equation 17. https://doi.org/10.1145/2699466
    """
    return _expand(normal_quantile(u), mean, variance, skew, excess)


@kernel
def central_count_quantile(
    u: float, mean: float, variance: float, skew: float, excess: float
) -> float:
    """Return `count_quantile` of a u that `is_central`, without a branch; nonsense of others."""
    return _expand(_central_quantile(u - 0.5), mean, variance, skew, excess)


@kernel
def _expand(w: float, mean: float, variance: float, skew: float, excess: float) -> float:
    sd = math.sqrt(variance)
    bend = skew * (w * w - 1.0) / 6.0
    bend += excess * (w * w - 3.0) * w / 24.0 - skew * skew * (2.0 * w * w - 5.0) * w / 36.0
    return float(np.floor(mean + sd * (w + bend) - w / (24.0 * sd) + 0.5))
