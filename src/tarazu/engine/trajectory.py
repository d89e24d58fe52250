"""Districts, pulses and trajectories: inputs of a run beside the model, and its results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
StateArray = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Districts:
    """The districts of a run, as arrays in one order.

    Attributes
    ----------
    names : (D,) slugs; errors name them.
    population : (D,) persons, > 0; rounded to whole persons.
    urban_share : (D,) share in [0, 1].
    weights : (D, D) neighbour weights >= 0, zero diagonal; a row sums to 1, or to 0 for a district
        without neighbours.
    keys : (D,) int64, all different: the number that addresses a district's random numbers, so that
        they do not depend on the order of districts; None means 0 .. D-1.

    Raises
    ------
    ValueError
        Shapes that differ, or a value outside its range.
    """

    names: tuple[str, ...]
    population: FloatArray
    urban_share: FloatArray
    weights: FloatArray
    keys: IntArray | None = None

    def __post_init__(self) -> None:
        count = len(self.names)
        shapes = (self.population.shape, self.urban_share.shape, self.weights.shape)
        if shapes != ((count,), (count,), (count, count)) or not count:
            msg = (
                f"districts of shapes {shapes}; expected ({count},), ({count},), ({count}, {count})"
            )
            raise ValueError(msg)
        _require(self.population >= 1.0, self.names, "population", "a population >= 1")
        urban = (self.urban_share >= 0.0) & (self.urban_share <= 1.0)
        _require(urban, self.names, "urban_share", "a share in [0, 1]")
        sums = self.weights.sum(axis=1)
        normalised = (np.abs(sums - 1.0) < 1e-9) | (sums == 0.0)
        rows = normalised & (self.weights >= 0.0).all(axis=1) & (np.diag(self.weights) == 0.0)
        _require(rows, self.names, "weights", "weights >= 0 to others that sum to 1, or all 0")
        if self.keys is not None and len(set(self.keys.tolist())) != count:
            msg = f"{len(set(self.keys.tolist()))} different keys for {count} districts"
            raise ValueError(msg)

    def stream_keys(self) -> IntArray:
        """Return the (D,) keys in use."""
        return np.arange(len(self.names)) if self.keys is None else self.keys


def _require(good: NDArray[np.bool_], names: tuple[str, ...], what: str, expected: str) -> None:
    bad = [name for name, fine in zip(names, good, strict=True) if not fine]
    if bad:
        msg = f"{what} of {', '.join(bad[:5])} is out of range; expected {expected}"
        raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Something added from outside to one event in one district and week.

    Attributes
    ----------
    event : name of an event of the model.
    week : 0 .. weeks - 1.
    district : index in the order of `Districts`.
    expected : added to the event's expectation before it is drawn (any value >= 0): tempo.
    count : added to the drawn count (whole, >= 0): something known to happen.
    """

    event: str
    week: int
    district: int
    expected: float = 0.0
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Weekly series of a batch of members, in the order of `members`.

    Row t holds what happened during week t (events, flows, reports) and the stocks at its end.

    Attributes
    ----------
    quantities : (Q,) names: stocks, then events, then reports.
    units : (Q,) their units.
    members : (M,) int64 ids.
    national : (M, T, Q) sums over districts of counts; means weighted by population of shares.
    district_quantities : (K,) names of the quantities kept by district.
    district : (M, T, D, K), or None if none was asked for.
    start : (M, Q_stocks) national values of the stocks before week 0, in the order of `quantities`.
    districts : (D,) names of the districts.
    """

    quantities: tuple[str, ...]
    units: tuple[str, ...]
    members: IntArray
    national: FloatArray
    district_quantities: tuple[str, ...]
    district: FloatArray | None
    start: FloatArray
    districts: tuple[str, ...]

    def series(self, quantity: str) -> FloatArray:
        """Return the (M, T) national series of one quantity."""
        return np.asarray(self.national[:, :, _index(quantity, self.quantities)])

    def by_district(self, quantity: str) -> FloatArray:
        """Return the (M, T, D) series of one quantity kept by district."""
        k = _index(quantity, self.district_quantities)
        assert self.district is not None  # a name was found, so something was kept
        return np.asarray(self.district[:, :, :, k])


def _index(name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        msg = f"no quantity '{name}' here; there are: {', '.join(names) or 'none'}"
        raise KeyError(msg)
    return names.index(name)
