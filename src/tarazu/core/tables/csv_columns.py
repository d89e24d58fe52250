"""CSV files read strictly into columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import MAX_CELL
from tarazu.core.tables.coded import ArrowTexts, Coded, Encoder
from tarazu.core.tables.columns import Columns, RowOrigin
from tarazu.core.tables.csv_rows import BOM, CsvFile
from tarazu.core.tables.csv_text import unmark

if TYPE_CHECKING:
    import pyarrow as pa

LARGE = 1 << 20  # bytes from which a file is read by Arrow, if it can be
CHUNK = 4096  # rows turned into columns at once
BLOCK = 1 << 20  # bytes read at once
QUOTE, COMMA, LF, CR = b'",\n\r'


def read_csv_columns(
    path: Path,
    needed: Sequence[str],
    optional: Sequence[str] | None = (),
    *,
    marked: bool = False,
    plain: Collection[str] = (),
) -> Columns:
    """Read columns of a CSV file: UTF-8, quoted as in RFC 4180.

    Columns are separated by commas, or by semicolons, tabs or bars where the header has more of
    these. Names of columns may differ by case from those asked for.

    Rows that cannot be split into cells are kept in `broken`. A second header of tags such as
    #date+start, as HDX writes it, is not a row.

    Parameters
    ----------
    needed : names that the header must have.
    optional : others to read where the header has them; None for all there are.
    marked : whether it is a table of Tarazu's, whose formulas are marked as texts: see `csv_text`.
    plain : columns of long texts that are not looked through for equal cells, which takes as long
        as to read them.

    Raises
    ------
    DataError
        Not a CSV file with these columns.
    """
    file = CsvFile(path, needed, optional or ())
    others = file.header if optional is None else optional
    once = (name for name in others if name not in needed and file.header.count(name) == 1)
    names = [*needed, *dict.fromkeys(once)]
    columns = _read_by_arrow(file, names, plain) if path.stat().st_size >= LARGE else None
    columns = _read_by_rows(file, names) if columns is None else columns
    if not marked:
        return columns
    unmarked = {
        name: Coded(cells.codes, [unmark(cell) for cell in cells.distinct], cells.is_plain)
        for name, cells in columns.cells.items()
    }
    return Columns(columns.origin, unmarked, columns.broken)


def _read_by_rows(file: CsvFile, names: Sequence[str]) -> Columns:
    """Read any file."""
    places = [file.header.index(name) for name in names]
    encoders = [Encoder() for _ in names]
    codes: list[list[NDArray[np.int32]]] = [[] for _ in names]
    lines: list[int] = []
    broken: list[DataError] = []
    rows = file.rows(places)
    while chunk := list(islice(rows, CHUNK)):
        good = []
        for line, cells in chunk:
            if isinstance(cells, DataError):
                broken.append(cells)
            else:
                lines.append(line)
                good.append(cells)
        for place, encoder, parts in zip(places, encoders, codes, strict=True):
            parts.append(encoder.encode(list(map(itemgetter(place), good))))
    cells_of = {
        name: Coded(np.concatenate([np.empty(0, np.int32), *parts]), list(encoder))
        for name, encoder, parts in zip(names, encoders, codes, strict=True)
    }
    return Columns(RowOrigin.of_file(file.path, len(lines), lambda: lines), cells_of, broken)


def _read_by_arrow(file: CsvFile, names: Sequence[str], plain: Collection[str]) -> Columns | None:
    """Read a file that Arrow and the csv module split alike; None for another one.

    Lines are counted only if an error names one. Speed: docs/decisions/table-reader.md.
    """
    if file.separator != "," or file.width < 2 or len(set(file.header)) < file.width:
        return None
    if file.header_lines > 1:
        return None
    has_line_breaks = _look_at_quotes(file.path)
    if has_line_breaks is None:
        return None
    import pyarrow as pa  # slow to import
    from pyarrow import csv as arrow_csv

    convert = arrow_csv.ConvertOptions(
        include_columns=list(names),
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=False,
    )
    read = arrow_csv.ReadOptions(column_names=file.header, skip_rows=1, block_size=BLOCK)
    parse = arrow_csv.ParseOptions(newlines_in_values=has_line_breaks)
    try:
        table = arrow_csv.read_csv(file.path, read, parse, convert)
    except pa.ArrowInvalid:
        return None
    if file.has_tags:
        table = table.slice(1)
    with ThreadPoolExecutor(max_workers=2) as pool:
        coded = list(pool.map(lambda name: _encode(table.column(name), name in plain), names))
    if any(column is None for column in coded):
        return None
    cells = {name: column for name, column in zip(names, coded, strict=True) if column is not None}
    return Columns(RowOrigin.of_file(file.path, table.num_rows, lambda: file.lines), cells)


def _encode(column: pa.ChunkedArray, is_plain: bool) -> Coded | None:
    """Return the column by its distinct cells, or by all, None if one of them is too long."""
    import pyarrow.compute as pc

    whole = column.combine_chunks()
    coded = None if is_plain else whole.dictionary_encode()
    cells = whole if coded is None else coded.dictionary
    if (pc.max(pc.binary_length(cells)).as_py() or 0) > MAX_CELL:
        return None
    codes = np.arange(len(whole), dtype=np.int32) if coded is None else coded.indices.to_numpy()
    return Coded(codes, ArrowTexts(cells), is_plain)


def _look_at_quotes(path: Path) -> bool | None:
    """Return whether cells hold line breaks; None if readers may differ on the file.

    They agree where each quote opens a cell, closes it, or is doubled in it, and no cell is too
    long. A quote that is not closed would take the rows after it along, without an error from
    Arrow.
    """
    data = np.asarray(np.memmap(path, np.uint8, mode="r"))
    starts = range(0, len(data), BLOCK)
    with ThreadPoolExecutor(max_workers=2) as pool:  # NumPy frees the interpreter
        quotes, breaks = pool.map(
            lambda mark: np.concatenate(
                [np.flatnonzero(data[at : at + BLOCK] == mark) + at for at in starts]
            ),
            (QUOTE, LF),
        )
    if len(quotes) % 2:
        return None
    is_edge = np.zeros(256, dtype=bool)
    is_edge[[COMMA, LF, CR]] = True
    opening, closing, last = quotes[0::2], quotes[1::2], len(data) - 1
    opens = is_edge[data[opening - 1]] | (opening == 0)
    opens |= (opening == len(BOM)) & (data[: len(BOM)].tobytes() == BOM)
    closes = is_edge[data[np.minimum(closing + 1, last)]] | (closing == last)
    is_doubled = closing[:-1] + 1 == opening[1:]
    opens[1:] |= is_doubled
    closes[:-1] |= is_doubled
    longest = max(
        np.diff(breaks, prepend=-1, append=last).max(), (closing - opening).max(initial=0)
    )
    if longest > MAX_CELL or not (opens.all() and closes.all()):
        return None
    return bool((np.searchsorted(quotes, breaks) % 2).any())
