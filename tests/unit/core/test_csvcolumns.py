"""Whole CSV files as columns: the two ways to read them agree, and nothing is lost."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tarazu.core.errors import DataError
from tarazu.core.tables import csv_columns as csvcolumns
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_rows import CsvTable

NAMES = ("a", "b", "c")
PIECES = ["x", "é", '"', '""', ",", "\n", "\r\n", "\r", " ", "#t", "a,b,c\n", "1,2,3\n", '"l\nm",']
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def content(columns: Columns) -> list[tuple[int, ...] | tuple[str, ...]]:
    cells = [[list(c.distinct)[code] for code in c.codes] for c in columns.cells.values()]
    return [tuple(columns.origin.number.tolist()), *map(tuple, cells)]


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
    table = CsvTable(path, NAMES)
    fast, slow = csvcolumns._read_regular(table, NAMES), csvcolumns._read_rows(table, NAMES)
    if fast is not None:
        assert slow.broken == ()
        assert content(fast) == content(slow)


@pytest.mark.parametrize(
    "text", ["1,2,3\n", '"1",2,"l\nm"\n\n4,5,6\n', 'a,"say ""no""",c\r\n', "1,2,3\n4,5,6"]
)
def test_arrow__reads_what_is_regular(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b,c\n" + text.encode())
    assert csvcolumns._read_regular(CsvTable(path, NAMES), NAMES) is not None


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
    assert (columns.origin.number.tolist(), len(columns.broken)) == ([3, 4], 1)
