"""CSV as every table is written: no cell that a spreadsheet would run as a formula.

A spreadsheet takes a cell that begins with =, +, -, @, a tab or a line break as a formula, which
can fetch pages and start programs. Such a cell gets an apostrophe in front, as a spreadsheet marks
text. Numbers and intervals of numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

MARK: Final = "'"
_STARTS: Final = "=+\\-@\t\r\n＝＋－＠"
_RUNS: Final = re.compile(f"{MARK}*[{_STARTS}].", re.DOTALL)
_MARKED: Final = re.compile(f"{MARK}+[{_STARTS}].", re.DOTALL)
_NUMBER: Final = r"[+-]?(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%?|[+-]?inf"
_PLAIN: Final = re.compile(rf"(?:{_NUMBER})(?: to (?:{_NUMBER}))?")


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    r"""Return a table as CSV, lines ended by "\n", None as an empty cell.

    Examples
    --------
    >>> csv_text(["name", "change"], [["=1+1", -0.4], [None, "-0.4 to +0.1"]])
    "name,change\n'=1+1,-0.4\n,-0.4 to +0.1\n"
    """
    stream = io.StringIO(newline="")
    write_csv(stream, columns, rows)
    return stream.getvalue()


def write_csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as `csv_text` returns it, row by row."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([mark(name) for name in columns])
    writer.writerows(["" if cell is None else mark(str(cell)) for cell in row] for row in rows)


def mark(cell: str) -> str:
    """Return a cell so that no spreadsheet runs it.

    Examples
    --------
    >>> [mark(cell) for cell in ("@here", "-0.4", "-", "'=x")]
    ["'@here", '-0.4', '-', "''=x"]
    """
    if _RUNS.match(cell) and not _PLAIN.fullmatch(cell):
        return MARK + cell
    return cell


def unmark(cell: str) -> str:
    """Return a cell as it was before `mark`.

    Examples
    --------
    >>> [unmark(mark(cell)) for cell in ("@here", "-0.4", "'=x", "'tis")]
    ['@here', '-0.4', "'=x", "'tis"]
    """
    return cell[1:] if _MARKED.match(cell) else cell
