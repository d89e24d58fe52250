"""The Global Terrorism Database (GTD): csv saved from its workbook."""

from __future__ import annotations

import re

import numpy as np

from tarazu.core.tables.cells import parse_code
from tarazu.core.tables.columns import Columns
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.dates_and_counts import days_of_parts, parse_whole
from tarazu.record.sources.formats import Format

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


def read_gtd(columns: Columns, gazetteer: Gazetteer, rules: RuleSet) -> SourceTable:
    """Return the attacks of GTD.

    GTD holds attacks by non-state actors only, so operations of a state are not in it. It has no
    district: an attack is placed by its point (which needs boundaries), or by its city where that
    bears the name of a district. Deaths other than the attackers' are of no known side; a number
    that GTD does not know counts as 0. Month or day 0 mean that they are not known.
    """
    columns = columns.drop_copies("eventid")
    event_id = columns.key("eventid")
    days, precision = days_of_parts(columns, "iyear", "imonth", "iday")
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
    find = gazetteer.region.lookup
    location_precision = _location_precision(columns)
    lon, lat = columns.degrees("longitude", 180), columns.degrees("latitude", 90)
    columns.refuse_copies("eventid")
    return SourceTable(
        columns=columns,
        event_id=event_id,
        first_day=days,
        date_precision=precision,
        district_name=np.array([name if find(name) else "" for name in city], dtype=object),
        place_name=city,
        location_precision=location_precision,
        lon=lon,
        lat=lat,
        violence=np.where(_is_on_state(columns), 1, 3).astype(np.int64),
        government=columns.full("home"),
        group=np.array([_group(name) for name in columns.text("gname")], dtype=object),
        deaths_state=columns.full(0),
        deaths_militant=attackers,
        deaths_civilian=columns.full(0),
        deaths_unknown=killed - attackers,
        text=columns.text_or_empty("summary"),
        source=columns.text_or_empty("scite1"),
        active_year=columns.full(True),
        zero_best=killed == 0,
        count=columns.full(1),
        codes={name: columns.text_or_empty(column) for name, column in CODES.items()},
    )


def _location_precision(columns: Columns) -> np.ndarray:
    if "specificity" not in columns:
        return columns.full(1)
    return columns.parse("specificity", _parse_specificity, 4, np.int64)


def _parse_specificity(value: str) -> int:
    """Return UCDP's code; 4, wider than a district, where the cell is empty."""
    return PRECISION[parse_code(str(parse_whole(value)), 1, 5)] if value else 4


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
    location=("country_txt", "provstate", "city"),
    rules=SHIPPED_RULES.with_name("gtd.toml"),
)
