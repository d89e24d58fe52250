"""Counts of events before and after operations, against dates moved within the half-year around.

Free permutation of dates manufactures backlash where activity rises and falls over the years;
moving a date by at most 26 weeks within its own district keeps trend and season.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import uniform

SHIFT_DAYS: Final = 182  # 26 weeks
WINDOW_LAGS: Final = ((-84, -57), (-56, -29), (-28, -1), (1, 28), (29, 56), (57, 84))  # days
_STREAM: Final = 1


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Events around operations.

    Attributes
    ----------
    lags : first and last day of each window relative to the operation; the day itself is in none.
    observed : (W,) events in the district of the operation, summed over operations.
    moved : (R, W) the same with the dates of operations moved.
    """

    lags: tuple[tuple[int, int], ...]
    observed: NDArray[np.int64]
    moved: NDArray[np.int64]


def count_windows(
    counts: NDArray[np.int64],
    operations: NDArray[np.int64],
    *,
    lags: tuple[tuple[int, int], ...] = WINDOW_LAGS,
    replicates: int = 999,
    seed: int = 0,
) -> WindowCounts:
    """Count events in windows around operations, as dated and with dates moved.

    Parameters
    ----------
    counts, operations : (T, D) daily events.
    lags : windows in days relative to the operation, first <= last.
    replicates : how many times all dates are moved, each by -182 to +182 days.
    """
    days, districts = list_events(operations)
    cumulated = np.zeros((counts.shape[0] + 1, counts.shape[1]), dtype=np.int64)
    np.cumsum(counts, axis=0, out=cumulated[1:])
    windows = np.array(lags)
    observed = np.zeros((1, len(lags)), dtype=np.int64)
    moved = np.zeros((replicates, len(lags)), dtype=np.int64)
    _count_moved(cumulated, days, districts, windows, seed, 0, observed)
    _count_moved(cumulated, days, districts, windows, seed, SHIFT_DAYS, moved)
    return WindowCounts(lags=lags, observed=observed[0], moved=moved)


def move_dates(operations: NDArray[np.int64], *, seed: int, replicate: int) -> NDArray[np.int64]:
    """Return (T, D) operations with each date moved by -182 to +182 days within its district."""
    days, districts = list_events(operations)
    moved = np.zeros_like(operations)
    new = move_days(days, len(operations), seed=seed, replicate=replicate)
    np.add.at(moved, (new, districts), 1)
    return moved


def move_days(
    days: NDArray[np.int64], n_days: int, *, seed: int, replicate: int
) -> NDArray[np.int64]:
    """Return (N,) days of operations, each moved by -182 to +182; the ends reflect."""
    new = np.empty_like(days)
    _move_days(days, replicate, seed, SHIFT_DAYS, n_days, new)
    return new


def list_events(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return days and districts, (N,) each, of (T, D) events one by one, in order of time."""
    days, districts = np.nonzero(counts)
    times = counts[days, districts]
    return np.repeat(days, times), np.repeat(districts, times)


@kernel
def _moved_day(day: int, i: int, replicate: int, seed: int, reach: int, n_days: int) -> int:
    """Day of operation i in one replicate; the ends of the record reflect."""
    u = uniform(seed, replicate, _STREAM, 0, 0, i)
    new = day + int(u * (2 * reach + 1)) - reach
    if new < 0:
        new = -new
    if new >= n_days:
        new = 2 * (n_days - 1) - new
    return new


@kernel
def _move_days(
    days: NDArray[np.int64],
    replicate: int,
    seed: int,
    reach: int,
    n_days: int,
    new: NDArray[np.int64],
) -> None:
    """Move each day of one replicate. days : (N,). Writes new (N,)."""
    for i in range(days.shape[0]):
        new[i] = _moved_day(days[i], i, replicate, seed, reach, n_days)


@kernel
def _count_moved(
    cumulated: NDArray[np.int64],
    days: NDArray[np.int64],
    districts: NDArray[np.int64],
    lags: NDArray[np.int64],
    seed: int,
    reach: int,
    counts: NDArray[np.int64],
) -> None:
    """Count events in windows around operations, each date moved by up to `reach` days.

    cumulated : (T + 1, D) events before each day; days, districts : (N,); lags : (W, 2).
    Writes counts (R, W).
    """
    n_days = cumulated.shape[0] - 1
    for r in range(counts.shape[0]):
        for i in range(days.shape[0]):
            day = _moved_day(days[i], i, r, seed, reach, n_days)
            for w in range(lags.shape[0]):
                low = min(max(day + lags[w, 0], 0), n_days)
                high = min(max(day + lags[w, 1] + 1, 0), n_days)
                counts[r, w] += cumulated[high, districts[i]] - cumulated[low, districts[i]]
