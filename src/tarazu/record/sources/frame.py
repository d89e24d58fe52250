"""A DataFrame as columns of text, so that it is checked cell by cell as a file is."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from tarazu.core.errors import DataError
from tarazu.core.tables.coded import Coded
from tarazu.core.tables.columns import Columns, RowOrigin

NAME: Final = Path("DataFrame")  # what errors name; rows are counted from 1, as events


def frame_header(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises
    ------
    DataError
        A name stands twice, or is not text.
    """
    names: list[object] = list(frame.columns)
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        raise DataError(
            f"column {strange[0]!r} has no name in words",
            file=NAME,
            expected="names of columns as text",
            hint="Give the columns names, or read the file with header=0",
        )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"column '{twice[0]}' stands twice", file=NAME, expected="each column once")
    return tuple(str(name) for name in names)


def frame_columns(
    frame: pd.DataFrame, needed: Sequence[str], optional: Sequence[str] | None = ()
) -> Columns:
    """Return columns of a DataFrame as the texts that a csv file of it would hold.

    Missing cells are empty, days are written as 2015-06-30, whole numbers without decimals.

    Parameters
    ----------
    needed, optional : as in `tarazu.core.tables.csv_columns.read_csv_columns`.

    Raises
    ------
    DataError
        A needed column is missing.
    """
    header = frame_header(frame)
    missing = [name for name in needed if name not in header]
    if missing:
        raise DataError(
            f"column '{missing[0]}' is missing; the columns are {', '.join(header[:12])}",
            file=NAME,
            column=missing[0],
            expected=f"the columns {', '.join(needed)}",
        )
    others = header if optional is None else [name for name in optional if name in header]
    cells = {name: _coded(frame[name]) for name in dict.fromkeys([*needed, *others])}
    size = len(frame)
    origin = RowOrigin((NAME,), np.zeros(size, dtype=np.int32), np.arange(size))
    return Columns(origin, cells)


def frame_digest(frame: pd.DataFrame) -> str:
    """Return the sha256 of names and cells, in their order."""
    whole = sha256()
    for name in frame_header(frame):
        cells = _coded(frame[name])
        whole.update("\x1f".join([name, *cells.distinct]).encode())
        whole.update(cells.codes.tobytes())
    return whole.hexdigest()


def _coded(column: pd.Series) -> Coded:
    """Return the distinct cells of a column as text, and which row has which."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = [_text(value) for value in values.tolist()]
    if (codes < 0).any():  # missing
        codes = np.where(codes < 0, len(texts), codes)
        texts.append("")
    places = {text: i for i, text in reversed(list(enumerate(texts)))}  # two values, one text
    code_of = np.array([places[text] for text in texts], dtype=np.int32)
    return Coded(code_of[codes] if len(texts) else np.empty(0, np.int32), texts)


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, pd.Timestamp):
        is_day = value == value.normalize()
        return value.strftime("%Y-%m-%d") if is_day else value.isoformat(sep=" ")
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)
