"""Columns of a large table, read strictly: each distinct cell is parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import (
    NO_DAY,
    CellError,
    parse_choice,
    parse_code,
    parse_count,
    parse_day,
    parse_flag,
    parse_key,
    parse_number,
)
from tarazu.core.tables.csv_rows import KEPT, shorten

if TYPE_CHECKING:
    import pyarrow as pa

Mask = NDArray[np.bool_]
Rows = NDArray[np.bool_] | NDArray[np.int64] | slice
Texts = NDArray[np.object_]  # of str
Days = NDArray[np.datetime64]  # datetime64[D]
DETAILED = 1000  # rows; where more have problems, each keeps its first one only


@dataclass(frozen=True, slots=True)
class Coded:
    """One column as codes of its distinct cells.

    Attributes
    ----------
    codes : (N,) int, place in `distinct`. distinct : the distinct cells.
    """

    codes: NDArray[np.int32]
    distinct: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows) -> Coded:
        """Return the column at these rows."""
        return Coded(self.codes[rows], self.distinct)

    def take(self, rows: Mask | NDArray[np.int64]) -> Coded:
        """Return the column at these rows, with the distinct cells of these only."""
        codes = self.codes[rows]
        is_used = np.bincount(codes, minlength=len(self.distinct)) > 0
        if is_used.all():
            return Coded(codes, self.distinct)
        place = (np.cumsum(is_used) - 1).astype(np.int32)
        used = np.flatnonzero(is_used)
        if isinstance(self.distinct, ArrowTexts):
            return Coded(place[codes], self.distinct.take(used))
        return Coded(place[codes], [self.distinct[code] for code in used.tolist()])


class ArrowTexts(Sequence[str]):
    """Texts that stay in Arrow's memory until Python needs them.

    Parameters
    ----------
    array : pyarrow.StringArray without nulls.
    """

    def __init__(self, array: pa.StringArray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_numpy(zero_copy_only=False).tolist())

    def __getitem__(self, place: Any) -> Any:
        """Return one text."""
        return self.array[place].as_py()

    def take(self, places: NDArray[np.int64]) -> ArrowTexts:
        """Return the texts at these places."""
        return ArrowTexts(self.array.take(places))


class Encoder(dict[str, int]):
    """Codes of the distinct cells seen so far, in the order of first appearance."""

    def __missing__(self, cell: str) -> int:
        self[cell] = code = len(self)
        return code

    def encode(self, cells: Sequence[str]) -> NDArray[np.int32]:
        """Return the codes of some cells, (N,)."""
        return np.fromiter(map(self.__getitem__, cells), np.int32, len(cells))


@dataclass(frozen=True)
class Origin:
    """Where rows stand: file and number of each.

    Attributes
    ----------
    files : of the table, in order. file : (N,) place in `files`.
    number : (N,) line on which the row begins; in JSON, the event's place in its page, from 1.
    is_line : False for JSON, which has no lines to name.
    """

    files: tuple[Path, ...]
    file: NDArray[np.int32]
    number: NDArray[np.int64]
    is_line: bool = True

    def take(self, rows: Mask | NDArray[np.int64]) -> Origin:
        """Return the origin of these rows."""
        return Origin(self.files, self.file[rows], self.number[rows], self.is_line)

    def name(self, row: int) -> str:
        """Return where a row stands, in words that another row's error can use."""
        return f"{'line' if self.is_line else 'event'} {self.number[row]}"

    def problem(
        self, row: int, column: str, value: str, what: str, expected: str, hint: str | None = None
    ) -> DataError:
        """Return the error of a cell."""
        return DataError(
            what if self.is_line else f"{self.name(row)}: {what}",
            file=self.files[self.file[row]],
            line=int(self.number[row]) if self.is_line else None,
            column=column,
            value=value[:KEPT],
            expected=expected,
            hint=hint,
        )


