"""Knox test: pairs of events close in space and time, against dates exchanged or moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import uniform
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.methods.sort_kernels import sort_order
from tarazu.evidence.options import LEVEL

Array = NDArray[np.float64]
Days = NDArray[np.int64]
Null = Literal["common trends", "own trends", "own trends, common bursts"]

NULLS: Final[tuple[Null, ...]] = ("common trends", "own trends", "own trends, common bursts")
PAIR_LAGS: Final = ((1, 7), (8, 14), (15, 28))  # days from the first event of a pair to the second
_STREAM: Final = 4


@dataclass(frozen=True, slots=True)
class EventDays:
    """Days on which something happened somewhere, each once, in order of day and then place.

    Attributes
    ----------
    day, place : (N,).
    """

    day: Days
    place: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class KnoxTest:
    """Pairs by distance and lag, counted and expected.

    Attributes
    ----------
    observed : (B, L) pairs by band of distance and lag.
    moved : (R, B, L) the same with dates exchanged or moved.
    """

    observed: NDArray[np.int64]
    moved: NDArray[np.int64]

    def ratio(
        self, band: int, lags: int, level: float = LEVEL
    ) -> tuple[float, tuple[float, float], float]:
        """Return observed over expected pairs of the first lags of a band, its range and p-value.

        The p-value is two-sided; replicates with as many pairs count half (mid-p), or few pairs
        would make the test timid. The range divides the observed by the numbers of pairs that have
        a p-value of 1 - level or more.
        """
        observed = int(self.observed[band, :lags].sum())
        moved = self.moved[:, band, :lags].sum(axis=1)
        mean = float(moved.mean())
        if mean == 0.0:
            return float("nan"), (float("nan"), float("nan")), 1.0
        ranked = np.sort(moved)
        # halves lie between the numbers of pairs that there can be
        pairs = np.arange(2 * max(observed, int(ranked[-1])) + 3) / 2
        kept = pairs[_two_sided(ranked, pairs) >= round(1.0 - level, 12)]
        p_value = float(_two_sided(ranked, np.array([observed]))[0])
        low = observed / max(float(kept[-1]), 0.5)
        high = (observed if kept[0] > 0 else max(observed, 0.5)) / max(float(kept[0]), 0.5)
        return observed / mean, (low, high), p_value

    def share_above(self, band: int, lags: int) -> float:
        """Return the one-sided mid-p-value: the share of replicates with more pairs."""
        observed = int(self.observed[band, :lags].sum())
        moved = self.moved[:, band, :lags].sum(axis=1)
        return float(_above(np.sort(moved), np.array([observed]))[0])


def _above(ranked: Days, pairs: Array | Days) -> Array:
    """Return the one-sided mid-p-values of numbers of pairs against ranked replicates."""
    less = np.searchsorted(ranked, pairs, side="left")
    equal = np.searchsorted(ranked, pairs, side="right") - less
    return np.asarray((0.5 + len(ranked) - less - 0.5 * equal) / (1 + len(ranked)))


def _two_sided(ranked: Days, pairs: Array | Days) -> Array:
    above = _above(ranked, pairs)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, 1.0 - above)))


def event_days(counts: NDArray[np.int64]) -> EventDays:
    """Return the district-days of (T, D) counts with at least one event.

    Events of one district and day count once: their order is unknown, and two reports of
    one fight would make every pair twice.
    """
    day, place = np.nonzero(counts)
    return EventDays(day.astype(np.int64), place.astype(np.int64))


def knox(
    sources: EventDays,
    targets: EventDays | None,
    bands: NDArray[np.int64],
    *,
    n_days: int,
    null: Null,
    replicates: int = 999,
    seed: int = 0,
) -> KnoxTest:
    """Count pairs in which a target follows a source, and again with the dates of sources changed.

    Parameters
    ----------
    sources, targets : days with events; `targets` None pairs the sources among themselves.
    bands : (D, D) band of distance of two places, from 0; -1 where a pair does not count.
    n_days : length of the record.
    null : "common trends" exchanges dates among all sources: every place then has the same trend.
        "own trends" moves each date by up to 26 weeks: places keep trends slower than that.
        "own trends, common bursts" exchanges dates within the same 52 weeks: places keep their
        slow trends and the record its bursts.

    References
    ----------
    Knox (1964), Applied Statistics 13, doi:10.2307/2985220. Ratcliffe & Rengert (2008), Security
    Journal 21, doi:10.1057/palgrave.sj.8350068.
    """
    n_bands = int(bands.max()) + 1
    observed = np.zeros((1, n_bands, len(PAIR_LAGS)), dtype=np.int64)
    moved = np.zeros((replicates, n_bands, len(PAIR_LAGS)), dtype=np.int64)
    paired = targets is None
    other = sources if targets is None else targets
    arguments = (sources.day, sources.place, other.day, other.place, bands, np.array(PAIR_LAGS))
    count = _count_cumulated if _is_dense(sources, other, bands, n_days) else _pair
    count(*arguments, paired, -1, n_days, seed, observed)
    count(*arguments, paired, NULLS.index(null), n_days, seed, moved)
    return KnoxTest(observed[0], moved)


def _is_dense(
    sources: EventDays, targets: EventDays, bands: NDArray[np.int64], n_days: int
) -> bool:
    """Whether sums over all days and places are less work than pairs of events one by one."""
    reach = PAIR_LAGS[-1][1]
    pairs = len(sources.day) * len(targets.day) * reach / n_days
    near = int((bands >= 0).sum(axis=1).max(initial=0))
    return pairs > len(sources.day) * near * len(PAIR_LAGS) + n_days * len(bands)


def backwards(events: EventDays, n_days: int) -> EventDays:
    """Return the days with events in reversed time: what came before comes after."""
    return EventDays((n_days - 1 - events.day)[::-1].copy(), events.place[::-1].copy())


@kernel
def _pair(
    day: Days,
    place: NDArray[np.int64],
    other_day: Days,
    other_place: NDArray[np.int64],
    bands: NDArray[np.int64],
    lags: NDArray[np.int64],
    paired: bool,
    null: int,
    n_days: int,
    seed: int,
    counts: NDArray[np.int64],
) -> None:
    """Count pairs by band and lag with the days of the sources changed.

    day, place : (N,) of sources; other_day, other_place : (M,) of targets, by day;
    paired : targets are the sources, with the same new days; null : index into `NULLS`, -1 none.
    Writes counts (R, B, L).
    """
    new, order = np.empty_like(day), np.empty_like(day)
    for r in range(counts.shape[0]):
        _redate(day, null, n_days, seed, r, new)
        sort_order(new, order)
        later_day = new[order] if paired else other_day
        later_place = place[order] if paired else other_place
        start = 0
        for i in order:
            while start < later_day.shape[0] and later_day[start] <= new[i]:
                start += 1
            for j in range(start, later_day.shape[0]):
                lag = later_day[j] - new[i]
                if lag > lags[-1, 1]:
                    break
                band = bands[place[i], later_place[j]]
                if band >= 0:
                    for k in range(lags.shape[0]):
                        if lags[k, 0] <= lag <= lags[k, 1]:
                            counts[r, band, k] += 1


@kernel
def _count_cumulated(
    day: Days,
    place: NDArray[np.int64],
    other_day: Days,
    other_place: NDArray[np.int64],
    bands: NDArray[np.int64],
    lags: NDArray[np.int64],
    paired: bool,
    null: int,
    n_days: int,
    seed: int,
    counts: NDArray[np.int64],
) -> None:
    """Count the pairs that `_pair` counts, from cumulated targets of each place.

    Parameters as there. One source takes two look-ups by place near it and lag, however many
    targets follow. Writes counts (R, B, L).
    """
    D, reach = bands.shape[0], lags[-1, 1]
    near, n_near = np.empty((D, D), dtype=np.int64), np.zeros(D, dtype=np.int64)
    for d in range(D):
        for e in range(D):
            if bands[d, e] >= 0:
                near[d, n_near[d]] = e
                n_near[d] += 1
    new = np.empty_like(day)
    before = np.zeros((D, n_days + reach + 1), dtype=np.int64)  # targets before each day
    for r in range(counts.shape[0]):
        _redate(day, null, n_days, seed, r, new)
        if paired or r == 0:
            before[:] = 0
            later_day = new if paired else other_day
            for i in range(later_day.shape[0]):
                before[other_place[i], later_day[i] + 1] += 1
            for d in range(D):
                for t in range(before.shape[1] - 1):
                    before[d, t + 1] += before[d, t]
        for i in range(day.shape[0]):
            t, d = new[i], place[i]
            for j in range(n_near[d]):
                e = near[d, j]
                for k in range(lags.shape[0]):
                    after = before[e, t + lags[k, 1] + 1] - before[e, t + lags[k, 0]]
                    counts[r, bands[d, e], k] += after


@kernel
def _redate(day: Days, null: int, n_days: int, seed: int, r: int, new: Days) -> None:
    """Write the days of one replicate: exchanged (0), moved (1), exchanged within a year (2)."""
    n = day.shape[0]
    new[:] = day
    if null == 1:
        for i in range(n):
            u = uniform(seed, r, _STREAM, 0, 0, i)
            moved = day[i] + int(u * (2 * SHIFT_DAYS + 1)) - SHIFT_DAYS
            if moved < 0:
                moved = -moved
            if moved >= n_days:
                moved = 2 * (n_days - 1) - moved
            new[i] = moved
    if null == 0 or null == 2:
        # the days of sources ascend, so those of one block stand together
        block = n_days if null == 0 else 2 * SHIFT_DAYS
        shift = 0 if null == 0 else int(uniform(seed, r, _STREAM, 1, 0, 0) * block)
        first = 0
        while first < n:
            last = first
            while last < n and (day[last] + shift) // block == (day[first] + shift) // block:
                last += 1
            for i in range(last - 1, first, -1):
                u = uniform(seed, r, _STREAM, 0, 0, i)
                k = first + int(u * (i - first + 1))
                new[i], new[k] = new[k], new[i]
            first = last
