"""Tables as CSV text, read row by row; every error says file, line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tarazu.core.errors import DataError

MAX_CELL = 131_072  # characters; far above any cell of GED
NO_LIMIT = 2**31 - 1  # as far as the csv module goes on every platform
SHOWN = 60  # characters of a bad value that a message repeats
KEPT = 200  # characters of it that an error carries
DISGUISES = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"<": "a web page or XML",
    b"{": "JSON",
}


def shorten(value: str) -> str:
    """Return a value quoted and cut for an error message."""
    if len(value) <= SHOWN:
        return repr(value)
    return f"{value[:SHOWN]!r}... ({len(value):,} characters)"


class CsvTable:
    """The rows of a CSV file that has at least the named columns.

    Iterating gives pairs of line (of the row's first character, the header is line 1) and cells.
    Rows of another width are yielded as they are; the caller asks `check_width`.

    Parameters
    ----------
    path : the file, UTF-8, comma separated, quoted as in RFC 4180.
    columns : needed names; others are allowed.

    Raises
    ------
    DataError
        Not a readable CSV file, or without these columns.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        _check_kind(path)
        self.header = self._read_header()
        self.width = len(self.header)
        self._check_header(columns)
        self.index = {name: self.header.index(name) for name in columns}

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number = 0
        line = 0
        try:
            with _cell_limit(MAX_CELL), self.path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(stream, strict=True)
                next(reader)
                line = reader.line_num
                for cells in reader:
                    number += 1
                    first, line = line + 1, reader.line_num
                    if cells:  # an empty line is no row
                        yield first, cells
        except UnicodeDecodeError as error:
            raise _encoding_error(self.path) from error
        except csv.Error as error:
            raise self._format_error(error, number, line + 1) from error

    def check_width(self, line: int, cells: Sequence[str]) -> DataError | None:
        """Return the error of a row that has more or fewer cells than the header, else None."""
        if len(cells) == self.width:
            return None
        at = min(len(cells), self.width) - 1
        return DataError(
            f"the row has {len(cells)} cells",
            file=self.path,
            line=line,
            column=self.header[at],
            value=cells[at][:KEPT],
            expected=f"{self.width} cells, as in the header",
            hint="The file may be cut off here, or a comma stands in an unquoted text",
        )

    def _read_header(self) -> list[str]:
        try:
            with _cell_limit(MAX_CELL), self.path.open(encoding="utf-8-sig", newline="") as stream:
                return [name.strip() for name in next(csv.reader(stream, strict=True), [])]
        except UnicodeDecodeError as error:
            raise _encoding_error(self.path) from error
        except csv.Error as error:
            what = f"the header cannot be read ({error})"
            raise DataError(what, file=self.path, line=1, expected="names of columns") from error

    def _check_header(self, columns: Sequence[str]) -> None:
        missing = [name for name in columns if name not in self.header]
        if missing:
            hint = "Is it the file of another source?"
            if self.width == 1 and any(mark in self.header[0] for mark in ";\t|"):
                hint = "Separate the columns by commas"
            found = ", ".join(shorten(name) for name in self.header[:6])
            raise DataError(
                f"{len(missing)} needed columns are missing; the file begins with {found}",
                file=self.path,
                line=1,
                column=missing[0],
                value=",".join(self.header[:6]),
                expected=f"also the columns {', '.join(missing)}",
                hint=hint,
            )
        twice = next((name for name in columns if self.header.count(name) > 1), None)
        if twice is not None:
            what = "the column stands twice"
            raise DataError(what, file=self.path, line=1, column=twice, expected="each name once")

    def _format_error(self, error: csv.Error, number: int, line: int) -> DataError:
        if "field limit" not in str(error):
            return DataError(
                f"the row that begins here is not valid CSV ({error})",
                file=self.path,
                line=line,
                column=self.header[0],
                expected="quotes that open and close",
                hint="The file may be cut off, or a quotation mark is missing",
            )
        column, value = self._longest_cell(number)
        return DataError(
            f"{shorten(value)} is too long",
            file=self.path,
            line=line,
            column=column,
            value=value[:KEPT],
            expected=f"at most {MAX_CELL:,} characters in a cell",
            hint="A quotation mark may be missing in this row or an earlier one",
        )

    def _longest_cell(self, number: int) -> tuple[str | None, str]:
        """Return column and value of the longest cell of data row `number` (from 0)."""
        try:
            with _cell_limit(NO_LIMIT), self.path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(stream)
                for _ in range(number + 1):
                    next(reader)
                cells = next(reader)
        except (csv.Error, UnicodeDecodeError, StopIteration):
            return None, ""
        place = max(range(len(cells)), key=lambda i: len(cells[i]))
        return (self.header[place] if place < self.width else None), cells[place]


@contextmanager
def _cell_limit(characters: int) -> Iterator[None]:
    """Set the csv module's limit of a cell, which is global, and put it back."""
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_kind(path: Path) -> None:
    """Raise a DataError where the first bytes say that this is no CSV text."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise DataError(what, file=path, expected="a CSV file") from error
    line, hint = 1, "Export the events as CSV in UTF-8"
    if not start.strip():
        what = "the file is empty"
        raise DataError(what, file=path, line=line, expected="a header and rows", hint=hint)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, kind in DISGUISES.items():
        if text.startswith(mark):
            raise DataError(
                f"the file is {kind}, not CSV",
                file=path,
                line=line,
                value=repr(start[:8]),
                expected="CSV text",
                hint=hint,
            )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        what = "the file holds null bytes or a UTF-16 mark: it is UTF-16 or binary"
        at = start[: max(start.find(b"\x00"), 0)].count(b"\n") + 1
        raise DataError(
            what, file=path, line=at, value=repr(start[:8]), expected="CSV text in UTF-8", hint=hint
        )


def _encoding_error(path: Path) -> DataError:
    """Return the error of the first byte that is not UTF-8, with its line and column."""
    data = path.read_bytes()
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad, at = data[error.start : error.start + 1], error.start
    else:
        bad, at = b"", 0  # the file changed while it was read
    before = io.StringIO(data[:at].decode("utf-8-sig", errors="replace"), newline="")
    with _cell_limit(NO_LIMIT):
        rows = csv.reader(before)
        header = next(rows, [])
        cells = header
        for cells in rows:  # noqa: B007 -- the last row is wanted
            pass
    is_known = cells is not header and 0 < len(cells) <= len(header)
    return DataError(
        f"byte {bad!r} is not UTF-8",
        file=path,
        line=max(data[:at].count(b"\n"), data[:at].count(b"\r")) + 1,
        column=header[len(cells) - 1] if is_known else None,
        value=repr(bad),
        expected="text in UTF-8",
        hint="It looks like Latin-1 or Windows-1252: save it again as UTF-8",
    )
