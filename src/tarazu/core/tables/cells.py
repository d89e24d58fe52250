"""Parsers of single cells: each returns a value or raises a CellError with what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from math import inf, isinf

SHOWN = 60  # characters of a bad value that a message repeats
KEPT = 200  # characters of it that an error carries
MAX_CELL = 131_072  # characters; far above any cell of GED
DAY = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?",
    re.ASCII,
)
WHOLE = re.compile(r"(\d{1,9})(?:\.0{0,9})?", re.ASCII)  # pandas writes a count beside gaps as 3.0
DECIMAL = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2100
NO_DAY = date(LAST_YEAR, 1, 1)  # stands in for a day that cannot be read
FLAGS = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}
EMPTY = frozenset({"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "<NA>"})
"""How R, pandas, spreadsheets and databases write a cell that has nothing in it."""


class CellError(ValueError):
    """A cell cannot be used: what is wrong and what was expected."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(f"{what}; expected {expected}")
        self.what, self.expected = what, expected


def shorten(value: str) -> str:
    """Return a value quoted and cut for an error message."""
    if len(value) <= SHOWN:
        return repr(value)
    return f"{value[:SHOWN]!r}... ({len(value):,} characters)"


def trim(cell: str) -> str:
    """Return a cell without spaces around it; "" where it says that it is empty.

    Examples
    --------
    >>> trim(" Kech "), trim("NA"), trim("Nan")  # Nan is a province of Thailand
    ('Kech', '', 'Nan')
    """
    value = cell.strip()
    return "" if value in EMPTY else value


def trim_all(cells: Iterable[str]) -> list[str]:
    """Return cells as `trim` does; a third of the time, as no function is called for each."""
    return ["" if (value := cell.strip()) in EMPTY else value for cell in cells]


def parse_key(value: str) -> str:
    """Return a cell that must not be empty."""
    if not value:
        raise CellError("the cell is empty", "a text")
    return value


def parse_choice(value: str, choices: Sequence[str]) -> str:
    """Return a cell that is one of the choices."""
    if value not in choices:
        known = ", ".join(choice or "(empty)" for choice in choices)
        raise CellError(f"{shorten(value)} is not known", f"one of {known}")
    return value


def parse_words(value: str) -> tuple[str, ...]:
    """Return the parts of a cell that semicolons separate; an empty cell has none."""
    return tuple(part.strip() for part in value.split(";") if part.strip())


def parse_flag(value: str) -> bool:
    """Return a yes or no written as 1 or 0, true or false."""
    if value.casefold() not in FLAGS:
        raise CellError(f"{shorten(value)} is not a flag", "1 or 0")
    return FLAGS[value.casefold()]


def parse_count(value: str, low: int = 0) -> int:
    """Return a whole number >= low, below 10^9; it may be written as 3.0."""
    match = WHOLE.fullmatch(value)
    if match is None or int(match[1]) < low:
        raise CellError(f"{shorten(value)} is not a count", f"a whole number >= {low}")
    return int(match[1])


def parse_code(value: str, low: int, high: int) -> int:
    """Return a whole number from low to high; it may be written as 3.0."""
    match = WHOLE.fullmatch(value)
    if match is None or not low <= int(match[1]) <= high:
        raise CellError(f"{shorten(value)} is not a code", f"a code from {low} to {high}")
    return int(match[1])


def parse_number(value: str, low: float = -inf, high: float = inf, *, above: bool = False) -> float:
    """Return a finite number from low to high, low itself excluded if `above`."""
    number = float(value) if DECIMAL.fullmatch(value) else inf
    if isinf(number) or not low <= number <= high or (above and number == low):
        limits = [] if isinf(low) else [f"{'>' if above else '>='} {low:g}"]
        limits += [] if isinf(high) else [f"<= {high:g}"]
        expected = " ".join(["a number", " and ".join(limits)]).strip()
        raise CellError(f"{shorten(value)} cannot be used", expected)
    return number


def parse_day(value: str) -> date:
    """Return a day of the calendar; a time and its zone may follow, and are not used."""
    expected = f"a day as YYYY-MM-DD, {FIRST_YEAR} to {LAST_YEAR}"
    match = DAY.fullmatch(value)
    if match is None:
        raise CellError(f"{shorten(value)} is not a date", expected)
    year, month, day = (int(part) for part in match.groups())
    try:
        found = date(year, month, day)
    except ValueError:
        what = f"{shorten(value)} is not a day of the calendar"
        raise CellError(what, expected) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(f"{shorten(value)} is out of range", expected)
    return found
