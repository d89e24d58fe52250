"""CSV files split into rows: place of every row and of every problem."""

import csv
from pathlib import Path

import pytest

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import shorten
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_rows import CsvFile

HEADER = "id,day,n\n"


NAMES = ("id", "day", "n")


def write(tmp_path: Path, data: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def rows(tmp_path: Path, data: str | bytes) -> list[tuple[int, list[str] | DataError]]:
    return list(CsvFile(write(tmp_path, data), NAMES).rows(range(len(NAMES))))


def problem_of(tmp_path: Path, data: str | bytes) -> DataError:
    (problem,) = (cells for _, cells in rows(tmp_path, data) if isinstance(cells, DataError))
    return problem


def one_row(tmp_path: Path, *cells: str) -> Columns:
    return read_csv_columns(write(tmp_path, f"{HEADER}{','.join(cells)}\n"), NAMES)


def test_csv_file__says_on_which_line_a_row_begins(tmp_path: Path) -> None:
    found = rows(tmp_path, HEADER + 'a,"two\nlines",1\n\nb,x,2\n')
    assert found == [(2, ["a", "two\nlines", "1"]), (5, ["b", "x", "2"])]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_file__reads_any_line_ending_and_a_byte_order_mark(
    tmp_path: Path, newline: str
) -> None:
    text = newline.join(["id,day,n", "a,b,1", ""])
    assert rows(tmp_path, b"\xef\xbb\xbf" + text.encode()) == [(2, ["a", "b", "1"])]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"<!doctype html>", "web page"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (HEADER.encode("utf-16-le"), "UTF-16"),
        (b"id,day\na,b\n", "needed columns are missing"),
        (b"id,day,n,id\n", "stands twice"),
        (b'"id,day,n', "header cannot be read"),
    ],
)
def test_csv_file__refuses_what_is_not_this_table(
    tmp_path: Path, data: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        rows(tmp_path, data)
    assert caught.value.line == 1
    assert caught.value.expected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_file__finds_the_separator(tmp_path: Path, separator: str) -> None:
    lines = ["id,day,n", 'a,"b; c",1', 'd,"e\tf|g",2']
    text = "\n".join(line.replace(",", separator) for line in lines) + "\n"
    assert rows(tmp_path, text)[0] == (2, ["a", "b; c", "1"])


def test_csv_file__reads_names_in_any_case_where_they_are_not_ambiguous(tmp_path: Path) -> None:
    assert rows(tmp_path, "ID,Day,N\na,b,1\n") == [(2, ["a", "b", "1"])]
    path = tmp_path / "both.csv"
    path.write_text("id,ID,day,n\na,b,c,1\n", encoding="utf-8")
    assert CsvFile(path, ("id",)).header == ["id", "ID", "day", "n"]


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
def test_tags__after_a_column_of_row_numbers_are_no_row(tmp_path: Path, first: str) -> None:
    text = f"{first},id,day,n\n0,#id,#date,\n1,a,b,1\n"
    assert rows(tmp_path, text) == [(3, ["1", "a", "b", "1"])]


def test_csv_file__finds_line_and_column_of_a_latin_1_byte(tmp_path: Path) -> None:
    data = HEADER.encode() + b'a,"x\ny",1\nb,caf\xe9,2\n'
    problem = problem_of(tmp_path, data)
    assert "not UTF-8" in str(problem)
    assert (problem.line, problem.column) == (4, "day")


def test_csv_file__finds_line_and_column_of_a_ten_million_character_cell(tmp_path: Path) -> None:
    data = HEADER + "a,b,1\nb," + "x" * 10_000_000 + ",2\nc,d,3\n"
    before = csv.field_size_limit()
    problem = problem_of(tmp_path, data)
    assert "too long; expected at most 131,072" in str(problem)
    assert (problem.line, problem.column) == (3, "day")
    assert len(str(problem)) < 500
    assert len(str(problem.value)) <= 200
    assert csv.field_size_limit() == before


def test_csv_file__names_the_row_whose_quote_never_closes(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, HEADER + 'a,b,1\nb,"open,2\nc,d,3\n')
    assert "not valid CSV" in str(problem)
    assert problem.line == 3


def test_csv_file__names_a_row_of_another_width(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, HEADER + "a,b,1\na,b\n")
    assert (problem.line, problem.column) == (3, "day")


def test_csv_file__refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        CsvFile(tmp_path, ("id",))


@pytest.mark.parametrize(
    ("getter", "value", "message"),
    [
        ("count", "-3", "not a count"),
        ("count", "1.5", "not a count"),
        ("count", "٣", "not a count"),
        ("count", "9" * 30, "not a count"),
        ("day", "2010-02-31", "not a day of the calendar"),
        ("day", "31/02/2010", "not a date"),
        ("day", "0010-02-01", "out of range"),
        ("number", "nan", "cannot be used"),
        ("number", "1_0", "cannot be used"),
        ("number", "inf", "cannot be used"),
        ("flag", "maybe", "not a flag"),
        ("key", "  ", "empty"),
    ],
)
def test_columns__note_a_cell_that_cannot_be_used(
    tmp_path: Path, getter: str, value: str, message: str
) -> None:
    cells = one_row(tmp_path, value, value, value)
    getattr(cells, getter)("n")
    ((problem,),) = cells.problems.values()
    assert message in str(problem)
    assert (problem.line, problem.column) == (2, "n")
    assert problem.expected


def test_columns__keep_no_problem_of_good_cells(tmp_path: Path) -> None:
    cells = one_row(tmp_path, " a ", "2012-02-29 00:00:00.000", "1")
    assert cells.text("id").tolist() == ["a"]
    assert cells.day("day").astype(str).tolist() == ["2012-02-29"]
    assert (cells.count("n")[0], cells.code("n", 1, 3)[0], cells.number("n")[0]) == (1, 1, 1.0)
    assert cells.flag("n").tolist() == [True]
    assert cells.problems == {}


def test_shorten__cuts_long_values_and_says_how_long_they_were() -> None:
    assert shorten("short") == "'short'"
    assert shorten("x" * 1000).endswith("(1,000 characters)")
    assert len(shorten("x" * 1000)) < 100


@pytest.mark.parametrize("row", [b"caf\xe9,1\n", b"x,caf\xe9" + b"x" * 200_000 + b",1\n"])
def test_value_of_an_error__can_be_written(tmp_path: Path, row: bytes) -> None:
    problem = problem_of(tmp_path, HEADER.encode() + row)
    assert "xe9" in str(problem.value) or problem.column == "day"
    str(problem.value).encode()
