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
    information: NDArray[np.float64],
    cross: NDArray[np.float64],
    border_information: NDArray[np.float64],
) -> float:
    """Log-likelihood of daily counts under background + excitation.

    The intensity of a district-day is exp(border[d] + local[e, i] + local[e, j] + local[e, k])
    + sum_m exp(border[Z - M + m]) * feature_m, with (d, e, i, j, k) the five indices of its cell.

    local : (E, n) logs; border : (Z,) logs, the last M those of the branching ratios.
    cells : (C, 5), days : (C,); events : (N, 5), counts : (N,), features : (N, M);
    exposure : (M,) sum of each feature over all days.
    Writes gradient (E, n), border_gradient (Z,) and minus the Hessian in its blocks:
    information (E, n, n), cross (E, n, Z), border_information (Z, Z).
    Returns the log-likelihood without its constant.
    """
    n_kernels = features.shape[1]
    start = border.shape[0] - n_kernels
    gradient[:] = 0.0
    border_gradient[:] = 0.0
    information[:] = 0.0
    cross[:] = 0.0
    border_information[:] = 0.0
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
        border_information[d, d] += mean
        for a in range(2, 5):
            i = cells[c, a]
            gradient[e, i] -= mean
            cross[e, i, d] += mean
            for b in range(2, 5):
                information[e, i, cells[c, b]] += mean
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
        border_information[d, d] -= curvature
        for a in range(2, 5):
            i = events[n, a]
            gradient[e, i] += y * own
            cross[e, i, d] -= curvature
            for b in range(2, 5):
                information[e, i, events[n, b]] -= curvature
        for m in range(n_kernels):
            if share[m] == 0.0:
                continue
            part = share[m] / intensity
            z = start + m
            border_gradient[z] += y * part
            border_information[z, z] -= y * part
            border_information[z, d] += y * own * part
            border_information[d, z] += y * own * part
            for a in range(2, 5):
                cross[e, events[n, a], z] += y * own * part
            for o in range(n_kernels):
                border_information[z, start + o] += y * part * share[o] / intensity
    for m in range(n_kernels):
        mean = np.exp(border[start + m]) * exposure[m]
        total -= mean
        border_gradient[start + m] -= mean
        border_information[start + m, start + m] += mean
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
    information: NDArray[np.float64],
    cross: NDArray[np.float64],
    border_information: NDArray[np.float64],
) -> float:
    """Log-likelihood of counts under exp(background + sum of coefficients times features).

    local : (E, n) logs; border : (Z,) log levels, the last M the coefficients, of either sign.
    rows : (N, 5) indices (d, e, i, j, k), days : (N,), counts : (N,), features : (N, M).
    Writes as `accumulate_additive` does. Returns the log-likelihood without its constant.
    """
    n_features = features.shape[1]
    start = border.shape[0] - n_features
    gradient[:] = 0.0
    border_gradient[:] = 0.0
    information[:] = 0.0
    cross[:] = 0.0
    border_information[:] = 0.0
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
        border_information[d, d] += mean
        for a in range(2, 5):
            i = rows[r, a]
            gradient[e, i] += excess
            cross[e, i, d] += mean
            for b in range(2, 5):
                information[e, i, rows[r, b]] += mean
        for m in range(n_features):
            x = features[r, m]
            if x == 0.0:
                continue
            z = start + m
            border_gradient[z] += excess * x
            border_information[z, d] += mean * x
            border_information[d, z] += mean * x
            for a in range(2, 5):
                cross[e, rows[r, a], z] += mean * x
            for o in range(n_features):
                border_information[z, start + o] += mean * x * features[r, o]
    return total
