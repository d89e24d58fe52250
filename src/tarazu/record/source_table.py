"""Events of one source in the shape of all sources, before they are placed and classified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from tarazu.core.tables.coded import Days, Joined, Mask, Texts
from tarazu.core.tables.columns import Columns


@dataclass(frozen=True)
class SourceTable:
    """Events of one source, (N,) each, one per row of `columns`.

    Rows with problems in `columns` hold stand-ins; they are left out before anything is used.

    Attributes
    ----------
    columns : the rows of the file, with their problems and the account of the rows left out.
    event_id : unique, or "" where the source has no ids.
    first_day : datetime64[D]. date_precision : UCDP's code, 1 the day is known, 2 to 3 the week,
        4 the month, 5 the year.
    district_name, place_name : as the source names them, "" without one.
    location_precision : UCDP's where_prec, 1 to 7.
    lon, lat : degrees, NaN where not known.
    violence : UCDP's type, 1 to 3. government : "home", "foreign" or "none".
    group : armed group of the event, "" if none.
    deaths_state, deaths_militant, deaths_civilian, deaths_unknown : best estimates, >= 0.
    text : source and headline. source : the source alone, where sites are looked for.
    active_year : the dyad reached 25 deaths in this year; True where the source has no such rule.
    zero_best : nobody died by the best estimate.
    count : events that the row stands for, >= 1; deaths are their total.
    codes : further columns of the source that rules may name, by name.
    """

    columns: Columns
    event_id: Texts
    first_day: Days
    date_precision: NDArray[np.int64]
    district_name: Texts
    place_name: Texts
    location_precision: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    violence: NDArray[np.int64]
    government: Texts
    group: Texts
    deaths_state: NDArray[np.int64]
    deaths_militant: NDArray[np.int64]
    deaths_civilian: NDArray[np.int64]
    deaths_unknown: NDArray[np.int64]
    text: Texts | Joined
    source: Texts | Joined
    active_year: Mask
    zero_best: Mask
    count: NDArray[np.int64]
    codes: Mapping[str, Texts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns)

    def drop(self, rows: Mask, reason: str) -> SourceTable:
        """Return the table without these rows, (N,), counted under the reason."""
        return replace(self._take(~rows), columns=self.columns.drop(rows, reason))

    def good(self) -> SourceTable:
        """Return the events without problems."""
        rows = self.columns.good
        return replace(self._take(rows), columns=self.columns.take(rows))

    def _take(self, rows: Mask) -> SourceTable:
        if rows.all():
            return self
        names = [entry.name for entry in fields(self) if entry.name not in ("columns", "codes")]
        arrays = {name: getattr(self, name)[rows] for name in names}
        return replace(self, **arrays, codes={name: c[rows] for name, c in self.codes.items()})
