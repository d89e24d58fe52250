"""Where an effect changes its sign as one coordinate moves: a scan, then bisection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.bisection import bisect

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Effect = Callable[[FloatArray], FloatArray]
"""From (N, P) points in the unit cube to the (N,) effects there; exactly 0.0 where level."""

GRID: Final = (0.005, 0.05, 0.15, 0.3, 0.7, 0.85, 0.95, 0.995)
"""Quantiles scanned, beside the start: nine points over 99% of a prior."""
RANGE: Final = (GRID[0], GRID[-1])
TOLERANCE: Final = 1e-4  # quantiles; how closely a change of sign is bracketed


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Effects along each of some coordinates, all others held at the start.

    Attributes
    ----------
    columns : (F,) places of the coordinates that were moved.
    points : (F, 9) values of that coordinate, ascending, the start among them.
    effects : (F, 9) there.
    start_effect : at the start.
    at_start : (F,) place of the start in each row of `points`.
    """

    columns: IntArray
    points: FloatArray
    effects: FloatArray
    start_effect: float
    at_start: IntArray

    def is_turned(self, effects: FloatArray) -> NDArray[np.bool_]:
        """Return whether effects have the sign opposite to that at the start; level has none."""
        return np.asarray(np.sign(effects) * np.sign(self.start_effect) < 0.0)

    def n_changes(self, row: int) -> int:
        """Return how often the sign changes along a coordinate; level points are passed over."""
        signs = np.sign(self.effects[row])
        return int(np.count_nonzero(np.diff(signs[signs != 0.0])))

    def is_monotone(self, row: int) -> bool:
        """Return whether the effect never rises, or never falls, from point to point."""
        steps = np.diff(self.effects[row])
        return bool((steps >= 0.0).all() or (steps <= 0.0).all())

    def beyond(self, row: int, change: float) -> tuple[float, float]:
        """Return the point past a change of sign where the effect is turned most, and the effect.

        Only points that lie on the far side of the change, before the sign changes back.
        """
        points, effects = self.points[row], self.effects[row]
        away = 1 if change > points[self.at_start[row]] else -1
        past = (points - change) * away >= 0.0
        outwards = np.flatnonzero(past)[::away]
        turned = self.is_turned(effects[outwards])
        stretch = outwards[: len(turned) if turned.all() else int(turned.argmin())]
        best = stretch[np.abs(effects[stretch]).argmax()]
        return float(points[best]), float(effects[best])


def scan(effect: Effect, start: FloatArray, columns: IntArray) -> Scan:
    """Return the effects as each coordinate moves over `GRID`, all others at the start.

    Parameters
    ----------
    start : (P,) in (0, 1). columns : (F,) places of the coordinates to move.
    """
    moved = np.repeat(start[None], len(columns) * len(GRID), axis=0)
    moved[np.arange(len(moved)), np.repeat(columns, len(GRID))] = np.tile(GRID, len(columns))
    effects = effect(np.concatenate([start[None], moved]))
    along = effects[1:].reshape(len(columns), len(GRID))
    points = np.column_stack([np.tile(GRID, (len(columns), 1)), start[columns]])
    along = np.column_stack([along, np.full(len(columns), effects[0])])
    order = points.argsort(axis=1, kind="stable")
    return Scan(
        columns=columns,
        points=np.take_along_axis(points, order, axis=1),
        effects=np.take_along_axis(along, order, axis=1),
        start_effect=float(effects[0]),
        at_start=np.asarray((order == len(GRID)).argmax(axis=1)),
    )


def nearest_change(effect: Effect, start: FloatArray, found: Scan) -> FloatArray:
    """Return the nearest value of each coordinate at which the sign is the opposite one.

    The first change of sign on each side of the start is bisected until it is bracketed by
    `TOLERANCE`; the end of the bracket at which the sign has changed counts, and the nearer side.

    Returns
    -------
    (F,), NaN where the scan met no opposite sign.
    """
    brackets = [bracket for row in range(len(found.columns)) for bracket in _brackets(found, row)]
    nearest = np.full(len(found.columns), np.nan)
    if not brackets:
        return nearest
    rows = np.array([row for row, _, _ in brackets])
    inner, outer = (np.array([ends[side] for ends in brackets]) for side in (1, 2))
    columns = found.columns[rows]

    def is_turned(values: FloatArray) -> NDArray[np.bool_]:
        points = np.repeat(start[None], len(rows), axis=0)
        points[np.arange(len(rows)), columns] = values
        return found.is_turned(effect(points))

    outer = bisect(is_turned, inner, outer, tolerance=TOLERANCE)
    for row, value in zip(rows, outer, strict=True):
        here = start[found.columns[row]]
        if not abs(nearest[row] - here) <= abs(value - here):
            nearest[row] = value
    return nearest


def _brackets(found: Scan, row: int) -> list[tuple[int, float, float]]:
    """Return (row, last point with the sign of the start, first with the other) on each side."""
    brackets = []
    turned = found.is_turned(found.effects[row])
    for away in (-1, 1):
        at = int(found.at_start[row]) + away
        while 0 <= at < len(turned) and not turned[at]:
            at += away
        if 0 <= at < len(turned):
            brackets.append((row, found.points[row, at - away], found.points[row, at]))
    return brackets
