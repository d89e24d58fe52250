"""Columns of a table, read strictly: each distinct cell is parsed once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError, raise_problems
from tarazu.core.tables.cells import (
    KEPT,
    NO_DAY,
    CellError,
    parse_choice,
    parse_code,
    parse_count,
    parse_day,
    parse_flag,
    parse_key,
    parse_number,
    parse_words,
    shorten,
    trim,
    trim_all,
)
from tarazu.core.tables.coded import Coded, Days, Mask, Texts

DETAILED = 1000  # rows; where more have problems, each keeps its first one only
COPY = "identical copy of another row"
HOW_TO_CHOOSE = (
    "If two releases of the data were joined, keep the rows of the newer one. --keep-going leaves "
    "all versions of such events out, and counts them"
)
HOW_TO_KEEP_DIGITS = "Import the original file with this column as text, and save it again"
ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+", re.ASCII)


@dataclass(frozen=True)
class RowOrigin:
    """Where rows stand: file and number of each.

    Attributes
    ----------
    files : of the table, in order. file : (N,) place in `files`.
    row : (N,) number of the row in its file, from 0; rows that are not in the table may count.
    lines : returns the line on which each row of the one file begins, called when an error first
        names a line; None for JSON, which numbers its events from 1.
    """

    files: tuple[Path, ...]
    file: NDArray[np.int32]
    row: NDArray[np.int64]
    lines: Callable[[], Sequence[int]] | None = None

    @classmethod
    def of_file(cls, file: Path, size: int, lines: Callable[[], Sequence[int]]) -> RowOrigin:
        """Return the origin of all rows of one file."""
        return cls((file,), np.zeros(size, dtype=np.int32), np.arange(size), lines)

    @property
    def has_lines(self) -> bool:
        """Whether the files are text with lines; JSON is not."""
        return self.lines is not None

    def take(self, rows: Mask) -> RowOrigin:
        """Return the origin of these rows."""
        return RowOrigin(self.files, self.file[rows], self.row[rows], self.lines)

    def number(self, row: int) -> int:
        """Return the line of a row, or the number of its event from 1."""
        place = int(self.row[row])
        return place + 1 if self.lines is None else self.lines()[place]

    def name(self, row: int) -> str:
        """Return where a row stands, in words that another row's error can use."""
        return f"{'event' if self.lines is None else 'line'} {self.number(row)}"

    def problem(
        self, row: int, column: str, value: str, what: str, expected: str, hint: str | None = None
    ) -> DataError:
        """Return the error of a cell."""
        return DataError(
            f"{self.name(row)}: {what}" if self.lines is None else what,
            file=self.files[self.file[row]],
            line=None if self.lines is None else self.number(row),
            column=column,
            value=value[:KEPT],
            expected=expected,
            hint=hint,
        )


