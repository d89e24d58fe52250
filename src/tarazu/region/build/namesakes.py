"""Districts of one name told apart: by the unit that they lie in, or by numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tarazu.region.spelling import fold, join_unit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST = 3  # columns that a hint names


def repeated(names: Sequence[str]) -> list[bool]:
    """Return which names stand more than once, in any spelling."""
    count = Counter(map(fold, names))
    return [bool(name) and count[fold(name)] > 1 for name in names]


def with_units(names: Sequence[str], units: Sequence[str]) -> list[str]:
    """Return the names; behind one that stands more than once, the unit that it lies in."""
    return [
        join_unit(name, unit) if again and unit else name
        for name, unit, again in zip(names, units, repeated(names), strict=True)
    ]


def with_numbers(names: Sequence[str], shapes: Sequence[object]) -> list[str]:
    """Return the names; behind one that stands more than once, a number from west to east.

    The numbers depend on where the districts lie, not on the order of the file.
    """
    again, numbered, count = repeated(names), list(names), Counter[str]()
    for row in sorted(range(len(names)), key=lambda row: _corner(shapes[row])):
        if again[row]:
            count[fold(names[row])] += 1
            numbered[row] = f"{names[row]} {count[fold(names[row])]}"
    return numbered


def _corner(shape: BaseGeometry | object) -> tuple[float, ...]:
    bounds = getattr(shape, "bounds", ())
    return tuple(float(value) for value in bounds)


def telling_columns(names: Sequence[str], cells: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the columns that tell all districts of one name apart and hold fewer words than names.

    Parameters
    ----------
    cells : texts by column.
    """
    districts = len({fold(name) for name in names})
    found = []
    for column, texts in cells.items():
        pairs = {(fold(name), fold(text)) for name, text in zip(names, texts, strict=True) if text}
        if len(pairs) == len(names) and len(set(texts)) < districts:
            found.append(column)
    return found[:MOST]
