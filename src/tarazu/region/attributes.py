"""Further numbers of districts: one table of a region's folder, which it may leave out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tarazu.core.errors import DataError, TarazuError
from tarazu.core.tables.csv_columns import read_csv_columns

ATTRIBUTES = "attributes.csv"
KEY = "slug"


def read_attributes(
    folder: Path, known: Mapping[str, object], problems: list[TarazuError]
) -> tuple[tuple[str, ...], dict[str, tuple[tuple[str, float], ...]]]:
    """Return the columns of attributes.csv, and (name, number) pairs by slug; empty without it.

    An empty cell is a number that is not known: it stays out.

    Parameters
    ----------
    known : by slug, the districts. problems : gets what is wrong.
    """
    path = folder / ATTRIBUTES
    if not path.is_file():
        return (), {}
    try:
        table = read_csv_columns(path, (KEY,), None, marked=True)
    except DataError as error:
        problems.append(error)
        return (), {}
    names = tuple(name for name in table.cells if name != KEY)
    numbers = {name: table.degrees(name, np.inf) for name in names}
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for row, slug in enumerate(table.key(KEY).tolist()):
        if slug not in known or slug in found:
            what = f"'{slug}' is not a district, or stands twice"
            table.note(row, KEY, what, "each district once")
            continue
        own = ((name, float(values[row])) for name, values in numbers.items())
        found[slug] = tuple((name, value) for name, value in own if not np.isnan(value))
    problems += [problem for row in table.all_problems() for problem in row]
    return (KEY, *names), found
