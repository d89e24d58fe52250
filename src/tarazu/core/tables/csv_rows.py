"""CSV files split into rows; every problem names file, line and column."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TextIO

from tarazu.core.errors import DataError
from tarazu.core.files.reading import read_file
from tarazu.core.tables.cells import KEPT, MAX_CELL, shorten

NO_LIMIT = 2**31 - 1  # as far as the csv module goes on every platform
NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how "surrogateescape" keeps such bytes
BOM = b"\xef\xbb\xbf"
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ROW_NUMBERS = ("", "Unnamed: 0", "rownames")  # how pandas, Arrow and R name their index
FILE_KINDS = {  # first bytes of files that are often taken for CSV
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"<": "a web page or XML",
    b"{": "JSON",
}


def read_header(path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a CSV file.

    Raises
    ------
    DataError
        Not a readable CSV file.
    """
    return tuple(CsvFile(path, ()).header)


def is_tag_row(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether this is HDX's second header: only tags such as #date+start and empty cells.

    A column of row numbers, which has no name, does not count.
    """
    if header and header[0] in ROW_NUMBERS:
        cells = cells[1:]
    return any(cells) and all(not cell or cell.startswith("#") for cell in cells)


class CsvFile:
    """A CSV file that has at least the named columns, split into rows.

    Parameters
    ----------
    needed : names that the header must have.
    optional : others that are wanted where the header has them.

    Attributes
    ----------
    separator : a comma, or the semicolon, tab or bar that stands most often in the first line.
    header : names of the columns; one that differs from a wanted name by case only is that name.

    Raises
    ------
    DataError
        Not a readable CSV file, or without these columns.
    """

    def __init__(self, path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.path = path
        _check_kind(path)
        self.separator = self._find_separator()
        header, self.header_lines = self._read_header()
        self.header = _as_wanted(header, [*needed, *optional])
        self.width = len(self.header)
        self._check_header(needed)

    @cached_property
    def lines(self) -> list[int]:
        """Line on which each row begins, if no row is broken."""
        return [line for line, _ in self.rows([])]

    @cached_property
    def has_tags(self) -> bool:
        """Whether the first row is a second header of tags."""
        first = next(self._split(), (0, []))[1]
        return not isinstance(first, DataError) and is_tag_row(first, self.header)

    def rows(self, places: Sequence[int]) -> Iterator[tuple[int, list[str] | DataError]]:
        """Yield line and cells of each row; of one that cannot be split into cells, its error.

        The line is that of the row's first character; the header stands on line 1.

        Parameters
        ----------
        places : of the cells that must be UTF-8.
        """
        for number, (line, cells) in enumerate(self._split()):
            if isinstance(cells, DataError):
                yield line, cells
            elif number == 0 and is_tag_row(cells, self.header):
                continue
            elif len(cells) != self.width:
                yield line, self._width_error(line, cells)
            else:
                yield line, self._encoding_error(line, cells, places) or cells

    def _split(self) -> Iterator[tuple[int, list[str] | DataError]]:
        """Yield line and cells of each row, whatever their number.

        A quote that is never closed would take the lines after it along. Such a row ends with its
        first line, and reading continues at the next.
        """
        with _cell_limit(MAX_CELL), self._open() as stream:
            lines = _Lines(stream)
            reader = csv.reader(lines, strict=True, delimiter=self.separator)
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
                if not cells:  # an empty line is not a row
                    continue
                if len(lines.taken) > 1 and len(cells) != self.width:
                    yield first, self._width_error(first, cells)
                    lines.keep_one()
                else:
                    yield first, cells

    def _open(self) -> TextIO:
        return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def _find_separator(self) -> str:
        with self._open() as stream:
            line = stream.readline(MAX_CELL)
        if "," in line:  # a semicolon may stand in a name, or in the rest of a line without quotes
            line = re.sub(r'"[^"]*"', "", line)
        return max(SEPARATOR_NAMES, key=line.count)  # the comma, where none stands more often

    def _read_header(self) -> tuple[list[str], int]:
        """Return the names of the columns, and how many lines they take."""
        try:
            with _cell_limit(MAX_CELL), self._open() as stream:
                reader = csv.reader(stream, strict=True, delimiter=self.separator)
                header = [name.strip() for name in next(reader, [])]
                lines = reader.line_num
        except csv.Error as error:
            what = f"the header cannot be read ({error})"
            raise DataError(what, file=self.path, line=1, expected="names of columns") from error
        for name in header:
            if bad := NOT_UTF8.search(name):
                raise self._not_utf8(1, None, bad.group())
        return header, lines

    def _check_header(self, needed: Sequence[str]) -> None:
        missing = [name for name in needed if name not in self.header]
        if missing:
            hint = "Is it the file of another source?"
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
        twice = next((name for name in needed if self.header.count(name) > 1), None)
        if twice is not None:
            what = "the column stands twice"
            raise DataError(what, file=self.path, line=1, column=twice, expected="each name once")

    def _width_error(self, line: int, cells: Sequence[str]) -> DataError:
        at, separator = min(len(cells), self.width) - 1, SEPARATOR_NAMES[self.separator]
        return DataError(
            f"the row has {len(cells)} cells",
            file=self.path,
            line=line,
            column=self.header[at],
            value=_escape(cells[at]),
            expected=f"{self.width} cells, as in the header",
            hint=f"The file may be cut off here, or a {separator} stands in an unquoted text",
        )

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
            cells = next(csv.reader(taken, delimiter=self.separator))
        place = max(range(len(cells)), key=lambda i: len(cells[i]))
        return DataError(
            f"{shorten(cells[place])} is too long",
            file=self.path,
            line=line,
            column=self.header[place] if place < self.width else None,
            value=_escape(cells[place]),
            expected=f"at most {MAX_CELL:,} characters in a cell",
            hint="A quotation mark may be missing in this row or an earlier one",
        )

    def _encoding_error(
        self, line: int, cells: Sequence[str], places: Sequence[int]
    ) -> DataError | None:
        """Return the error of the first byte that is not UTF-8, None without one."""
        for place in places:
            if not cells[place].isascii() and (bad := NOT_UTF8.search(cells[place])):
                return self._not_utf8(line, self.header[place], bad.group())
        return None

    def _not_utf8(self, line: int, column: str | None, escaped: str) -> DataError:
        byte = escaped.encode("utf-8", "surrogateescape")
        return DataError(
            f"byte {byte!r} is not UTF-8",
            file=self.path,
            line=line,
            column=column,
            value=repr(byte),
            expected="text in UTF-8",
            hint="It looks like Latin-1 or Windows-1252: save it again as UTF-8",
        )


def _as_wanted(header: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the header with names that differ from wanted ones by case only as those."""
    written = {name.casefold(): name for name in wanted if name not in header}
    return [written.get(name.casefold(), name) for name in header]


def _escape(cell: str) -> str:
    """Return the start of a cell as text that can be written: other bytes than UTF-8 escaped."""
    return cell[:KEPT].encode("utf-8", "backslashreplace").decode()


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


@contextmanager
def _cell_limit(characters: int) -> Iterator[None]:
    """Set the csv module's limit of a cell, which is global, and put it back."""
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_kind(path: Path) -> None:
    """Raise a DataError where the first bytes show that this is not CSV text."""
    try:
        start = read_file(path, most=4096)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise DataError(what, file=path, expected="a CSV file") from error
    line, hint = 1, "Export the events as CSV in UTF-8"
    if not start.strip():
        what = "the file is empty"
        raise DataError(what, file=path, line=line, expected="a header and rows", hint=hint)
    text = start.removeprefix(BOM).lstrip()
    for mark, kind in FILE_KINDS.items():
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
        what = "the file has null bytes or a UTF-16 mark: it is UTF-16 or binary"
        at = start[: max(start.find(b"\x00"), 0)].count(b"\n") + 1
        raise DataError(
            what, file=path, line=at, value=repr(start[:8]), expected="CSV text in UTF-8", hint=hint
        )
