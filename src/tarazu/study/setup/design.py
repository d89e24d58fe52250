"""The design of a study: parameters of each draw, and the members."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import uniform
from tarazu.engine.compiler.program import stream_number

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ORDER, JITTER = (
    0,
    1,
)  # index of a hashed uniform: the stratum of a draw, its position in the stratum


def latin_hypercube(ids: Iterable[str], draws: int, seed: int) -> FloatArray:
    """Return uniforms of which each column has exactly one in each of N equal strata.

    A value depends on seed, number of draws, draw and id of the parameter, not on the other
    parameters or their order.

    Parameters
    ----------
    ids : (P,) of the parameters, see `Model.design_ids`. draws : N >= 1.

    Returns
    -------
    (N, P) in (0, 1).

    References
    ----------
    McKay, Beckman & Conover (1979), https://doi.org/10.1080/00401706.1979.10489755
    """
    return np.column_stack([_column(own, draws, seed) for own in ids])


def _column(design_id: str, draws: int, seed: int) -> FloatArray:
    stream = stream_number(f"design of {design_id}")
    order, jitter = np.empty(draws), np.empty(draws)
    draw_uniforms(seed, stream, ORDER, order)
    draw_uniforms(seed, stream, JITTER, jitter)
    stratum = np.empty(draws, dtype=np.int64)
    stratum[np.argsort(order, kind="stable")] = np.arange(draws)
    values = (stratum + jitter) / draws
    return np.asarray(np.clip(values, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0)))


@kernel
def draw_uniforms(seed: int, stream: int, index: int, values: FloatArray) -> None:
    """Draw one uniform per draw of the parameters. Writes `values` (N,)."""
    for draw in range(values.shape[0]):
        values[draw] = uniform(seed, draw, stream, 0, 0, index)


def member_ids(draws: range, replicates: int) -> IntArray:
    """Return the (M,) ids of the members of some draws: draw * replicates + replicate."""
    return np.arange(draws.start * replicates, draws.stop * replicates, dtype=np.int64)
