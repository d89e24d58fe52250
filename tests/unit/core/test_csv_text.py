import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_text import csv_text, mark, unmark

RUN = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "-x"]
STAY = ["-0.4", "+3", "-1,234.5", "-0.4 to +0.1", "-12%", "1e-5", "-1E+9", "-inf", "-", "", "Kech"]
texts = st.text(st.sampled_from("=+-@\t'\"0.4a, "), max_size=6)


@pytest.mark.parametrize("cell", RUN)
def test_csv_text__marks_what_a_spreadsheet_would_run(cell: str) -> None:
    assert mark(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", STAY)
def test_csv_text__leaves_numbers_and_names(cell: str) -> None:
    assert mark(cell) == cell


@given(texts)
def test_unmark__gives_back_every_cell(cell: str) -> None:
    assert unmark(mark(cell)) == cell


@given(texts, texts)
def test_mark__keeps_different_cells_different(one: str, other: str) -> None:
    assert (mark(one) == mark(other)) == (one == other)


def test_csv_text__is_read_back_as_it_was(tmp_path: Path) -> None:
    rows = [["=1+1", "-0.4"], ["'=x", "7"], ["Kech", "@"]]
    (tmp_path / "x.csv").write_text(csv_text(["name", "n"], rows), encoding="utf-8")
    columns = read_csv_columns(tmp_path / "x.csv", ("name", "n"), marked=True)
    read = [list(columns.text(name)) for name in ("name", "n")]
    assert [list(row) for row in zip(*read, strict=True)] == rows


def test_csv_text__writes_missing_cells_and_marked_names() -> None:
    text = csv_text(["=name", "n"], [[None, 1.5]])
    assert list(csv.reader(io.StringIO(text))) == [["'=name", "n"], ["", "1.5"]]
