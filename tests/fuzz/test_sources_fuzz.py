"""Damaged files of every other source: each gives a Record or an error that the user can act on."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.fuzz.damage import MUTATIONS
from tests.fuzz.test_record_fuzz import LONGEST_MESSAGE
from tests.unit.record.source_files import Row, acled, cell_of, gtd, write_rows
from tests.unit.region.made_up_country import write_geojson

from tarazu.core.errors import DataError, ScenarioError, TarazuError
from tarazu.record import Record, read_record
from tarazu.region import Region, load_region

FILES = 300  # of each source
FEW_FILES = 60
SEED = 20261122
MAPPING = """
name = "notes"
title = "Notes"
licence = "own"
missing_deaths = "zero"
[columns]
event_id = "no"
date = "when"
district = "district"
initiator = "who"
deaths = "dead"
[dates]
"%Y-%m-%d" = 1
"%m/%Y" = 4
[values.initiator]
army = "state"
"*" = "unclear"
"""


def acled_rows() -> list[Row]:
    kinds = ["Battles", "Explosions/Remote violence", "Violence against civilians", "Protests"]
    return [
        acled(n, event_type=kinds[n % 4], inter1=str(n % 9), event_date=f"{n:02} March 2023")
        for n in range(1, 13)
    ]


def gtd_rows() -> list[Row]:
    return [gtd(n, iday=str(n % 4), nkill="" if n % 3 else "2", nkillter="0") for n in range(12)]


def panel_rows() -> list[Row]:
    return [
        {
            "priogrid_gid": cell_of(10.75, 11.75),
            "month_id": 400 + n,
            "ged_sb": n % 3,
            "ged_os": n % 2,
        }
        for n in range(12)
    ]


def mapped_rows() -> list[Row]:
    days = ["2014-03-05", "04/2014"]
    return [
        {
            "no": n,
            "when": days[n % 2],
            "district": "Kech",
            "who": "army" if n % 3 else "?",
            "dead": n,
        }
        for n in range(12)
    ]


@pytest.fixture(scope="module")
def made_up_region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    from tarazu.region.build.builder import BuildOptions, write_region

    folder = tmp_path_factory.mktemp("region")
    plan = BuildOptions(name="made-up", title="Made-up", countries=("Nowhere",), names="name")
    write_region(write_geojson(folder / "map.geojson"), folder / "region", plan)
    return load_region(folder / "region", boundaries=folder / "region" / "boundaries.geojson")


def damaged(good: bytes, number: int) -> bytes:
    rng = random.Random(SEED + number)
    data = bytearray(good)
    for _ in range(rng.choice([1, 1, 2, 4])):
        if data:
            data = rng.choice(MUTATIONS)(data, rng)
    return bytes(data)


def outcome(read: Callable[[], Record]) -> Record | Sequence[Exception]:
    """Read a file; what is neither a Record nor an error about it fails the test."""
    try:
        return read()
    except TarazuError as error:
        return [error]
    except ExceptionGroup as group:
        return group.exceptions


def check(found: Record | Sequence[Exception], kind: type[TarazuError]) -> None:
    if not isinstance(found, Record):
        assert all(isinstance(error, kind) for error in found), found
        if kind is DataError:  # a misspelled key is repeated whole
            assert all(len(str(error)) < LONGEST_MESSAGE for error in found)
        return
    quality = found.quality
    accounted = quality.rows_used + sum(quality.dropped.values()) + quality.rows_rejected
    assert quality.rows_read == accounted
    assert quality.rows_rejected == len(quality.rejects)
    assert quality.rows_used == len(found.events)


SOURCES = pytest.mark.parametrize("rows", [acled_rows, gtd_rows, mapped_rows, panel_rows])


def records_among(rows: Callable[[], list[Row]], folder: Path, region: Region, files: int) -> int:
    """Read that many damaged files of one source; return how many gave a Record."""
    path = folder / "events.csv"
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    good = write_rows(path, rows()).read_bytes()
    options: dict[str, object] = {}
    if rows is mapped_rows:
        options["mapping"] = folder / "mapping.toml"
    if rows is panel_rows:
        options["region"] = region
    assert isinstance(outcome(lambda: read_record(path, **options)), Record)  # type: ignore[arg-type]
    records = 0
    for number in range(files):
        path.write_bytes(damaged(good, number))
        keep_going = number % 2 == 1
        found = outcome(lambda k=keep_going: read_record(path, keep_going=k, **options))  # type: ignore[misc]
        check(found, DataError)
        records += isinstance(found, Record)
    return records


@SOURCES
def test_some_damaged_files__give_a_record_or_data_errors(
    rows: Callable[[], list[Row]], tmp_path: Path, made_up_region: Region
) -> None:
    assert 0 < records_among(rows, tmp_path, made_up_region, FEW_FILES) < FEW_FILES


@pytest.mark.heavy
@SOURCES
def test_damaged_files__give_a_record_or_data_errors(
    rows: Callable[[], list[Row]], tmp_path: Path, made_up_region: Region
) -> None:
    assert FILES / 20 < records_among(rows, tmp_path, made_up_region, FILES) < FILES * 19 / 20


def records_of_mappings(folder: Path, files: int) -> int:
    """Read a file with that many damaged mappings; return how many gave a Record."""
    path = write_rows(folder / "events.csv", mapped_rows())
    mapping = folder / "mapping.toml"
    records = 0
    for number in range(files):
        mapping.write_bytes(damaged(MAPPING.encode(), number))
        found = outcome(lambda: read_record(path, mapping=mapping, keep_going=True))
        if not isinstance(found, Record) and any(isinstance(e, DataError) for e in found):
            check(found, DataError)  # the mapping was still one, for another file
        else:
            check(found, ScenarioError)
        records += isinstance(found, Record)
    return records


def test_some_damaged_mappings__give_a_record_or_scenario_errors(tmp_path: Path) -> None:
    assert 0 < records_of_mappings(tmp_path, FEW_FILES) < FEW_FILES


@pytest.mark.heavy
def test_damaged_mappings__give_a_record_or_scenario_errors(tmp_path: Path) -> None:
    assert 0 < records_of_mappings(tmp_path, FILES) < FILES
