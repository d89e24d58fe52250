"""Past events of each district-day, tallied for a fit of the background.

Days of one district, period and class of exposure differ only in the past events that excite them;
their likelihood needs sums over them, and the days with events one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.point_process.history_kernels import (
    classify_days,
    fill_window_means,
    tally_days,
)
from tarazu.evidence.point_process.periods import DRIFT_YEARS, Periods, divide_days

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LAG_WINDOWS: Final = ((1, 7), (8, 28), (29, 84))  # days; a day, weeks, and a season of memory
# Classes of district-days, see `classify_days`; those not exposed are fitted.
CLEAN, EXPOSED, NEXT_DOOR, LATER, EARLIER = range(5)
FITTED: Final = np.array([True, False, False, True, True])
REACH_DAYS: Final = 182  # of `LATER` and `EARLIER`: as far as placebo dates are moved


@dataclass(frozen=True, slots=True)
class History:
    """Counts, days and features by district, period and class of exposure.

    Attributes
    ----------
    days, observed : (D, Q, C) district-days and events; C classes.
    n_treatments : events whose effect is estimated.
    dose : (C,) treatments next door, each split among the neighbours of its district, summed over
        the district-days within the horizon after them, by class.
    features : (D, Q, C, M) sums over days of the features.
    event_place, event_count, event_features : (N, 2) districts and periods, (N,), (N, M) of the
        fitted district-days with events.
    periods : what the days are divided into.
    sources : names of what excites.
    """

    days: Array
    observed: Array
    n_treatments: int
    dose: Array
    features: Array
    event_place: Index
    event_count: Array
    event_features: Array
    periods: Periods
    sources: tuple[str, ...]

    @property
    def n_kernels(self) -> int:
        """Number of branching ratios."""
        return int(self.event_features.shape[1])

    @property
    def exposure(self) -> Array:
        """Sum of each feature over all fitted days, (M,)."""
        summed: Array = self.features[:, :, FITTED].sum(axis=(0, 1, 2))
        return summed

    def fitted_days(self) -> tuple[Index, Array]:
        """Return the cells with fitted days, (C, 5) parameter indices, and the days in each."""
        days = self.days[:, :, FITTED].sum(axis=2)
        where = np.argwhere(days > 0)
        return locate(where, self.periods, len(self.days)), days[where[:, 0], where[:, 1]]

    def fitted_events(self) -> Index:
        """Return the (N, 5) parameter indices of the fitted district-days with events."""
        return locate(self.event_place, self.periods, len(self.days))


def read_history(
    counts: Index,
    treatments: Index,
    sources: dict[str, Index],
    neighbours: NDArray[np.bool_],
    calendar_year: Index,
    *,
    horizon: int,
) -> History:
    """Return the history of each district-day.

    Parameters
    ----------
    counts : (T, D) daily events to be explained.
    treatments : (T, D) daily events whose effect is estimated; zeros where none is.
    sources : name -> (T, D) daily events that excite; each enters from its own district,
        split evenly from the neighbours of the district where it happened, and from elsewhere.
    neighbours : (D, D) symmetric.
    calendar_year : (T,) of each day.
    horizon : days after a treatment that count as exposed.
    """
    n_districts = counts.shape[1]
    names, stack = [], []
    for name, series in sources.items():
        share = (series.sum(axis=0) + 0.5) / (series.sum() + 0.5 * n_districts)
        elsewhere = (series.sum(axis=1, keepdims=True) - series) * share
        names += [f"{name}, same district", f"{name}, next door", f"{name}, elsewhere"]
        stack += [series.astype(np.float64), split_among(series, neighbours), elsewhere]
    windows = np.array(LAG_WINDOWS)
    features = np.empty((*counts.shape, len(stack) * len(windows)))
    for s, source in enumerate(stack):
        fill_window_means(source, windows, s * len(windows), features)
    return tally_history(
        counts, treatments, features, tuple(names), neighbours, calendar_year, horizon=horizon
    )


def split_among(series: Index, neighbours: NDArray[np.bool_]) -> Array:
    """Return (T, D) events of neighbouring districts, each split evenly among its neighbours."""
    degree = np.maximum(neighbours.sum(axis=1), 1)
    return spread_events(series, neighbours / degree[:, None])


def spread_events(series: Index, weights: Array) -> Array:
    """Return (T, D) sums of (T, D) events times the weights (D, D) from their districts.

    Both are mostly zeros: nearly all days and pairs of districts take part in no sum.
    """
    from scipy.sparse import csr_array  # slow to import

    # Laid out here: csr_array(series) looks for what is not zero several times as long.
    place = np.flatnonzero(series)
    begins = np.searchsorted(place, np.arange(len(series) + 1) * series.shape[1])
    values = series.ravel()[place].astype(np.float64)
    events = csr_array((values, place % series.shape[1], begins), shape=series.shape)
    spread: Array = (events @ csr_array(weights)).toarray()
    return spread


def tally_history(
    counts: Index,
    treatments: Index,
    features: Array,
    sources: tuple[str, ...],
    neighbours: NDArray[np.bool_],
    calendar_year: Index,
    *,
    horizon: int,
) -> History:
    """Return the history of district-days whose features (T, D, M) are given."""
    n_districts = counts.shape[1]
    periods = divide_days(calendar_year)
    condition, dose = np.zeros(counts.shape, dtype=np.int64), np.zeros(len(FITTED))
    if treatments.any():
        beside = spread_events(treatments, neighbours.astype(np.float64)).astype(np.int64)
        share, near = split_among(treatments, neighbours), np.zeros(counts.shape)
        classify_days(treatments, beside, horizon, REACH_DAYS, condition, near, share)
        dose = np.array([near[condition == c].sum() for c in range(len(FITTED))])
    n_periods, n_marked = len(periods.epoch), int((counts > 0).sum())
    days, observed = np.zeros((2, n_districts, n_periods, len(FITTED)))
    sums = np.zeros((n_districts, n_periods, len(FITTED), features.shape[2]))
    place = np.zeros((n_marked, 2), dtype=np.int64)
    count, event_features = np.zeros(n_marked), np.zeros((n_marked, features.shape[2]))
    n_events = tally_days(
        features,
        counts,
        condition,
        FITTED,
        periods.of_day,
        days,
        sums,
        observed,
        place,
        count,
        event_features,
    )
    return History(
        days=days,
        observed=observed,
        n_treatments=int(treatments.sum()),
        dose=dose,
        features=sums,
        event_place=place[:n_events],
        event_count=count[:n_events],
        event_features=event_features[:n_events],
        periods=periods,
        sources=sources,
    )


def locate(place: Index, periods: Periods, n_districts: int) -> Index:
    """Return (N, 5) parameter indices of (N, 2) districts and periods.

    Columns: district, epoch, and the drift of the district, year and burst within the epoch.
    """
    d, q = place[:, 0], place[:, 1]
    year = n_districts + periods.year[q]
    burst = n_districts + DRIFT_YEARS + periods.burst[q]
    return np.stack([d, periods.epoch[q], d, year, burst], axis=1)
