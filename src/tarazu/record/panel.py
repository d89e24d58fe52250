"""Selections of a record, and panels of counts by time step and district."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.axes import DISTRICT, TIME
from tarazu.record.record import DEATHS, MOVEMENTS, Record

if TYPE_CHECKING:
    import xarray as xr

Freq = Literal["day", "week", "month"]
PRECISION: dict[Freq, int] = {
    "day": 1,
    "week": 3,
    "month": 4,
}  # UCDP date_prec still precise enough
INITIATED = {"militant": "attacks", "state": "operations", "other": "other", "unclear": "unclear"}


def select(
    record: Record,
    *,
    movement: str | None = None,
    zero_best: bool = True,
    group_site: bool = True,
    inactive_years: bool = True,
    unclear: Literal["drop", "state", "militant"] = "drop",
) -> Record:
    """Return a subset of a record; span and quality report remain those of the whole record.

    Parameters
    ----------
    movement : keep only events of this movement's groups ("baloch", "islamist", "other").
    zero_best, group_site, inactive_years : False leaves out events whose best estimate is 0 deaths,
        events known from a group's own site, events of dyad-years under 25 deaths.
    unclear : "drop" leaves them unclear, so that they count neither as attack nor as operation;
        "state" and "militant" count them all as initiated by that side.
    """
    if movement is not None and movement not in MOVEMENTS:
        raise ValueError(f"movement is {movement!r}; expected one of {', '.join(MOVEMENTS[:-1])}")
    if unclear not in ("drop", "state", "militant"):
        raise ValueError(f"unclear is {unclear!r}; expected drop, state or militant")
    events = record.events
    notes = list(record.selection)
    filters = [
        (movement is not None, events["movement"] == movement, f"{movement} groups only"),
        (not zero_best, ~events["zero_best"], "without best = 0"),
        (not group_site, ~events["group_site"], "without groups' own sites"),
        (not inactive_years, events["active_year"], "active years only"),
    ]
    keep = pd.Series(data=True, index=events.index)
    for wanted, mask, note in filters:
        if wanted:
            keep &= mask
            notes.append(note)
    events = events[keep].reset_index(drop=True)
    if unclear != "drop":
        events = events.assign(initiator=events["initiator"].replace("unclear", unclear))
        notes.append(f"unclear events as {unclear}")
    return replace(record, events=events, selection=tuple(notes))


def to_panel(record: Record, *, freq: Freq = "day") -> xr.Dataset:
    """Return counts by time and district.

    Parameters
    ----------
    freq : "day", "week" (Monday to Sunday) or "month"; the coordinate is the first day of each.
        A panel holds the events that have a district and a date precise enough: for days the day
        itself, for weeks UCDP's precision 1 to 3, for months 1 to 4, placed by their first day.

    Returns
    -------
    xarray.Dataset
        Dims (time, district) over the whole span of the record. Integer variables: attacks
        (initiated by militants), operations (by the state), other, unclear, and deaths_state,
        deaths_militant, deaths_civilian, deaths_unknown. Attributes: n_used,
        n_dropped_imprecise, n_dropped_districtless, first_day, last_day, freq.
    """
    import xarray as xr  # slow to import, and only panels need it

    if freq not in PRECISION:
        raise ValueError(f"freq is {freq!r}; expected day, week or month")
    events = record.events
    imprecise = events["date_precision"] > PRECISION[freq]
    districtless = events["district"].isna() & ~imprecise
    used = events[~imprecise & ~districtless]
    times = _period(np.array(_days(record.start, record.end)), freq)
    times = np.unique(times)
    slugs = record.region.slugs
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
        variables[name] = ((TIME, DISTRICT), table)
    return xr.Dataset(
        variables,
        coords={TIME: times.astype("datetime64[s]"), DISTRICT: list(slugs)},
        attrs={
            "n_used": int(count.sum()),
            "n_dropped_imprecise": int(events["count"][imprecise].sum()),
            "n_dropped_districtless": int(events["count"][districtless].sum()),
            "first_day": record.start.isoformat(),
            "last_day": record.end.isoformat(),
            "freq": freq,
        },
    )


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
