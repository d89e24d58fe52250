"""PRIO-GRID: cells of half a degree that other event data sets use."""

from __future__ import annotations

from math import floor
from typing import Final

PRIO_GRID: Final = "PRIO-GRID cell of the centroid of the district; a district covers several"
SIDE: Final = 0.5  # degrees
COLUMNS: Final = 720  # cells around the globe


def prio_grid_cell(latitude: float, longitude: float) -> int:
    """Return the number of the PRIO-GRID cell of a point: 1 in the south-west, row by row.

    Parameters
    ----------
    latitude, longitude : degrees, -90 to 90 and -180 to 180.

    Raises
    ------
    ValueError
        A number is out of range.

    References
    ----------
    Tollefsen, Strand & Buhaug (2012), Journal of Peace Research 49,
    doi:10.1177/0022343311431287.

    Examples
    --------
    >>> prio_grid_cell(30.19, 67.01)  # Quetta
    173295
    """
    for name, value, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -limit <= value <= limit:
            raise ValueError(f"{name} is {value!r}; expected degrees from -{limit} to {limit}")
    row = min(floor((latitude + 90) / SIDE), COLUMNS // 2 - 1)
    column = min(floor((longitude + 180) / SIDE), COLUMNS - 1)
    return row * COLUMNS + column + 1
