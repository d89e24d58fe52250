"""Ten thousand damaged event files: each gives a Record or a DataError, and no row is lost."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.fuzz.damage import damaged
from tests.unit.ged_files import event, ged_text, small_world
from tests.unit.ged_pages import as_json_event, page

from tarazu.core.errors import DataError
from tarazu.record import Record, read_record
from tarazu.region import load_region

FILES = 10_000
FEW_FILES = 1_000
SEED = 20240901
LONGEST_MESSAGE = 3000  # characters; a message never repeats a whole cell or row
UNITS = load_region().in_frame("ucdp29")
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


# Two of GED, because most files of users are.
GOOD = [
    ged_text(WORLD, tags=True).encode(),
    pages_text(indent=None).encode(),
    candidate_text().encode(),
    ged_text(WORLD).replace("Somewhere", '"Some,\nwhere"').encode(),
    pages_text(indent=0).encode(),
]


def outcome(path: Path, *, keep_going: bool) -> Record | Sequence[Exception]:
    """Read a file; what is neither a Record nor a DataError passes through and fails the test."""
    try:
        return read_record(path, region=UNITS, keep_going=keep_going)
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
    lost = quality.rows_read - found.n_events - sum(quality.dropped.values())
    assert lost == quality.rows_rejected == len(quality.rejects)
    assert keep_going or lost == 0


def records_among(folder: Path, files: int) -> int:
    """Read that many damaged files, of each format in turn; return how many gave a Record."""
    path = folder / "events"
    records = 0
    for number in range(files):
        keep_going = number // len(GOOD) % 2 == 1
        path.write_bytes(damaged(GOOD[number % len(GOOD)], SEED + number))
        found = outcome(path, keep_going=keep_going)
        check(found, path, keep_going=keep_going)
        records += isinstance(found, Record)
    return records


@pytest.mark.slow
def test_damaged_files__give_a_record_or_data_errors(tmp_path: Path) -> None:
    # Both outcomes are common, so neither the damage nor the reader is trivial.
    assert FILES / 20 < records_among(tmp_path, FILES) < FILES * 19 / 20


def test_some_damaged_files__give_a_record_or_data_errors(tmp_path: Path) -> None:
    assert FEW_FILES / 20 < records_among(tmp_path, FEW_FILES) < FEW_FILES * 19 / 20


@pytest.mark.parametrize("good", range(len(GOOD)))
def test_undamaged_file__gives_a_record(tmp_path: Path, good: int) -> None:
    path = tmp_path / "events"
    path.write_bytes(GOOD[good])
    assert isinstance(outcome(path, keep_going=False), Record)
