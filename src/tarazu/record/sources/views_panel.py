"""Monthly panels on the PRIO-GRID, as VIEWS publishes them: counts by cell, no single events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import parse_code
from tarazu.core.tables.coded import Days
from tarazu.core.tables.columns import Columns
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import OUTSIDE, Gazetteer
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.dates_and_counts import parse_whole
from tarazu.record.sources.formats import FileHeader, Format

CELLS = ("priogrid_gid", "pg_id", "priogrid_id", "gid")
MONTHS = (("month_id",), ("year", "month"))
TYPES = ("sb", "ns", "os")  # state-based, non-state, one-sided
DEATHS = ("ged_{0}", "ged_{0}_best", "{0}_best", "ged_best_{0}", "ged_{0}_best_sum_nokgi")
EVENTS = ("ged_{0}_best_count_nokgi", "ged_count_{0}", "{0}_count")
ROWS, COLUMNS = 360, 720  # cells of half a degree, from the south-west corner of the world
FIRST_MONTH = np.datetime64("1980-01")  # VIEWS' month 1
LAST_MONTH = 1452  # December 2100
TITLE = "VIEWS / PRIO-GRID monthly panel of UCDP GED"
LICENCE = "CC BY 4.0 (UCDP GED); the terms of the panel's own source"
CITATIONS = (
    "Tollefsen, Andreas Forø, Håvard Strand, and Halvard Buhaug, 2012, 'PRIO-GRID: A unified "
    "spatial data structure', Journal of Peace Research 49(2), 363-374, "
    "doi:10.1177/0022343311431287",
    "Sundberg, Ralph, and Erik Melander, 2013, 'Introducing the UCDP Georeferenced Event Dataset', "
    "Journal of Peace Research 50(4), 523-532, doi:10.1177/0022343313484347",
)
NO_DEATHS = "no deaths in this cell and month"
ELSEWHERE = "cells whose middle lies in no district"


@dataclass(frozen=True)
class PanelFormat(Format):
    """A format whose columns have several names in use; one of each kind is needed."""

    def missing(self, header: FileHeader) -> list[str]:
        """Return the first name of each kind of column that a file lacks."""
        names = set(header.columns)
        lacks = [] if names & set(CELLS) else [CELLS[0]]
        if not any(names.issuperset(time) for time in MONTHS):
            lacks.append(MONTHS[0][0])
        if not names & {name for names in _counts(DEATHS).values() for name in names}:
            lacks.append(DEATHS[0].format(TYPES[0]))
        return lacks

    def observed(self, columns: Columns) -> tuple[date, date] | None:
        """Return the first day of the first month, and the last day of the last one."""
        found = super().observed(columns)
        if found is None:
            return None
        last_month = np.datetime64(found[1], "M")
        return found[0], ((last_month + 1).astype("datetime64[D]") - 1).item()


def read_panel(columns: Columns, gazetteer: Gazetteer, rules: RuleSet) -> SourceTable:
    """Return the cells and months with deaths that lie in the region, one row each.

    A cell is given to the district in which its middle lies; that needs boundaries, and cells of
    half a degree blur borders. Known are month and deaths, and the number of events where the
    panel has it (else a row counts as one). Not known, and so lost: the day, who initiated, the
    group, tactic and target. Deaths of one-sided violence are civilians, others of no known side.

    Raises
    ------
    DataError
        The region has no boundaries.
    """
    boundaries = gazetteer.region.boundaries
    if boundaries is None:
        raise DataError(
            "a panel has grid cells, not districts",
            file=columns.origin.files[0],
            column=_first(columns, CELLS),
            expected="boundaries of the districts",
            hint="Give them with --boundaries",
        )
    cell = columns.parse(_first(columns, CELLS), _parse_cell, 1, np.int64)
    distinct, place = np.unique(cell, return_inverse=True)
    has_district = [boundaries.locate(*middle(n)) is not None for n in distinct.tolist()]
    is_outside = columns.good & ~np.array(has_district, dtype=bool)[place]
    if is_outside.any():
        gazetteer.outside[ELSEWHERE] = int(is_outside.sum())
    events = _events(columns.drop(is_outside, OUTSIDE), cell[~is_outside])
    return events.drop(events.columns.good & events.zero_best, NO_DEATHS)


def middle(number: int) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a cell, degrees.

    Examples
    --------
    >>> middle(148759)
    (39.25, 13.25)
    """
    row, column = divmod(number - 1, COLUMNS)
    return column / 2 - 179.75, row / 2 - 89.75


