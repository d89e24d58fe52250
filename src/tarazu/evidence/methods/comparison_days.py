"""Operations against days of their own district that have the same recent past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tarazu.core.jit import kernel
from tarazu.core.limits import require_memory
from tarazu.core.random.streams import uniform
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Index = NDArray[np.int64]
Outcomes = Callable[[Index], Counts]

PAST_LAGS: Final = ((1, 7), (8, 28), (29, 84))  # days before: week 1, weeks 2-4, weeks 5-12
PAST_CUTS: Final = (
    ((1,), (1,), (1, 3)),
    ((1,), (1,), ()),
)  # of own and of neighbours' attacks, by lag
YEAR_DAYS: Final = 365
ROWS_AT_ONCE: Final = 2_000_000  # days compared with others, of which all columns are held
CELLS_AT_ONCE: Final = 400_000  # days times districts that are tabulated together
_STREAM: Final = 3


@dataclass(frozen=True, slots=True)
class DayContrasts:
    """Days that an operation could have had, each compared with matched days.

    Attributes
    ----------
    operation : (M,) index of the operation that a row belongs to, ascending.
    own : (M,) True in the one row of each operation that is its own day.
    outcome : (M, W) outcome less its mean over the matched days, covariates taken out.
    dose : (M,) operations felt less their mean over the matched days.
    matches : (M,) days that the row is compared with.
    cluster : (N,) index of the district and year of each operation.
    n_operations : compared. n_all : in the record.
    """

    operation: NDArray[np.int64]
    own: NDArray[np.bool_]
    outcome: Array
    dose: Array
    matches: NDArray[np.int64]
    cluster: NDArray[np.int64]
    n_operations: int
    n_all: int


@dataclass(frozen=True, slots=True)
class DayEffects:
    """Effects by window, against operations moved among the days they could have had.

    Attributes
    ----------
    effect : (W,) outcome per operation.
    spread : (W,) standard deviation over permutations, or of operations clustered by district and
        year where that is larger.
    p_value : (W,) two-sided, each window alone. p_adjusted : (W,) by the largest over all windows.
    dose : operations felt in the window of an operation beyond those of its matched days.
    """

    effect: Array
    spread: Array
    p_value: Array
    p_adjusted: Array
    dose: float


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
    found = [_list_operations(operations[:, group], usable) for group in groups]
    days = np.concatenate([day for day, _ in found])
    districts = np.concatenate([g[place] for g, (_, place) in zip(groups, found, strict=True)])
    first = np.cumsum([0, *(len(day) for day, _ in found)])

    def pieces() -> Iterator[tuple[Array, _Rows]]:
        for group, listed, begin in zip(groups, found, first[:-1], strict=True):
            table = _tabulate(
                attacks[:, group],
                sum_over(attacks, neighbours[:, group]),
                operations[:, group],
                outcomes(group),
                *listed,
                usable,
                horizon,
            )
            for covariates, rows in _contrasts(table):
                yield covariates, rows._replace(operation=rows.operation + begin)

    whole = _hold(pieces())
    slope = _slope(whole or pieces())
    parts = list(_outcomes(whole or pieces(), slope))
    rows = _Rows(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    _, operation = np.unique(rows.operation, return_inverse=True)
    who = rows.operation[rows.own]
    _, cluster = np.unique(
        np.stack([districts[who], days[who] // YEAR_DAYS]), axis=1, return_inverse=True
    )
    return DayContrasts(
        operation=operation.reshape(-1).astype(np.int64),
        own=rows.own,
        outcome=rows.outcome,
        dose=rows.dose,
        matches=rows.matches,
        cluster=cluster.reshape(-1).astype(np.int64),
        n_operations=int(rows.own.sum()),
        n_all=int(operations.sum()),
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
    n_windows, n_rows = len(outcomes), int(size.sum())
    require_memory(
        f"the comparison of {len(days):,} operations with {n_rows:,} days that have the same past",
        8.0 * (n_rows * (2 * n_windows + 8) + 6 * min(n_rows, ROWS_AT_ONCE) * values.shape[1]),
        reduce="the record to fewer districts or a shorter time",
    )
    return _Table(key, values, total, home, start, size, horizon, n_windows)


def _hold(pieces: Iterable[tuple[Array, _Rows]]) -> list[tuple[Array, _Rows]] | None:
    """Return all pieces; None where they are too large to be held."""
    held, n_rows = [], 0
    for piece in pieces:
        n_rows += len(piece[1].own)
        if n_rows > ROWS_AT_ONCE:
            return None
        held.append(piece)
    return held


class _Table(NamedTuple):
    """Days in order of place and time, and the days that each operation is compared with.

    Attributes
    ----------
    key : (U,) place and day. values : (U, C) outcomes, covariates, dose; total : (U + 1, C) their
    sums. home : (N,) key of each operation; start, size : its rows of the table.
    """

    key: NDArray[np.int64]
    values: Array
    total: Array
    home: NDArray[np.int64]
    start: NDArray[np.int64]
    size: NDArray[np.int64]
    horizon: int
    n_windows: int


class _Rows(NamedTuple):
    """Some rows of `DayContrasts`; `operation` counts those without a match too."""

    operation: NDArray[np.int64]
    own: NDArray[np.bool_]
    matches: NDArray[np.int64]
    outcome: Array
    dose: Array


def _contrasts(table: _Table) -> Iterator[tuple[Array, _Rows]]:
    """Yield covariates and rows, outcomes as they are, of whole operations at a time."""
    key, total, size = table.key, table.total, table.size
    first = np.searchsorted(size.cumsum(), np.arange(0, max(1, size.sum()), ROWS_AT_ONCE))
    edges = [-SHIFT_DAYS, -table.horizon, table.horizon + 1, SHIFT_DAYS + 1]
    for begin, end in zip(first, [*first[1:], len(size)], strict=True):
        chosen = size[begin:end]
        operation = np.repeat(np.arange(begin, end), chosen)
        within = np.arange(chosen.sum()) - np.repeat(chosen.cumsum() - chosen, chosen)
        row = within + np.repeat(table.start[begin:end], chosen)
        low, near_low, near_high, high = (np.searchsorted(key, key[row] + e) for e in edges)
        matches = high - low - (near_high - near_low)
        own = key[row] == table.home[operation]
        kept = (matches > 0) & (matches[own] > 0)[operation - begin]
        sums = total[high] - total[low] - total[near_high] + total[near_low]
        row, own, matches, operation = row[kept], own[kept], matches[kept], operation[kept]
        contrast = table.values[row] - sums[kept] / matches[:, None]
        outcome = contrast[:, : table.n_windows]
        rows = _Rows(operation, own, matches, outcome, contrast[:, -1].copy())
        yield contrast[:, table.n_windows : -1], rows


def _slope(pieces: Iterable[tuple[Array, _Rows]]) -> Array:
    """Return the regression of outcomes on covariates, with operations of equal weight.

    Of several pieces, the triangular factors are combined.
    """
    x = y = np.zeros((0, 0))
    factor: Array | None = None
    for n, (covariates, rows) in enumerate(pieces):
        _, group = np.unique(rows.operation, return_inverse=True)
        weight = np.sqrt(1.0 / np.bincount(group))[group][:, None]
        if n:
            factor = _factor(x, y) if factor is None else factor
            added = _factor(weight * covariates, weight * rows.outcome)
            factor = np.asarray(np.linalg.qr(np.vstack([factor, added]), mode="r"))
        else:
            x, y = weight * covariates, weight * rows.outcome
    if factor is not None:
        x, y = factor[:, : x.shape[1]], factor[:, x.shape[1] :]
    slope, *_ = np.linalg.lstsq(x, y, rcond=1e-10)
    return np.asarray(slope)


def _factor(x: Array, y: Array) -> Array:
    return np.asarray(np.linalg.qr(np.hstack([x, y]), mode="r"))


def _outcomes(pieces: Iterable[tuple[Array, _Rows]], slope: Array) -> Iterator[_Rows]:
    """Yield the rows with covariates taken out of the outcomes."""
    for covariates, rows in pieces:
        yield rows._replace(outcome=np.asarray(rows.outcome - covariates @ slope))


def measure_days(contrasts: DayContrasts, *, replicates: int, seed: int) -> DayEffects:
    """Return the mean outcome of operations beyond that of their matched days.

    Permutations give each operation one of the days that it could have had, its own among them,
    all alike, and compare it there with the matches it would have had there. Outcomes of one
    replicate belong together, so that the largest of them is comparable. Where operations of one
    district and year go together more than that, permutations are stretched to their spread.
    """
    first = np.searchsorted(contrasts.operation, np.arange(contrasts.n_operations + 1))
    own = contrasts.outcome[contrasts.own]
    moved = np.zeros((replicates, own.shape[1]))
    _move(contrasts.outcome, first, seed, moved)
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
    )


def _clustered(values: Array, cluster: NDArray[np.int64]) -> Array:
    """Return the standard error of the mean of (N, W) values that go together in clusters."""
    n = int(cluster.max(initial=0)) + 1
    sums = np.zeros((n, values.shape[1]))
    np.add.at(sums, cluster, values - values.mean(axis=0))
    return np.asarray(np.sqrt((sums**2).sum(axis=0) * n / max(n - 1, 1)) / len(values))


def score_interval(effect: float, spread: float, n: int, level: float) -> tuple[float, float]:
    """Return the effects m with (effect - m)^2 <= z^2 (spread^2 + max(m, 0) / n).

    Attacks that operations add are themselves scattered: their number varies like a Poisson count
    on top of the spread that moved operations show.
    """
    z = float(ndtri(0.5 + level / 2))
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
def _move(outcome: Array, first: NDArray[np.int64], seed: int, moved: Array) -> None:
    """Sum the outcome of one random row of each operation.

    outcome : (M, W); first : (N + 1,) start of each operation's rows. Writes moved (R, W).
    """
    for r in range(moved.shape[0]):
        for i in range(first.shape[0] - 1):
            u = uniform(seed, r, _STREAM, 0, 0, i)
            row = first[i] + int(u * (first[i + 1] - first[i]))
            for w in range(outcome.shape[1]):
                moved[r, w] += outcome[row, w]
