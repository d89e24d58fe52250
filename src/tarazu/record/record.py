"""Record: the events of a region, one row per event, with the quality report of their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tarazu.core import display
from tarazu.core.arguments import check_day, check_names
from tarazu.core.errors import did_you_mean, no_attribute
from tarazu.core.number_format import years
from tarazu.record.account import Quality, SourceNote
from tarazu.record.panel import PRECISION, Freq, count_panel, month_id
from tarazu.record.vocabulary import EVENT_COLUMNS, INITIATORS
from tarazu.region import Region, find_district

if TYPE_CHECKING:
    import xarray as xr


INSTEAD = {  # names that people try
    "map": 'plot("map")',
    "head": "events.head()",
    "columns": "events.columns",
    "to_csv": "to_frame().to_csv(path, index=False)",
    "to_parquet": "to_frame().to_parquet(path)",
    "filter": "sel(start=, end=, districts=, groups=)",
    "select": "sel(start=, end=, districts=, groups=)",
    "to_panel": "panel()",
}


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """The events of a region, one row per event or per group of equal events.

    Attributes
    ----------
    events : columns `EVENT_COLUMNS`. `date` is the first day (datetime64[s]), `date_precision`
        UCDP's code (1: the day is known, ... 5: only the year), `district` a slug of `region` or
        missing, deaths are totals of the row, `count` the number of events that it stands for.
    region : in the administrative frame of `district`.
    start, end : first and last day that the file covers, or as chosen by `sel`: outside them
        nothing is known, which is not a zero.
    quality : of the file as read, before any selection.
    rules_digest : sha256 of the rules that classified the events.
    inputs : sha256 by name of input.
    selection : the selections made by `sel` and `select`, in words.

    Examples
    --------
    >>> import tarazu as tz
    >>> record = tz.load_record()
    >>> record.start.year, record.end.year
    (1992, 2021)
    """

    events: pd.DataFrame
    region: Region
    start: date
    end: date
    quality: Quality
    source: SourceNote
    rules_digest: str
    inputs: Mapping[str, str]
    selection: tuple[str, ...] = field(default=())

    @property
    def n_events(self) -> int:
        """Number of events, rows weighted by `count`."""
        return int(self.events["count"].sum())

    def panel(self, freq: Freq = "day") -> xr.Dataset:
        """Return counts by time and district.

        Parameters
        ----------
        freq : "day", "week" (Monday to Sunday) or "month"; the coordinate is the first day of each.
            A panel holds the events that have a district and a date precise enough: for days the
            day itself, for weeks UCDP's precision 1 to 3, for months 1 to 4, placed by their first
            day.

        Returns
        -------
        xarray.Dataset
            Dims (time, district) over the whole span of the record. Integer variables with units
            and long names: attacks (initiated by militants), operations (by the state),
            foreign_state, other, unclear, and deaths_state, deaths_militant, deaths_civilian,
            deaths_unknown.
            Coordinates: days_observed (a period that is covered in part is shorter, and its counts
            are not those of a whole one), district_name, priogrid_gid (the PRIO-GRID cell of the
            centroid of the district), and month_id (ViEWS, months only). Attributes: n_used,
            n_dropped_imprecise, n_dropped_districtless, first_day, last_day, freq.

        Raises
        ------
        ValueError
            `freq` is something else.

        Examples
        --------
        >>> import tarazu as tz
        >>> panel = tz.load_record().panel("month")
        >>> dict(panel.sizes)
        {'time': 360, 'district': 29}
        >>> panel["attacks"].attrs["units"], int(panel["month_id"][0])
        ('events per month and district', 145)
        """
        return count_panel(self.events, self.region, self.start, self.end, freq)

    def sel(
        self,
        *,
        start: str | date | None = None,
        end: str | date | None = None,
        districts: str | Sequence[str] | None = None,
        groups: str | Sequence[str] | None = None,
    ) -> Record:
        """Return the part of a record between two days, in some districts, with some armed groups.

        Events are placed by their first day. With districts, the region has these only, so events
        without a district are left out and neighbours outside are not seen. With groups, the
        attacks and the operations that the source records with these groups remain. The quality
        report remains that of the whole record.

        Parameters
        ----------
        start, end : first and last day: a date, or "2015-06-30", "2015-06" or "2015".
        districts : names in any spelling, or slugs. groups : names as in the column ``group``.

        Raises
        ------
        ValueError
            A day outside the record, an unknown group (the nearest one is named), or no event is
            left.
        ScenarioError
            A district that the region does not have; the nearest one is named.
        TypeError
            A day or name of another type.

        Examples
        --------
        >>> import tarazu as tz
        >>> tz.load_record().sel(start="2010", districts=["Kech", "Panjgur"])
        <Record Balochistan, Pakistan, 2 of its districts, 2010–2021: 79 events
          ...
        """
        first = self.start if start is None else self._day("start", start, last=False)
        last = self.end if end is None else self._day("end", end, last=True)
        if first > last:
            raise ValueError(f"start is {first} and end is {last}; expected start before end")
        events, region, notes = self.events, self.region, list(self.selection)
        day = events["date"].to_numpy().astype("datetime64[D]")
        keep = (day >= np.datetime64(first, "D")) & (day <= np.datetime64(last, "D"))
        if (first, last) != (self.start, self.end):
            notes.append(f"{first} to {last}")
        if districts is not None:
            slugs = {find_district(region, name) for name in check_names("districts", districts)}
            region = region.part(slugs)
            keep &= events["district"].isin(slugs).to_numpy()
            if region is not self.region:
                notes.append(f"districts {', '.join(sorted(slugs))}")
        if groups is not None:
            chosen = sorted({self._group(name) for name in check_names("groups", groups)})
            keep &= events["group"].isin(chosen).to_numpy()
            notes.append(f"groups {', '.join(chosen)}")
        if not keep.any():
            chosen_parts = "; ".join(notes[len(self.selection) :])
            raise ValueError(f"no event is left of {self.n_events:,} ({chosen_parts})")
        if tuple(notes) == self.selection:
            return self
        return replace(
            self,
            events=events[keep].reset_index(drop=True),
            region=region,
            start=first,
            end=last,
            inputs={**self.inputs, "region": region.digest},
            selection=tuple(notes),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per event in plain columns, for csv, parquet and other programs.

        The columns of `events`, and year, month_id (ViEWS; where the date is not known to the
        month, missing) and district_name. Write it with ``to_csv(path, index=False)``.

        Examples
        --------
        >>> import tarazu as tz
        >>> frame = tz.load_record().to_frame()
        >>> frame.columns[1:6].tolist()
        ['date', 'date_precision', 'year', 'month_id', 'district']
        """
        events = self.events
        names = {district.slug: district.name for district in self.region.districts}
        month = pd.Series(
            month_id(events["date"].to_numpy().astype("datetime64[D]")), dtype="Int64"
        )
        frame = events.assign(
            year=events["date"].dt.year.astype("int64"),
            month_id=month.where(events["date_precision"].to_numpy() <= PRECISION["month"]),
            district_name=events["district"].map(names),
        )
        after = {"date_precision": ("year", "month_id"), "district": ("district_name",)}
        order = [name for column in EVENT_COLUMNS for name in (column, *after.get(column, ()))]
        return frame[order].reset_index(drop=True)

    def plot(self, kind: str | None = None) -> display.Picture:
        """Return a figure of the record, shown by a notebook as it is.

        Parameters
        ----------
        kind : "timeline" (events by year and initiator, the default), "deaths" (by year and side)
            or "map" (attacks by district, for a region with tiles).

        Raises
        ------
        ValueError
            There is no such figure.

        Examples
        --------
        >>> import tarazu as tz
        >>> tz.load_record().plot("map")
        <Figure 'Attacks by district, 1992–2021': ...>
        """
        return display.draw(self, kind)

    if not TYPE_CHECKING:  # a type checker would accept every name

        def __getattr__(self, name):
            if hasattr(type(self), name):  # a property that failed: its own error
                return object.__getattribute__(self, name)
            raise no_attribute(self, name, INSTEAD)

    def __repr__(self) -> str:
        chosen = f"\n  selection: {'; '.join(self.selection)}" if self.selection else ""
        return (
            f"<Record {self._title}: {self.n_events:,} events{chosen}\n"
            f"  {self._initiators()}\n"
            f"  source: {self.source.title}>"
        )

    def _repr_html_(self) -> str:
        note = f"<p>{escape('; '.join(self.selection))}</p>" if self.selection else ""
        words = (
            f"<p><b>{escape(self._title)}</b>: {self.n_events:,} events ({self._initiators()}). "
            f"{escape(self.source.title)}</p>{note}"
        )
        return display.html(self, words, self.quality._repr_html_())

    @property
    def _title(self) -> str:
        whole = self.region.title
        if any(note.startswith("districts ") for note in self.selection):
            n = len(self.region.districts)
            whole += f", {n} of its districts" if n > 1 else f", {self.region.districts[0].name}"
        return f"{whole}, {years(self.start.year, self.end.year)}"

    def _initiators(self) -> str:
        sums = self.events.groupby("initiator")["count"].sum()
        numbers = {name: int(sums.get(name, 0)) for name in INITIATORS}
        if not numbers["foreign_state"]:  # rare: named where there are any
            del numbers["foreign_state"]
        return ", ".join(f"{number:,} {name}" for name, number in numbers.items())

    def _day(self, name: str, value: str | date, *, last: bool) -> date:
        found = check_day(name, value, last=last)
        if not self.start <= found <= self.end:
            raise ValueError(
                f"{name} is {found}; expected a day of the record, {self.start} to {self.end}"
            )
        return found

    def _group(self, name: str) -> str:
        known = sorted(set(self.events["group"]) - {""})
        spelled: dict[str, str] = {group.casefold(): group for group in known}
        found = spelled.get(name.casefold())
        if found is None:
            shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
            raise ValueError(
                f"group {name!r} is not in the record; expected one of {shown or 'none'}."
                + did_you_mean(name, known)
            )
        return found
