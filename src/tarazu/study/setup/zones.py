"""Zones around an operation: where it is, next door, elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ZONES: Final = ("here", "next door", "elsewhere")
"""Every district is in one of them."""
EVERYWHERE: Final = "everywhere"
ALL_ZONES: Final = (*ZONES, EVERYWHERE)


def zones_around(
    weights: NDArray[np.float64], here: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Return (D,) masks of `ALL_ZONES`.

    Parameters
    ----------
    weights : (D, D) of neighbours, above 0 where two districts touch.
    here : (D,) the districts of the operation.
    """
    near = (weights[here] > 0.0).any(axis=0) & ~here
    masks = (here, near, ~here & ~near, np.ones_like(here))
    return dict(zip(ALL_ZONES, masks, strict=True))
