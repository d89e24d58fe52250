"""One table: text that fits a terminal, HTML without markup of the cells, CSV, a frame."""

from __future__ import annotations

import csv
import io
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.number_format import count, interval, number, percent
from tarazu.report.table import Table

SMALL = Table(
    "Rows", ("what", "rows"), (("read", count(1692)), ("rejected", count(3))), frozenset({1})
)
CELLS = st.text("abc <&\"'-", max_size=60)
TABLES = st.integers(1, 9).flatmap(
    lambda n: st.lists(st.tuples(*[CELLS] * n), min_size=1, max_size=4).map(
        lambda rows: Table("A caption of some words", tuple(f"c{i}" for i in range(n)), tuple(rows))
    )
)


def test_text__aligns_names_left_and_numbers_right() -> None:
    assert SMALL.to_text().splitlines() == [
        "Rows",
        "  what       rows",
        "  read      1,692",
        "  rejected      3",
    ]


@given(TABLES, st.integers(40, 120))
def test_text__fits_and_loses_no_word(table: Table, width: int) -> None:
    text = table.to_text(width)
    assert max(map(len, text.splitlines())) <= width
    for row in table.rows:
        for cell in row:
            assert all(word in text.replace("\n", " ") or len(word) > 20 for word in cell.split())


def test_text__wraps_the_widest_column_and_never_a_number() -> None:
    table = Table("", ("what", "n"), (("word " * 30, count(1_000_000)),), frozenset({1}))
    lines = table.to_text(40).splitlines()
    assert max(map(len, lines)) <= 40
    assert sum("1,000,000" in line for line in lines) == 1


def test_text__rows_become_blocks_where_columns_cannot_stand_side_by_side() -> None:
    names = tuple(f"heading-{i:02}" for i in range(12))
    table = Table("Wide", names, (tuple(f"value-{i:02}-of-this-row" for i in range(12)),))
    lines = table.to_text(80).splitlines()
    assert lines[:3] == ["Wide", "  value-00-of-this-row", "    heading-01: value-01-of-this-row"]


@pytest.mark.parametrize(
    ("name", "numeric", "names_rows", "head"),
    [
        ("tempo", frozenset({0}), False, "  tempo: 1"),
        ("by hand", frozenset(), True, "  by hand: 1"),
        ("C:\\data", frozenset(), False, "  1"),
        ("parameter", frozenset(), False, "  1"),
    ],
)
def test_text__blocks_name_what_heads_them_where_it_says_nothing_alone(
    name: str, numeric: frozenset[int], names_rows: bool, head: str
) -> None:
    names = (name, *(f"heading-{i:02}" for i in range(12)))
    rows = (("1", *(f"value-{i:02}" for i in range(12))),)
    assert Table("Wide", names, rows, numeric, names_rows).to_text(60).splitlines()[1] == head


def test_html__escapes_cells_and_marks_numbers() -> None:
    table = Table("A & B", ("<i>", "n"), (("'x'", "1"),), frozenset({1}))
    page = table.to_html(style="cards")
    assert page == table.to_html(style="cards")
    assert "<caption>A &amp; B</caption>" in page
    assert '<th scope="col">&lt;i&gt;</th><th scope="col" class="num">n</th>' in page
    assert '<th scope="row">&#x27;x&#x27;</th><td class="num" data-label="n">1</td>' in page
    assert "<caption>" not in table.to_html(caption=False)
    assert table._repr_html_() == table.to_html()


def test_csv__has_numbers_that_programs_read() -> None:
    row = ("1,000 of 2", number(-1234.0), interval((-0.5, 1.0), signed=True))
    table = Table("", ("a, b", "n", "interval"), (row,), frozenset({1}))
    assert list(csv.reader(io.StringIO(table.to_csv()))) == [
        ["a, b", "n", "interval"],
        ["1,000 of 2", "-1234", "-0.50 to +1.00"],
    ]


def test_frame__has_floats_for_numbers_and_shares_for_percent() -> None:
    rows = (("x", number(-0.5), percent(0.25), "p"), ("y", "not estimable", "", "q"))
    frame = Table("", ("a", "n", "share", "w"), rows, frozenset({1, 2, 3})).to_frame()
    assert next(iter(frame["n"])) == -0.5
    assert next(iter(frame["share"])) == pytest.approx(0.25)
    assert isnan(frame["n"][1])
    assert isnan(frame["share"][1])
    assert list(frame["w"]) == ["p", "q"]
