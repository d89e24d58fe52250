"""Parameters of the model, each with unit, prior and source.

A prior is known by its quantile function: designs (Sobol, Latin hypercube) make uniforms in
(0, 1) and `quantile` turns them into values, so that each value depends on its own uniform only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tarazu.core.sources import Source


def _require(condition: bool, prior: object, expected: str) -> None:
    if not condition:
        msg = f"{prior} is not a distribution; expected {expected}"
        raise ValueError(msg)


def _uniforms(u: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(u, dtype=np.float64)
    if not np.all((values > 0.0) & (values < 1.0)):
        msg = "quantile of a value outside (0, 1); expected uniforms strictly between 0 and 1"
        raise ValueError(msg)
    return values


def _standard_normal(u: ArrayLike) -> NDArray[np.float64]:
    from scipy.special import ndtri  # late: commands that only read a record do without scipy

    return np.asarray(ndtri(_uniforms(u)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A positive quantity known up to a factor.

    Attributes
    ----------
    median : > 0, in the parameter's unit.
    gsd : geometric standard deviation, > 1; two thirds of the mass lie within
        median / gsd and median * gsd.
    """

    median: float
    gsd: float

    def __post_init__(self) -> None:
        _require(math.isfinite(self.median) and self.median > 0, self, "a median > 0")
        _require(math.isfinite(self.gsd) and self.gsd > 1, self, "a gsd > 1")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return 0.0, math.inf

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which a share `u` of the mass lies; any shape, u in (0, 1)."""
        return np.asarray(self.median * np.exp(math.log(self.gsd) * _standard_normal(u)))

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        return f"lognormal, median {self.median:g}, within a factor {self.gsd:g} (1 sd)"


@dataclass(frozen=True, slots=True)
class Normal:
    """A quantity of either sign; centred on 0 where the literature disagrees in sign.

    Attributes
    ----------
    mean : finite, in the parameter's unit.
    sd : > 0, same unit.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require(math.isfinite(self.mean), self, "a finite mean")
        _require(math.isfinite(self.sd) and self.sd > 0, self, "an sd > 0")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return -math.inf, math.inf

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which a share `u` of the mass lies; any shape, u in (0, 1)."""
        return np.asarray(self.mean + self.sd * _standard_normal(u))

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        return f"normal, mean {self.mean:g}, sd {self.sd:g}"


@dataclass(frozen=True, slots=True)
class Beta:
    """A share in (0, 1) with mean a / (a + b).

    Attributes
    ----------
    a, b : > 0; a + b is the number of observations that the prior weighs as much as.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        _require(math.isfinite(self.a) and self.a > 0, self, "a > 0")
        _require(math.isfinite(self.b) and self.b > 0, self, "b > 0")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return 0.0, 1.0

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which a share `u` of the mass lies; any shape, u in (0, 1)."""
        from scipy.special import betaincinv  # late, as above

        return np.asarray(betaincinv(self.a, self.b, _uniforms(u)), dtype=np.float64)

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        return f"beta, a {self.a:g}, b {self.b:g} (mean {self.a / (self.a + self.b):.3g})"


@dataclass(frozen=True, slots=True)
class Uniform:
    """A quantity known only to lie between two values.

    Attributes
    ----------
    low, high : finite, low < high, in the parameter's unit.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        finite = math.isfinite(self.low) and math.isfinite(self.high)
        _require(finite and self.low < self.high, self, "low < high, both finite")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.low, self.high

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which a share `u` of the mass lies; any shape, u in (0, 1)."""
        values = _uniforms(u)
        return np.asarray((1.0 - values) * self.low + values * self.high)

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        return f"uniform, {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class SpikeSlab:
    """An effect that may be none at all, or of either sign: a spike at 0 and a normal slab.

    Attributes
    ----------
    zero : probability in (0, 1) of exactly no effect.
    mean, sd : of the slab, in the parameter's unit; sd > 0.

    Examples
    --------
    >>> SpikeSlab(zero=0.5, mean=0.0, sd=1.0).quantile([0.1, 0.5, 0.9]).round(3).tolist()
    [-0.842, 0.0, 0.842]
    """

    zero: float
    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require(0.0 < self.zero < 1.0, self, "a probability of no effect inside (0, 1)")
        _require(math.isfinite(self.mean), self, "a finite mean")
        _require(math.isfinite(self.sd) and self.sd > 0, self, "an sd > 0")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return -math.inf, math.inf

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the values below which a share `u` of the mass lies; any shape, u in (0, 1)."""
        values = _uniforms(u)
        slab = 1.0 - self.zero
        below = slab * 0.5 * math.erfc(self.mean / self.sd / math.sqrt(2.0))
        tail = np.where(values < below, values, values - self.zero) / slab
        inside = np.clip(tail, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))
        slab_values = self.mean + self.sd * _standard_normal(inside)
        is_zero = (values >= below) & (values <= below + self.zero)
        return np.asarray(np.where(is_zero, 0.0, slab_values))

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        slab = f"normal, mean {self.mean:g}, sd {self.sd:g}"
        return f"no effect with probability {self.zero:g}, else {slab}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A quantity held at one value in every draw.

    Attributes
    ----------
    value : finite, in the parameter's unit.
    """

    value: float

    def __post_init__(self) -> None:
        _require(math.isfinite(self.value), self, "a finite value")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.value, self.value

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """Return the value for every `u`; any shape, u in (0, 1)."""
        return np.full_like(_uniforms(u), self.value)

    def describe(self) -> str:
        """Return the prior in the words of the parameter table."""
        return f"fixed at {self.value:g}"


Prior: TypeAlias = LogNormal | Normal | Beta | Uniform | SpikeSlab | Fixed


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the model with its unit, prior and source.

    Attributes
    ----------
    unit : for example ``"1/week"``, ``"persons"``, ``"1"`` for a pure number.
    prior : distribution of what is assumed before the record is used.
    source : the work it rests on, or `ASSUMED`.
    stream_id : the first name of a parameter that was renamed, by which its draws are addressed,
        so that a new name changes no draw.

    Raises
    ------
    ValueError
        No unit.
    TypeError
        A prior that is not one of this module's, for example a bare number.

    Examples
    --------
    >>> from tarazu.core.sources import ASSUMED
    >>> rate = Parameter("1/week", LogNormal(2e-4, 2.5), source=ASSUMED)
    >>> float(rate.prior.quantile(0.5))
    0.0002
    """

    unit: str
    prior: Prior
    source: Source
    stream_id: str | None = None

    def __post_init__(self) -> None:
        if not self.unit.strip():
            msg = "parameter without unit; expected for example '1/week', or '1' for a pure number"
            raise ValueError(msg)
        if not isinstance(self.prior, Prior):
            msg = (
                f"prior is {self.prior!r}; expected a distribution; for one value use Fixed(value)"
            )
            raise TypeError(msg)

    @property
    def median(self) -> float:
        """The value of a study without draws of parameters."""
        return float(self.prior.quantile(0.5))
