"""Panels of counts by time step and district."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.axes import DISTRICT, TIME
from tarazu.record.vocabulary import DEATHS
from tarazu.region import Region
from tarazu.region.grid import PRIO_GRID, prio_grid_cell

if TYPE_CHECKING:
    import xarray as xr

Coordinate = tuple[str, object, dict[str, str]]
Freq = Literal["day", "week", "month"]
PRECISION: dict[Freq, int] = {
    "day": 1,
    "week": 3,
    "month": 4,
}  # UCDP date_prec still precise enough
INITIATED = {
    "militant": "attacks",
    "state": "operations",
    "foreign_state": "foreign_state",
    "other": "other",
    "unclear": "unclear",
}
LONG_NAMES: Final = {
    "attacks": "attacks, initiated by armed groups",
    "operations": "operations, initiated by the state",
    "foreign_state": "events initiated by a foreign state",
    "other": "events initiated by other actors",
    "unclear": "events whose initiator is unclear",
    "deaths_state": "deaths of government forces, best estimate",
    "deaths_militant": "deaths of armed groups, best estimate",
    "deaths_civilian": "deaths of civilians, best estimate",
    "deaths_unknown": "deaths of an unknown side, best estimate",
}
DAYS_OBSERVED: Final = {
    "units": "days",
    "long_name": "days of the period that the record covers; the others are not known, not zero",
}
FIRST_MONTH: Final = 1980  # January of this year is month 1 of ViEWS


def count_panel(
    events: pd.DataFrame, region: Region, start: date, end: date, freq: Freq
) -> xr.Dataset:
    """Return counts by time and district; see `Record.panel`.

    Parameters
    ----------
    events : columns `EVENT_COLUMNS`. start, end : first and last day of the panel.

    Raises
    ------
    ValueError
        `freq` is something else.
    """
    import xarray as xr  # slow to import, and only panels need it

    if freq not in PRECISION:
        raise ValueError(f"freq is {freq!r}; expected day, week or month")
    imprecise = events["date_precision"] > PRECISION[freq]
    districtless = events["district"].isna() & ~imprecise
    used = events[~imprecise & ~districtless]
    times, days_observed = np.unique(_period(_days(start, end), freq), return_counts=True)
    slugs = region.slugs
    row = np.searchsorted(times, _period(used["date"].to_numpy().astype("datetime64[D]"), freq))
    place = {slug: i for i, slug in enumerate(slugs)}
    column = used["district"].map(place).to_numpy(dtype=np.int64)
    count = used["count"].to_numpy()
    values = {
        name: count * (used["initiator"] == initiator).to_numpy()
        for initiator, name in INITIATED.items()
    }
    values |= {name: used[name].to_numpy() for name in DEATHS}
    variables = {}
    for name, value in values.items():
        table = np.zeros((len(times), len(slugs)), dtype=np.int64)  # (T, D)
        np.add.at(table, (row, column), value)
        noun = "deaths" if name in DEATHS else "events"
        looks = {"units": f"{noun} per {freq} and district", "long_name": LONG_NAMES[name]}
        variables[name] = ((TIME, DISTRICT), table, looks)
    return xr.Dataset(
        variables,
        coords={
            TIME: (TIME, times.astype("datetime64[s]"), {"long_name": f"first day of the {freq}"}),
            DISTRICT: (DISTRICT, list(slugs), {"long_name": "district, key of the region"}),
            "days_observed": (TIME, days_observed, DAYS_OBSERVED),
            **_of_districts(region),
            **(_of_months(times) if freq == "month" else {}),
        },
        attrs={
            "n_used": int(count.sum()),
            "n_dropped_imprecise": int(events["count"][imprecise].sum()),
            "n_dropped_districtless": int(events["count"][districtless].sum()),
            "first_day": start.isoformat(),
            "last_day": end.isoformat(),
            "freq": freq,
        },
    )


def month_id(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the ViEWS months of days: 1 is January 1980.

    Examples
    --------
    >>> month_id(np.array(["1980-01-31", "2021-12-01"], dtype="datetime64[D]")).tolist()
    [1, 504]
    """
    since_1970 = days.astype("datetime64[M]").astype(np.int64)
    return since_1970 - 12 * (FIRST_MONTH - 1970) + 1


def _of_months(times: NDArray[np.datetime64]) -> dict[str, Coordinate]:
    looks = {"units": "1", "long_name": "month of ViEWS, 1 is January 1980"}
    return {"month_id": (TIME, month_id(times), looks)}


def _of_districts(region: Region) -> dict[str, Coordinate]:
    cells = [prio_grid_cell(d.centroid_lat, d.centroid_lon) for d in region.districts]
    return {
        "district_name": (
            DISTRICT,
            [district.name for district in region.districts],
            {"long_name": "name of the district"},
        ),
        "priogrid_gid": (
            DISTRICT,
            cells,
            {"units": "1", "long_name": PRIO_GRID},
        ),
    }


def _days(start: date, end: date) -> NDArray[np.datetime64]:
    return np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)


def _period(days: NDArray[np.datetime64], freq: Freq) -> NDArray[np.datetime64]:
    """Return the first day of each day's period."""
    if freq == "month":
        return days.astype("datetime64[M]").astype("datetime64[D]")
    if freq == "week":
        since_monday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        return days - since_monday
    return days