class Columns:
    """Named columns of a table, (N,) each.

    A getter that cannot use a cell notes a DataError for its row and returns a stand-in there, so
    that one pass finds every problem; the caller drops the rows in `problems` before it uses any.

    Parameters
    ----------
    origin : where the rows stand. cells : the columns.
    broken : rows that could not be taken apart into cells, in order.

    Attributes
    ----------
    problems : problems by row, 0 to N - 1.

    See Also
    --------
    tarazu.core.tables.cells.Row : the same for one row.
    """

    def __init__(
        self, origin: Origin, cells: Mapping[str, Coded], broken: Iterable[DataError] = ()
    ) -> None:
        self.origin, self.cells, self.broken = origin, cells, tuple(broken)
        self.problems: dict[int, list[DataError]] = {}

    def __len__(self) -> int:
        return len(self.origin.number)

    def __contains__(self, column: str) -> bool:
        return column in self.cells

    @property
    def rows_read(self) -> int:
        """Number of rows, those without cells included."""
        return len(self) + len(self.broken)

    @property
    def good(self) -> Mask:
        """Rows without a problem so far, (N,)."""
        good = np.ones(len(self), dtype=bool)
        good[list(self.problems)] = False
        return good

    def take(self, rows: Mask) -> Columns:
        """Return these rows, without the problems noted so far; `broken` goes along."""
        cells = {name: column.take(rows) for name, column in self.cells.items()}
        return Columns(self.origin.take(rows), cells, self.broken)

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
            self._note(row, column, what(row), expected, hint)

    def _note(
        self, row: int, column: str, what: str, expected: str, hint: str | None = None
    ) -> None:
        known = self.problems.setdefault(row, [])
        if not known or len(self.problems) <= DETAILED:
            value = self._cell(row, column)
            known.append(self.origin.problem(row, column, value, what, expected, hint))

    def text(self, column: str) -> Texts:
        """Return the cells without spaces around them; they may be empty."""
        return self._spread(
            column, [value.strip() for value in self.cells[column].distinct], object
        )

    def text_or_empty(self, column: str) -> Texts:
        """Return the cells as `text` does, all empty where the table has no such column."""
        if column in self:
            return self.text(column)
        return np.full(len(self), "", dtype=object)

    def key(self, column: str) -> Texts:
        """Return cells that must not be empty."""
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

    def number(self, column: str, low: float = -inf, high: float = inf) -> NDArray[np.float64]:
        """Return finite numbers from low to high."""
        return self.parse(column, lambda value: parse_number(value, low, high), 1.0, np.float64)

    def day(self, column: str) -> Days:
        """Return days of the calendar, datetime64[D]."""
        return self.parse(column, parse_day, NO_DAY, "datetime64[D]")

    def parse(
        self, column: str, parse: Callable[[str], object], stand_in: object, dtype: Any
    ) -> NDArray[Any]:
        """Return what `parse` makes of the cells; where it raises a CellError, the stand-in."""
        coded = self.cells[column]
        cells = list(coded.distinct)
        values: list[object] = [stand_in] * len(cells)
        errors: dict[int, CellError] = {}
        for code in np.flatnonzero(np.bincount(coded.codes, minlength=len(values))).tolist():
            try:
                values[code] = parse(cells[code].strip())
            except CellError as error:
                errors[code] = error
        if errors:
            unusable = np.zeros(len(values), dtype=bool)
            unusable[list(errors)] = True
            for row in np.flatnonzero(unusable[coded.codes]).tolist():
                found = errors[int(coded.codes[row])]
                self._note(row, column, found.what, found.expected)
        return self._spread(column, values, dtype)

    def without_copies(self) -> tuple[Columns, int]:
        """Return the rows without those that equal an earlier one in every cell, and how many."""
        table = np.stack([column.codes for column in self.cells.values()], axis=1)  # (N, columns)
        _, first = np.unique(table, axis=0, return_index=True)
        kept = np.zeros(len(self), dtype=bool)
        kept[first] = True
        return self.take(kept), len(self) - len(first)

    def refuse_copies(self, column: str) -> None:
        """Note a problem in rows whose `column` stands in another row; asked last.

        Of equal rows the first one stays. Of rows that differ none does, so that the result does
        not depend on their order.
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
        differ = any(np.ptp(cells.codes[rows]) > 0 for cells in self.cells.values())
        how = "with other cells" if differ else "already"
        event = shorten(self._cell(first, column))
        for row in rows[0 if differ else 1 :].tolist():
            other = self.origin.name(first if row != first else second)
            what = f"event {event} stands {how} in {other}"
            self._note(row, column, what, "each event once")

    def _cell(self, row: int, column: str) -> str:
        coded = self.cells[column]
        cell: str = coded.distinct[int(coded.codes[row])]
        return cell.strip()

    def _spread(self, column: str, values: Sequence[object], dtype: Any) -> NDArray[Any]:
        table = np.empty(len(values), dtype=dtype)
        table[:] = values
        return table[self.cells[column].codes]
