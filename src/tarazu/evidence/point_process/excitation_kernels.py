"""Drawing two kinds of events that excite each other, day by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import poisson_quantile, uniform


@kernel
def simulate_days(
    background: NDArray[np.float64],
    branching: NDArray[np.float64],
    decay: NDArray[np.float64],
    spread: NDArray[np.float64],
    seed: int,
    draws: NDArray[np.int64],
) -> None:
    """Draw daily counts of both kinds from background and excitation by the days before.

    background : (2, T, D); branching : (2, 2, 2) receiver, source, place; decay : (2,) 1/day of
    each receiver; spread : (D, D) row d splits an event of d among its neighbours.
    Writes draws (2, T, D).
    """
    n_kinds, n_days, n_districts = background.shape
    excited = np.zeros((n_kinds, n_districts))
    added = np.zeros((n_kinds, n_districts))
    for t in range(n_days):
        for k in range(n_kinds):
            for d in range(n_districts):
                mean = background[k, t, d] + excited[k, d]
                draws[k, t, d] = poisson_quantile(uniform(seed, k, 2, t, d, 0), mean)
                added[k, d] = 0.0
        for s in range(n_kinds):
            for d in range(n_districts):
                y = draws[s, t, d]
                if y == 0:
                    continue
                for k in range(n_kinds):
                    added[k, d] += y * branching[k, s, 0]
                    for j in range(n_districts):
                        added[k, j] += y * branching[k, s, 1] * spread[d, j]
        for k in range(n_kinds):
            keep = np.exp(-decay[k])
            for d in range(n_districts):
                excited[k, d] = keep * excited[k, d] + (1.0 - keep) * added[k, d]
