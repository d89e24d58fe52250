"""Small CSV tables, read strictly: a cell that cannot be used is a problem with line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarazu.core.errors import DataError, TarazuError

SHOWN = 40  # characters of a bad value that an error repeats


@dataclass(frozen=True)
class Row:
    """One line of a table; a getter notes a problem and returns a stand-in, so reading goes on."""

    file: Path
    line: int
    cells: dict[str, str]
    problems: list[TarazuError]

    def problem(self, column: str, what: str, expected: str, hint: str | None = None) -> None:
        """Note that a cell cannot be used."""
        value = self.cells[column]
        self.problems.append(
            DataError(
                what,
                file=self.file,
                line=self.line,
                column=column,
                value=value,
                expected=expected,
                hint=hint,
            )
        )

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[column].strip()
        if not value:
            self.problem(column, "the cell is empty", "a text")
        return value

    def words(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that are separated by semicolons; empty cells have none."""
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def number(self, column: str, low: float, high: float, *, above: bool = False) -> float:
        """Return a finite number in [low, high], or in (low, high] if `above`."""
        text = self.cells[column].strip()
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (low <= value <= high) or (above and value == low):
            span = f"{'>' if above else '>='} {low:g}" + (
                "" if math.isinf(high) else f" and <= {high:g}"
            )
            self.problem(column, f"{shorten(text)} cannot be used", f"a number {span}")
            return 1.0
        return value

    def count(self, column: str, low: int = 0) -> int:
        """Return an integer >= low."""
        text = self.cells[column].strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 12 and int(text) >= low):
            self.problem(column, f"{shorten(text)} cannot be used", f"a whole number >= {low}")
            return max(low, 1)
        return int(text)

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        """Return a cell that is one of the choices."""
        value = self.cells[column].strip()
        if value not in choices:
            self.problem(column, f"{shorten(value)} is not known", f"one of {', '.join(choices)}")
        return value


def shorten(value: str) -> str:
    """Return a value quoted and cut for an error message."""
    return repr(value if len(value) <= SHOWN else value[:SHOWN] + f"... ({len(value)} characters)")


def read_rows(path: Path, columns: Sequence[str], problems: list[TarazuError]) -> list[Row]:
    """Read a table with exactly these columns, in any order; problems are noted, not raised."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            if sorted(header) != sorted(columns):
                problems.append(_wrong_header(path, header, columns))
                return []
            rows = []
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    what = f"the row has {len(cells)} cells"
                    problems.append(
                        DataError(
                            what, file=path, line=reader.line_num, expected=f"{len(header)} cells"
                        )
                    )
                    continue
                rows.append(
                    Row(path, reader.line_num, dict(zip(header, cells, strict=True)), problems)
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(
            DataError(
                f"the table cannot be read ({error})", file=path, expected="CSV text in UTF-8"
            )
        )
        return []
    if not rows:
        problems.append(DataError("the table has no rows", file=path, expected="at least one row"))
    return rows


def _wrong_header(path: Path, header: Sequence[str], columns: Sequence[str]) -> DataError:
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    parts = []
    if missing:
        parts.append(f"missing {', '.join(missing)}")
    if unknown:
        parts.append(f"unknown {', '.join(shorten(name) for name in unknown[:5])}")
    what = "the columns are wrong: " + ("; ".join(parts) or "a column stands twice")
    return DataError(what, file=path, line=1, expected=f"columns {', '.join(columns)}")
