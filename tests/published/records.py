"""The records with a published answer, read through the public interface as a user would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

import tarazu as tz

Cell = tuple[str, float, float]  # name, southern and western edge, degrees
SIDE = 0.5  # of a cell, degrees
IRAQ_PERIODS = (
    (date(2006, 1, 1), date(2006, 9, 24)),
    (date(2007, 2, 23), date(2008, 7, 5)),
)
FEWEST_GAPS = 10
VILLAGES: Mapping[str, Any] = {
    "treated": "shelled",
    "before": "attacks_before",
    "after": "attacks_after",
    "strata": ("in_groznyy", "attacks_before"),
}
STRIKES_COUNTED = (date(2008, 1, 1), date(2012, 12, 31))
MAPPING: Mapping[str, object] = {
    "name": "published",
    "title": "A record with a published answer",
    "licence": "see the source",
    "columns": {"date": "day", "district": "unit", "initiator": "who"},
    "values": {"initiator": {"militant": "militant", "state": "state"}},
}


def chechnya(folder: Path) -> pd.DataFrame:
    """Return one row per village."""
    return pd.read_csv(folder / "benchmarks" / "lyall2009_villages.csv")


def iraq(folder: Path) -> tuple[tz.Record, ...]:
    """Return a record per period: attacks, and cell-days with an air strike."""
    counts = pd.read_csv(folder / "benchmarks" / "iraq_airstrikes_insurgency_daily.csv")
    cells = pd.read_csv(folder / "benchmarks" / "iraq_cells.csv")
    place = _squares(
        list(zip(cells["unit"], cells["lat_min"], cells["lon_min"], strict=True)), "Iraq in cells"
    )
    rows = _rows(counts["day"], counts["unit"], counts["attacks"], counts["airstrikes"] > 0)
    return tuple(_read(rows, place, first, last) for first, last in IRAQ_PERIODS)


def israel_palestine(folder: Path) -> tuple[tz.Record, tz.Record]:
    """Return days with a killing: Palestinians as militants, then Israeli forces in their place."""
    counts = pd.read_csv(folder / "benchmarks" / "israel_palestine_daily.csv")
    counts = counts[counts["second_intifada"] == 1].assign(unit="all")
    place = _in_a_row(["all", "none"], "Israel and Palestine as one unit")
    by_forces = counts["palestinians_by_israeli_forces"] > 0
    by_palestinians = counts["israelis_by_palestinians"] > 0
    first, last = (date.fromisoformat(counts["day"].iloc[i]) for i in (0, -1))
    sides = ((by_palestinians, by_forces), (by_forces, by_palestinians))
    as_attacks, exchanged = (
        _read(_rows(counts["day"], counts["unit"], one, other), place, first, last)
        for one, other in sides
    )
    return as_attacks, exchanged


def afghanistan(folder: Path) -> tz.Record:
    """Return days with a fatality of coalition forces, by province."""
    days = pd.read_csv(folder / "benchmarks" / "johnson2011_fatal_days.csv")
    names = sorted(days["province"].unique())
    place = _in_a_row(names, "Provinces")
    rows = pd.DataFrame({"day": days["day"], "unit": days["province"], "who": "militant"})
    first, last = (date.fromisoformat(day) for day in (rows["day"].min(), rows["day"].max()))
    return _read(rows, place, first, last)


def fata(folder: Path) -> tz.Record:
    """Return attacks by militants in Khyber Pakhtunkhwa and the former FATA, and drone strikes."""
    events = tz.read_record(folder / "ged_pakistan.csv", region="kp-fata").to_frame()
    attacks = events[(events["initiator"] == "militant") & (events["date_precision"] == 1)]
    attacks = attacks[attacks["district"].notna()]
    strikes = pd.read_csv(folder / "benchmarks" / "fata_drone_strikes_daily.csv")
    exact = strikes[strikes["strikes"] > strikes["rows_not_to_the_day"]]
    rows = pd.DataFrame(
        {
            "day": [*attacks["date"].astype(str).str[:10], *exact["day"]],
            "unit": [*attacks["district"], *exact["unit"]],
            "who": ["militant"] * len(attacks) + ["state"] * len(exact),
        }
    )
    return _read(rows, tz.load_region("kp-fata"), *STRIKES_COUNTED)


def _rows(
    days: pd.Series, units: pd.Series, attacks: pd.Series, operations: pd.Series
) -> pd.DataFrame:
    """Return one row per event from counts by day and unit."""
    parts = []
    for who, counts in (("militant", attacks), ("state", operations)):
        times = counts.to_numpy().astype(int)
        repeated = {"day": np.repeat(days, times), "unit": np.repeat(units, times), "who": who}
        parts.append(pd.DataFrame(repeated))
    return pd.concat(parts, ignore_index=True)


def _read(rows: pd.DataFrame, place: tz.Region, first: date, last: date) -> tz.Record:
    inside = rows[rows["day"].between(first.isoformat(), last.isoformat())]
    return tz.read_record(inside, region=place, mapping=MAPPING, first_day=first, last_day=last)


def _in_a_row(names: Sequence[str], title: str) -> tz.Region:
    """Return units of which no place is known; the estimators that use them need none."""
    return _squares([(name, 30.0, 60.0 + i * SIDE) for i, name in enumerate(names)], title)


def _squares(cells: Sequence[Cell], title: str) -> tz.Region:
    features = []
    for name, south, west in cells:
        ring = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE), (0, 0)]
        corners = [[west + x, south + y] for x, y in ring]
        geometry = {"type": "Polygon", "coordinates": [corners]}
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": geometry})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "squares.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return tz.build_region(
            path,
            name_column="name",
            country=title,
            title=title,
            source="squares of half a degree",
            licence="none",
        )
