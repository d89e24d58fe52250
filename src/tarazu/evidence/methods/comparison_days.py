"""Operations against days of their own district that have the same recent past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.limits import require_memory
from tarazu.core.random.streams import uniform
from tarazu.evidence.methods.inversion import critical_value
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Index = NDArray[np.int64]
Outcomes = Callable[[Index], Counts]

PAST_LAGS: Final = ((1, 7), (8, 28), (29, 84))  # days before: week 1, weeks 2-4, weeks 5-12
PAST_CUTS: Final = (((1,), (1,), (1, 3)), ((1,), (1,), ()))  # own and neighbours' attacks, by lag
YEAR_DAYS: Final = 365
CELLS_AT_ONCE: Final = 400_000  # days times districts that are tabulated together
_STREAM: Final = 3


@dataclass(frozen=True, slots=True)
class DayContrasts:
    """Days that operations could have had, each compared with matched days.

    A day is one row, however many operations could have had it; those of one stand together.

    Attributes
    ----------
    outcome : (U, W) outcome less its mean over the matched days, covariates taken out.
    dose : (U,) operations felt less their mean over the matched days.
    matches : (U,) days that the row is compared with.
    first, size : (N,) first row of each operation, and its number of rows.
    own : (N,) row of the day of each operation.
    cluster : (N,) index of the district and year of each operation.
    n_operations : compared. n_all : in the record.
    """

    outcome: Array
    dose: Array
    matches: Index
    first: Index
    size: Index
    own: Index
    cluster: Index
    n_operations: int
    n_all: int


@dataclass(frozen=True, slots=True)
class DayEffects:
    """Effects by window, against operations moved among the days they could have had.

    Attributes
    ----------
    effect : (W,) outcome per operation.
    spread : (W,) standard deviation over permutations, or clustered by district and year if larger.
    p_value : (W,) two-sided, each window alone. p_adjusted : (W,) by the largest over all windows.
    dose : operations felt in the window of an operation beyond those of its matched days.
    by_chance : (R, W) distances of permutations from their mean, in standard deviations.
    """

    effect: Array
    spread: Array
    p_value: Array
    p_adjusted: Array
    dose: float
    by_chance: Array

    def intervals(self, n: int, level: float) -> list[tuple[float, float]]:
        """Return by window the effects per operation felt that the test does not reject."""
        scaled = zip(
            self.effect / self.dose, self.spread / self.dose, self.by_chance.T, strict=True
        )
        return [
            score_interval(float(effect), float(spread), n, critical_value(chance, level))
            for effect, spread, chance in scaled
        ]


def past(counts: Counts, first: int, last: int) -> Counts:
    """Return (T, D) events on the days `first` to `last` before each day."""
    total, day = _cumulated(counts), np.arange(len(counts))
    return total[np.maximum(day - first + 1, 0)] - total[np.maximum(day - last, 0)]


def future(counts: Counts, first: int, last: int) -> Counts:
    """Return (T, D) events on the days `first` to `last` after each day."""
    total, n = _cumulated(counts), len(counts)
    day = np.arange(n)
    return total[np.minimum(day + last + 1, n)] - total[np.minimum(day + first, n)]


def sum_over(counts: Counts, members: NDArray[np.bool_]) -> Counts:
    """Return (T, S) events in the districts that belong to each of S, `members` (D, S)."""
    # Whole numbers are exact as floats, which have fast matrices.
    return np.rint(counts.astype(np.float64) @ members.astype(np.float64)).astype(np.int64)


def contrast_days(
    attacks: Counts,
    operations: Counts,
    neighbours: NDArray[np.bool_],
    outcomes: Outcomes,
    *,
    margin: tuple[int, int],
    horizon: int,
) -> DayContrasts:
    """Compare operations with days of their district within 26 weeks that have the same past.

    The past is the attacks in the district 1 to 7, 8 to 28 and 29 to 84 days before, coarsened.
    What is left of it, and the attacks next door at the same lags, enters a linear regression.
    Matched days lie more than `horizon` from the day, so that they are another episode.

    Parameters
    ----------
    attacks, operations : (T, D) daily. neighbours : (D, D).
    outcomes : from indices of districts to (W, T, S), what is compared, by the day that it
        belongs to.
    margin : days at the start and at the end of the record that cannot be compared.
    horizon : days over which an operation is felt.
    """
    struck = np.flatnonzero(operations.sum(axis=0))
    usable = np.arange(margin[0], len(attacks) - margin[1])
    groups = np.array_split(struck, max(1, -(-struck.size * len(attacks) // CELLS_AT_ONCE)))
    _require_memory(operations[usable], outcomes(struck[:1]).shape[0])
    parts, places = [], []
    for group in groups:
        days, districts = _list_operations(operations[:, group], usable)
        table = _tabulate(
            attacks[:, group],
            sum_over(attacks, neighbours[:, group]),
            operations[:, group],
            outcomes(group),
            days,
            districts,
            usable,
            horizon,
        )
        part = _contrasts(table)
        parts.append(part)
        places.append(np.stack([group[districts], days // YEAR_DAYS])[:, part.kept])
    slope = _slope(parts)
    shift = np.cumsum([0, *(len(part.outcome) for part in parts)])[:-1]
    _, cluster = np.unique(np.concatenate(places, axis=1), axis=1, return_inverse=True)
    return DayContrasts(
        outcome=np.concatenate([part.outcome - part.covariates @ slope for part in parts]),
        dose=np.concatenate([part.dose for part in parts]),
        matches=np.concatenate([part.matches for part in parts]),
        first=np.concatenate([part.first + n for part, n in zip(parts, shift, strict=True)]),
        size=np.concatenate([part.size for part in parts]),
        own=np.concatenate([part.own + n for part, n in zip(parts, shift, strict=True)]),
        cluster=cluster.reshape(-1).astype(np.int64),
        n_operations=sum(len(part.own) for part in parts),
        n_all=int(operations.sum()),
    )


def _require_memory(operations: Counts, n_windows: int) -> None:
    """Raise an error if the comparison of (T, D) operations needs more memory than there is."""
    n, struck = int(operations.sum()), int((operations.sum(axis=0) > 0).sum())
    days = min(len(operations) * struck, (2 * SHIFT_DAYS + 1) * int((operations > 0).sum()))
    tabulated = min(len(operations) * struck, 2 * CELLS_AT_ONCE)
    columns = n_windows + 2 * len(PAST_LAGS) + 1
    require_memory(
        f"the comparison of {n:,} operations with {days:,} days of their districts",
        8.0 * columns * (2 * days + 5 * tabulated),
        reduce="the record to fewer districts or a shorter time",
    )


def _list_operations(operations: Counts, usable: Index) -> tuple[Index, Index]:
    """Return days and districts of the operations on usable days, in order of time."""
    found = np.argwhere(operations > 0)
    days, districts = np.repeat(found, operations[operations > 0], axis=0).T
    inside = (days >= usable[0]) & (days <= usable[-1])
    return days[inside], districts[inside]


def _tabulate(
    here: Counts,
    near: Counts,
    operations: Counts,
    outcomes: Counts,
    days: Index,
    districts: Index,
    usable: Index,
    horizon: int,
) -> _Table:
    """Return the usable days of some districts in order of district, past and time."""
    n_days, n_districts = here.shape
    pasts = [past(series, *lag) for series in (here, near) for lag in PAST_LAGS]
    code = np.zeros(here.shape, dtype=np.int64)
    for before, cuts in zip(pasts, PAST_CUTS[0] + PAST_CUTS[1], strict=True):
        code = code * (len(cuts) + 1) + np.digitize(before, cuts)
    columns = np.stack([*outcomes, *pasts, _felt(operations, horizon)], axis=-1)
    # days of one district and past stand together, in order of time
    place = code[usable] * n_districts + np.arange(n_districts)
    stride = 2 * n_days  # so that a reach beyond the record's ends stays within the place
    key = (place * stride + usable[:, None] + SHIFT_DAYS).ravel()
    order = np.argsort(key, kind="stable")
    key = key[order]
    values = columns[usable].reshape(-1, columns.shape[-1])[order].astype(np.float64)
    total = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    home = (code[days, districts] * n_districts + districts) * stride + days + SHIFT_DAYS
    start = np.searchsorted(key, home - SHIFT_DAYS)
    size = np.searchsorted(key, home + SHIFT_DAYS, side="right") - start
    return _Table(key, values, total, home, start, size, horizon, len(outcomes))


class _Table(NamedTuple):
    """Days in order of place and time, and the days that each operation is compared with.

    Attributes
    ----------
    key : (U,) place and day. values : (U, C) outcomes, covariates, dose; total : (U + 1, C) their
    sums. home : (N,) key of each operation; start, size : its rows of the table.
    """

    key: Index
    values: Array
    total: Array
    home: Index
    start: Index
    size: Index
    horizon: int
    n_windows: int


class _Rows(NamedTuple):
    """Rows of `DayContrasts` from one table, outcomes as they are; `kept` tells which operations.

    Attributes
    ----------
    weight : (U,) of each day in the regression: the operations that could have had it, each
        sharing a weight of 1 among its days.
    """

    covariates: Array
    outcome: Array
    dose: Array
    matches: Index
    weight: Array
    first: Index
    size: Index
    own: Index
    kept: NDArray[np.bool_]


def _contrasts(table: _Table) -> _Rows:
    """Compare each day that an operation could have had with its matched days, once."""
    key, total = table.key, table.total
    row = np.flatnonzero(_add_ranges(np.ones_like(table.start), table.start, table.size, len(key)))
    edges = [-SHIFT_DAYS, -table.horizon, table.horizon + 1, SHIFT_DAYS + 1]
    low, near_low, near_high, high = (np.searchsorted(key, key[row] + e) for e in edges)
    matches = high - low - (near_high - near_low)
    matched = matches > 0
    sums = total[high] - total[low] - total[near_high] + total[near_low]
    row, matches, sums = row[matched], matches[matched], sums[matched]
    # the rows of the table that remain, as rows of what is returned
    place = np.searchsorted(row, np.arange(len(key) + 1))
    home = np.searchsorted(key, table.home)
    kept = np.isin(home, row)
    first = place[table.start[kept]]
    size = place[table.start[kept] + table.size[kept]] - first
    contrast = table.values[row] - sums / matches[:, None]
    return _Rows(
        covariates=contrast[:, table.n_windows : -1],
        outcome=contrast[:, : table.n_windows],
        dose=contrast[:, -1].copy(),
        matches=matches,
        weight=_add_ranges(1.0 / size, first, size, len(row)),
        first=first,
        size=size,
        own=place[home[kept]],
        kept=kept,
    )


def _add_ranges(value: NDArray[Any], first: Index, size: Index, n: int) -> NDArray[Any]:
    """Return (n,) sums of values (N,), each added to the rows from `first` on; 0 where none is."""
    steps, covers = np.zeros(n + 1, dtype=value.dtype), np.zeros(n + 1, dtype=np.int64)
    np.add.at(steps, first, value)
    np.add.at(steps, first + size, -value)
    np.add.at(covers, first, 1)
    np.add.at(covers, first + size, -1)
    # sums of fractions that cancel leave a rest, which is no weight
    return np.where(covers.cumsum()[:n] > 0, np.maximum(steps.cumsum()[:n], 0), 0)


def _slope(parts: list[_Rows]) -> Array:
    """Return the regression of outcomes on covariates, with operations of equal weight.

    Of several tables, the triangular factors are combined.
    """
    factors = []
    for part in parts:
        columns = np.hstack([part.covariates, part.outcome])
        factors.append(_triangle(np.sqrt(part.weight)[:, None] * columns))
    factor = _triangle(np.vstack(factors))
    n_covariates = 2 * len(PAST_LAGS)
    x, y = factor[:, :n_covariates], factor[:, n_covariates:]
    slope, *_ = np.linalg.lstsq(x, y, rcond=1e-10)
    return np.asarray(slope)


def _triangle(columns: Array) -> Array:
    return np.asarray(np.linalg.qr(columns, mode="r"))


def measure_days(contrasts: DayContrasts, *, replicates: int, seed: int) -> DayEffects:
    """Return the mean outcome of operations beyond that of their matched days.

    Permutations give each operation one of the days that it could have had, its own among them,
    all alike, and compare it there with the matches it would have had there. Outcomes of one
    replicate belong together, so that the largest of them is comparable. Where operations of one
    district and year go together more than that, permutations are stretched to their spread.
    """
    own = contrasts.outcome[contrasts.own]
    moved = np.zeros((replicates, own.shape[1]))
    _move(contrasts.outcome, contrasts.first, contrasts.size, seed, moved)
    moved /= contrasts.n_operations
    centre, spread = moved.mean(axis=0), moved.std(axis=0)
    effect = own.mean(axis=0)  # not less the centre, which an effect itself lifts
    larger = np.maximum(spread, _clustered(own, contrasts.cluster))
    scale = np.where(larger > 0, larger, np.inf)
    size = np.abs(effect / scale)
    other = np.abs(moved - centre) / np.where(spread > 0, spread, np.inf)
    return DayEffects(
        effect=effect,
        spread=larger,
        p_value=(1 + (other >= size - 1e-12).sum(axis=0)) / (1 + replicates),
        p_adjusted=(1 + (other.max(axis=1)[:, None] >= size - 1e-12).sum(axis=0))
        / (1 + replicates),
        dose=float(contrasts.dose[contrasts.own].mean()),
        by_chance=other,
    )


def _clustered(values: Array, cluster: NDArray[np.int64]) -> Array:
    """Return the standard error of the mean of (N, W) values that go together in clusters."""
    n = int(cluster.max(initial=0)) + 1
    sums = np.zeros((n, values.shape[1]))
    np.add.at(sums, cluster, values - values.mean(axis=0))
    return np.asarray(np.sqrt((sums**2).sum(axis=0) * n / max(n - 1, 1)) / len(values))


def score_interval(effect: float, spread: float, n: int, z: float) -> tuple[float, float]:
    """Return the effects m with (effect - m)^2 <= z^2 (spread^2 + max(m, 0) / n).

    Attacks that operations add are themselves scattered: their number varies like a Poisson count
    on top of the spread that moved operations show. At m = 0 this is the permutation test, if z is
    its critical value.
    """
    bounds = []
    for side in (-1.0, 1.0):
        bound = effect + side * z * spread
        if bound > 0:
            middle = effect + z * z / (2 * n)
            square = middle**2 - effect**2 + (z * spread) ** 2
            bound = middle + side * float(np.sqrt(square))
        bounds.append(bound)
    return bounds[0], bounds[1]


def _cumulated(counts: Counts) -> Counts:
    total = np.zeros((len(counts) + 1, *counts.shape[1:]), dtype=np.int64)
    np.cumsum(counts, axis=0, out=total[1:])
    return total


def _felt(operations: Counts, horizon: int) -> Array:
    """Return (T, D) operations of a day and around it, by the share of the horizon in common."""
    # from one day to the next a window of operations comes nearer, another goes
    change = (future(operations, 1, horizon) - past(operations, 0, horizon - 1)) / horizon
    lags = np.arange(min(horizon, len(operations)))
    first = ((1 - lags / horizon)[:, None] * operations[: len(lags)]).sum(axis=0)
    return np.asarray(np.vstack([first, first + change[:-1].cumsum(axis=0)]))


@kernel
def _move(outcome: Array, first: Index, size: Index, seed: int, moved: Array) -> None:
    """Sum the outcome of one random row of each operation.

    outcome : (U, W); first, size : (N,) rows of each operation. Writes moved (R, W).
    """
    for r in range(moved.shape[0]):
        for i in range(first.shape[0]):
            u = uniform(seed, r, _STREAM, 0, 0, i)
            row = first[i] + int(u * size[i])
            for w in range(outcome.shape[1]):
                moved[r, w] += outcome[row, w]
