"""Bisection of many brackets at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def bisect(
    holds: Callable[[FloatArray], NDArray[np.bool_]],
    outside: FloatArray,
    inside: FloatArray,
    *,
    halvings: int = 60,
    tolerance: float = 0.0,
) -> FloatArray:
    """Return points at which a condition holds, each next to one at which it does not.

    Parameters
    ----------
    holds : from points to whether the condition holds there; of the same shape.
    outside, inside : ends of the brackets, in either order; the condition holds at `inside` and
        not at `outside`, and changes once between them. Where it holds nowhere, `inside` is
        returned.
    halvings : most halvings of a bracket; 60 reach the resolution of a float.
    tolerance : brackets that are all no longer than this are not halved again.

    Returns
    -------
    The end of each bracket at which the condition holds.

    Examples
    --------
    >>> root = bisect(lambda x: x * x >= 2.0, np.array([0.0]), np.array([2.0]))
    >>> round(float(root[0]), 9)
    1.414213562
    """
    for _ in range(halvings):
        if not (np.abs(inside - outside) > tolerance).any():
            break
        middle = (outside + inside) / 2.0
        there = holds(middle)
        inside, outside = np.where(there, middle, inside), np.where(there, outside, middle)
    return inside
