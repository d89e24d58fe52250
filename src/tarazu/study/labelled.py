"""Trajectories as labelled arrays, for notebooks and files."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tarazu.core.axes import DISTRICT, MEMBER, WEEK
from tarazu.engine import Trajectory


def to_xarray(trajectory: Trajectory) -> xr.Dataset:
    """Return a trajectory with named dimensions, and units in the attributes.

    Returns
    -------
    xarray.Dataset
        One variable per quantity, (member, week); those kept by district also as
        ``NAME_by_district``, (member, week, district). Week t holds its events and the levels at
        its end. ``attrs["unit"]`` of each variable.
    """
    units = dict(zip(trajectory.quantities, trajectory.units, strict=True))
    variables: dict[str, tuple[tuple[str, ...], NDArray[np.float64], dict[str, str]]] = {
        name: ((MEMBER, WEEK), trajectory.series(name), {"unit": units[name]})
        for name in trajectory.quantities
    }
    for name in trajectory.district_quantities:
        variables[f"{name}_by_district"] = (
            (MEMBER, WEEK, DISTRICT),
            trajectory.by_district(name),
            {"unit": units[name]},
        )
    weeks = np.arange(trajectory.national.shape[1])
    return xr.Dataset(
        variables,
        coords={
            MEMBER: trajectory.members,
            WEEK: (WEEK, weeks, {"unit": "week"}),
            DISTRICT: list(trajectory.districts),
        },
    )
