"""Any csv file of events, read by a mapping."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from datetime import date, datetime
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.core.specs import read_entries, read_toml
from tarazu.core.specs.kinds import expecting
from tarazu.core.tables.cells import FIRST_YEAR, LAST_YEAR, NO_DAY, CellError, parse_code, shorten
from tarazu.core.tables.coded import Days, Texts
from tarazu.core.tables.columns import Columns
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import Gazetteer, finest_known
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.dates_and_counts import days_of_parts, parse_whole
from tarazu.record.sources.formats import Format
from tarazu.record.sources.mapping import Mapping

NO_EVENT = "a count of 0 events"
DateParser = Callable[[str], tuple[date, int]]
Entries = AnyMapping[str, object]
OTHERS = "*"  # every value that is not listed
SIDES = ("deaths_state", "deaths_militant", "deaths_civilian", "deaths_unknown")


def mapping_format(source: Path | Entries) -> Format:
    """Return the format that a mapping describes.

    Parameters
    ----------
    source : a TOML file, or its content as a dictionary.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The mapping cannot be used: every misspelled key with the nearest one.
    """
    if isinstance(source, Path):
        path = source
        with expecting("mapping", path):
            mapping = read_toml(path, Mapping)
    else:
        path = Path("mapping")
        mapping = read_entries(source, Mapping, path)
    names = mapping.columns
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
        days=lambda columns: _dates(columns, mapping)[0],
        location=(names.country, names.province, names.district) if names.country else None,
        containers=("csv", "json"),
        rules=rules,
    )


def _read(
    columns: Columns, gazetteer: Gazetteer, rules: RuleSet, *, mapping: Mapping
) -> SourceTable:
    """Return the events of a file; without a column of the country, all rows."""
    names, values = mapping.columns, mapping.values
    if names.event_id:
        columns = columns.drop_copies(names.event_id)
    count = columns.full(1)
    if names.count:
        count = columns.parse(names.count, parse_whole, 0, np.int64)
        columns, count = columns.drop(count == 0, NO_EVENT), count[count > 0]
    event_id = columns.key(names.event_id) if names.event_id else columns.full("")
    days, precision = _dates(columns, mapping)
    deaths = _deaths(columns, mapping)
    total = np.stack(list(deaths.values())).sum(axis=0)
    counts_deaths = any(getattr(names, name) for name in ("deaths", *SIDES))
    coded = {
        key: _meanings(columns, getattr(names, key), getattr(values, key), "")
        for key in ("initiator", "tactic", "target")
    }
    units = [columns.text_or_empty(name) for name in (names.district, names.province)]
    district_name, location_precision = finest_known(
        gazetteer.region, units, _location_precision(columns, names.place_precision)
    )
    lon, lat = columns.degrees(names.longitude, 180), columns.degrees(names.latitude, 90)
    if names.event_id:
        columns.refuse_copies(names.event_id)
    return SourceTable(
        columns=columns,
        event_id=event_id,
        first_day=days,
        date_precision=precision,
        district_name=district_name,
        place_name=columns.text_or_empty(names.place),
        location_precision=location_precision,
        lon=lon,
        lat=lat,
        violence=columns.full(1),
        government=columns.full("home"),
        group=columns.text_or_empty(names.group),
        **deaths,
        text=columns.text_or_empty(names.text),
        source=columns.text_or_empty(names.source),
        active_year=columns.full(True),
        zero_best=columns.full(counts_deaths) & (total == 0),
        count=count,
        codes={**{key: columns.text(name) for key, name in mapping.codes.items()}, **coded},
    )


def _dates(columns: Columns, mapping: Mapping) -> tuple[Days, NDArray[np.int64]]:
    """Return first days and their precision: of the form, or of the column if that is coarser."""
    name = mapping.columns.date
    if not name:
        year, month, day = (getattr(mapping.columns, part) for part in ("year", "month", "day"))
        return days_of_parts(columns, year, month, day)
    _remark_two_readings(columns, name, mapping.dates)
    parse = _parser_of_dates(mapping.dates)
    days = columns.parse(name, lambda v: parse(v)[0], NO_DAY, "datetime64[D]")
    codes = columns.parse(name, lambda v: _quietly(parse, v), 1, np.int64)
    if mapping.columns.date_precision:
        column, meanings = mapping.columns.date_precision, mapping.values.date_precision
        if meanings:
            given = _meanings(columns, column, meanings, 1).astype(np.int64)
        else:
            given = columns.code(column, 1, 5)
        codes = np.maximum(codes, given)
    return days, codes


def _remark_two_readings(columns: Columns, name: str, forms: dict[str, int]) -> None:
    """Count the rows whose date is another day under another form."""
    parsers = {form: _parser_of_dates({form: precision}) for form, precision in forms.items()}
    for first, second in combinations(parsers, 2):
        differ = partial(_differ, one=parsers[first], other=parsers[second])
        rows = columns.parse(name, differ, False, bool)
        columns.remark(rows, f"date fits {first} and {second}; read as the first of them")


def _differ(value: str, one: DateParser, other: DateParser) -> bool:
    try:
        return one(value)[0] != other(value)[0]
    except CellError:
        return False


def _parser_of_dates(forms: dict[str, int]) -> DateParser:
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


def _quietly(parse: DateParser, value: str) -> int:
    """Return the precision of a date; its problem was noted with the day."""
    try:
        return parse(value)[1]
    except CellError:
        return 1


def _deaths(columns: Columns, mapping: Mapping) -> dict[str, NDArray[np.int64]]:
    """Return deaths by side; of a total, what no side accounts for is of no known side."""
    names = mapping.columns
    parse = parse_whole if mapping.missing_deaths == "zero" else _parse_given
    by_side = {side: columns.full(0) for side in SIDES}
    for side in SIDES:
        if name := getattr(names, side):
            by_side[side] = columns.parse(name, parse, 0, np.int64)
    if names.deaths:
        total = columns.parse(names.deaths, parse, 0, np.int64)
        known = sum(by_side.values(), start=columns.full(0))
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
        raise CellError("the cell is empty", "a number; or set missing_deaths = 'zero'")
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


def _location_precision(columns: Columns, name: str) -> NDArray[np.int64]:
    """Return UCDP's code of the precision of the location; 1, exact, without a column."""
    if not name:
        return columns.full(1)
    return columns.parse(name, lambda value: parse_code(value, 1, 7), 1, np.int64)
