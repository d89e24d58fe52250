"""A CSV file read whole into columns, for tables of many rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np

from tarazu.core.columns import Coded, Columns, Encoder, Origin
from tarazu.core.csvfile import CsvTable
from tarazu.core.errors import DataError

CHUNK = 4096  # rows turned into columns at once


def read_csv_columns(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Columns:
    """Read columns of a CSV file; rows that cannot be taken apart are kept in `broken`.

    A second header of tags such as #date+start, as HDX writes it, is no row.

    Parameters
    ----------
    needed : names that the header must have. optional : names read if it has them.

    Raises
    ------
    DataError
        Not a CSV file with these columns.
    """
    table = CsvTable(path, needed)
    names = [*needed, *(name for name in optional if name in table.header)]
    places = [table.header.index(name) for name in names]
    encoders = [Encoder() for _ in names]
    codes: list[list[np.ndarray]] = [[] for _ in names]
    lines: list[int] = []
    broken: list[DataError] = []
    rows = table.rows()
    is_first = True
    while chunk := list(islice(rows, CHUNK)):
        good = []
        for line, cells in chunk:
            if isinstance(cells, DataError):
                broken.append(cells)
            elif is_first and is_tag_row(cells):
                pass
            elif (problem := table.check_width(line, cells)) is not None:
                broken.append(problem)
            else:
                lines.append(line)
                good.append(cells)
            is_first = False
        for place, encoder, parts in zip(places, encoders, codes, strict=True):
            parts.append(encoder.encode(list(map(itemgetter(place), good))))
    origin = Origin((path,), np.zeros(len(lines), np.int32), np.array(lines, np.int64))
    cells_of = {
        name: Coded(np.concatenate([np.empty(0, np.int32), *parts]), list(encoder))
        for name, encoder, parts in zip(names, encoders, codes, strict=True)
    }
    return Columns(origin, cells_of, broken)


def is_tag_row(cells: Sequence[str]) -> bool:
    """Whether this is HDX's second header: only tags such as #date+start and empty cells."""
    return any(cells) and all(not cell or cell.startswith("#") for cell in cells)
