"""Any csv file of events, read as a mapping says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.core.specs import read_toml
from tarazu.core.tables.cells import FIRST_YEAR, LAST_YEAR, CellError, parse_code, parse_number
from tarazu.core.tables.columns import Coded, Columns, Days, Texts
from tarazu.core.tables.csv_rows import shorten
from tarazu.record.build_record import SourceRows, SourceTable, problems_of
from tarazu.record.coding.rules import SHIPPED_RULES, CodedEvents, RuleSet
from tarazu.record.gazetteer import Gazetteer, Places
from tarazu.record.sources.dates_and_counts import parse_whole
from tarazu.record.sources.formats import Format
from tarazu.record.sources.mapping import NOTHING, Mapping
from tarazu.region import Region

OTHERS = "*"  # every value that is not listed
SIDES = ("deaths_state", "deaths_militant", "deaths_civilian", "deaths_unknown")


def mapping_format(path: Path) -> Format:
    """Return the format that a mapping describes.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The mapping cannot be used: every misspelled key with the nearest one.
    """
    path = Path(path)
    mapping = read_toml(path, Mapping)
    rules = SHIPPED_RULES.with_name("mapping.toml")
    if mapping.rules is not None:
        rules = path.parent / mapping.rules
        if not rules.is_file():
            raise ScenarioError(
                f"{mapping.rules!r} does not exist",
                file=path,
                key="rules",
                expected="a file of rules beside the mapping",
            )
    return Format(
        name=mapping.name,
        title=mapping.title,
        licence=mapping.licence,
        citations=tuple(mapping.citations),
        needed=mapping.names(),
        read=partial(_read, mapping=mapping),
        containers=("csv", "json"),
        rules=rules,
    )


def _read(columns: Columns, region: Region, rules: RuleSet, *, mapping: Mapping) -> SourceTable:
    """Return the events of a file that lie in the region; without a country, all of them."""
    names = mapping.columns
    blank = Coded(np.zeros(len(columns), dtype=np.int32), [""])
    columns = Columns(columns.origin, {**columns.cells, NOTHING: blank}, columns.broken)
    rows_read = columns.rows_read
    outside: dict[str, int] = {}
    if names.country:
        inside, places = Gazetteer(region).inside(
            columns, names.country, names.province, names.district
        )
        columns, outside = columns.take(inside), dict(places)
    rows = _events(columns, mapping)
    return SourceTable(
        rows=rows.take(columns.good),
        rows_read=rows_read,
        outside=outside,
        problems=problems_of(columns),
    )


def _events(columns: Columns, mapping: Mapping) -> SourceRows:
    """Return all rows as events; those with problems are noted in `columns`."""
    names, values = mapping.columns, mapping.values
    size = len(columns)
    event_id = columns.key(names.event_id) if names.event_id else columns.text(NOTHING)
    days, precision = _dates(columns, mapping)
    deaths = _deaths(columns, mapping)
    total = np.stack(list(deaths.values())).sum(axis=0)
    counts_deaths = any(getattr(names, name) for name in ("deaths", *SIDES))
    coded = {
        key: _meanings(columns, getattr(names, key), getattr(values, key), "")
        for key in ("initiator", "tactic", "target")
    }
    facts = CodedEvents(
        violence=np.ones(size, dtype=np.int64),
        government=np.full(size, "home", dtype=object),
        group=columns.text(names.group),
        state=deaths["deaths_state"],
        militant=deaths["deaths_militant"],
        civilian=deaths["deaths_civilian"],
        unknown=deaths["deaths_unknown"],
        text=columns.text(names.text),
        source=columns.text(names.source),
        codes={**{key: columns.text(name) for key, name in mapping.codes.items()}, **coded},
    )
    where = Places(
        district=columns.text(names.district),
        place=columns.text(names.place),
        precision=_place_precision(columns, names.place_precision),
        lon=_degrees(columns, names.longitude, 180),
        lat=_degrees(columns, names.latitude, 90),
    )
    if names.event_id:
        columns.refuse_copies(names.event_id)
    return SourceRows(
        origin=columns.origin,
        event_id=event_id,
        first_day=days,
        date_precision=precision,
        where=where,
        facts=facts,
        active_year=np.ones(size, dtype=bool),
        zero_best=np.full(size, counts_deaths) & (total == 0),
        count=np.ones(size, dtype=np.int64),
    )


def _dates(columns: Columns, mapping: Mapping) -> tuple[Days, NDArray[np.int64]]:
    """Return first days and their precision: of the form, or of the column if that is coarser."""
    name = mapping.columns.date
    parse = _parser_of_dates(mapping.dates)
    days = columns.parse(name, lambda v: parse(v)[0], date(LAST_YEAR, 1, 1), "datetime64[D]")
    codes = columns.parse(name, lambda v: _quietly(parse, v), 1, np.int64)
    if mapping.columns.date_precision:
        column, meanings = mapping.columns.date_precision, mapping.values.date_precision
        if meanings:
            given = _meanings(columns, column, meanings, 1).astype(np.int64)
        else:
            given = columns.code(column, 1, 5)
        codes = np.maximum(codes, given)
    return days, codes


def _parser_of_dates(forms: dict[str, int]) -> Callable[[str], tuple[date, int]]:
    """Return what makes a day and its precision of a cell: the first form that fits."""

    def parse(value: str) -> tuple[date, int]:
        for form, precision in forms.items():
            try:
                found = datetime.strptime(value, form).date()  # noqa: DTZ007 -- a day has no zone
            except ValueError:
                continue
            if FIRST_YEAR <= found.year <= LAST_YEAR:
                return found, precision
        expected = f"a day, {FIRST_YEAR} to {LAST_YEAR}, as {' or '.join(forms)}"
        raise CellError(f"{shorten(value)} is not a date", expected)

    return parse


def _quietly(parse: Callable[[str], tuple[date, int]], value: str) -> int:
    """Return the precision of a date; its problem was noted with the day."""
    try:
        return parse(value)[1]
    except CellError:
        return 1


def _deaths(columns: Columns, mapping: Mapping) -> dict[str, NDArray[np.int64]]:
    """Return deaths by side; of a total, what no side accounts for is of no known side."""
    names = mapping.columns
    parse = parse_whole if mapping.missing_deaths == "zero" else _parse_given
    by_side = {side: np.zeros(len(columns), dtype=np.int64) for side in SIDES}
    for side in SIDES:
        if name := getattr(names, side):
            by_side[side] = columns.parse(name, parse, 0, np.int64)
    if names.deaths:
        total = columns.parse(names.deaths, parse, 0, np.int64)
        known = sum(by_side.values(), start=np.zeros(len(columns), dtype=np.int64))
        columns.problem(
            columns.good & (known > total),
            names.deaths,
            lambda row: f"the total is {total[row]} but the sides make {known[row]}",
            "a total no less than the deaths by side",
        )
        by_side["deaths_unknown"] = by_side["deaths_unknown"] + np.maximum(total - known, 0)
    return by_side


def _parse_given(value: str) -> int:
    if not value:
        raise CellError("the cell is empty", "a number; or say missing_deaths = 'zero'")
    return parse_whole(value)


def _meanings(columns: Columns, name: str, meanings: dict[str, Any], blank: object) -> Texts:
    """Return what the values of a column mean; one that is not listed is a problem."""
    if not name:
        return np.full(len(columns), blank, dtype=object)
    known = {value.casefold(): meaning for value, meaning in meanings.items()}

    def parse(value: str) -> object:
        meaning = known.get(value.casefold(), known.get(OTHERS))
        if meaning is None:
            listed = ", ".join(shorten(value) for value in meanings)
            hint = f"one of {listed}; the mapping can list it, or all others as '{OTHERS}'"
            raise CellError(f"{shorten(value)} has no meaning", hint)
        return meaning

    return columns.parse(name, parse, next(iter(known.values())), object)


def _place_precision(columns: Columns, name: str) -> NDArray[np.int64]:
    """Return UCDP's code of the precision of places; 1, exact, where there is no column."""
    if not name:
        return np.ones(len(columns), dtype=np.int64)
    return columns.parse(name, lambda value: parse_code(value, 1, 7), 1, np.int64)


def _degrees(columns: Columns, name: str, limit: float) -> NDArray[np.float64]:
    """Return coordinates, NaN where there are none."""

    def parse(value: str) -> float:
        return parse_number(value, -limit, limit) if value else float("nan")

    return columns.parse(name, parse, float("nan"), np.float64)