def _events(columns: Columns, cell: NDArray[np.int64]) -> SourceTable:
    """Return the rows as months of violence, given the number of the cell of each, (N,)."""
    middles = np.array([middle(number) for number in cell.tolist()]).reshape(-1, 2)
    days = _days(columns)
    deaths, events = _values(columns, DEATHS), _values(columns, EVENTS)
    none, blank = columns.full(0), columns.full("")
    state_based, non_state, one_sided = (deaths.get(kind, none) for kind in TYPES)
    month = days.astype("datetime64[M]").astype(str)
    key = np.array([f"{number}-{m}" for number, m in zip(cell, month, strict=True)], dtype=object)
    _refuse_copies(columns, key)
    total = state_based + non_state + one_sided
    counted = np.maximum(sum(events.values(), start=none), 1)
    return SourceTable(
        columns=columns,
        event_id=key,
        first_day=days,
        date_precision=columns.full(4),
        district_name=blank,
        place_name=blank,
        location_precision=columns.full(1),
        lon=middles[:, 0],
        lat=middles[:, 1],
        violence=np.where(state_based > 0, 1, np.where(one_sided > 0, 3, 2)).astype(np.int64),
        government=np.where(state_based > 0, "home", "none").astype(object),
        group=blank,
        deaths_state=none,
        deaths_militant=none,
        deaths_civilian=one_sided,
        deaths_unknown=state_based + non_state,
        text=blank,
        source=blank,
        active_year=columns.full(True),
        zero_best=total == 0,
        count=counted,
    )


def _days(columns: Columns) -> Days:
    """Return the first day of each month."""
    if "month_id" in columns:
        month = columns.code("month_id", 1, LAST_MONTH)
        return (FIRST_MONTH + (month - 1)).astype("datetime64[D]")
    year, month = columns.code("year", 1946, 2100), columns.code("month", 1, 12)
    return ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")


def _refuse_copies(columns: Columns, key: NDArray[np.object_]) -> None:
    """Note a problem in every row whose cell and month stand in another row too."""
    names, place, counts = np.unique(key.astype(str), return_inverse=True, return_counts=True)
    columns.problem(
        columns.good & (counts[place] > 1),
        _first(columns, CELLS),
        lambda row: f"cell and month {names[place[row]]} stand in {counts[place[row]]} rows",
        "each cell once in a month",
    )


def _values(columns: Columns, patterns: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Return counts by type of violence, from the first column of each that the panel has."""
    found = {}
    for kind, names in _counts(patterns).items():
        name = next((name for name in names if name in columns), None)
        if name is not None:
            found[kind] = columns.parse(name, parse_whole, 0, np.int64)
    return found


def _counts(patterns: Sequence[str]) -> dict[str, list[str]]:
    return {kind: [pattern.format(kind) for pattern in patterns] for kind in TYPES}


def _first(columns: Columns, names: Sequence[str]) -> str:
    return next(name for name in names if name in columns)


def _parse_cell(value: str) -> int:
    return parse_code(value, 1, ROWS * COLUMNS)


VIEWS_PANEL = PanelFormat(
    name="views-panel",
    title=TITLE,
    licence=LICENCE,
    citations=CITATIONS,
    needed=(),
    optional=(
        *CELLS,
        *(name for time in MONTHS for name in time),
        *(
            name
            for patterns in (DEATHS, EVENTS)
            for names in _counts(patterns).values()
            for name in names
        ),
    ),
    read=read_panel,
    days=lambda columns: _days(columns),
    rules=SHIPPED_RULES.with_name("priogrid.toml"),
    scope="lethal events",
)
