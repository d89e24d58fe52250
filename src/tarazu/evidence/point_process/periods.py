"""Days as periods: the epochs, years and bursts in which a background may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]

BURST_DAYS: Final = 42  # with 14 the background eats the excitation (docs/decisions/retaliation.md)
DRIFT_YEARS: Final = 3  # the trend of one district apart from the region's own year


@dataclass(frozen=True, slots=True)
class Periods:
    """Runs of days with one epoch, one calendar year and one burst interval.

    Years and bursts are numbered within their epoch, so that what is fitted in one epoch touches
    no other (see `methods.newton`).

    Attributes
    ----------
    of_day : (T,) period of each day.
    epoch, year, burst : (Q,) of each period.
    calendar : (Q,) years since the first, over the whole record.
    """

    of_day: Index
    epoch: Index
    year: Index
    burst: Index
    calendar: Index

    @property
    def n_epochs(self) -> int:
        """Number of epochs."""
        return int(self.epoch.max()) + 1

    @property
    def n_bursts(self) -> int:
        """Largest number of burst intervals in an epoch."""
        return int(self.burst.max()) + 1


def divide_days(calendar_year: Index) -> Periods:
    """Return the periods of days whose calendar years are given, (T,) and sorted.

    An epoch is `DRIFT_YEARS` calendar years; a burst interval is its share of the epoch that
    comes nearest to `BURST_DAYS`.
    """
    calendar = calendar_year - calendar_year[0]
    epoch = calendar // DRIFT_YEARS
    first = np.searchsorted(epoch, np.arange(epoch[-1] + 1))
    length = np.diff(np.append(first, len(epoch)))
    bursts = np.maximum(np.rint(length / BURST_DAYS), 1).astype(np.int64)
    burst = (np.arange(len(epoch)) - first[epoch]) * bursts[epoch] // length[epoch]
    days = np.stack([epoch, calendar, burst], axis=1)
    begins = np.any(np.diff(days, axis=0, prepend=-1) != 0, axis=1)
    runs = days[begins]
    return Periods(
        of_day=np.cumsum(begins) - 1,
        epoch=runs[:, 0],
        year=runs[:, 1] - runs[:, 0] * DRIFT_YEARS,
        burst=runs[:, 2],
        calendar=runs[:, 1],
    )
