"""Columns are read as strictly as single rows, and copies are refused whatever their order."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.tables.cells import Row
from tarazu.core.tables.columns import Coded, Columns, Encoder, Origin

FILE = Path("t.csv")
CELLS = ["", " ", "1", "0", "true", "No", "-3", "1.5", "2010-02-31", "2012-02-29", "9" * 12, "nan"]
GETTERS = ("key", "flag", "count", "number", "day", "text")
cells = st.lists(st.sampled_from(CELLS) | st.text(max_size=5), min_size=1, max_size=20)


def columns(**texts: list[str]) -> Columns:
    size = len(next(iter(texts.values())))
    coded = {}
    for name, column in texts.items():
        encoder = Encoder()
        coded[name] = Coded(encoder.encode(column), list(encoder))
    return Columns(Origin((FILE,), np.zeros(size, np.int32), np.arange(2, size + 2)), coded)


@given(column=cells, getter=st.sampled_from(GETTERS))
def test_columns__read_each_cell_as_a_row_does(column: list[str], getter: str) -> None:
    table = columns(n=column)
    values = getattr(table, getter)("n")
    for place, cell in enumerate(column):
        row = Row(FILE, place + 2, [cell], {"n": 0})
        value = getattr(row, getter)("n")
        assert [str(problem) for problem in table.problems.get(place, [])] == [
            str(problem) for problem in row.problems
        ]
        if not row.problems:
            assert values[place] == np.array([value], dtype=values.dtype)[0]


def test_text_or_empty__of_a_column_that_is_not_there_is_empty() -> None:
    table = columns(n=[" a", ""])
    assert table.text_or_empty("n").tolist() == ["a", ""]
    assert table.text_or_empty("m").tolist() == ["", ""]


def test_equal_copies__leave_the_first() -> None:
    table = columns(id=["1", "2", "1"], n=["a", "b", "a"])
    table.refuse_copies("id")
    assert list(table.problems) == [2]
    assert "already in line 2" in str(table.problems[2][0])


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
    assert table.origin.number.tolist() == [3, 5]
    assert list(table.cells["n"].distinct) == ["b"]


def test_rows_without_copies__are_distinct() -> None:
    table, copies = columns(id=["1", "2", "1"], n=["a", "b", "a"]).without_copies()
    assert (table.text("id").tolist(), copies) == (["1", "2"], 1)
