"""Ten thousand damaged event files: each gives a Record or a DataError, and no row is lost."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.fuzz.damage import damaged
from tests.unit.record.ged_files import event, ged_text, small_world
from tests.unit.record.ged_pages import as_json_event, page
from tests.unit.record.source_files import Row, acled, cell_of, gtd

from tarazu.core.errors import DataError
from tarazu.core.provenance import canonical_json
from tarazu.core.tables import csv_columns
from tarazu.record import Record, read_record
from tarazu.region import in_frame, load_region
from tarazu.region.boundaries import Boundaries

FILES = 10_000
FEW_FILES = 364  # 28 of each format
SEED = 20240901
LONGEST_MESSAGE = 3000  # characters; a message never repeats a whole cell or row
UNITS = in_frame(load_region(), "ucdp29")
KECH = np.array([(62.0, 25.5), (64.0, 25.5), (64.0, 27.0), (62.0, 27.0), (62.0, 25.5)])
WITH_SHAPES = replace(UNITS, boundaries=Boundaries(("kech",), ((KECH,),), "made up"))
WORLD = small_world()


def candidate_text() -> str:
    """The same events without active_year, one of them still to be checked by UCDP."""
    rows = [{**row, "code_status": "Clear"} for row in WORLD]
    rows.append({**event(99, deaths_a="1"), "code_status": "Check dyad"})
    for row in rows:
        del row["active_year"]
    return ged_text(rows)


def pages_text(*, indent: int | None) -> str:
    return json.dumps(page([as_json_event(row) for row in WORLD], total=len(WORLD)), indent=indent)


def rows_text(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def panel_rows() -> list[Row]:
    cell = cell_of(62.75, 26.25)  # in Kech
    return [
        {
            "pg_id": cell + n % 2,
            "year": 2010 + n,
            "month": 3,
            "ged_sb_best_sum_nokgi": n,
            "ged_os": 0,
        }
        for n in range(6)
    ]


MAPPING = """
name = "notes"
title = "Notes"
licence = "own"
[columns]
event_id = "event_id_cnty"
date = "event_date"
district = "admin2"
initiator = "event_type"
deaths = "fatalities"
[values.initiator]
"Battles" = "state"
"Riots" = "militant"
"""
PARTS_MAPPING = """
name = "counts"
title = "Counts"
licence = "own"
missing_deaths = "zero"
[columns]
year = "year"
month = "month"
day = "day"
count = "events"
country = "country"
province = "province"
district = "district"
initiator = "who"
deaths = "killed"
[values.initiator]
army = "state"
"*" = "unclear"
"""


def parts_rows() -> list[Row]:
    """Counts with a date over three columns, thousands and blanks."""
    return [
        {
            "year": 2010 + n,
            "month": n % 3,
            "day": n % 2 if n % 3 else 0,
            "events": ("1", "2.0", "0")[n % 3],
            "country": "Pakistan",
            "province": "Balochistan",
            "district": ("Kech district", "Quetta")[n % 2],
            "who": ("army", "?")[n % 2],
            "killed": ("1,200", "N/A", "3.0")[n % 3],
        }
        for n in range(8)
    ]


def points_text() -> str:
    """The same events as GeoJSON of points."""
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if k not in ("longitude", "latitude")},
            "geometry": {
                "type": "Point",
                "coordinates": [float(row["longitude"]), float(row["latitude"])],
            },
        }
        for row in WORLD
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def upper_case_rows() -> list[Row]:
    return [{key.upper(): cell for key, cell in acled(n).items()} for n in range(8)]


MAPPINGS = {"mapping": MAPPING, "parts": PARTS_MAPPING}
GOOD = {
    "hdx": ged_text(WORLD, tags=True),
    "pages": pages_text(indent=None),
    "candidates": candidate_text(),
    "multi-line": ged_text(WORLD).replace("Somewhere", '"Some,\nwhere"'),
    "lined pages": pages_text(indent=0),
    "acled": rows_text([acled(n, event_type=("Battles", "Riots")[n % 2]) for n in range(8)]),
    "gtd": rows_text([gtd(n, city=("Quetta", "Turbat")[n % 2]) for n in range(8)]),
    "panel": rows_text(panel_rows()),
    "mapping": rows_text([acled(n, event_type=("Battles", "Riots")[n % 2]) for n in range(8)]),
    "parts": rows_text(parts_rows()),
    "points": points_text(),
    "semicolons": ged_text(WORLD).replace(",", ";"),
    "upper case": rows_text(upper_case_rows()),
}


def outcome(path: Path, *, keep_going: bool) -> Record | Sequence[Exception]:
    """Read a file; what is neither a Record nor a DataError passes through and fails the test."""
    mapping = path.with_name(f"{path.name}.toml") if path.name in MAPPINGS else None
    try:
        region = WITH_SHAPES if path.name == "panel" else UNITS  # cells name no district
        return read_record(path, region=region, keep_going=keep_going, mapping=mapping)
    except DataError as error:
        return [error]
    except ExceptionGroup as group:
        return group.exceptions


def check(found: Record | Sequence[Exception], path: Path, *, keep_going: bool) -> None:
    if not isinstance(found, Record):
        assert all(isinstance(error, DataError) and error.file == path for error in found)
        assert all(len(str(error)) < LONGEST_MESSAGE for error in found)
        return
    quality = found.quality
    canonical_json(quality)  # raises on text that cannot be written
    lost = quality.rows_read - len(found.events) - sum(quality.dropped.values())
    assert lost == quality.rows_rejected == len(quality.rejects)
    assert keep_going or lost == 0


def write_mappings(folder: Path) -> None:
    for name, text in MAPPINGS.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def records_among(folder: Path, files: int) -> int:
    """Read that many damaged files, of each format in turn; return how many gave a Record."""
    write_mappings(folder)
    records = 0
    kinds = sorted(GOOD)
    for number in range(files):
        kind = kinds[number % len(kinds)]
        path = folder / kind
        keep_going = number // len(kinds) % 2 == 1
        by_arrow = number // (2 * len(kinds)) % 2 == 1  # as if the file were large
        path.write_bytes(damaged(GOOD[kind].encode(), SEED + number))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_columns, "LARGE", 0 if by_arrow else csv_columns.LARGE)
            found = outcome(path, keep_going=keep_going)
        check(found, path, keep_going=keep_going)
        records += isinstance(found, Record)
    return records


@pytest.mark.heavy
def test_damaged_files__give_a_record_or_data_errors(tmp_path: Path) -> None:
    # Both outcomes are common, so neither the damage nor the reader is trivial.
    assert FILES / 20 < records_among(tmp_path, FILES) < FILES * 19 / 20


def test_some_damaged_files__give_a_record_or_data_errors(tmp_path: Path) -> None:
    assert FEW_FILES / 20 < records_among(tmp_path, FEW_FILES) < FEW_FILES * 19 / 20


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_undamaged_file__gives_a_record(tmp_path: Path, kind: str) -> None:
    write_mappings(tmp_path)
    (tmp_path / kind).write_text(GOOD[kind], encoding="utf-8")
    assert isinstance(outcome(tmp_path / kind, keep_going=False), Record)
