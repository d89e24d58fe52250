"""Kernels for the past of each district-day: window means, decayed sums, classes, tallies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel


@kernel
def fill_window_means(
    source: NDArray[np.float64],
    windows: NDArray[np.int64],
    first_column: int,
    features: NDArray[np.float64],
) -> None:
    """Write the daily mean of a source over each lag window, for every district-day.

    source : (T, D); windows : (W, 2) first and last lag in days, first >= 1.
    Writes features (T, D, M), columns first_column to first_column + W - 1.
    """
    n_days, n_districts = source.shape
    cumulated = np.zeros((n_days + 1, n_districts))
    for t in range(n_days):
        for d in range(n_districts):
            cumulated[t + 1, d] = cumulated[t, d] + source[t, d]
    for t in range(n_days):
        for w in range(windows.shape[0]):
            first, last = windows[w, 0], windows[w, 1]
            low = max(t - last, 0)
            high = max(t - first + 1, 0)
            for d in range(n_districts):
                mean = (cumulated[high, d] - cumulated[low, d]) / (last - first + 1)
                features[t, d, first_column + w] = mean


@kernel
def fill_decayed(
    source: NDArray[np.float64], decay: float, column: int, features: NDArray[np.float64]
) -> None:
    """Write the sum of a source over the past, weighted by a geometric kernel of sum one.

    The weight of lag k days is (1 - q) q^(k - 1) with q = exp(-decay), k >= 1; one multiplication
    a district-day, by recursion.

    source : (T, D); decay : 1/day. Writes features (T, D, M), one column.
    """
    n_days, n_districts = source.shape
    keep = np.exp(-decay)
    value = np.zeros(n_districts)
    for t in range(n_days):
        for d in range(n_districts):
            features[t, d, column] = value[d]
            value[d] = keep * value[d] + (1.0 - keep) * source[t, d]


@kernel
def find_runs(
    features: NDArray[np.float64],
    marked: NDArray[np.bool_],
    counts: NDArray[np.int64],
    period: NDArray[np.int64],
    rounding: float,
    days: NDArray[np.int64],
) -> None:
    """Count the days of runs in which nothing happened and the past stayed the same.

    features : (T, D, M); marked : (T, D), which a run has in common; counts : (T, D); a day with
    events is a run of its own; period : (T,); rounding : by which equal features may differ.
    Writes days (T, D): the length of a run on its first day, 0 on the days that follow.
    """
    n_days, n_districts, n_features = features.shape
    first = np.zeros(n_districts, dtype=np.int64)
    for t in range(n_days):
        for d in range(n_districts):
            begin = first[d]
            same = (
                t > 0
                and period[t] == period[begin]
                and marked[t, d] == marked[begin, d]
                and counts[t, d] == 0
                and counts[begin, d] == 0
            )
            m = 0
            while same and m < n_features:
                same = abs(features[t, d, m] - features[begin, d, m]) <= rounding
                m += 1
            if not same:
                first[d] = t
            days[first[d], d] += 1


@kernel
def classify_days(
    own: NDArray[np.int64],
    near: NDArray[np.int64],
    horizon: int,
    reach: int,
    condition: NDArray[np.int64],
    dose: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    """Classify each district-day by the treatments before and after it.

    Class 1 if the district had a treatment in the `horizon` days before, else 2 if a neighbour had
    one, else 3 if the district had one in the `reach` days before, else 4 if it has one in the
    `reach` days after, else 0. The day itself does not count: same-day pairs are unordered. The
    dose is the sum of `share` over the `horizon` days before: treatments next door, each split
    among the neighbours of its district.

    own, near : (T, D) treatments here and in neighbours; share : (T, D).
    Writes condition (T, D), dose (T, D).
    """
    n_days, n_districts = own.shape
    own_last = np.full(n_districts, -reach - 1)
    near_last = np.full(n_districts, -horizon - 1)
    recent = np.zeros(n_districts)
    for t in range(n_days):
        for d in range(n_districts):
            condition[t, d] = 0
            dose[t, d] = 0.0
            if t - own_last[d] <= reach:
                condition[t, d] = 3
            if t - near_last[d] <= horizon:
                condition[t, d] = 2
                dose[t, d] = recent[d]
            if t - own_last[d] <= horizon:
                condition[t, d] = 1
            if own[t, d] > 0:
                own_last[d] = t
            if near[t, d] > 0:
                near_last[d] = t
            recent[d] += share[t, d]
            if t >= horizon:
                recent[d] -= share[t - horizon, d]
    own_next = np.full(n_districts, n_days + reach)
    for t in range(n_days - 1, -1, -1):
        for d in range(n_districts):
            if condition[t, d] == 0 and own_next[d] - t <= reach:
                condition[t, d] = 4
            if own[t, d] > 0:
                own_next[d] = t


@kernel
def tally_days(
    features: NDArray[np.float64],
    counts: NDArray[np.int64],
    condition: NDArray[np.int64],
    fitted: NDArray[np.bool_],
    period: NDArray[np.int64],
    days: NDArray[np.float64],
    sums: NDArray[np.float64],
    observed: NDArray[np.float64],
    event_place: NDArray[np.int64],
    event_count: NDArray[np.float64],
    event_features: NDArray[np.float64],
) -> int:
    """Tally district-days by period and class, and list those of fitted classes with events.

    features : (T, D, M) daily; counts, condition : (T, D); fitted : (C,); period : (T,).
    Writes days (D, Q, C), sums (D, Q, C, M), observed (D, Q, C), and for events of fitted classes
    event_place (N, 2) = (district, period), event_count (N,), event_features (N, M).
    Returns the number of district-days of fitted classes with events.
    """
    n_days, n_districts, n_features = features.shape
    n_events = 0
    for t in range(n_days):
        for d in range(n_districts):
            q = period[t]
            c = condition[t, d]
            days[d, q, c] += 1.0
            observed[d, q, c] += counts[t, d]
            for m in range(n_features):
                sums[d, q, c, m] += features[t, d, m]
            if counts[t, d] > 0 and fitted[c]:
                event_place[n_events, 0] = d
                event_place[n_events, 1] = q
                event_count[n_events] = counts[t, d]
                for m in range(n_features):
                    event_features[n_events, m] = features[t, d, m]
                n_events += 1
    return n_events
