"""Loops over days and districts: what each district-day has behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel


@kernel
def tally_history(
    sources: NDArray[np.float64],
    counts: NDArray[np.int64],
    own: NDArray[np.int64],
    near: NDArray[np.int64],
    period: NDArray[np.int64],
    windows: NDArray[np.int64],
    horizon: int,
    days: NDArray[np.float64],
    features: NDArray[np.float64],
    observed: NDArray[np.float64],
    event_place: NDArray[np.int64],
    event_count: NDArray[np.float64],
    event_features: NDArray[np.float64],
) -> int:
    """Tally district-days by period and by what happened in the days before them.

    A day belongs to class 1 if its district had a treatment in the `horizon` days before it
    (the day itself not counted: same-day pairs are unordered), else to class 2 if a neighbour
    had one, else to class 0. Features are daily means of each source over each lag window.

    sources : (S, T, D) what excites; counts : (T, D) the events explained;
    own, near : (T, D) treatments here and in neighbours; period : (T,) index of each day's period;
    windows : (W, 2) first and last lag in days.
    Writes days (D, Q, 3), features (D, Q, 3, S * W), observed (D, Q, 3), and for events of class 0
    event_place (N, 2) = (district, period), event_count (N,), event_features (N, S * W).
    Returns the number of district-days with events of class 0.
    """
    n_sources, n_days, n_districts = sources.shape
    n_windows = windows.shape[0]
    cumulated = np.zeros((n_sources, n_days + 1))
    feature = np.zeros(n_sources * n_windows)
    n_events = 0
    for d in range(n_districts):
        for s in range(n_sources):
            for t in range(n_days):
                cumulated[s, t + 1] = cumulated[s, t] + sources[s, t, d]
        own_last = -horizon - 1
        near_last = -horizon - 1
        for t in range(n_days):
            condition = 0
            if t - near_last <= horizon:
                condition = 2
            if t - own_last <= horizon:
                condition = 1
            for s in range(n_sources):
                for w in range(n_windows):
                    first, last = windows[w, 0], windows[w, 1]
                    low = max(t - last, 0)
                    high = max(t - first + 1, 0)
                    k = s * n_windows + w
                    feature[k] = (cumulated[s, high] - cumulated[s, low]) / (last - first + 1)
                    features[d, period[t], condition, k] += feature[k]
            days[d, period[t], condition] += 1.0
            observed[d, period[t], condition] += counts[t, d]
            if counts[t, d] > 0 and condition == 0:
                event_place[n_events, 0] = d
                event_place[n_events, 1] = period[t]
                event_count[n_events] = counts[t, d]
                event_features[n_events] = feature
                n_events += 1
            if own[t, d] > 0:
                own_last = t
            if near[t, d] > 0:
                near_last = t
    return n_events


@kernel
def accumulate_likelihood(
    level: NDArray[np.float64],
    burst: NDArray[np.float64],
    cells: NDArray[np.int64],
    days: NDArray[np.float64],
    events: NDArray[np.int64],
    counts: NDArray[np.float64],
    features: NDArray[np.float64],
    exposure: NDArray[np.float64],
    hessian: NDArray[np.float64],
    cross: NDArray[np.float64],
    burst_hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
    burst_gradient: NDArray[np.float64],
) -> float:
    """Log-likelihood of daily counts under background + excitation, with two derivatives.

    The intensity of a district-day is exp(level[i] + level[j] + level[k] + burst[q])
    + sum_m exp(level[P - M + m]) * feature_m, with (i, j, k, q) the four indices of its cell.

    level : (P,) logs, the last M those of the branching ratios; burst : (B,) logs.
    cells : (C, 4), days : (C,); events : (N, 4), counts : (N,), features : (N, M);
    exposure : (M,) sum of each feature over all days.
    Writes hessian (P, P), cross (P, B), burst_hessian (B,) (diagonal: no day lies in two periods),
    gradient (P,), burst_gradient (B,). Returns the log-likelihood without its constant.
    """
    n_kernels = features.shape[1]
    start = level.shape[0] - n_kernels
    hessian[:] = 0.0
    cross[:] = 0.0
    burst_hessian[:] = 0.0
    gradient[:] = 0.0
    burst_gradient[:] = 0.0
    share = np.zeros(n_kernels)
    total = 0.0
    for c in range(cells.shape[0]):
        q = cells[c, 3]
        log_rate = burst[q]
        for a in range(3):
            log_rate += level[cells[c, a]]
        mean = days[c] * np.exp(log_rate)
        total -= mean
        burst_gradient[q] -= mean
        burst_hessian[q] -= mean
        for a in range(3):
            i = cells[c, a]
            gradient[i] -= mean
            cross[i, q] -= mean
            for b in range(3):
                hessian[i, cells[c, b]] -= mean
    for n in range(events.shape[0]):
        q = events[n, 3]
        log_rate = burst[q]
        for a in range(3):
            log_rate += level[events[n, a]]
        background = np.exp(log_rate)
        intensity = background
        for m in range(n_kernels):
            share[m] = np.exp(level[start + m]) * features[n, m]
            intensity += share[m]
        y = counts[n]
        total += y * np.log(intensity)
        own = background / intensity
        curvature = y * own * (1.0 - own)
        burst_gradient[q] += y * own
        burst_hessian[q] += curvature
        for a in range(3):
            i = events[n, a]
            gradient[i] += y * own
            cross[i, q] += curvature
            for b in range(3):
                hessian[i, events[n, b]] += curvature
        for m in range(n_kernels):
            if share[m] == 0.0:
                continue
            part = share[m] / intensity
            gradient[start + m] += y * part
            hessian[start + m, start + m] += y * part
            cross[start + m, q] -= y * own * part
            for a in range(3):
                i = events[n, a]
                hessian[start + m, i] -= y * own * part
                hessian[i, start + m] -= y * own * part
            for o in range(n_kernels):
                hessian[start + m, start + o] -= y * part * share[o] / intensity
    for m in range(n_kernels):
        mean = np.exp(level[start + m]) * exposure[m]
        total -= mean
        gradient[start + m] -= mean
        hessian[start + m, start + m] -= mean
    return total
