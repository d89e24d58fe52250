"""CSV files as columns: Arrow and the csv module agree, and nothing is lost."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tarazu.core.errors import DataError
from tarazu.core.tables import csv_columns
from tarazu.core.tables.coded import Coded
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_rows import CsvFile

NAMES = ("a", "b", "c")
PIECES = ["x", "é", '"', '""', ",", "\n", "\r\n", "\r", " ", "#t", "a,b,c\n", "1,2,3\n", '"l\nm",']
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def content(columns: Columns) -> list[tuple[int, ...] | tuple[str, ...]]:
    cells = [[list(c.distinct)[code] for code in c.codes] for c in columns.cells.values()]
    return [tuple(map(columns.origin.number, range(len(columns)))), *map(tuple, cells)]


def by_arrow(path: Path, plain: tuple[str, ...] = ()) -> Columns | None:
    return csv_columns._read_by_arrow(CsvFile(path, NAMES), NAMES, plain)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=texts, header=st.sampled_from(["a,b,c\n", "a,b,c\r\n", '\ufeff"a",b,c\n', '"a\n",b,c\n'])
)
@example(text='"x, y","1""2",\r\n\r\n"l\nm",,""\n', header="a,b,c\n")
@example(text='" s ", s ,""\n', header='"a\n",b,c\n')
@example(text="#t,,\n1,2,3", header="a,b,c\n")
def test_arrow__reads_a_regular_file_as_the_csv_module_does(
    tmp_path: Path, text: str, header: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((header + text).encode())
    slow = csv_columns._read_by_rows(CsvFile(path, NAMES), NAMES)
    fast = by_arrow(path)
    if fast is not None:
        assert slow.broken == ()
        assert content(fast) == content(slow)


@pytest.mark.parametrize(
    "text", ["1,2,3\n", '"1",2,"l\nm"\n\n4,5,6\n', 'a,"say ""no""",c\r\n', "1,2,3\n4,5,6"]
)
def test_arrow__reads_what_is_regular(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b,c\n" + text.encode())
    assert by_arrow(path) is not None


def test_plain_column__has_the_cells_and_the_copies_of_others(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,x,7\n2,x,7\n1,x,7\n2,y,7\n3,z,7\n", encoding="utf-8")
    compared, plain = by_arrow(path), by_arrow(path, ("b",))
    assert compared is not None
    assert plain is not None
    assert content(plain) == content(compared)
    assert len(plain.cells["b"].distinct) == 5  # not compared with each other
    for table in (plain, compared):
        kept = table.drop_copies("a")
        cells = [("1", "2", "2", "3"), ("x", "x", "y", "z"), ("7", "7", "7", "7")]
        assert content(kept) == [(2, 3, 5, 6), *cells]
    unmarked = Coded(np.array([0, 1, 2]), ["x", "y", "x"], is_plain=True).compared()
    assert (unmarked.codes.tolist(), list(unmarked.distinct)) == ([0, 1, 0], ["x", "y"])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b'4,"open,6\n', "not valid CSV"),
        (b'4,"5"5,6\n', "not valid CSV"),
        (b"4,caf\xe9,6\n", "not UTF-8"),
        (b"4,5\n", "2 cells"),
        (b"4," + b"5" * 200_000 + b",6\n", "too long"),
    ],
)
def test_row_that_cannot_be_taken_apart__is_lost_alone(
    tmp_path: Path, bad: bytes, message: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b,c\n1,2,3\n" + bad + b'7,"8",9\n')
    columns = read_csv_columns(path, NAMES)
    assert content(columns) == [(2, 4), ("1", "7"), ("2", "8"), ("3", "9")]
    (problem,) = columns.broken
    assert isinstance(problem, DataError)
    assert message in str(problem)
    assert problem.line == 3
    assert columns.rows_read == 3


def test_unclosed_quote_at_the_end__costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', encoding="utf-8")
    columns = read_csv_columns(path, NAMES)
    assert (content(columns)[0], len(columns.broken)) == ((3, 4), 1)


@pytest.mark.parametrize("large", [0, 1 << 20])
def test_large_file__has_the_same_errors_as_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(csv_columns, "LARGE", large)
    path = tmp_path / "t.csv"
    path.write_text('#x,#y,#z\n1,"2\n2",3\n\n4,x,6\n', encoding="utf-8")
    path.write_text("a,b,c\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    columns = read_csv_columns(path, NAMES)
    columns.count("b")
    places = [(problem.line, problem.value) for (problem,) in columns.all_problems()]
    assert places == [(3, "2\n2"), (6, "x")]


@pytest.mark.parametrize("large", [0, 1 << 20])
def test_long_cell__is_an_error_however_large_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(csv_columns, "LARGE", large)
    path = tmp_path / "t.csv"
    for column, long in (("b", "x" * 200_000), ("note", "x" * 200_000), ("note", "x\n" * 100_000)):
        cells = {"a": "1", "b": "2", "c": "3", "note": "4", column: f'"{long}"'}
        path.write_text(f"a,b,c,note\n1,2,3,4\n{','.join(cells.values())}\n", encoding="utf-8")
        (problem, *_) = read_csv_columns(path, NAMES).broken
        assert (problem.line, problem.column) == (3, column)


@pytest.mark.parametrize("large", [0, 1 << 20])
def test_bad_byte__costs_a_row_only_where_the_cell_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(csv_columns, "LARGE", large)
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b,c,note\n1,2,3,caf\xe9\n4,caf\xe9,6,x\n")
    columns = read_csv_columns(path, NAMES)
    assert content(columns)[0] == (2,)
    (problem,) = columns.broken
    assert (problem.line, problem.column) == (3, "b")


def test_all_columns__are_read_on_request(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,c,d,e,e\n1,2,3,4,5,6\n", encoding="utf-8")
    assert list(read_csv_columns(path, NAMES, None).cells) == ["a", "b", "c", "d"]