class Columns:
    """Named columns of a table, (N,) each, with the account of its rows.

    A getter that cannot use a cell notes a DataError for its row and returns a stand-in there, so
    that one pass finds every problem; the caller drops the rows in `problems` before it uses any.

    Parameters
    ----------
    origin : where the rows stand. cells : the columns.
    broken : rows that could not be split into cells, in order.

    Attributes
    ----------
    problems : problems by row, 0 to N - 1.
    rows_read : rows of the file, those broken or dropped since included.
    dropped : rows left out by reason.
    remarks : rows that are used although something about them is odd, (N,) each, by what it is.
    """

    def __init__(
        self, origin: RowOrigin, cells: Mapping[str, Coded], broken: Iterable[DataError] = ()
    ) -> None:
        self.origin, self.cells, self.broken = origin, cells, tuple(broken)
        self.problems: dict[int, list[DataError]] = {}
        self.rows_read = len(self) + len(self.broken)
        self.dropped: Counter[str] = Counter()
        self.remarks: dict[str, Mask] = {}

    @classmethod
    def empty(cls, file: Path, names: Iterable[str]) -> Columns:
        """Return the columns without rows."""
        nothing = Coded(np.empty(0, dtype=np.int32), [])
        return cls(RowOrigin.of_file(file, 0, list), dict.fromkeys(names, nothing))

    def __len__(self) -> int:
        return len(self.origin.row)

    def __contains__(self, column: str) -> bool:
        return column in self.cells

    @property
    def good(self) -> Mask:
        """Rows without a problem so far, (N,)."""
        good = np.ones(len(self), dtype=bool)
        good[list(self.problems)] = False
        return good

    def take(self, rows: Mask) -> Columns:
        """Return these rows with their problems; `broken` and the account go along."""
        cells = self.cells
        if not rows.all():
            cells = {name: column.take(rows) for name, column in self.cells.items()}
        taken = Columns(self.origin.take(rows), cells, self.broken)
        place = np.cumsum(rows) - 1
        taken.problems = {
            int(place[row]): found for row, found in self.problems.items() if rows[row]
        }
        taken.rows_read, taken.dropped = self.rows_read, self.dropped.copy()
        taken.remarks = {what: found[rows] for what, found in self.remarks.items()}
        return taken

    def drop(self, rows: Mask, reason: str | Callable[[int], str]) -> Columns:
        """Return the table without these rows, (N,), counted under the reason.

        Parameters
        ----------
        reason : one for all, or what returns the reason of the row at a place.
        """
        if not rows.any():
            return self
        kept = self.take(~rows)
        if isinstance(reason, str):
            kept.dropped[reason] += int(rows.sum())
        else:
            kept.dropped.update(map(reason, np.flatnonzero(rows).tolist()))
        return kept

    def all_problems(self) -> list[Sequence[DataError]]:
        """Return the problems of each row that cannot be used, in the order of the files."""
        places: list[tuple[tuple[int, int], Sequence[DataError]]] = [
            ((int(self.origin.file[row]), self.origin.number(row)), found)
            for row, found in self.problems.items()
        ]
        files = {str(file): place for place, file in enumerate(self.origin.files)}
        places += [
            ((files.get(str(problem.file), 0), problem.line or 0), [problem])
            for problem in self.broken
        ]
        return [found for _, found in sorted(places, key=lambda entry: entry[0])]

    def raise_problems(self) -> None:
        """Raise all problems of the table at once, if there are any."""
        problems = [problem for row in self.all_problems() for problem in row]
        raise_problems(problems, f"{self.origin.files[0]}: {len(problems)} problems")

    def full(self, value: object) -> NDArray[Any]:
        """Return a column that has one value in every row: a text, a number, or a flag."""
        kind = object if isinstance(value, str) else type(value)
        return np.full(len(self), value, dtype=kind)

    def problem(
        self,
        rows: Mask,
        column: str,
        what: Callable[[int], str],
        expected: str,
        hint: str | None = None,
    ) -> None:
        """Note a problem in each of the rows (N,); `what` gets the place of the row."""
        for row in np.flatnonzero(rows).tolist():
            self.note(row, column, what(row), expected, hint)

    def note(
        self, row: int, column: str, what: str, expected: str, hint: str | None = None
    ) -> None:
        """Note a problem of one cell."""
        known = self.problems.setdefault(row, [])
        if not known or len(self.problems) <= DETAILED:
            value = self._cell(row, column)
            known.append(self.origin.problem(row, column, value, what, expected, hint))

    def remark(self, rows: Mask, what: str) -> None:
        """Note something odd about rows (N,) that are used all the same."""
        if rows.any():
            self.remarks[what] = self.remarks.get(what, self.full(False)) | rows

    def text(self, column: str) -> Texts:
        """Return the cells without spaces around them; they may be empty."""
        return self._spread(column, trim_all(self.cells[column].distinct), object)

    def coded_or_empty(self, column: str) -> Coded:
        """Return the codes of a column, all of an empty cell where the table has none of it."""
        empty = Coded(np.zeros(len(self), dtype=np.int32), [""])
        return self.cells.get(column, empty)

    def text_or_empty(self, column: str) -> Texts:
        """Return the cells as `text` does, all empty where the table has no such column."""
        if column in self:
            return self.text(column)
        return self.full("")

    def key(self, column: str) -> Texts:
        """Return cells that must not be empty."""
        cells = trim_all(self.cells[column].distinct)
        if "" not in cells:  # ids are as many as rows: not one by one
            return self._spread(column, cells, object)
        return self.parse(column, parse_key, "", object)

    def one_of(self, column: str, choices: Sequence[str]) -> Texts:
        """Return cells that are one of the choices."""
        return self.parse(column, lambda value: parse_choice(value, choices), choices[0], object)

    def flag(self, column: str) -> Mask:
        """Return yes or no written as 1 or 0, true or false."""
        return self.parse(column, parse_flag, False, bool)

    def count(self, column: str, low: int = 0) -> NDArray[np.int64]:
        """Return whole numbers >= low, below 10^9."""
        return self.parse(column, lambda value: parse_count(value, low), low, np.int64)

    def code(self, column: str, low: int, high: int) -> NDArray[np.int64]:
        """Return whole numbers from low to high."""
        return self.parse(column, lambda value: parse_code(value, low, high), low, np.int64)

    def words(self, column: str) -> NDArray[np.object_]:
        """Return the parts of the cells that semicolons separate, each a tuple."""
        return self.parse(column, parse_words, (), object)

    def number(
        self, column: str, low: float = -inf, high: float = inf, *, above: bool = False
    ) -> NDArray[np.float64]:
        """Return finite numbers from low to high, low itself excluded if `above`."""
        return self.parse(
            column, lambda value: parse_number(value, low, high, above=above), 1.0, np.float64
        )

    def degrees(self, column: str, limit: float) -> NDArray[np.float64]:
        """Return degrees from -limit to limit; NaN where the cell is empty, or without a column."""
        if column not in self:
            return self.full(nan)
        return self.parse(
            column,
            lambda value: parse_number(value, -limit, limit) if value else nan,
            nan,
            np.float64,
        )

    def day(self, column: str) -> Days:
        """Return days of the calendar, datetime64[D]."""
        return self.parse(column, parse_day, NO_DAY, "datetime64[D]")

    def parse(
        self, column: str, parse: Callable[[str], object], stand_in: object, dtype: Any
    ) -> NDArray[Any]:
        """Return what `parse` makes of the cells; where it raises a CellError, the stand-in."""
        coded = self.cells[column]
        cells = trim_all(coded.distinct)
        values: list[object] = [stand_in] * len(cells)
        errors: dict[int, CellError] = {}
        for code in np.flatnonzero(np.bincount(coded.codes, minlength=len(values))).tolist():
            try:
                values[code] = parse(cells[code])
            except CellError as error:
                errors[code] = error
        if errors:
            unusable = np.zeros(len(values), dtype=bool)
            unusable[list(errors)] = True
            for row in np.flatnonzero(unusable[coded.codes]).tolist():
                found = errors[int(coded.codes[row])]
                self.note(row, column, found.what, found.expected)
        return self._spread(column, values, dtype)

    def copies(self, column: str) -> Mask:
        """Return the rows that equal an earlier one in every cell, (N,).

        Parameters
        ----------
        column : of the id; rows without one are no copies.
        """
        ids = self.cells[column]
        several = np.bincount(ids.codes, minlength=len(ids.distinct)) > 1
        for code in np.flatnonzero(several).tolist():
            several[code] = bool(trim(ids.distinct[code]))
        rows = np.flatnonzero(several[ids.codes])
        compared = [cells[rows].compared() for cells in self.cells.values()]
        table = np.stack([cells.codes for cells in compared], axis=1)
        _, first = np.unique(table, axis=0, return_index=True)  # of (rows, columns)
        is_copy = self.full(False)
        is_copy[np.delete(rows, first)] = True
        return is_copy

    def drop_copies(self, column: str) -> Columns:
        """Return the table without the rows that equal an earlier one, which are counted."""
        return self.drop(self.copies(column), COPY)

    def refuse_copies(self, column: str) -> None:
        """Note a problem in rows whose `column` stands in another row; called last.

        Copies were dropped before. Of rows that differ none stays, so that the result does not
        depend on their order.
        """
        coded = self.cells[column]
        good = np.flatnonzero(self.good)
        order = good[np.argsort(coded.codes[good], kind="stable")]
        codes = coded.codes[order]
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else codes
        sizes = np.diff(np.r_[starts, len(codes)])
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            self._refuse_copies(column, order[start : start + size])

    def _refuse_copies(self, column: str, rows: NDArray[np.int64]) -> None:
        first, second = rows[:2].tolist()
        event = self._cell(first, column)
        is_rounded = ROUNDED.fullmatch(event) is not None
        for row in rows.tolist():
            other = self.origin.name(first if row != first else second)
            if is_rounded:
                what = f"a spreadsheet rounded the ids: {other} has {shorten(event)} too"
                self.note(row, column, what, "the id with all its digits", HOW_TO_KEEP_DIGITS)
            else:
                what = f"event {shorten(event)} stands with other cells in {other}"
                self.note(row, column, what, "each event once", HOW_TO_CHOOSE)

    def _cell(self, row: int, column: str) -> str:
        coded = self.cells[column]
        cell: str = coded.distinct[int(coded.codes[row])]
        return cell.strip()

    def _spread(self, column: str, values: Sequence[object], dtype: Any) -> NDArray[Any]:
        if dtype is object:  # a tuple is one cell
            table = np.fromiter(values, dtype=object, count=len(values))
        else:
            table = np.array(values, dtype=dtype)
        return table[self.cells[column].codes]
