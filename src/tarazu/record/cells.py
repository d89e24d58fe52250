"""Cells of one event row, read strictly: what cannot be used becomes a DataError with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from tarazu.core.errors import DataError
from tarazu.record.csvfile import shorten

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?)?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
DECIMAL = re.compile(r"-?\d{1,3}(?:\.\d+)?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2100
FLAGS = {"1": True, "0": False, "true": True, "false": False}


class EventRow:
    """One row of a table; each getter returns a cell's value or raises a DataError.

    Parameters
    ----------
    file, line : where the row begins. cells, index : its cells and the place of each column.
    """

    def __init__(
        self, file: Path, line: int, cells: Sequence[str], index: Mapping[str, int]
    ) -> None:
        self.file, self.line, self.cells, self.index = file, line, cells, index

    def text(self, column: str) -> str:
        """Return the cell without spaces around it; may be empty."""
        return self.cells[self.index[column]].strip()

    def problem(self, column: str, what: str, expected: str, hint: str | None = None) -> DataError:
        """Return the error of a cell."""
        value = self.text(column)
        return DataError(
            what,
            file=self.file,
            line=self.line,
            column=column,
            value=value if len(value) <= 200 else value[:200],
            expected=expected,
            hint=hint,
        )

    def key(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.text(column)
        if not value:
            raise self.problem(column, "the cell is empty", "a text")
        return value

    def count(self, column: str) -> int:
        """Return a whole number >= 0."""
        value = self.text(column)
        if WHOLE.fullmatch(value) is None:
            raise self.problem(column, f"{shorten(value)} is not a count", "a whole number >= 0")
        return int(value)

    def code(self, column: str, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        value = self.text(column)
        if WHOLE.fullmatch(value) is None or not low <= int(value) <= high:
            expected = f"a code from {low} to {high}"
            raise self.problem(column, f"{shorten(value)} is not a code", expected)
        return int(value)

    def flag(self, column: str) -> bool:
        """Return a yes or no written as 1 or 0, true or false."""
        value = self.text(column)
        if value.casefold() not in FLAGS:
            raise self.problem(column, f"{shorten(value)} is neither yes nor no", "1 or 0")
        return FLAGS[value.casefold()]

    def degrees(self, column: str, limit: int) -> float:
        """Return a decimal number between -limit and limit."""
        value = self.text(column)
        if DECIMAL.fullmatch(value) is None or abs(float(value)) > limit:
            expected = f"degrees from -{limit} to {limit}"
            raise self.problem(column, f"{shorten(value)} is no coordinate", expected)
        return float(value)

    def day(self, column: str) -> date:
        """Return a day of the calendar."""
        value = self.text(column)
        expected = f"a day as YYYY-MM-DD, {FIRST_YEAR} to {LAST_YEAR}"
        match = DAY.fullmatch(value)
        if match is None:
            raise self.problem(column, f"{shorten(value)} is not a date", expected)
        year, month, day = (int(part) for part in match.groups())
        try:
            found = date(year, month, day)
        except ValueError as error:
            what = f"{shorten(value)} is not a day of the calendar"
            raise self.problem(column, what, expected) from error
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise self.problem(column, f"{shorten(value)} is out of range", expected)
        return found

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        """Return a cell that is one of the choices."""
        value = self.text(column)
        if value not in choices:
            known = ", ".join(choice or "(empty)" for choice in choices)
            raise self.problem(column, f"{shorten(value)} is not known", f"one of {known}")
        return value
