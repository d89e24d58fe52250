"""Tile map: one hexagon per district, near its location and beside its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

ROW = sqrt(3) / 2  # distance of two rows, hexagon widths
MARGIN = 2  # empty hexagons around the region that a tile may move to
PULL = 2.0  # squared hexagon widths that one step between two neighbours is worth
SHIFTS = 2  # shifts of the grid that are tried along each axis

Cells = NDArray[np.int64]  # (D, 2) column and row, odd rows shifted right


def lay_tiles(
    plane: NDArray[np.float64], area: NDArray[np.float64], edges: Sequence[tuple[int, int]]
) -> Cells:
    """Return column and row of a hexagon for each district, (D, 2), from 0.

    The grid is scaled so that the hexagons are as large as the districts on average; districts are
    assigned with the least sum of squared distances, then two tiles change places, or one moves,
    as long as that brings neighbours closer at no greater loss of position. Nothing is random, and
    the result does not depend on the order of the districts.

    Parameters
    ----------
    plane : (D, 2) centroids, north up. area : (D,) in squared units of `plane`, > 0.
    edges : pairs of neighbours.
    """
    order = np.lexsort((plane[:, 0], plane[:, 1]))
    rank = np.argsort(order)
    points = plane[order] * sqrt(len(plane) * ROW / area.sum())
    points -= points.min(axis=0)
    links = [(int(rank[a]), int(rank[b])) for a, b in edges]
    best = min(
        (_lay(points, links, x / SHIFTS, y / SHIFTS) for y in range(SHIFTS) for x in range(SHIFTS)),
        key=lambda result: result[0],
    )[1]
    return _trim(best[rank])


def centre(cells: Cells) -> NDArray[np.float64]:
    """Return the centres of hexagons, (D, 2), in hexagon widths, y upwards."""
    column, row = cells[:, 0], cells[:, 1]
    return np.column_stack((column + 0.5 * (row % 2), -row * ROW))


def steps(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many hexagons lie from each cell of `a` to that of `b`; 1 for neighbours."""
    q = (a[..., 0] - (a[..., 1] - a[..., 1] % 2) // 2) - (
        b[..., 0] - (b[..., 1] - b[..., 1] % 2) // 2
    )
    r = a[..., 1] - b[..., 1]
    result: NDArray[np.int64] = (abs(q) + abs(r) + abs(q + r)) // 2
    return result


def _lay(
    points: NDArray[np.float64], links: Sequence[tuple[int, int]], right: float, up: float
) -> tuple[float, Cells]:
    from scipy.optimize import linear_sum_assignment

    width, height = points.max(axis=0)
    columns, rows = ceil(width) + 2 * MARGIN + 1, ceil(height / ROW) + 2 * MARGIN + 1
    grid = np.array([(column, row) for row in range(rows) for column in range(columns)])
    corner = np.array([MARGIN + right, -(height + (MARGIN + up) * ROW)])
    moved, centres = points + corner, centre(grid)
    loss = (moved[:, None, 0] - centres[None, :, 0]) ** 2  # (D, cells)
    loss += (moved[:, None, 1] - centres[None, :, 1]) ** 2
    place = linear_sum_assignment(loss)[1]
    neighbours: list[list[int]] = [[] for _ in points]
    for a, b in links:
        neighbours[a].append(b)
        neighbours[b].append(a)
    _improve(place, loss, grid, [np.array(sorted(each), dtype=np.int64) for each in neighbours])
    return _cost(place, loss, grid, links), grid[place]


def _improve(
    place: NDArray[np.int64],
    loss: NDArray[np.float64],
    grid: Cells,
    neighbours: Sequence[NDArray[np.int64]],
) -> None:
    """Move single tiles, or swap two, in place, while the cost falls."""
    holder = np.full(len(grid), -1)
    holder[place] = np.arange(len(place))
    better = True
    while better:
        better = False
        for tile in range(len(place)):
            for cell in np.flatnonzero(steps(grid, grid[place[tile]]) <= MARGIN):
                other, old = int(holder[cell]), int(place[tile])
                if cell == old:
                    continue
                moved = [tile] if other < 0 else [tile, other]
                before = _share(moved, place, loss, grid, neighbours)
                _put(tile, int(cell), other, old, place, holder)
                if _share(moved, place, loss, grid, neighbours) < before - 1e-9:
                    better = True
                else:
                    _put(tile, old, other, int(cell), place, holder)


def _put(
    tile: int,
    cell: int,
    other: int,
    old: int,
    place: NDArray[np.int64],
    holder: NDArray[np.int64],
) -> None:
    """Put `tile` on `cell`, and `other` (-1: nobody) on the old cell."""
    place[tile], holder[cell], holder[old] = cell, tile, other
    if other >= 0:
        place[other] = old


def _share(
    moved: Sequence[int],
    place: NDArray[np.int64],
    loss: NDArray[np.float64],
    grid: Cells,
    neighbours: Sequence[NDArray[np.int64]],
) -> float:
    """Return the part of the cost that depends on these tiles."""
    total = 0.0
    for tile in moved:
        apart = steps(grid[place[neighbours[tile]]], grid[place[tile]])
        total += loss[tile, place[tile]] + PULL * float((apart - 1).sum())
    return total


def _cost(
    place: NDArray[np.int64],
    loss: NDArray[np.float64],
    grid: Cells,
    links: Sequence[tuple[int, int]],
) -> float:
    total = float(loss[np.arange(len(place)), place].sum())
    if links:
        a, b = np.array(links).T
        total += PULL * float((steps(grid[place[a]], grid[place[b]]) - 1).sum())
    return total


def _trim(cells: Cells) -> Cells:
    """Return the cells counted from 0; rows move by an even number, which keeps who is shifted."""
    column, row = cells.min(axis=0)
    trimmed: Cells = cells - np.array([column, row - row % 2])
    return trimmed
