"""Columns: strict getters, the account of rows, copies refused whatever their order."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.tables.cells import (
    CellError,
    parse_count,
    parse_day,
    parse_flag,
    parse_key,
    parse_number,
    parse_words,
    trim,
)
from tarazu.core.tables.coded import Coded, Encoder
from tarazu.core.tables.columns import Columns, RowOrigin

FILE = Path("t.csv")
CELLS = [
    "",
    " ",
    "1",
    "0",
    "true",
    "No",
    "-3",
    "1.5",
    "2010-02-31",
    "2012-02-29",
    "9" * 12,
    "nan",
    "NA",
    "3.0",
]
PARSERS: dict[str, Callable[[str], object]] = {
    "key": parse_key,
    "flag": parse_flag,
    "count": parse_count,
    "number": parse_number,
    "day": parse_day,
    "words": parse_words,
    "text": str,
}
cells = st.lists(st.sampled_from(CELLS) | st.text(max_size=5), min_size=1, max_size=20)


def columns(**texts: list[str]) -> Columns:
    size = len(next(iter(texts.values())))
    coded = {}
    for name, column in texts.items():
        encoder = Encoder()
        coded[name] = Coded(encoder.encode(column), list(encoder))
    return Columns(RowOrigin.of_file(FILE, size, lambda: range(2, size + 2)), coded)


def parsed(getter: str, cell: str) -> object:
    try:
        return PARSERS[getter](cell)
    except CellError as error:
        return error


@given(column=cells, getter=st.sampled_from(sorted(PARSERS)))
def test_columns__read_each_cell_as_its_parser_does(column: list[str], getter: str) -> None:
    table = columns(n=column)
    values = getattr(table, getter)("n")
    for place, cell in enumerate(column):
        wanted = parsed(getter, trim(cell))
        if isinstance(wanted, CellError):
            (problem,) = table.problems[place]
            assert (problem.what, problem.expected) == (wanted.what, wanted.expected)
            assert (problem.line, problem.column, problem.value) == (place + 2, "n", cell.strip())
        else:
            assert place not in table.problems
            assert values[place] == wanted


def test_text_or_empty__of_a_column_that_is_not_there_is_empty() -> None:
    table = columns(n=[" a", ""])
    assert table.text_or_empty("n").tolist() == ["a", ""]
    assert table.text_or_empty("m").tolist() == ["", ""]


def test_equal_copies__leave_the_first_and_are_counted() -> None:
    table = columns(id=["1", "2", "1"], n=["a", "b", "a"]).drop_copies("id")
    assert [table.origin.number(row) for row in range(len(table))] == [2, 3]
    assert table.dropped == {"identical copy of another row": 1}


def test_ids_that_a_spreadsheet_rounded__are_named_as_such() -> None:
    table = columns(id=["2.01403E+11", "2.01403E+11"], n=["a", "b"])
    table.refuse_copies("id")
    assert "a spreadsheet rounded the ids" in str(table.problems[0][0])


def test_remarks__stay_with_their_rows() -> None:
    table = columns(id=["1", "2", "3"])
    table.remark(np.array([True, False, True]), "odd")
    table.remark(np.array([False, False, False]), "never")
    table = table.drop(np.array([True, False, False]), "gone")
    assert {what: rows.tolist() for what, rows in table.remarks.items()} == {"odd": [False, True]}


def test_unequal_copies__leave_none() -> None:
    table = columns(id=["1", "2", "1"], n=["a", "b", "c"])
    table.refuse_copies("id")
    assert sorted(table.problems) == [0, 2]
    assert "other cells in line 4" in str(table.problems[0][0])


def test_copies__of_rows_with_other_problems_do_not_count() -> None:
    table = columns(id=["1", "1"], n=["a", "3"])
    table.count("n")
    table.refuse_copies("id")
    assert list(table.problems) == [0]


def test_many_problems__keep_the_first_of_each_row() -> None:
    table = columns(a=["x"] * 3000, b=["y"] * 3000)
    table.count("a")
    table.count("b")
    assert len(table.problems) == 3000
    assert [len(table.problems[row]) for row in (0, 2999)] == [1, 1]
    assert sum(len(found) for found in table.problems.values()) == 3000


def test_taken_rows__keep_their_cells_and_lines() -> None:
    table = columns(n=["a", "b", "c", "b"]).take(np.array([False, True, False, True]))
    assert table.text("n").tolist() == ["b", "b"]
    assert [table.origin.number(row) for row in (0, 1)] == [3, 5]
    assert list(table.cells["n"].distinct) == ["b"]


def test_copies__are_the_rows_that_equal_an_earlier_one() -> None:
    table = columns(id=["1", "2", "1", "", ""], n=["a", "b", "a", "c", "c"])
    assert table.copies("id").tolist() == [False, False, True, False, False]


def test_dropped_rows__are_counted_by_reason_and_problems_stay_with_their_rows() -> None:
    table = columns(n=["x", "1", "2", "y"])
    table.count("n")
    table = table.drop(np.array([True, False, False, False]), "old")
    table = table.drop(np.array([True, False, False]), lambda row: f"row {row}")
    assert dict(table.dropped) == {"old": 1, "row 0": 1}
    assert (len(table), table.rows_read) == (2, 4)
    assert table.good.tolist() == [True, False]
    assert [found[0].line for found in table.all_problems()] == [5]


def test_lines__are_counted_only_for_problems() -> None:
    def count() -> list[int]:
        raise AssertionError("lines were counted")

    coded = Coded(np.zeros(1, np.int32), ["1"])
    table = Columns(RowOrigin.of_file(FILE, 1, count), {"n": coded})
    assert table.count("n").tolist() == [1]
    assert table.all_problems() == []
