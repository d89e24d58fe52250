"""Coefficients of a panel regression for many exchanges of doses between the same operations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tarazu.evidence.dose.local_projection import Projection, row_pieces, spread_evenly
from tarazu.evidence.dose.local_projection_kernels import N_TREATED, solve_first

Array = NDArray[np.float64]


def redeal_doses(
    projection: Projection,
    weeks: NDArray[np.int64],
    districts: NDArray[np.int64],
    doses: Array,
    neighbours: NDArray[np.bool_],
) -> Array:
    """Return (R, H) coefficients of the dose for re-dealt doses (R, N) of the same operations.

    They equal those of `redeal` but for rounding. Where operations are does not change between
    replicates, so that the sums of a treatment by cell, week and district and its products with
    outcomes and controls are one sparse matrix times the doses. Week and district effects and
    controls are then taken out of the products of two treatments.

    Parameters
    ----------
    weeks, districts : (N,) of the operations; the week is a row of the projection.
    """
    D, H = projection.outcomes.shape[1:]
    places, place = np.unique(weeks * D + districts, return_inverse=True)
    operations = sparse.csr_array((np.ones(len(place)), (place, np.arange(len(place)))))
    sums_of, weights = _sums(projection, places, neighbours)
    same = np.stack([sums @ operations.sum(axis=1) for sums in sums_of])  # (2, F)
    # Products of the doses with the operations themselves, which are the same in all replicates.
    with_same = [sparse.csr_array((same * weights) @ sums) for sums in sums_of]
    sums_of = [
        sparse.csr_array(sparse.vstack(pair)) for pair in zip(sums_of, with_same, strict=True)
    ]
    F = len(weights)
    effects = np.empty((len(doses), H))
    for rows in row_pieces(len(doses), max(F, doses.shape[1])):
        at_places = operations @ doses[rows].T
        x = np.empty((at_places.shape[1], 2, F + 2))  # replicate by replicate, so that pieces agree
        x[:, 0], x[:, 1] = ((sums @ at_places).T for sums in sums_of)
        sums, products = x[:, :, :F], x[:, :, F:]
        # In the order of the equations: dose, operations, dose next door, operations next door.
        square = np.empty((len(x), N_TREATED, N_TREATED))
        square[:, ::2, ::2] = (sums * weights) @ sums.transpose(0, 2, 1)
        square[:, ::2, 1::2], square[:, 1::2, ::2] = products, products.transpose(0, 2, 1)
        square[:, 1::2, 1::2] = (same * weights) @ same.T
        cross = np.empty((len(x), N_TREATED, H))
        cross[:, ::2], cross[:, 1::2] = sums[:, :, F - H :], same[:, F - H :]
        for left, right, effect in zip(square, cross, effects[rows], strict=True):
            solve_first(left, right, effect)
    return effects


def _sums(
    projection: Projection, places: NDArray[np.int64], neighbours: NDArray[np.bool_]
) -> tuple[list[sparse.csr_array], Array]:
    """Return the sums that the regression needs of a treatment, at home and next door.

    Parameters
    ----------
    places : (P,) cells with an operation, week * D + district.

    Returns
    -------
    Two matrices (F, P): sums by cell, week and district, of all, and with controls and outcomes;
    (F,) weights of the products of the sums of two treatments, 0 for outcomes.
    """
    T, D, K = projection.whitened.shape
    H = projection.outcomes.shape[2]
    P = len(places)
    reach = sparse.coo_array(spread_evenly(neighbours)[places % D])  # (P, D)
    beside = places[reach.row] // D * D + reach.col
    cells, cell = np.unique(np.concatenate([places, beside]), return_inverse=True)
    treatments = (
        sparse.csr_array((np.ones(P), (cell[:P], np.arange(P))), shape=(len(cells), P)),
        sparse.csr_array((reach.data, (cell[P:], reach.row)), shape=(len(cells), P)),
    )
    taken = (
        (np.arange(len(cells)), 1.0),
        (cells // D, -1.0 / D),
        (cells % D, -1.0 / T),
        (np.zeros(len(cells), dtype=np.int64), 1.0 / (T * D)),
    )
    blocks = [_indicators(groups) for groups, _ in taken]
    weights = [np.full(block.shape[0], w) for block, (_, w) in zip(blocks, taken, strict=True)]
    blocks += [
        sparse.csr_array(projection.whitened.reshape(T * D, K)[cells].T),
        sparse.csr_array(projection.outcomes.reshape(T * D, H)[cells].T),
    ]
    of = sparse.csr_array(sparse.vstack(blocks))
    each = np.concatenate([*weights, np.full(K, -1.0), np.zeros(H)])
    return [of @ treatment for treatment in treatments], each


def _indicators(groups: NDArray[np.int64]) -> sparse.csr_array:
    """Return (G, N) 1 where an element is of the group; groups without elements drop."""
    _, group = np.unique(groups, return_inverse=True)
    return sparse.csr_array((np.ones(len(group)), (group, np.arange(len(group)))))
