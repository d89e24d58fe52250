"""Sorting inside kernels.

Not by numba's sort: from two cached kernels in one process, one that sorts and one that argsorts,
the second loaded ran the machine code of the first (numba names their inner functions alike).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel


@kernel
def sort_values(values: NDArray[np.int64]) -> None:
    """Sort (N,) in place, by Shell's method."""
    gap = values.shape[0] // 2
    while gap > 0:
        for i in range(gap, values.shape[0]):
            value, j = values[i], i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap //= 2


@kernel
def sort_order(values: NDArray[np.int64] | NDArray[np.float64], order: NDArray[np.int64]) -> None:
    """Find the order in which values rise, equal ones as they stand, by merging.

    values : (N,), none NaN. Writes order (N,).
    """
    n = values.shape[0]
    for i in range(n):
        order[i] = i
    merged = np.empty_like(order)
    width = 1  # of the runs that are in order
    while width < n:
        for first in range(0, n, 2 * width):
            middle, last = min(first + width, n), min(first + 2 * width, n)
            i, j = first, middle
            for k in range(first, last):
                if i < middle and (j >= last or values[order[i]] <= values[order[j]]):
                    merged[k] = order[i]
                    i += 1
                else:
                    merged[k] = order[j]
                    j += 1
        order[:] = merged
        width *= 2
