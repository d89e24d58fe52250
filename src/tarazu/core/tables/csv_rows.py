"""Tables as CSV text, read row by row; every error says file, line and column."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tarazu.core.errors import DataError

MAX_CELL = 131_072  # characters; far above any cell of GED
NO_LIMIT = 2**31 - 1  # as far as the csv module goes on every platform
SHOWN = 60  # characters of a bad value that a message repeats
KEPT = 200  # characters of it that an error carries
BLOCK = 1 << 20  # bytes looked at at once
NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how "surrogateescape" keeps such bytes
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

    Iterating gives pairs of line (of the row's first character, the header is line 1) and cells,
    and raises at the first row that cannot be taken apart; `rows` goes on after it.
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
        for line, cells in self.rows():
            if isinstance(cells, DataError):
                raise cells
            yield line, cells

    def rows(self, *, is_utf8: bool | None = None) -> Iterator[tuple[int, list[str] | DataError]]:
        """Yield line and cells of each row; of one that cannot be taken apart, its error.

        A quote that is never closed would take the lines after it along. Such a row ends with its
        first line, and reading goes on at the next.

        Parameters
        ----------
        is_utf8 : whether the whole file is known to be UTF-8; without it, the file is looked at.
        """
        if is_utf8 is None:
            is_utf8 = _is_utf8(self.path)
        with _cell_limit(MAX_CELL), self._open() as stream:
            lines = _Lines(stream)
            reader = csv.reader(lines, strict=True)
            next(reader)
            first = 1
            while True:
                first += lines.forget()
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    yield first, self._format_error(error, first, lines.taken)
                    lines.keep_one()
                    continue
                if cells is None:
                    return
                if not cells:  # an empty line is no row
                    continue
                if len(lines.taken) > 1 and len(cells) != self.width:
                    yield first, self._width_error(first, cells)
                    lines.keep_one()
                elif not is_utf8 and (problem := self._encoding_error(first, cells)) is not None:
                    yield first, problem
                else:
                    yield first, cells

    def check_width(self, line: int, cells: Sequence[str]) -> DataError | None:
        """Return the error of a row that has more or fewer cells than the header, else None."""
        return None if len(cells) == self.width else self._width_error(line, cells)

    def _width_error(self, line: int, cells: Sequence[str]) -> DataError:
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

    def _open(self) -> TextIO:
        return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def _read_header(self) -> list[str]:
        try:
            with _cell_limit(MAX_CELL), self._open() as stream:
                header = [name.strip() for name in next(csv.reader(stream, strict=True), [])]
        except csv.Error as error:
            what = f"the header cannot be read ({error})"
            raise DataError(what, file=self.path, line=1, expected="names of columns") from error
        if (bad := _bad_byte(header)) is not None:
            raise self._not_utf8(1, None, bad[1])
        return header

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

    def _format_error(self, error: csv.Error, line: int, taken: Sequence[str]) -> DataError:
        if "field limit" not in str(error):
            return DataError(
                f"the row that begins here is not valid CSV ({error})",
                file=self.path,
                line=line,
                column=self.header[0],
                expected="quotes that open and close",
                hint="The file may be cut off, or a quotation mark is missing",
            )
        with _cell_limit(NO_LIMIT):
            cells = next(csv.reader(taken))
        place = max(range(len(cells)), key=lambda i: len(cells[i]))
        return DataError(
            f"{shorten(cells[place])} is too long",
            file=self.path,
            line=line,
            column=self.header[place] if place < self.width else None,
            value=cells[place][:KEPT],
            expected=f"at most {MAX_CELL:,} characters in a cell",
            hint="A quotation mark may be missing in this row or an earlier one",
        )

    def _encoding_error(self, line: int, cells: Sequence[str]) -> DataError | None:
        """Return the error of the first byte that is not UTF-8, None without one."""
        bad = _bad_byte(cells)
        if bad is None:
            return None
        at, byte = bad
        return self._not_utf8(line, self.header[at] if at < self.width else None, byte)

    def _not_utf8(self, line: int, column: str | None, byte: bytes) -> DataError:
        return DataError(
            f"byte {byte!r} is not UTF-8",
            file=self.path,
            line=line,
            column=column,
            value=repr(byte),
            expected="text in UTF-8",
            hint="It looks like Latin-1 or Windows-1252: save it again as UTF-8",
        )


class _Lines:
    """Lines of a file for csv.reader, which can be made to read some of them again."""

    def __init__(self, stream: Iterator[str]) -> None:
        self.stream = stream
        self.again: deque[str] = deque()
        self.taken: list[str] = []  # of the row that is being read

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.stream)
        self.taken.append(line)
        return line

    def forget(self) -> int:
        """End the row; return how many lines it had."""
        count = len(self.taken)
        self.taken.clear()
        return count

    def keep_one(self) -> None:
        """End the row with its first line; the others are read again."""
        self.again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _is_utf8(path: Path) -> bool:
    """Whether the whole file is UTF-8, so that no row needs to be looked at."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _bad_byte(cells: Sequence[str]) -> tuple[int, bytes] | None:
    """Return place of the first cell with a byte that is not UTF-8, and the byte."""
    for at, cell in enumerate(cells):
        match = NOT_UTF8.search(cell)
        if match is not None:
            return at, match.group().encode("utf-8", "surrogateescape")
    return None


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
