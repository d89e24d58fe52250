"""The Global Terrorism Database (GTD): csv saved from its workbook."""

from __future__ import annotations

import re

import numpy as np

from tarazu.core.tables.cells import parse_code, parse_number
from tarazu.core.tables.columns import Columns, Days
from tarazu.record.build_record import SourceRows, SourceTable, problems_of
from tarazu.record.coding.rules import SHIPPED_RULES, CodedEvents, RuleSet
from tarazu.record.gazetteer import Gazetteer, Places
from tarazu.record.sources.dates_and_counts import parse_whole
from tarazu.record.sources.formats import Format
from tarazu.region import Region
from tarazu.region.region import fold

COLUMNS = (
    "eventid",
    "iyear",
    "imonth",
    "iday",
    "country_txt",
    "provstate",
    "city",
    "latitude",
    "longitude",
    "attacktype1_txt",
    "targtype1_txt",
    "gname",
    "nkill",
    "nkillter",
)
OPTIONAL = (
    "specificity",
    "suicide",
    "success",
    "doubtterr",
    "alternative_txt",
    "targsubtype1_txt",
    "weapsubtype1_txt",
    "summary",
    "scite1",
)
CODES = {  # what rules may name, and the column that it is
    "attack": "attacktype1_txt",
    "target": "targtype1_txt",
    "target_kind": "targsubtype1_txt",
    "weapon": "weapsubtype1_txt",
    "suicide": "suicide",
    "success": "success",
    "doubt": "doubtterr",
    "alternative": "alternative_txt",
}
TITLE = "Global Terrorism Database (GTD)"
LICENCE = "GTD end user licence agreement: your own copy, attribution, no sharing of the rows"
CITATIONS = (
    "LaFree, Gary, and Laura Dugan, 2007, 'Introducing the Global Terrorism Database', "
    "Terrorism and Political Violence 19(2), 181-204, doi:10.1080/09546550701246817",
    "START (National Consortium for the Study of Terrorism and Responses to Terrorism), Global "
    "Terrorism Database, University of Maryland, https://www.start.umd.edu/gtd",
)
# GTD's specificity: 1 the town, 2 and 3 the middle of the smallest known area, 4 of a province.
PRECISION = {1: 1, 2: 2, 3: 2, 4: 4, 5: 6}
NOBODY = frozenset({"", "unknown"})
SHORT = re.compile(r".+ \(([A-Za-z-]{2,10})\)")  # "Baloch Republican Army (BRA)"


def read_gtd(columns: Columns, region: Region, rules: RuleSet) -> SourceTable:
    """Return the attacks of GTD that lie in the region.

    GTD holds attacks by non-state actors only, so operations of a state are not in it. It has no
    district: an attack is placed by its point (which needs boundaries), or by its city where that
    bears the name of a district. Deaths other than the attackers' are of no known side; a number
    that GTD does not know counts as 0. Month or day 0 mean that they are not known.
    """
    inside, outside = Gazetteer(region).inside(columns, "country_txt", "provstate", "city")
    rows_read = columns.rows_read
    here = columns.take(inside)
    rows = _events(here, region)
    return SourceTable(
        rows=rows.take(here.good), rows_read=rows_read, outside=outside, problems=problems_of(here)
    )


def _events(columns: Columns, region: Region) -> SourceRows:
    """Return all rows as events; those with problems are noted in `columns`."""
    event_id = columns.key("eventid")
    days, precision = _days(columns)
    killed, attackers = (columns.parse(n, parse_whole, 0, np.int64) for n in ("nkill", "nkillter"))
    is_known = columns.text("nkill") != ""
    columns.problem(
        columns.good & is_known & (attackers > killed),
        "nkillter",
        lambda row: f"{attackers[row]} attackers died but only {killed[row]} people",
        "no more than nkill",
    )
    killed = np.maximum(killed, attackers)
    city = columns.text("city")
    known = region.names()
    where = Places(
        district=np.array([name if fold(name) in known else "" for name in city], dtype=object),
        place=city,
        precision=_precision(columns),
        lon=columns.parse("longitude", lambda v: _degrees(v, 180), np.nan, np.float64),
        lat=columns.parse("latitude", lambda v: _degrees(v, 90), np.nan, np.float64),
    )
    none = np.zeros(len(columns), dtype=np.int64)
    facts = CodedEvents(
        violence=np.where(_is_on_state(columns), 1, 3).astype(np.int64),
        government=np.full(len(columns), "home", dtype=object),
        group=np.array([_group(name) for name in columns.text("gname")], dtype=object),
        state=none,
        militant=attackers,
        civilian=none,
        unknown=killed - attackers,
        text=columns.text_or_empty("summary"),
        source=columns.text_or_empty("scite1"),
        codes={name: columns.text_or_empty(column) for name, column in CODES.items()},
    )
    columns.refuse_copies("eventid")
    return SourceRows(
        origin=columns.origin,
        event_id=event_id,
        first_day=days,
        date_precision=precision,
        where=where,
        facts=facts,
        active_year=np.ones(len(columns), dtype=bool),
        zero_best=killed == 0,
        count=np.ones(len(columns), dtype=np.int64),
    )


def _days(columns: Columns) -> tuple[Days, np.ndarray]:
    """Return the first day that each attack may be of, and UCDP's code of its precision."""
    year = columns.code("iyear", 1900, 2100)
    month, day = columns.code("imonth", 0, 12), columns.code("iday", 0, 31)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    first_day = (first + np.maximum(month - 1, 0)).astype("datetime64[D]") + np.maximum(day - 1, 0)
    is_real = first_day.astype("datetime64[M]") == first + np.maximum(month - 1, 0)
    columns.problem(
        columns.good & ~is_real,
        "iday",
        lambda row: f"month {month[row]} of {year[row]} has no day {day[row]}",
        "a day of the calendar, or 0",
    )
    columns.problem(
        columns.good & (month == 0) & (day > 0),
        "iday",
        lambda row: f"the day is {day[row]} of an unknown month",
        "0 where imonth is 0",
    )
    return first_day, np.where(month == 0, 5, np.where(day == 0, 4, 1))


def _precision(columns: Columns) -> np.ndarray:
    if "specificity" not in columns:
        return np.full(len(columns), 1)
    return columns.parse("specificity", _parse_specificity, 4, np.int64)


def _parse_specificity(value: str) -> int:
    """Return UCDP's code; 4, wider than a district, where GTD says nothing."""
    return PRECISION[parse_code(str(parse_whole(value)), 1, 5)] if value else 4


def _degrees(value: str, limit: float) -> float:
    return parse_number(value, -limit, limit) if value else float("nan")


def _is_on_state(columns: Columns) -> np.ndarray:
    return np.isin(columns.text("targtype1_txt").astype(str), ("Military", "Police"))


def _group(name: str) -> str:
    if name.casefold() in NOBODY:
        return ""
    match = SHORT.fullmatch(name)
    return match[1] if match else name


GTD = Format(
    name="gtd",
    title=TITLE,
    licence=LICENCE,
    citations=CITATIONS,
    needed=COLUMNS,
    optional=OPTIONAL,
    read=read_gtd,
    rules=SHIPPED_RULES.with_name("gtd.toml"),
)
