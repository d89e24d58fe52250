"""Armed Conflict Location & Event Data (ACLED): csv exports, with numeric or text actor types."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.tables.cells import NO_DAY, CellError, shorten
from tarazu.core.tables.coded import Days, Mask, Texts
from tarazu.core.tables.columns import Columns
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import Gazetteer, finest_known
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.dates_and_counts import parse_spelled_day, parse_whole
from tarazu.record.sources.formats import Format

COLUMNS = (
    "event_id_cnty",
    "event_date",
    "time_precision",
    "event_type",
    "sub_event_type",
    "actor1",
    "inter1",
    "actor2",
    "inter2",
    "country",
    "admin1",
    "admin2",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "fatalities",
)
ACTOR_COLUMNS = ("actor1", "inter1", "actor2", "inter2")
OPTIONAL = ("admin3", "notes", "source")
TITLE = "Armed Conflict Location & Event Data (ACLED)"
LICENCE = "ACLED terms of use: your own account, attribution, no sharing of the rows"
CITATIONS = (
    "Raleigh, Clionadh, Andrew Linke, Håvard Hegre, and Joakim Karlsen, 2010, 'Introducing ACLED: "
    "An Armed Conflict Location and Event Dataset', Journal of Peace Research 47(5), 651-660, "
    "doi:10.1177/0022343310378914",
)
ACTORS = {  # ACLED's numbers up to 2024, its words since: one name for each
    "": "none",
    "0": "none",
    "1": "state",
    "2": "rebel",
    "3": "militia",
    "4": "identity",
    "5": "rioters",
    "6": "protesters",
    "7": "civilians",
    "8": "external",
    "state forces": "state",
    "rebel group": "rebel",
    "rebel groups": "rebel",
    "rebel forces": "rebel",
    "political militia": "militia",
    "political militias": "militia",
    "identity militia": "identity",
    "identity militias": "identity",
    "communal militia": "identity",
    "communal militias": "identity",
    "rioters": "rioters",
    "protesters": "protesters",
    "protestors": "protesters",
    "civilians": "civilians",
    "external/other forces": "external",
    "other forces": "external",
}
ARMED = ("rebel", "militia", "identity")  # organised armed groups that are not a state
BATTLES, EXPLOSIONS, CIVILIANS = "battles", "explosions", "violence against civilians"
VIOLENT = {
    "battles": BATTLES,
    "explosions/remote violence": EXPLOSIONS,
    "remote violence": EXPLOSIONS,
    "violence against civilians": CIVILIANS,
}
PEACEFUL = frozenset({"protests", "riots", "riots/protests", "strategic developments"})
EXCESSIVE_FORCE = "excessive force against protesters"  # a protest that became violence by a side
DATE_PRECISION = np.array([0, 1, 3, 4])  # ACLED's 1 day, 2 week, 3 month as UCDP's codes
LOCATION_PRECISION = np.array([0, 1, 2, 4])  # ACLED's 1 town, 2 part of a region, 3 a wider region
SHORT = re.compile(r"([A-Z][A-Za-z-]{1,9}): .+")  # "BLA: Baloch Liberation Army"


def read_acled(columns: Columns, gazetteer: Gazetteer, rules: RuleSet) -> SourceTable:
    """Return the violent events of an ACLED export.

    Protests, riots and strategic developments are dropped and counted, except excessive force
    against protesters. ACLED gives one number of deaths: those of violence against civilians are
    civilians, all others are of no known side. Its order of actors does not show who began
    an armed clash; see the rules.
    """
    columns = _drop_peaceful(columns).drop_copies("event_id_cnty")
    _refuse_one_row_for_each_actor(columns)
    event_id = columns.key("event_id_cnty")
    kind = columns.parse("event_type", _parse_kind, BATTLES, object)
    sub_kind = _folded(columns.text("sub_event_type"))
    kind = np.where(sub_kind == EXCESSIVE_FORCE, CIVILIANS, kind)
    first, second = (columns.parse(f"inter{n}", _parse_actor, "none", object) for n in (1, 2))
    days = _days(columns)
    deaths = columns.parse("fatalities", parse_whole, 0, np.int64)
    against_civilians = kind == CIVILIANS
    levels = ("admin2", "admin3", "admin1")
    district_name, location_precision = finest_known(
        gazetteer.region,
        [columns.text(level) for level in levels if level in columns],
        LOCATION_PRECISION[columns.code("geo_precision", 1, 3)],
    )
    lon, lat = columns.number("longitude", -180, 180), columns.number("latitude", -90, 90)
    date_precision = DATE_PRECISION[columns.code("time_precision", 1, 3)]
    columns.refuse_copies("event_id_cnty")
    return SourceTable(
        columns=columns,
        event_id=event_id,
        first_day=days,
        date_precision=date_precision,
        district_name=district_name,
        place_name=columns.text("location"),
        location_precision=location_precision,
        lon=lon,
        lat=lat,
        violence=_violence(first, second, against_civilians),
        government=_government(first, second),
        group=_groups(columns, first, second),
        deaths_state=columns.full(0),
        deaths_militant=columns.full(0),
        deaths_civilian=np.where(against_civilians, deaths, 0),
        deaths_unknown=np.where(against_civilians, 0, deaths),
        text=columns.text_or_empty("notes"),
        source=columns.text_or_empty("source"),
        active_year=columns.full(True),
        zero_best=deaths == 0,
        count=columns.full(1),
        codes={"event": kind, "sub_event": sub_kind, "actor1": first, "actor2": second},
    )


def _days(columns: Columns) -> Days:
    return columns.parse("event_date", parse_spelled_day, NO_DAY, "datetime64[D]")


def _refuse_one_row_for_each_actor(columns: Columns) -> None:
    """Raise a DataError if most events stand in two rows that differ in nothing but the actors."""
    ids = columns.cells["event_id_cnty"].codes
    order = np.argsort(ids, kind="stable")
    alike = np.ones(max(len(ids) - 1, 0), dtype=bool)
    for name, cells in columns.cells.items():
        if name not in ACTOR_COLUMNS:
            codes = cells.codes[order]
            alike &= codes[1:] == codes[:-1]
    if 2 * 2 * alike.sum() <= len(ids):
        return
    row = int(order[np.argmax(alike) + 1])
    raise columns.origin.problem(
        row,
        "actor1",
        str(columns.text("actor1")[row]),
        f"the export has one row for each actor: {alike.sum():,} events stand in two rows",
        "one row for each event",
        "Export dyadic rows, or undo acled_transform_longer (monadic) with acled_transform_wider",
    )


def _drop_peaceful(columns: Columns) -> Columns:
    """Return the events of organised violence; the others are counted by type."""
    kinds = columns.text("event_type")
    is_excessive = _folded(columns.text("sub_event_type")) == EXCESSIVE_FORCE
    is_peaceful = pd.Series(_folded(kinds)).isin(PEACEFUL).to_numpy() & ~is_excessive
    return columns.drop(is_peaceful, lambda row: f"no organised violence: {kinds[row]}")


def _parse_kind(value: str) -> str:
    folded = value.casefold()
    if folded in PEACEFUL:  # only those with excessive force are left
        return CIVILIANS
    if folded.startswith("battle"):  # "Battle-No change of territory", before 2019
        return BATTLES
    if folded not in VIOLENT:
        raise CellError(f"{shorten(value)} is not an event type of ACLED", "Battles, for example")
    return VIOLENT[folded]


def _parse_actor(value: str) -> str:
    name = ACTORS.get(value.casefold().removesuffix(".0"))
    if name is None:
        expected = "a code from 0 to 8, or a name such as State forces"
        raise CellError(f"{shorten(value)} is not a type of actor", expected)
    return name


def _violence(first: Texts, second: Texts, against_civilians: Mask) -> NDArray[np.int64]:
    """Return UCDP's type of violence: 3 against civilians, 1 with a state, 2 without one."""
    states = np.isin(first.astype(str), ("state", "external"))
    states |= np.isin(second.astype(str), ("state", "external"))
    return np.where(against_civilians, 3, np.where(states, 1, 2)).astype(np.int64)


def _government(first: Texts, second: Texts) -> Texts:
    home = (first == "state") | (second == "state")
    foreign = (first == "external") | (second == "external")
    return np.where(home, "home", np.where(foreign, "foreign", "none")).astype(object)


def _groups(columns: Columns, first: Texts, second: Texts) -> Texts:
    """Return the armed group of each event, the first actor's if both are; "" if neither is."""
    names = [columns.text(f"actor{n}") for n in (1, 2)]
    is_first = np.isin(first.astype(str), ARMED)
    is_second = np.isin(second.astype(str), ARMED)
    group = np.where(is_first, names[0], np.where(is_second, names[1], ""))
    short = [match[1] if (match := SHORT.fullmatch(name)) else name for name in group]
    return np.array(short, dtype=object)


def _folded(texts: Texts) -> Texts:
    return np.array([text.casefold() for text in texts], dtype=object)


ACLED = Format(
    name="acled",
    title=TITLE,
    licence=LICENCE,
    citations=CITATIONS,
    needed=COLUMNS,
    optional=OPTIONAL,
    read=read_acled,
    location=("country", "admin1", "admin2"),
    days=_days,
    rules=SHIPPED_RULES.with_name("acled.toml"),
    marked=True,
)
