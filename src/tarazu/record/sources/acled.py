"""Armed Conflict Location & Event Data (ACLED): csv exports, with numeric or text actor types."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.tables.cells import CellError
from tarazu.core.tables.columns import Columns, Mask, Texts
from tarazu.core.tables.csv_rows import shorten
from tarazu.record.build_record import SourceRows, SourceTable, problems_of
from tarazu.record.coding.rules import SHIPPED_RULES, CodedEvents, RuleSet
from tarazu.record.gazetteer import Gazetteer, Places
from tarazu.record.sources.dates_and_counts import parse_spelled_day, parse_whole
from tarazu.record.sources.formats import Format
from tarazu.region import Region
from tarazu.region.region import fold

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
ARMED = ("rebel", "militia", "identity")  # organised armed groups that are no state
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
PLACE_PRECISION = np.array([0, 1, 2, 4])  # ACLED's 1 town, 2 part of a region, 3 a wider region
SHORT = re.compile(r"([A-Z][A-Za-z-]{1,9}): .+")  # "BLA: Baloch Liberation Army"


def read_acled(columns: Columns, region: Region, rules: RuleSet) -> SourceTable:
    """Return the violent events of an ACLED export that lie in the region.

    Protests, riots and strategic developments are dropped and counted, except excessive force
    against protesters. ACLED gives one number of deaths: those of violence against civilians are
    civilians, all others are of no known side. Its order of actors says nothing about who began
    an armed clash; see the rules.
    """
    gazetteer = Gazetteer(region)
    inside, outside = gazetteer.inside(columns, "country", "admin1", "admin2")
    rows_read = columns.rows_read
    here, dropped = _violent(columns.take(inside))
    rows = _events(here, region)
    return SourceTable(
        rows=rows.take(here.good),
        rows_read=rows_read,
        dropped=dropped,
        outside=outside,
        problems=problems_of(here),
    )


def _violent(columns: Columns) -> tuple[Columns, Counter[str]]:
    """Return the events of organised violence, and the others by type."""
    kinds = columns.text("event_type")
    folded = _folded(kinds)
    used = np.isin(_folded(columns.text("sub_event_type")), EXCESSIVE_FORCE)
    peaceful = pd.Series(folded).isin(PEACEFUL).to_numpy() & ~used
    found = Counter(kinds[peaceful].tolist())
    dropped = Counter({f"no organised violence: {name}": n for name, n in found.items()})
    return columns.take(~peaceful), dropped


def _events(columns: Columns, region: Region) -> SourceRows:
    """Return all rows as events; those with problems are noted in `columns`."""
    event_id = columns.key("event_id_cnty")
    kind = columns.parse("event_type", _parse_kind, BATTLES, object)
    sub_kind = _folded(columns.text("sub_event_type"))
    kind = np.where(sub_kind == EXCESSIVE_FORCE, CIVILIANS, kind)
    first, second = (columns.parse(f"inter{n}", _parse_actor, "none", object) for n in (1, 2))
    days = columns.parse("event_date", parse_spelled_day, "2100-01-01", "datetime64[D]")
    deaths = columns.parse("fatalities", parse_whole, 0, np.int64)
    against_civilians = kind == CIVILIANS
    none = np.zeros(len(columns), dtype=np.int64)
    where = Places(
        district=_districts(columns, region),
        place=columns.text("location"),
        precision=PLACE_PRECISION[columns.code("geo_precision", 1, 3)],
        lon=columns.number("longitude", -180, 180),
        lat=columns.number("latitude", -90, 90),
    )
    precision = DATE_PRECISION[columns.code("time_precision", 1, 3)]
    source = columns.text_or_empty("source")
    facts = CodedEvents(
        violence=_violence(first, second, against_civilians),
        government=_government(first, second),
        group=_groups(columns, first, second),
        state=none,
        militant=none,
        civilian=np.where(against_civilians, deaths, 0),
        unknown=np.where(against_civilians, 0, deaths),
        text=columns.text_or_empty("notes"),
        source=source,
        codes={"event": kind, "sub_event": sub_kind, "actor1": first, "actor2": second},
    )
    columns.refuse_copies("event_id_cnty")
    return SourceRows(
        origin=columns.origin,
        event_id=event_id,
        first_day=days,
        date_precision=precision,
        where=where,
        facts=facts,
        active_year=np.ones(len(columns), dtype=bool),
        zero_best=deaths == 0,
        count=np.ones(len(columns), dtype=np.int64),
    )


def _parse_kind(value: str) -> str:
    folded = value.casefold()
    if folded in PEACEFUL:  # only those with excessive force are left
        return CIVILIANS
    if folded.startswith("battle"):  # "Battle-No change of territory", before 2019
        return BATTLES
    if folded not in VIOLENT:
        raise CellError(f"{shorten(value)} is no event type of ACLED", "Battles, for example")
    return VIOLENT[folded]


def _parse_actor(value: str) -> str:
    name = ACTORS.get(value.casefold())
    if name is None:
        expected = "a code from 0 to 8, or a name such as State forces"
        raise CellError(f"{shorten(value)} is no type of actor", expected)
    return name


def _districts(columns: Columns, region: Region) -> Texts:
    """Return the first of admin2, admin3 and admin1 that names a district of the region, or admin2.

    Which level the districts are on differs between countries.
    """
    known = region.names()
    result = columns.text("admin2")
    is_known = _is_in(result, known)
    for name in ("admin3", "admin1"):
        if name in columns:
            other = columns.text(name)
            better = ~is_known & _is_in(other, known)
            result = np.where(better, other, result)
            is_known |= better
    return result


def _is_in(names: Texts, known: dict[str, str]) -> Mask:
    return np.array([fold(name) in known for name in names], dtype=bool)


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
    rules=SHIPPED_RULES.with_name("acled.toml"),
)
