"""Small made-up event files of each source: no row is taken from real data."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]

ACLED_ROW: Row = {
    "event_id_cnty": "PAK1",
    "event_date": "2023-03-05",
    "year": "2023",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "BLA: Baloch Liberation Army",
    "assoc_actor_1": "",
    "inter1": "Rebel group",
    "actor2": "Military Forces of Pakistan (2022-)",
    "assoc_actor_2": "",
    "inter2": "State forces",
    "interaction": "State forces-Rebel group",
    "civilian_targeting": "",
    "iso": "586",
    "region": "South Asia",
    "country": "Pakistan",
    "admin1": "Balochistan",
    "admin2": "Kech",
    "admin3": "Turbat",
    "location": "Turbat",
    "latitude": "26.0",
    "longitude": "63.05",
    "geo_precision": "1",
    "source": "The Daily",
    "source_scale": "National",
    "notes": "",
    "fatalities": "2",
    "tags": "",
    "timestamp": "1678132800",
}
GTD_ROW: Row = {
    "eventid": "201203050001",
    "iyear": "2012",
    "imonth": "3",
    "iday": "5",
    "approxdate": "",
    "country": "153",
    "country_txt": "Pakistan",
    "provstate": "Balochistan",
    "city": "Quetta",
    "latitude": "30.2",
    "longitude": "67.0",
    "specificity": "1",
    "summary": "",
    "doubtterr": "0",
    "alternative_txt": "",
    "success": "1",
    "suicide": "0",
    "attacktype1_txt": "Bombing/Explosion",
    "targtype1_txt": "Police",
    "targsubtype1_txt": "",
    "weapsubtype1_txt": "",
    "gname": "Baloch Republican Army (BRA)",
    "nkill": "3",
    "nkillter": "1",
}


def write_rows(path: Path, rows: Sequence[Row], columns: Sequence[str] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(
            stream, columns or list(rows[0]), restval="", lineterminator="\n", extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
    return path


def acled(number: int, **cells: object) -> Row:
    return {**ACLED_ROW, "event_id_cnty": f"PAK{number}", **cells}


def gtd(number: int, **cells: object) -> Row:
    return {**GTD_ROW, "eventid": f"20120305{number:04}", **cells}


def cell_of(lon: float, lat: float) -> int:
    """Number of the PRIO-GRID cell that holds a point."""
    return int((lat + 90) * 2) * 720 + int((lon + 180) * 2) + 1


def write_squares(path: Path, slugs: Sequence[str]) -> Path:
    """Boundaries that no country has: one square degree for each district, side by side."""
    features = []
    for west, slug in enumerate(slugs):
        ring = [(west, 10), (west + 1, 10), (west + 1, 11), (west, 11), (west, 10)]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"slug": slug}, "geometry": geometry})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def point_in(slugs: Sequence[str], slug: str) -> tuple[float, float]:
    """The middle of a PRIO-GRID cell inside the square of a district."""
    return slugs.index(slug) + 0.25, 10.25
