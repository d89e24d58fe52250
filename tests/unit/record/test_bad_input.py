"""Files that are no GED, or GED gone wrong: each gets an error that says where and what to do."""

import gc
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, ged_text, small_world, write_ged

from tarazu.core.errors import DataError
from tarazu.record import read_record

GOOD = ged_text(small_world()).encode()


def problems_of(path: Path) -> list[DataError]:
    with pytest.raises((DataError, ExceptionGroup)) as caught:
        read_record(path)
    error = caught.value
    found = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    assert all(isinstance(problem, DataError) for problem in found)
    return [problem for problem in found if isinstance(problem, DataError)]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "empty"),
        (b"a,b,c\n1,2,3\n", 1, "not recognised"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", 1, "a PDF"),
        (GOOD.decode().encode("utf-16"), 1, "UTF-16"),
        (GOOD.replace(b"The Daily", "Le Journal d'été".encode("latin-1"), 1), 2, "not UTF-8"),
        (GOOD.replace(b"The Daily", b"x" * 10_000_000, 1), 2, "too long"),
        (GOOD[: GOOD.rindex(b"Atlantis")], 13, "cells"),
        (GOOD.splitlines()[0], 2, "none of 0 rows"),
    ],
    ids=["empty", "columns", "pdf", "utf-16", "latin-1", "long cell", "cut off", "header only"],
)
def test_broken_file__is_named_with_line_expectation_and_hint(
    tmp_path: Path, data: bytes, line: int, message: str
) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(data)
    (problem,) = problems_of(path)
    assert message in str(problem)
    assert (problem.file, problem.line) == (path, line)
    assert problem.expected
    assert problem.hint
    assert len(str(problem)) < 1500


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        (
            {"date_start": "2010-02-31", "date_end": "2010-03-05"},
            "date_start",
            "not a day of the calendar",
        ),
        ({"date_start": "5 March 2010", "date_end": "2010-03-05"}, "date_start", "not a date"),
        ({"date_end": "2010-03-01"}, "date_end", "ends before 2010-03-05"),
        ({"deaths_a": "-2"}, "deaths_a", "not a count"),
        ({"deaths_civilians": "about 3"}, "deaths_civilians", "not a count"),
        ({"deaths_unknown": ""}, "deaths_unknown", "not a count"),
        ({"best": "7", "high": "9"}, "best", "deaths by side are 0"),
        ({"date_prec": "9"}, "date_prec", "not a code"),
        ({"type_of_violence": "4"}, "type_of_violence", "not a code"),
        ({"where_prec": ""}, "where_prec", "not a code"),
        ({"latitude": "261.0"}, "latitude", "cannot be used"),
        ({"longitude": "east"}, "longitude", "cannot be used"),
        ({"active_year": "2"}, "active_year", "not a flag"),
        ({"side_a": " "}, "side_a", "empty"),
        ({"id": ""}, "id", "empty"),
    ],
)
def test_bad_cell__is_named_with_line_column_and_value(
    tmp_path: Path, cells: dict[str, str], column: str, message: str
) -> None:
    rows = [event(1), event(2, **cells), event(3)]
    (problem,) = problems_of(write_ged(tmp_path / "ged.csv", rows))
    assert message in str(problem)
    assert (problem.line, problem.column) == (3, column)
    assert problem.value == rows[1][column].strip()
    assert problem.expected


def test_bad_cells__are_all_reported_at_once(tmp_path: Path) -> None:
    rows = [event(1, deaths_a="x", date_prec="0"), event(2), event(3, latitude="?")]
    found = problems_of(write_ged(tmp_path / "ged.csv", rows))
    places = [(problem.line, problem.column) for problem in found]
    assert places == [(2, "date_prec"), (2, "deaths_a"), (4, "latitude")]


def test_bad_cells__beyond_a_hundred_are_counted(tmp_path: Path) -> None:
    rows = [event(i, deaths_a="x") for i in range(150)]
    found = problems_of(write_ged(tmp_path / "ged.csv", rows))
    assert len(found) == 101
    assert "50 more problems" in str(found[-1])


def test_absent_file__is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_record(tmp_path / "absent.csv")


def test_broken_file__is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(GOOD.replace(b"The Daily", b'"', 1))
    with pytest.raises(DataError):
        read_record(path)
    gc.collect()  # an open file would warn here, and warnings are errors
