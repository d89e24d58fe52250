"""Deaths as they might truly be: the reported number, or a draw from a Gumbel law around it.

The reported-value-inflated Gumbel law of Vesco et al.: with some probability the reported number
is right; otherwise the true one follows a Gumbel law whose location and scale grow with the
reported number. Vesco et al. estimated theirs from a survey among those who code UCDP's events.
Their coefficients come with their R package, uncertainUCDP, and could not be consulted: the numbers
below are fitted to UCDP's own low, best and high estimates, and a second, wider set is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tarazu.evidence.finding import Analysis

Array = NDArray[np.float64]
Line = tuple[float, float]  # intercept, and slope on log(1 + reported deaths)

IMPUTATIONS: Final = 20  # usual since Rubin (1987): more change the pooled error by a few per cent
IMPUTED: Final = "deaths drawn around the best estimate"
WIDER: Final = "deaths drawn from a wider range, assumed"
EULER: Final = 0.5772156649015329  # mean of the standard Gumbel law


@dataclass(frozen=True, slots=True)
class DeathModel:
    """Law of the true number of deaths of an event, given the reported one.

    Attributes
    ----------
    odds : log odds that the reported number is right. location : log(1 + location) of the Gumbel
        law. scale : log of its scale. Each is a line in log(1 + reported).
    trust : factor on the probability that the reported number is right, 0 to 1.
    spread : factor on the scale.

    References
    ----------
    Vesco, Randahl, Hegre, Högbladh & Yilmaz (2026), Journal of Conflict Resolution,
    doi:10.1177/00220027261423826: the form of the law.
    """

    odds: Line
    location: Line
    scale: Line
    trust: float = 1.0
    spread: float = 1.0

    def parameters(self, reported: Array) -> tuple[Array, Array, Array]:
        """Return probability that a reported number is right, and location and scale otherwise."""
        x = np.log1p(reported)
        right, location, scale = (a + b * x for a, b in (self.odds, self.location, self.scale))
        return self.trust * expit(right), np.expm1(location), self.spread * np.exp(scale)

    def mean(self, reported: Array) -> Array:
        """Return the mean true number, without rounding to whole numbers of at least one."""
        right, location, scale = self.parameters(reported)
        return right * reported + (1.0 - right) * (location + EULER * scale)


# Fitted to low, best and high of the 5,889 rows of UCDP GED in Pakistan, 1989-2021, with a death:
# odds to the share of rows in which the three are equal, location and scale by least squares to
# the others, with low and high taken as the 5% and 95% points (ASSUMED).
SOURCE_RANGE: Final = DeathModel((2.899, -0.461), (0.157, 0.941), (-1.767, 0.701))
# ASSUMED. UCDP's coders think the documented low and high too narrow (Vesco et al.): the reported
# number is right half as often, and otherwise four times as uncertain, to above more than below.
WIDER_RANGE: Final = DeathModel(
    SOURCE_RANGE.odds, SOURCE_RANGE.location, SOURCE_RANGE.scale, trust=0.5, spread=4.0
)
MODELS: Final = {IMPUTED: SOURCE_RANGE, WIDER: WIDER_RANGE}


@dataclass(frozen=True, slots=True)
class Imputed:
    """A statistic averaged over imputations, tested, with its variance by Rubin's rules.

    The test compares the average with averages in which one permutation is applied to all
    imputations. It needs no variance: Rubin's is beside it to show what the deaths add.

    Attributes
    ----------
    estimate, interval, p_value : of the averaged statistic.
    within : mean variance within an imputation. between : of the estimates over imputations.
    imputations : how many.
    """

    estimate: float
    interval: tuple[float, float]
    p_value: float
    within: float
    between: float
    imputations: int

    @property
    def total(self) -> float:
        """Rubin's total variance."""
        return self.within + (1.0 + 1.0 / self.imputations) * self.between

    @property
    def share(self) -> float:
        """Share of the total variance that comes from the uncertainty of deaths."""
        return 1.0 - self.within / self.total if self.total > 0 else 0.0

    def analysis(self, n: dict[str, int]) -> Analysis:
        """Return estimate, interval and p-value as an analysis."""
        return Analysis(self.estimate, self.interval, self.p_value, n)


def draw_deaths(
    reported: Array | NDArray[np.int64],
    model: DeathModel = SOURCE_RANGE,
    *,
    imputations: int = IMPUTATIONS,
    seed: int = 0,
) -> Array:
    """Return (M, N) true numbers of deaths as they might be, independent between events.

    An event with a reported death keeps at least one; an event without stays without.

    Parameters
    ----------
    reported : (N,) deaths by the best estimate, >= 0.

    Examples
    --------
    >>> draw_deaths(np.array([0.0, 1.0, 40.0]), imputations=3)[:, 0].tolist()
    [0.0, 0.0, 0.0]
    """
    reported = np.asarray(reported, dtype=np.float64)
    right, location, scale = model.parameters(reported)
    rng = np.random.default_rng([20261128, seed])
    uniform = rng.random((2, imputations, len(reported)))
    gumbel = location - scale * np.log(-np.log(np.maximum(uniform[1], 1e-300)))
    fewest = np.minimum(reported, 1.0)
    drawn = np.where(reported > 0, np.maximum(np.rint(gumbel), fewest), 0.0)
    return np.where(uniform[0] < right, reported, drawn)
