"""Formats of event data: recognised by their columns, read into equal records."""

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.record.ged_files import event, ged_text, small_world, write_ged
from tests.unit.record.ged_pages import as_json_event, page, write_pages

from tarazu.core.errors import DataError
from tarazu.record import Record, load_record, read_record
from tarazu.record.reader import FORMATS

WORLD = small_world()


def assert_same(one: Record, other: Record) -> None:
    pd.testing.assert_frame_equal(one.events, other.events)
    assert one.quality == other.quality


@pytest.fixture
def from_csv(tmp_path: Path) -> Record:
    return read_record(write_ged(tmp_path / "ged.csv", WORLD))


@pytest.mark.parametrize("size", [1, 5, 100])
def test_pages_of_the_api__give_the_record_of_the_csv(
    tmp_path: Path, from_csv: Record, size: int
) -> None:
    assert_same(read_record(write_pages(tmp_path / "pages", WORLD, size=size)), from_csv)


def test_one_page__is_read_as_a_file(tmp_path: Path, from_csv: Record) -> None:
    folder = write_pages(tmp_path / "pages", WORLD, size=100)
    assert_same(read_record(folder / "page-00001.json"), from_csv)


def test_missing_page__is_no_record(tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "pages", WORLD, size=5)
    (folder / "page-00002.json").unlink()
    with pytest.raises(DataError, match="2 pages hold 7 of 12 rows"):
        read_record(folder)


def test_event_on_two_pages__counts_once(tmp_path: Path, from_csv: Record) -> None:
    path = tmp_path / "page.json"
    rows = [as_json_event(row) for row in [*WORLD, WORLD[0]]]
    path.write_text(json.dumps(page(rows, total=len(rows))), encoding="utf-8")
    record = read_record(path)
    assert record.quality.dropped == {
        "outside the region": 1,
        "identical copy of another row": 1,
    }
    assert record.quality.rows_read == from_csv.quality.rows_read + 1
    pd.testing.assert_frame_equal(record.events, from_csv.events)


def test_unlike_events_of_one_id__are_named_by_page_and_place(tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "pages", [event(1), event(2), event(1, deaths_a="3")], size=2)
    with pytest.raises(ExceptionGroup) as caught:
        read_record(folder)
    first, second = caught.value.exceptions
    assert isinstance(first, DataError)
    assert isinstance(second, DataError)
    assert (first.file, second.file) == (
        folder / "page-00001.json",
        folder / "page-00002.json",
    )
    assert "event 1: event '1' stands with other cells" in str(first)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"best": [1]}, "'best' is neither a text nor a number"),
        ({"side_a": "\ud800"}, "half of a character"),
        ({"side_a": None}, "the cell is empty"),
        ({"latitude": float("nan")}, "cannot be used"),
        ({"deaths_a": 1.5}, "not a count"),
    ],
)
def test_bad_field__costs_its_event(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "page.json"
    rows = [as_json_event(event(1)), {**as_json_event(event(2)), **change}]
    path.write_text(json.dumps(page(rows, total=2)), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_record(path)
    record = read_record(path, keep_going=True)
    assert record.events["event_id"].tolist() == ["1"]
    assert record.quality.rows_rejected == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"Result": 3}', "has no list of rows"),
        ('{"TotalCount": "many", "Result": []}', "not a count"),
        ('{"TotalCount": 0, "Result": []}', "not recognised"),
    ],
)
def test_broken_page__is_a_data_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "page.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_record(path)


def test_empty_folder__is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no pages"):
        read_record(tmp_path)


def candidates(*rows: dict[str, str]) -> str:
    return ged_text([{k: v for k, v in row.items() if k != "active_year"} for row in rows])


def test_candidates__are_of_no_active_year_and_cited_as_such(tmp_path: Path) -> None:
    path = tmp_path / "GEDEvent_v22_0_6.csv"
    path.write_text(candidates(event(1, deaths_a="2"), event(2)), encoding="utf-8")
    record = read_record(path)
    assert record.source.title == "UCDP Candidate Events Dataset"
    assert not record.events["active_year"].any()


@pytest.mark.parametrize("position", [0, 1])
def test_candidates_to_be_checked__are_dropped_and_counted(tmp_path: Path, position: int) -> None:
    rows = [event(1, code_status="Clear"), event(2, code_status="Clear")]
    rows.insert(position, event(3, code_status="Check dyad"))
    record = read_record(write_ged(tmp_path / "ged.csv", rows))
    assert record.source.title == "UCDP Candidate Events Dataset"
    assert record.quality.dropped == {"code_status 'Check dyad'": 1}
    assert record.events["event_id"].tolist() == ["1", "2"]


def test_unknown_columns__name_the_nearest_format(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    text = ged_text([event(1)]).replace("deaths_unknown", "unknown_deaths", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        DataError,
        match=r"24 of the 25 columns of UCDP Georef.* missing are deaths_unknown; .*--mapping",
    ):
        read_record(path)


def test_named_format__says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(candidates(event(1)), encoding="utf-8")
    assert read_record(path, format="ucdp-candidate").n_events == 1
    with pytest.raises(DataError, match="column 'active_year': 1 needed columns are missing"):
        read_record(path, format="ucdp-ged")


def test_unknown_format__is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of ucdp-ged, ucdp-candidate"):
        read_record(Path("x.csv"), format="excel")


def test_order_of_rows__changes_nothing(tmp_path: Path) -> None:
    rows = [*WORLD, event(1, deaths_a="1"), event(30), event(30)]
    one = read_record(write_ged(tmp_path / "a.csv", rows), keep_going=True)
    other = read_record(write_ged(tmp_path / "b.csv", rows[::-1]), keep_going=True)
    pd.testing.assert_frame_equal(one.events, other.events)
    assert one.quality.district_rules == other.quality.district_rules
    assert one.quality.by_year == other.quality.by_year
    assert "1" not in set(one.events["event_id"])  # two unlike rows claim it: neither is believed


def test_formats__say_what_their_source_counts_as_an_event() -> None:
    assert {known.name: known.scope for known in FORMATS} == {
        "ucdp-ged": "active dyads",
        "ucdp-candidate": "lethal events",
        "acled": "any",
        "gtd": "any",
        "views-panel": "lethal events",
    }


def test_record__says_what_its_source_counts_as_an_event(from_csv: Record) -> None:
    assert from_csv.source.scope == "active dyads"
    assert load_record().source.scope == "active dyads"
