"""Synthetic GED files for the tests of the record: no row is taken from the real data."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tarazu.record.sources.ucdp_ged import COLUMNS

DEFAULTS = {
    "active_year": "1",
    "type_of_violence": "1",
    "side_a": "Government of Pakistan",
    "side_b": "BLA",
    "source_article": "The Daily, page 1",
    "source_headline": "",
    "source_original": "police",
    "where_prec": "1",
    "where_coordinates": "Somewhere",
    "adm_1": "Balochistan province",
    "adm_2": "Kech district",
    "latitude": "26.1",
    "longitude": "62.9",
    "country": "Pakistan",
    "date_prec": "1",
    "date_start": "2010-03-05 00:00:00.000",
    "deaths_a": "0",
    "deaths_b": "0",
    "deaths_civilians": "0",
    "deaths_unknown": "0",
}


def event(number: int, **cells: str) -> dict[str, str]:
    """A row of GED; what is not given is plain, and best, high, low follow from the deaths."""
    row = {**DEFAULTS, "id": str(number), **cells}
    total = sum(int(row[c]) for c in COLUMNS if c.startswith("deaths_") and row[c].isdecimal())
    row.setdefault("date_end", row["date_start"])
    return {"best": str(total), "low": str(total), "high": str(total + 1), **row}


def ged_text(events: Sequence[dict[str, str]], *, tags: bool = False) -> str:
    """The rows as csv, with HDX's second header on request."""
    out = io.StringIO()
    names = [name for name in COLUMNS if any(name in row for row in events)] if events else COLUMNS
    more = sorted({name for row in events for name in row} - set(names) - {"relid"})
    writer = csv.DictWriter(out, ["relid", *names, *more], restval="", lineterminator="\n")
    writer.writeheader()
    if tags:
        writer.writerow({"date_start": "#date+start", "latitude": "#geo+lat"})
    writer.writerows(events)
    return out.getvalue()


def write_ged(path: Path, events: Sequence[dict[str, str]], *, tags: bool = False) -> Path:
    path.write_text(ged_text(events, tags=tags), encoding="utf-8")
    return path


def small_world() -> list[dict[str, str]]:
    """A dozen events: attacks, operations, claims, unclear, imprecise, districtless, abroad."""
    return [
        event(1, deaths_a="2"),
        event(2, deaths_b="5", adm_2="Quetta district", date_start="2010-03-06"),
        event(3, deaths_civilians="3", adm_2="Quetta district", date_start="2010-03-06"),
        event(4, type_of_violence="3", side_a="LeJ", side_b="Civilians", deaths_civilians="9"),
        event(5, source_article="BRA Achives 2012", high="2", date_start="2012-07-01"),
        event(6, source_article="balochvoice.com 1/7", high="2", date_start="2012-07-02"),
        event(7, deaths_a="1", date_prec="3", date_start="2011-01-03", date_end="2011-01-09"),
        event(8, deaths_a="1", where_prec="4", adm_2="", date_start="2011-02-03"),
        event(9, deaths_b="1", active_year="0", side_b="TTP", date_start="2011-12-31"),
        event(10, country="India", adm_1="Punjab state", adm_2="", deaths_a="4"),
        event(11, type_of_violence="2", side_a="BLA", side_b="UBA", deaths_unknown="20"),
        event(12, adm_2="Atlantis district", deaths_a="1", date_start="2011-05-05"),
    ]
