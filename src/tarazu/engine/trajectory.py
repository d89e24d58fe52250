"""Districts, pulses, states and trajectories: inputs of a run beside the model, its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tarazu.model.places.attributes import PLACES

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
    attributes : (D,) values of other attributes of places, by name, see `tarazu.model.places`; one
        that is not here is neutral in every district.

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
    attributes: Mapping[str, FloatArray] = field(default_factory=dict)

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
        for name, values in self.attributes.items():
            if name not in PLACES or values.shape != (count,):
                msg = f"attribute '{name}' of shape {values.shape}; expected ({count},) of one of "
                raise ValueError(msg + ", ".join(PLACES))
            low, high = PLACES[name].low, PLACES[name].high
            within = (values >= low) & (values <= high)
            _require(within, self.names, name, f"a value in [{low:g}, {high:g}]")
        sums = self.weights.sum(axis=1)
        normalised = (np.abs(sums - 1.0) < 1e-9) | (sums == 0.0)
        rows = normalised & (self.weights >= 0.0).all(axis=1) & (np.diag(self.weights) == 0.0)
        _require(rows, self.names, "weights", "weights >= 0 to others that sum to 1, or all 0")
        if self.keys is not None and len(set(self.keys.tolist())) != count:
            msg = f"{len(set(self.keys.tolist()))} different keys for {count} districts"
            raise ValueError(msg)

    @classmethod
    def of(
        cls, names: tuple[str, ...], places: Mapping[str, FloatArray], weights: FloatArray
    ) -> Districts:
        """Return districts with all attributes by name, as `read_places` gives them."""
        own = dict(places)
        return cls(names, own.pop("population"), own.pop("urban_share"), weights, attributes=own)

    def places(self) -> FloatArray:
        """Return the (A, D) values of all attributes, in the order of their declaration.

        Residents are rounded to whole persons.
        """
        own = {"population": np.floor(self.population + 0.5), "urban_share": self.urban_share}
        own |= self.attributes
        unsaid = np.ones(len(self.names))
        rows = [own.get(name, place.neutral * unsaid) for name, place in PLACES.items()]
        return np.ascontiguousarray(rows, dtype=np.float64)

    def average(self) -> Districts:
        """Return one district of average size, with the attributes of the average resident."""
        share = self.population / self.population.sum()
        means = dict(zip(PLACES, self.places() @ share, strict=True))
        own = {name: np.array([value]) for name, value in means.items()}
        own["population"] = np.array([self.population.mean()])
        own["urban_share"] = np.array([float(self.urban_share @ share)])
        return Districts.of(("average",), own, np.zeros((1, 1)))

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
class Known:
    """What a record says of one event: a run has these, and draws the others alone.

    Of a Poisson count of which a share is seen, those seen and the others are independent: so the
    seen ones are set, and the others are drawn from the rest of the expectation.

    Attributes
    ----------
    event : name of an event of the model.
    share : name of the parameter that holds the share of the event that a record sees.
    counts : (T, D) whole numbers of events seen.
    covered : (T,) whether the record covers the week; elsewhere all is drawn.
    """

    event: str
    share: str
    counts: IntArray
    covered: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a batch of members carries from one week to the next: where a run ends or starts.

    Attributes
    ----------
    members : (M,) int64 ids.
    week : weeks that lie behind it, counted from the first week of the first run. It addresses the
        random numbers, so that a run that starts here continues the run that ended here.
    levels : (M, S, D) of the stocks of the model.
    chances : (M, C, D) standard normal chances of the shocks of the model; 0 in the mean field.
    """

    members: IntArray
    week: int
    levels: FloatArray
    chances: FloatArray

    def of(self, members: IntArray) -> State:
        """Return the state of some of the members, in their order.

        Raises
        ------
        ValueError
            A member is not among them.
        """
        place = {member: row for row, member in enumerate(self.members.tolist())}
        lacking = [member for member in np.asarray(members).tolist() if member not in place]
        if lacking:
            raise ValueError(f"member {lacking[0]} is not among the {len(place)} of the state")
        rows = [place[member] for member in np.asarray(members).tolist()]
        return State(self.members[rows], self.week, self.levels[rows], self.chances[rows])


def join_states(states: Sequence[State]) -> State:
    """Return the members of some states of the same week, one after the other."""
    return State(
        np.concatenate([state.members for state in states]),
        states[0].week,
        np.concatenate([state.levels for state in states]),
        np.concatenate([state.chances for state in states]),
    )


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
    end : state after the last week, from which another run may start.
    """

    quantities: tuple[str, ...]
    units: tuple[str, ...]
    members: IntArray
    national: FloatArray
    district_quantities: tuple[str, ...]
    district: FloatArray | None
    start: FloatArray
    districts: tuple[str, ...]
    end: State

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
