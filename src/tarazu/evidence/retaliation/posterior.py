"""Posterior of an effect with either sign, by quadrature.

The prior of the log rate ratio is normal around no effect, so backlash and deterrence start as
equals. Given the ratio, everything else is integrated out by Laplace's approximation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tarazu.evidence.point_process.rate_ratio import (
    LogLinear,
    Profile,
    expected_unexposed,
    fit_loglinear,
)

Array = NDArray[np.float64]

PRIOR_SD: Final = 0.7  # of the log rate ratio, ASSUMED: half or double is one sd away
SMALL: Final = 0.1  # attacks per operation within the horizon, below which an effect is small
NODES: Final = 15  # of the log rate ratio, joined by a spline
REACH: Final = 4.5  # half-width of the grid, in standard deviations of the posterior
FINE: Final = 2001


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior of the effect of operations.

    Attributes
    ----------
    log_ratio, cumulated : (F,) log rate ratios and the posterior's distribution function.
    effect : (F,) the same in attacks per operation, as many as would have been expected without.
    backlash, deterrence, small : posterior probabilities of an effect above 0, below 0, and of
        less than `SMALL` attacks per operation either way.
    interval : 90% credible interval of the effect, attacks per operation.
    """

    log_ratio: Array
    cumulated: Array
    effect: Array
    backlash: float
    deterrence: float
    small: float
    interval: tuple[float, float]

    def below(self, log_ratio: float) -> float:
        """Return the posterior probability of a log rate ratio below a value."""
        return float(np.interp(log_ratio, self.log_ratio, self.cumulated))


def weigh_effect(
    design: LogLinear, n_operations: int, *, prior_sd: float = PRIOR_SD, tempering: float = 1.0
) -> Posterior:
    """Return the posterior of the effect of operations on the attacks after them.

    Parameters
    ----------
    design : from `lay_out_loglinear`.
    n_operations : that the effect is shared among.
    prior_sd : of the log rate ratio.
    tempering : dispersion by which the log-likelihood is divided.

    References
    ----------
    Tierney & Kadane (1986), Journal of the American Statistical Association 81,
    doi:10.1080/01621459.1986.10478240.
    """
    from scipy.interpolate import CubicSpline  # slow to import

    with threadpool_limits(1, user_api="blas"):
        best = fit_loglinear(design)
        profile = Profile(design, best)
        spread = _spread(profile, float(best.border[-1]), prior_sd, tempering)
        precision = 1 / spread**2 + 1 / prior_sd**2
        middle = float(best.border[-1]) / spread**2 / precision
        nodes = middle + np.linspace(-REACH, REACH, NODES) / np.sqrt(precision)
        found = [profile.at(node) for node in nodes]
        mass = [f.value / tempering - 0.5 * f.information.log_determinant for f in found]
        expected = np.array([expected_unexposed(design, f) for f in found])
    fine = np.linspace(nodes[0], nodes[-1], FINE)
    log_density = CubicSpline(nodes, np.array(mass) - 0.5 * (nodes / prior_sd) ** 2)(fine)
    density = np.exp(log_density - log_density.max())
    cumulated = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    cumulated /= cumulated[-1]
    effect = np.expm1(fine) * CubicSpline(nodes, expected)(fine) / max(n_operations, 1)
    lower, upper = np.interp([-SMALL, SMALL], effect, cumulated)
    deterrence = float(np.interp(0.0, fine, cumulated))
    low, high = np.interp([0.05, 0.95], cumulated, effect)
    return Posterior(
        log_ratio=fine,
        cumulated=cumulated,
        effect=effect,
        backlash=1 - deterrence,
        deterrence=deterrence,
        small=float(upper - lower),
        interval=(float(low), float(high)),
    )


def _spread(profile: Profile, best: float, prior_sd: float, tempering: float) -> float:
    """Return the standard deviation that the likelihood's curvature at its maximum gives.

    No more than three of the prior: where no attack was seen the likelihood has no maximum.
    """
    step = 0.2
    top, sides = profile.value(best), profile.value(best - step) + profile.value(best + step)
    curvature = (2 * top - sides) / step**2 / tempering
    return float(1 / np.sqrt(max(curvature, 1 / (3 * prior_sd) ** 2)))
