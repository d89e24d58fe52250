"""The sheet of events to be labelled: who is drawn, what it shows, where it may be written."""

import csv
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, write_ged

from tarazu.core.errors import DataError, OutputError
from tarazu.core.files.output_folder import MANIFEST
from tarazu.record import check_labels
from tarazu.record.coding.label_sheet import (
    COLUMNS,
    LabelSheet,
    check_sheet,
    draw_labels,
    write_sheet,
)
from tarazu.record.reader import read_with_texts

EVENTS = 40
TEXT = "Gunmen kill {} soldiers at post"


def rows(order: int = 1) -> list[dict[str, str]]:
    """Forty events with a headline and five without one."""
    told = [event(i, deaths_a="2", source_headline=TEXT.format(i)) for i in range(EVENTS)]
    silent = [event(100 + i, deaths_a="2", source_article="AP") for i in range(5)]
    return [*told, *silent][::order]


def sheet(folder: Path, *, n: int = 10, seed: int = 7, order: int = 1) -> LabelSheet:
    path = write_ged(folder / "ged.csv", rows(order))
    return draw_labels(*read_with_texts(path), n=n, seed=seed)


def test_sheet__draws_events_with_a_text_once_and_splits_them_in_halves(tmp_path: Path) -> None:
    found = sheet(tmp_path, n=11)
    ids = [str(row[1]) for row in found.rows]
    assert len(set(ids)) == 11
    assert all(int(one) < EVENTS for one in ids)
    assert [row[0] for row in found.rows] == ["1"] * 5 + ["2"] * 6
    assert (found.with_text, found.without_text) == (EVENTS, 5)
    assert "11 of 40 events" in found.sentence()
    assert "the 5 events without a text" in found.sentence()


def test_sheet__depends_on_the_seed_and_not_on_the_order_of_rows(tmp_path: Path) -> None:
    assert sheet(tmp_path).rows == sheet(tmp_path, order=-1).rows
    assert sheet(tmp_path).rows != sheet(tmp_path, seed=8).rows


def test_sheet__draws_every_event_about_as_often(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", rows())
    record, texts = read_with_texts(path)
    times = dict.fromkeys(range(EVENTS), 0)
    for seed in range(100):
        for row in draw_labels(record, texts, n=10, seed=seed).rows:
            times[int(str(row[1]))] += 1
    # Binomial(100, 1/4): mean 25, standard deviation 4.3; 5 of them are 1e-6 an event.
    assert all(3 < number < 47 for number in times.values())


def test_sheet__shows_the_text_and_not_what_the_rules_say(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    write_sheet(sheet(tmp_path), path)
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert tuple(table[0]) == COLUMNS
    assert not any("initiator" in column or "rule" in column for column in table[0])
    assert {row["hand_label"] for row in table} == {""}
    assert all(TEXT.format(row["id"]) in row["text"] for row in table)


def test_sheet__is_read_by_the_check_when_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    write_sheet(sheet(tmp_path), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",,2010-03-05", ",militant,2010-03-05"), encoding="utf-8")
    record, _ = read_with_texts(tmp_path / "ged.csv")
    second = check_labels(record, path).sample("2")
    assert second is not None
    assert (second.precision["militant"].right, second.precision["militant"].total) == (5, 5)


@pytest.mark.parametrize("n", [41, 46])
def test_sheet__of_more_events_than_have_a_text_is_refused(tmp_path: Path, n: int) -> None:
    with pytest.raises(DataError, match="only 40 events have a text"):
        sheet(tmp_path, n=n)


def test_sheet__without_any_text_names_the_column_to_map(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", rows()[-5:])
    with pytest.raises(DataError, match=r"no event has a text .* as text under \[columns\]"):
        draw_labels(*read_with_texts(path), n=2, seed=7)


def test_sheet__stays_out_of_folders_of_results(tmp_path: Path) -> None:
    (tmp_path / "run" / "tables").mkdir(parents=True)
    (tmp_path / "run" / MANIFEST).write_text("{}")
    for place in (tmp_path / "run", tmp_path / "run" / "tables"):
        with pytest.raises(OutputError, match="folder of results"):
            check_sheet(place / "labels.csv", replace=True)
    check_sheet(tmp_path / "labels.csv")


def test_sheet__replaces_only_what_tarazu_wrote(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    write_sheet(sheet(tmp_path), path)
    write_sheet(sheet(tmp_path, seed=8), path)
    path.write_text("sample,id,hand_label\n2,1,state\n")  # hours of reading
    with pytest.raises(OutputError, match="was changed since"):
        write_sheet(sheet(tmp_path), path)
    assert path.read_text().endswith("state\n")
