"""Loops of the change-point search: the best partitions of a record, as dated and in other orders.

Log-likelihoods are multinomial and come from a table of x log x over whole numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import uniform

_STREAM = 7
_MOST_SWEEPS = 200


@kernel
def partition(
    cumulated: NDArray[np.int64],
    shortest: int,
    fewest: int,
    table: NDArray[np.float64],
    gains: NDArray[np.float64],
    ends: NDArray[np.int64],
) -> None:
    """Split periods into 1, 2, ... segments of constant shares, exactly, by dynamic programming.

    cumulated : (T + 1, C) events before each period; shortest, fewest : periods and events a
    segment must hold; table : x log x for x = 0, 1, ...
    Writes gains (K + 1, T + 1), the log-likelihood of the best partition of the first t periods
    with k changes (-inf where there is none), and ends (K + 1, T + 1), where its last segment
    begins.
    """
    n_periods = cumulated.shape[0] - 1
    n_categories = cumulated.shape[1]
    gains[:] = -np.inf
    ends[:] = 0
    for stop in range(shortest, n_periods + 1):
        for start in range(stop - shortest + 1):
            total = 0
            fit = 0.0
            for c in range(n_categories):
                x = cumulated[stop, c] - cumulated[start, c]
                total += x
                fit += table[x]
            if total < fewest:
                break  # later starts hold fewer still
            fit -= table[total]
            if start == 0:
                gains[0, stop] = fit
                continue
            for k in range(1, gains.shape[0]):
                value = gains[k - 1, start] + fit
                if value > gains[k, stop]:
                    gains[k, stop] = value
                    ends[k, stop] = start


@kernel
def evidence_of_change(gains: NDArray[np.float64]) -> float:
    """Return the largest penalty at which the best partition still has a change; 0 for none.

    gains : (K + 1, T + 1), as `partition` writes them.
    """
    most = 0.0
    last = gains.shape[1] - 1
    for k in range(1, gains.shape[0]):
        most = max(most, (gains[k, last] - gains[0, last]) / k)
    return most


@kernel
def permuted_evidence(
    counts: NDArray[np.int64],
    block: int,
    shortest: int,
    fewest: int,
    most_changes: int,
    table: NDArray[np.float64],
    seed: int,
    evidence: NDArray[np.float64],
) -> None:
    """Measure the evidence of a change with blocks of periods in random order.

    counts : (T, C); block : periods that stay together, so that bursts stay whole.
    Writes evidence (R,).
    """
    n_periods, n_categories = counts.shape
    n_blocks = (n_periods + block - 1) // block
    order = np.arange(n_blocks)
    cumulated = np.zeros((n_periods + 1, n_categories), dtype=np.int64)
    gains = np.empty((most_changes + 1, n_periods + 1))
    ends = np.empty((most_changes + 1, n_periods + 1), dtype=np.int64)
    for r in range(evidence.shape[0]):
        shuffle(order, seed, r)
        row = 0
        for b in order:
            for t in range(b * block, min((b + 1) * block, n_periods)):
                for c in range(n_categories):
                    cumulated[row + 1, c] = cumulated[row, c] + counts[t, c]
                row += 1
        partition(cumulated, shortest, fewest, table, gains, ends)
        evidence[r] = evidence_of_change(gains)


@kernel
def shuffle(order: NDArray[np.int64], seed: int, replicate: int) -> None:
    """Put 0, 1, ... in random order, the same for equal seed and replicate. Writes order (N,)."""
    for i in range(order.shape[0]):
        order[i] = i
    for i in range(order.shape[0] - 1, 0, -1):
        j = int(uniform(seed, replicate, _STREAM, 0, 0, i) * (i + 1))
        order[i], order[j] = order[j], order[i]


@kernel
def least_divergence(known: NDArray[np.int64], unknown: NDArray[np.int64]) -> float:
    """Return the log-likelihood ratio for two shares that no labels of the unknown can undercut.

    known : (2, C) events by label before and after; unknown : (2,) events without one.
    The unknown are labelled so that the two sides come as close as possible: shares and labels
    are improved in turn, which converges because the divergence is convex in both. It is 0 where
    the bounds of the shares can be joined by a constant.
    """
    n_categories = known.shape[1]
    total = known.sum() + unknown.sum()
    if total == 0:
        return 0.0
    share = np.empty(n_categories)
    for c in range(n_categories):
        share[c] = (known[0, c] + known[1, c] + 1e-9) / (known.sum() + 1e-9 * n_categories)
    filled = np.zeros((2, n_categories))
    divergence = np.inf
    for _ in range(_MOST_SWEEPS):
        for s in range(2):
            _fill(known[s], unknown[s], share, filled[s])
        for c in range(n_categories):
            share[c] = (filled[0, c] + filled[1, c]) / total
        value = 0.0
        for s in range(2):
            n = filled[s].sum()
            for c in range(n_categories):
                if filled[s, c] > 0.0:
                    value += filled[s, c] * np.log(filled[s, c] / (n * share[c]))
        if divergence - value < 1e-9:
            return max(value, 0.0)
        divergence = value
    return max(divergence, 0.0)


@kernel
def _fill(
    known: NDArray[np.int64], unknown: int, share: NDArray[np.float64], filled: NDArray[np.float64]
) -> None:
    """Label the unknown so that the shares come as close as possible to `share`.

    The closest counts x >= known with a given sum are max(known, level * share).
    Writes filled (C,).
    """
    total = float(known.sum() + unknown)
    low, high = 0.0, 0.0
    for c in range(known.shape[0]):
        filled[c] = known[c]
        if share[c] > 0.0:
            high = max(high, total / share[c])
    if unknown == 0:
        return
    for _ in range(60):
        level = (low + high) / 2
        held = 0.0
        for c in range(known.shape[0]):
            held += max(float(known[c]), level * share[c])
        if held > total:
            high = level
        else:
            low = level
    for c in range(known.shape[0]):
        filled[c] = max(float(known[c]), low * share[c])
