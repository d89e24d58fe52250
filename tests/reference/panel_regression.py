"""Panel regressions the slow, obvious way: every dummy a column."""

import numpy as np


def sum_weeks(attacks: np.ndarray, first: int, last: int) -> np.ndarray:
    """Sum over weeks t + first .. t + last, cell by cell."""
    T, D = attacks.shape
    out = np.zeros((T, D))
    for t in range(T):
        for d in range(D):
            for s in range(max(t + first, 0), min(t + last, T - 1) + 1):
                out[t, d] += attacks[s, d]
    return out


def design(attacks, weeks, districts, doses, neighbours, history, reach):
    """Return (cells, columns): dose, operations, both next door, controls, dummies."""
    T, D = attacks.shape
    own = np.zeros((2, T, D))
    for week, district, dose in zip(weeks, districts, doses, strict=True):
        own[0, week, district] += dose
        own[1, week, district] += 1
    spread = neighbours / np.maximum(neighbours.sum(axis=1), 1)[:, None]
    columns = [*own, *(series @ spread for series in own)]
    for series in (attacks, attacks @ spread):
        columns += [sum_weeks(series, -lag, -1) for lag in history]
    kept = np.stack(columns, axis=-1)[reach : T - reach]
    n = len(kept)
    by_district = np.tile(np.eye(D), (n, 1))
    by_week = np.repeat(np.eye(n), D, axis=0)[:, 1:]
    return np.hstack([kept.reshape(n * D, -1), by_district, by_week])
