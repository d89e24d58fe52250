"""Zones around an operation (here, next door, elsewhere), and outcomes summed over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

ZONES: Final = ("here", "next door", "elsewhere")
"""Every district is in one of them."""
EVERYWHERE: Final = "everywhere"
ALL_ZONES: Final = (*ZONES, EVERYWHERE)


def zones_around(weights: FloatArray, here: Mask) -> dict[str, Mask]:
    """Return (D,) masks of `ALL_ZONES`.

    Parameters
    ----------
    weights : (D, D) of neighbours, above 0 where two districts touch.
    here : (D,) the districts of the operation.
    """
    near = (weights[here] > 0.0).any(axis=0) & ~here
    masks = (here, near, ~here & ~near, np.ones_like(here))
    return dict(zip(ALL_ZONES, masks, strict=True))


def outcomes_by_zone(
    series: FloatArray,
    zones: Iterable[Mask],
    windows: Sequence[slice],
    over: Literal["total", "end"],
) -> FloatArray:
    """Return a district series summed over zones and windows of weeks.

    Parameters
    ----------
    series : (M, T, D). zones : (D,) each. windows : weeks.
    over : ``total`` over the weeks of a window, or the level at its ``end``.

    Returns
    -------
    (M, H, Z) by window and zone.
    """
    weeks = [
        series[:, window] if over == "total" else series[:, window][:, -1:] for window in windows
    ]
    by_zone = [np.stack([_total(part[:, :, zone]) for part in weeks], axis=1) for zone in zones]
    return np.stack(by_zone, axis=2)


def _total(series: FloatArray) -> FloatArray:
    """Return the sum of each member, (M,), in an order that does not depend on their number."""
    return np.asarray(np.ascontiguousarray(series).reshape(len(series), -1).sum(axis=1))
