"""Log-likelihoods of daily counts with two derivatives, in blocks by epoch (see `newton`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel


@kernel
def accumulate_additive(
    local: NDArray[np.float64],
    border: NDArray[np.float64],
    cells: NDArray[np.int64],
    days: NDArray[np.float64],
    events: NDArray[np.int64],
    counts: NDArray[np.float64],
    features: NDArray[np.float64],
    exposure: NDArray[np.float64],
    gradient: NDArray[np.float64],
    border_gradient: NDArray[np.float64],
    drift_level: NDArray[np.float64],
    drift_time: NDArray[np.float64],
    drift_other: NDArray[np.float64],
    time: NDArray[np.float64],
    time_other: NDArray[np.float64],
    level: NDArray[np.float64],
    level_other: NDArray[np.float64],
    other: NDArray[np.float64],
) -> float:
    """Log-likelihood of daily counts under background + excitation.

    The intensity of a district-day is exp(border[d] + local[e, i] + local[e, j] + local[e, k])
    + sum_m exp(border[Z - M + m]) * feature_m, with (d, e, i, j, k) the five indices of its cell.

    local : (E, n) logs; border : (Z,) logs, the last M those of the branching ratios.
    cells : (C, 5), days : (C,); events : (N, 5), counts : (N,), features : (N, M);
    exposure : (M,) sum of each feature over all days.
    Index i is the drift of the cell's own district: i = d.
    Writes gradient (E, n), border_gradient (Z,) and minus the Hessian without its zeros (see
    `Blocks`): drift_level (E, D), drift_time (E, D, t), drift_other (E, D, M), time (E, t, t),
    time_other (E, t, M), level (D,), level_other (D, M), other (M, M). That of drifts with
    themselves equals drift_level. Returns the log-likelihood without its constant.
    """
    n_kernels = features.shape[1]
    start = border.shape[0] - n_kernels
    gradient[:] = 0.0
    border_gradient[:] = 0.0
    drift_level[:] = 0.0
    drift_time[:] = 0.0
    drift_other[:] = 0.0
    time[:] = 0.0
    time_other[:] = 0.0
    level[:] = 0.0
    level_other[:] = 0.0
    other[:] = 0.0
    share = np.zeros(n_kernels)
    total = 0.0
    for c in range(cells.shape[0]):
        d, e = cells[c, 0], cells[c, 1]
        log_rate = border[d]
        for a in range(2, 5):
            log_rate += local[e, cells[c, a]]
        mean = days[c] * np.exp(log_rate)
        total -= mean
        border_gradient[d] -= mean
        level[d] += mean
        gradient[e, d] -= mean
        drift_level[e, d] += mean
        for a in range(3, 5):
            i = cells[c, a]
            gradient[e, i] -= mean
            drift_time[e, d, i - start] += mean
            for b in range(3, 5):
                time[e, i - start, cells[c, b] - start] += mean
    for n in range(events.shape[0]):
        d, e = events[n, 0], events[n, 1]
        log_rate = border[d]
        for a in range(2, 5):
            log_rate += local[e, events[n, a]]
        background = np.exp(log_rate)
        intensity = background
        for m in range(n_kernels):
            share[m] = np.exp(border[start + m]) * features[n, m]
            intensity += share[m]
        y = counts[n]
        total += y * np.log(intensity)
        own = background / intensity
        curvature = y * own * (1.0 - own)
        border_gradient[d] += y * own
        level[d] -= curvature
        gradient[e, d] += y * own
        drift_level[e, d] -= curvature
        for a in range(3, 5):
            i = events[n, a]
            gradient[e, i] += y * own
            drift_time[e, d, i - start] -= curvature
            for b in range(3, 5):
                time[e, i - start, events[n, b] - start] -= curvature
        for m in range(n_kernels):
            if share[m] == 0.0:
                continue
            part = share[m] / intensity
            border_gradient[start + m] += y * part
            other[m, m] -= y * part
            level_other[d, m] += y * own * part
            drift_other[e, d, m] += y * own * part
            for a in range(3, 5):
                time_other[e, events[n, a] - start, m] += y * own * part
            for o in range(n_kernels):
                other[m, o] += y * part * share[o] / intensity
    for m in range(n_kernels):
        mean = np.exp(border[start + m]) * exposure[m]
        total -= mean
        border_gradient[start + m] -= mean
        other[m, m] += mean
    return total


@kernel
def accumulate_loglinear(
    local: NDArray[np.float64],
    border: NDArray[np.float64],
    rows: NDArray[np.int64],
    days: NDArray[np.float64],
    counts: NDArray[np.float64],
    features: NDArray[np.float64],
    gradient: NDArray[np.float64],
    border_gradient: NDArray[np.float64],
    drift_level: NDArray[np.float64],
    drift_time: NDArray[np.float64],
    drift_other: NDArray[np.float64],
    time: NDArray[np.float64],
    time_other: NDArray[np.float64],
    level: NDArray[np.float64],
    level_other: NDArray[np.float64],
    other: NDArray[np.float64],
) -> float:
    """Log-likelihood of counts under exp(background + sum of coefficients times features).

    local : (E, n) logs; border : (Z,) log levels, the last M the coefficients, of either sign.
    rows : (N, 5) indices (d, e, i, j, k), i = d, days : (N,), counts : (N,), features : (N, M).
    Writes as `accumulate_additive` does. Returns the log-likelihood without its constant.
    """
    n_features = features.shape[1]
    start = border.shape[0] - n_features
    gradient[:] = 0.0
    border_gradient[:] = 0.0
    drift_level[:] = 0.0
    drift_time[:] = 0.0
    drift_other[:] = 0.0
    time[:] = 0.0
    time_other[:] = 0.0
    level[:] = 0.0
    level_other[:] = 0.0
    other[:] = 0.0
    total = 0.0
    for r in range(rows.shape[0]):
        d, e = rows[r, 0], rows[r, 1]
        log_rate = border[d]
        for a in range(2, 5):
            log_rate += local[e, rows[r, a]]
        for m in range(n_features):
            log_rate += border[start + m] * features[r, m]
        mean = days[r] * np.exp(log_rate)
        excess = counts[r] - mean
        total += counts[r] * log_rate - mean
        border_gradient[d] += excess
        level[d] += mean
        gradient[e, d] += excess
        drift_level[e, d] += mean
        for a in range(3, 5):
            i = rows[r, a]
            gradient[e, i] += excess
            drift_time[e, d, i - start] += mean
            for b in range(3, 5):
                time[e, i - start, rows[r, b] - start] += mean
        for m in range(n_features):
            x = features[r, m]
            if x == 0.0:
                continue
            border_gradient[start + m] += excess * x
            level_other[d, m] += mean * x
            drift_other[e, d, m] += mean * x
            for a in range(3, 5):
                time_other[e, rows[r, a] - start, m] += mean * x
            for o in range(n_features):
                other[m, o] += mean * x * features[r, o]
    return total
