"""The check against hand labels: table, shares, intervals, bounds."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, small_world, write_ged

from tarazu.core.errors import DataError
from tarazu.record import Record, check_labels, load_record, measured_check, read_record

# Initiators in the small world: 1, 4, 5, 7, 8, 12 militant; 2, 9 state; 3, 6 unclear; 11 other.
LABELS = {
    ("1", "1"): "militant",
    ("2", "1"): "militant",
    ("2", "2"): "militant",
    ("2", "3"): "state",
    ("2", "4"): "?",
    ("2", "5"): "?c",
    ("2", "6"): "?",
    ("2", "9"): "state",
    ("2", "11"): "other",
    ("2", "99"): "state",
}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return read_record(write_ged(tmp_path / "ged.csv", small_world()))


def write_labels(tmp_path: Path, text: str = "") -> Path:
    path = tmp_path / "labels.csv"
    rows = [f"{sample},{event_id},{hand}" for (sample, event_id), hand in LABELS.items()]
    path.write_text(text or "\n".join(["sample,id,hand_label", *rows, ""]))
    return path


def test_check_labels__tabulates_by_sample(tmp_path: Path, record: Record) -> None:
    check = check_labels(record, write_labels(tmp_path))
    assert [sample.sample for sample in check.samples] == ["1", "2"]
    assert check.not_found == 1
    second = check.sample("2")
    assert second is not None
    assert second.confusion == {
        "state": {"state": 1, "unclear": 1},
        "militant": {"state": 1, "militant": 1},
        "other": {"other": 1},
        "?": {"militant": 1, "unclear": 1},
        "?c": {"militant": 1},
    }


def test_check_labels__gives_shares_and_bounds(tmp_path: Path, record: Record) -> None:
    second = check_labels(record, write_labels(tmp_path)).sample("2")
    assert second is not None
    militant, state = second.precision["militant"], second.precision["state"]
    assert (militant.right, militant.total, militant.worst, militant.best) == (1, 1, 1 / 3, 1.0)
    assert (state.right, state.total, state.estimate) == (1, 2, 0.5)
    recall = second.recall["militant"]
    assert (recall.right, recall.total, recall.worst, recall.best) == (1, 2, 1 / 3, 3 / 4)


def test_check_labels__speaks_of_the_headline_sample(tmp_path: Path, record: Record) -> None:
    check = check_labels(record, write_labels(tmp_path))
    assert "sample 2" in check.sentence()
    assert "precision 50%" in check.sentence()
    assert "sample 2" in check._repr_html_()


def test_check_labels__needs_event_ids(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no event ids"):
        check_labels(load_record(), write_labels(tmp_path))


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("sample,id\n2,1\n", 1, "hand_label", "needed columns are missing"),
        ("sample,id,hand_label\n2,1,army\n", 2, "hand_label", "not known"),
        ("sample,id,hand_label\n2,1,state\n2,1,state\n", 3, "id", "stands twice"),
        ("sample,id,hand_label\n2,77,state\n", 2, "id", "none of 1 labelled events"),
        ("sample,id,hand_label\n2,77\n", 2, "id", "has 2 cells"),
    ],
)
def test_check_labels__says_what_is_wrong_with_the_labels(
    tmp_path: Path, record: Record, text: str, line: int, column: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        check_labels(record, write_labels(tmp_path, text))
    assert (caught.value.line, caught.value.column) == (line, column)


def test_check_labels__counts_rows_that_nobody_has_read(tmp_path: Path, record: Record) -> None:
    text = "sample,id,hand_label\n2,1,militant\n2,2,\n2,3,\n"
    check = check_labels(record, write_labels(tmp_path, text))
    assert check.not_labelled == 2
    assert [sample.confusion for sample in check.samples] == [{"militant": {"militant": 1}}]


def test_check_labels__of_a_sheet_without_a_label_is_refused(
    tmp_path: Path, record: Record
) -> None:
    with pytest.raises(DataError, match="none of 1 rows has a label"):
        check_labels(record, write_labels(tmp_path, "sample,id,hand_label\n2,1,\n"))


def test_check_labels__measures_foreign_states_where_the_labels_keep_them_apart(
    tmp_path: Path, record: Record
) -> None:
    coarse = "sample,id,hand_label\n2,1,militant\n2,11,other\n"
    without = check_labels(record, write_labels(tmp_path, coarse)).sample("2")
    assert without is not None
    assert set(without.precision) == {"militant", "state"}
    finer = "sample,id,hand_label,hand_label_5\n2,1,militant,militant\n2,11,other,drone\n"
    apart = check_labels(record, write_labels(tmp_path, finer)).sample("2")
    assert apart is not None
    recall = apart.recall["foreign_state"]
    assert apart.confusion["foreign_state"] == {"other": 1}
    assert (recall.right, recall.total) == (0, 1)


def test_check_labels__splits_a_sample_by_five_years(tmp_path: Path) -> None:
    days = {1: "2009-12-31", 2: "2010-01-01", 3: "2014-12-31", 4: "2015-01-01"}
    rows = [event(i, date_start=day, date_end=day, deaths_a="1") for i, day in days.items()]
    record = read_record(write_ged(tmp_path / "years.csv", rows))
    text = "sample,id,hand_label\n" + "".join(f"2,{i},militant\n" for i in days)
    second = check_labels(record, write_labels(tmp_path, text)).sample("2")
    assert second is not None
    parts = {p.first_year: p.precision["militant"].total for p in second.periods}
    assert parts == {2005: 1, 2010: 2, 2015: 1}
    assert [p.last_year for p in second.periods] == [2009, 2014, 2019]


def test_measured_check__is_none_for_other_rules() -> None:
    assert measured_check(replace(load_record(), rules_digest="0" * 64)) is None


def test_measured_check__is_none_for_another_region() -> None:
    record = load_record()
    elsewhere = replace(record.region, name="slavia", title="Slavia")
    assert measured_check(replace(record, region=elsewhere)) is None


def test_measured_check__knows_both_samples_of_the_shipped_rules() -> None:
    check = measured_check(load_record())
    assert check is not None
    totals = {
        sample.sample: sum(n for row in sample.confusion.values() for n in row.values())
        for sample in check.samples
    }
    assert totals == {"1": 60, "2": 60}
