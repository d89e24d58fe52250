"""Coefficients of a panel regression for many re-dealt treatments, without its dense matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel

N_TREATED = 4  # dose, operations, and both next door


@kernel
def project_redealt(
    weeks: NDArray[np.int64],
    districts: NDArray[np.int64],
    doses: NDArray[np.float64],
    spread: NDArray[np.float64],
    whitened: NDArray[np.float64],
    residuals: NDArray[np.float64],
    dose_effects: NDArray[np.float64],
) -> None:
    """Regress residual outcomes on re-dealt operations, beyond effects and controls.

    weeks : (R, N) week of each operation, doses : (R, N) militants killed in it, districts : (N,);
    spread : (D, D) share of an operation's treatment that reaches each district, 0 at home;
    whitened : (T, D, K) orthonormal controls, district and week means taken out;
    residuals : (T, D, H) outcomes with means and controls taken out.
    Writes dose_effects (R, H): coefficient of the dose; NaN where it is not identified.
    """
    T, D, K = whitened.shape
    H = residuals.shape[2]
    x = np.zeros((T, D, N_TREATED))
    is_touched = np.zeros((T, D), dtype=np.bool_)
    touched = np.zeros((min(weeks.shape[1], T) * D, 2), dtype=np.int64)
    reached = np.zeros((D, D), dtype=np.int64)  # districts that an operation in each one touches
    n_reached = np.zeros(D, dtype=np.int64)
    for home in range(D):
        for d in range(D):
            if d == home or spread[home, d] != 0.0:
                reached[home, n_reached[home]] = d
                n_reached[home] += 1
    by_week = np.zeros((T, N_TREATED))
    by_district = np.zeros((D, N_TREATED))
    for r in range(weeks.shape[0]):
        n_touched = 0
        by_district[:] = 0.0
        for i in range(weeks.shape[1]):
            t, home = weeks[r, i], districts[i]
            for j in range(n_reached[home]):
                d = reached[home, j]
                share = 1.0 if d == home else spread[home, d]
                first = 0 if d == home else 2
                x[t, d, first] += share * doses[r, i]
                x[t, d, first + 1] += share
                if not is_touched[t, d]:
                    is_touched[t, d] = True
                    touched[n_touched, 0], touched[n_touched, 1] = t, d
                    n_touched += 1
        square = np.zeros((N_TREATED, N_TREATED))
        cross = np.zeros((N_TREATED, H))
        controls = np.zeros((N_TREATED, K))
        total = np.zeros(N_TREATED)
        for j in range(n_touched):
            t, d = touched[j, 0], touched[j, 1]
            for a in range(N_TREATED):
                value = x[t, d, a]
                if value == 0.0:
                    continue
                by_week[t, a] += value
                by_district[d, a] += value
                total[a] += value
                for b in range(N_TREATED):
                    square[a, b] += value * x[t, d, b]
                for h in range(H):
                    cross[a, h] += value * residuals[t, d, h]
                for k in range(K):
                    controls[a, k] += value * whitened[t, d, k]
        for a in range(N_TREATED):
            for b in range(N_TREATED):
                square[a, b] += total[a] * total[b] / (T * D)
                for d in range(D):
                    square[a, b] -= by_district[d, a] * by_district[d, b] / T
                for k in range(K):
                    square[a, b] -= controls[a, k] * controls[b, k]
        for j in range(n_touched):  # each week once: its sum is cleared as it is used
            t, d = touched[j, 0], touched[j, 1]
            for a in range(N_TREATED):
                for b in range(N_TREATED):
                    square[a, b] -= by_week[t, a] * by_week[t, b] / D
            by_week[t] = 0.0
            x[t, d] = 0.0
            is_touched[t, d] = False
        solve_first(square, cross, dose_effects[r])


@kernel
def deal_by_rank(
    uniforms: NDArray[np.float64], doses: NDArray[np.float64], dealt: NDArray[np.float64]
) -> None:
    """Deal the doses in the order in which the uniforms of each replicate rise.

    uniforms : (R, N), 0 <= u < 1; doses : (N,). Writes dealt (R, N). Uniforms fill N intervals of
    equal width with about one each, so that they are sorted in N steps, not N log N.
    """
    n = doses.shape[0]
    first = np.empty(n + 1, dtype=np.int64)  # place of the first uniform of each interval
    order = np.empty(n, dtype=np.int64)
    for r in range(uniforms.shape[0]):
        u = uniforms[r]
        first[:] = 0
        for i in range(n):
            first[min(int(u[i] * n), n - 1) + 1] += 1
        for k in range(n):
            first[k + 1] += first[k]
        for i in range(n):
            k = min(int(u[i] * n), n - 1)
            order[first[k]] = i
            first[k] += 1
        for j in range(1, n):
            i, k = order[j], j
            while k > 0 and u[order[k - 1]] > u[i]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = i
        for j in range(n):
            dealt[r, j] = doses[order[j]]


@kernel
def solve_first(
    square: NDArray[np.float64], cross: NDArray[np.float64], first: NDArray[np.float64]
) -> None:
    """Solve symmetric equations for the first unknown; later ones that are not identified drop.

    square : (A, A), cross : (A, H); both are overwritten. Writes first (H,).
    """
    A, H = cross.shape
    scale = np.zeros(A)
    for a in range(A):
        scale[a] = square[a, a]
    for pivot in range(A - 1, 0, -1):
        if square[pivot, pivot] <= 1e-9 * max(scale[pivot], 1e-12):
            continue
        for a in range(pivot):
            ratio = square[a, pivot] / square[pivot, pivot]
            for b in range(pivot):
                square[a, b] -= ratio * square[pivot, b]
            for h in range(H):
                cross[a, h] -= ratio * cross[pivot, h]
    for h in range(H):
        identified = square[0, 0] > 1e-9 * max(scale[0], 1e-12)
        first[h] = cross[0, h] / square[0, 0] if identified else np.nan
