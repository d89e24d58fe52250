"""Districts of a boundary file, checked whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

import numpy as np

from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.tables.cells import shorten
from tarazu.region.build.namesakes import repeated, telling_columns, with_numbers, with_units
from tarazu.region.build.naming import slugs_for
from tarazu.region.build.repair import Repair, repair
from tarazu.region.build.vector_file import Fault, VectorRows, read_vector_file

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

FLAT = "flat"
FLAT_RESIDENTS = 100_000
MOST = 100  # columns that an error lists
LONGEST_NAME = 200  # characters
VALID = "rings that do not touch or cross themselves; --repair (repair=True) mends them"
SMALLEST = 1e-10  # square degrees, about one square metre at the equator


@dataclass(frozen=True)
class DistrictShapes:
    """The districts of a file in the order of their slugs.

    Attributes
    ----------
    slugs, names : keys, and names as written. residents : persons, >= 1.
    polygons : in longitude and latitude, degrees.
    repairs : of polygons that were not valid.
    """

    slugs: tuple[str, ...]
    names: tuple[str, ...]
    residents: tuple[int, ...]
    polygons: tuple[BaseGeometry, ...]
    repairs: tuple[Repair, ...] = ()


def read_district_shapes(
    path: Path,
    *,
    names: str,
    population: str = FLAT,
    only: tuple[str, str] | None = None,
    within: str | None = None,
    number: bool = False,
    repairing: bool = False,
) -> DistrictShapes:
    """Return the districts of a boundary file.

    Parameters
    ----------
    names : column of their names. population : column of residents, or "flat".
    only : column and value of the rows to use; without it, all.
    within : column of the units that tell districts of one name apart.
    number : whether districts of one name are numbered, from west to east.
    repairing : whether polygons that are not valid are made valid.

    Raises
    ------
    DataError, ExceptionGroup
        The file cannot be read, or all that is wrong in it.
    """
    rows = read_vector_file(path)
    columns = [names, *([] if population == FLAT else [population]), *([only[0]] if only else [])]
    columns += [] if within is None else [within]
    _check_columns(path, rows, columns)
    if only is not None:
        cells = enumerate(rows.cells[only[0]])
        rows = rows.only([row for row, cell in cells if _text(cell) == only[1]])
    if len(rows) == 0:
        what, expected, column = "the file has no rows", "districts", None
        if only is not None:
            what, expected, column = "no row has this value", repr(only[1]), only[0]
        raise DataError(what, file=path, column=column, expected=expected)
    reader = _Rows(path, _told_apart(rows, names, within, number=number), names, repairing)
    reader.check_names(rows)
    shapes = [reader.shape(row, shape) for row, shape in enumerate(rows.shapes)]
    residents = [FLAT_RESIDENTS] * len(rows)
    if population != FLAT:
        cells = enumerate(rows.cells[population])
        residents = [reader.residents(row, _text(cell), population) for row, cell in cells]
    problems = reader.problems or _misfits(path, reader.names, shapes)
    raise_problems(problems, f"{path}: {len(problems)} problems in the boundaries")
    slugs = slugs_for(reader.names)
    order = sorted(range(len(slugs)), key=lambda row: slugs[row])
    return DistrictShapes(
        slugs=tuple(slugs[row] for row in order),
        names=tuple(reader.names[row] for row in order),
        residents=tuple(residents[row] for row in order),
        polygons=tuple(shapes[row] for row in order),
        repairs=tuple(sorted(reader.repairs, key=lambda made: made.district)),
    )


def _told_apart(rows: VectorRows, names: str, within: str | None, *, number: bool) -> list[str]:
    """Return the names of the districts, those of one name told apart as asked for."""
    found = [_text(cell) for cell in rows.cells[names]]
    if within is not None:
        found = with_units(found, [_text(cell) for cell in rows.cells[within]])
    return with_numbers(found, rows.shapes) if number else found


def _check_columns(path: Path, rows: VectorRows, columns: Sequence[str]) -> None:
    problems: list[TarazuError] = [
        DataError(
            "the file has no such column",
            file=path,
            column=name,
            expected=f"one of {', '.join(shorten(column) for column in list(rows.cells)[:MOST])}"
            if rows.cells
            else "columns of names",
        )
        for name in columns
        if name not in rows.cells
    ]
    raise_problems(problems, f"{path}: {len(problems)} problems")


class _Rows:
    """Cells of the districts; what cannot be used is noted in `problems`."""

    def __init__(self, path: Path, names: list[str], column: str, repairing: bool) -> None:
        self.names = names
        self.problems: list[TarazuError] = []
        self.repairs: list[Repair] = []
        self._path, self._column, self._repairing = path, column, repairing

    def check_names(self, rows: VectorRows) -> None:
        """Note names that are missing, unusable or stand more than once."""
        column, again = self._column, repeated(self.names)
        hint = _namesake_hint(self.names, rows) if any(again) else None
        for row, name in enumerate(self.names):
            if not name:
                self._note(row, "the name is missing", "a name for every district", column)
            elif len(name) > LONGEST_NAME or any(category(c) in ("Cc", "Cs") for c in name):
                what = "the name is too long or has control characters"
                self._note(row, what, f"text of at most {LONGEST_NAME} characters", column)
            elif again[row]:
                self._note(row, "the name stands more than once", "each name once", column, hint)

    def shape(self, row: int, shape: BaseGeometry | Fault | None) -> BaseGeometry:
        fault = shape if isinstance(shape, tuple) else _fault(shape)
        if self._repairing and fault is not None and fault[1] == VALID:
            made = repair(shape, self.names[row])
            if made is not None:
                shape, what = made
                self.repairs.append(what)
                fault = _fault(shape)
        if fault is not None:
            self._note(row, *fault)
        return shape

    def residents(self, row: int, cell: str, column: str) -> int:
        try:
            number = float(cell.replace(",", ""))
        except ValueError:
            number = nan
        if not 0.5 <= number < 1e9:
            self._note(row, f"{shorten(cell)} is not a number of people", "at least 1", column)
            return FLAT_RESIDENTS
        return round(number)

    def _note(
        self, row: int, what: str, expected: str, column: str | None = None, hint: str | None = None
    ) -> None:
        name = shorten(self.names[row]) if self.names[row] else "no name"
        what = f"district {row + 1} ({name}): {what}"
        error = DataError(what, file=self._path, column=column, expected=expected, hint=hint)
        self.problems.append(error)


def _namesake_hint(names: Sequence[str], rows: VectorRows) -> str:
    """Return how districts of one name can be told apart in this file."""
    cells = {column: [_text(cell) for cell in some] for column, some in rows.cells.items()}
    columns = [shorten(column) for column in telling_columns(names, cells)]
    here = f" (here {' or '.join(columns)})" if columns else ""
    return (
        f"Add a column that tells them apart, such as the province{here}, with --within COLUMN, "
        "number them from west to east with --number-names, or use a part of the file with --only"
    )


def _fault(shape: BaseGeometry | None) -> tuple[str, str] | None:
    """Return what is wrong with one polygon, and what was expected."""
    import shapely

    if shape is None or shape.is_empty:
        return "the geometry is missing", "a polygon for every district"
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return f"the geometry is a {shape.geom_type}", "a Polygon or MultiPolygon"
    west, south, east, north = shape.bounds
    if (
        not all(map(isfinite, shape.bounds))
        or west < -180
        or east > 180
        or south < -90
        or north > 90
    ):
        what = f"coordinates from {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}"
        return what, "longitude and latitude once projected; is the stated projection right?"
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return "a coordinate is not a finite number", "longitude and latitude"
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        return (
            f"the geometry is not valid ({reason})",
            VALID,
        )
    if shape.area < SMALLEST:
        return "the geometry has next to no area", "at least a square metre"
    return None


def _misfits(path: Path, names: Sequence[str], shapes: Sequence[BaseGeometry]) -> list[TarazuError]:
    """Return what is wrong with the districts together."""
    from tarazu.region.borders import overlaps

    west = min(shape.bounds[0] for shape in shapes)
    east = max(shape.bounds[2] for shape in shapes)
    if east - west > 180:
        what = f"the districts span {east - west:.0f} degrees of longitude"
        hint = "Regions across the date line are not supported"
        return [DataError(what, file=path, expected="at most 180", hint=hint)]
    return [
        DataError(
            f"{shorten(names[a])} and {shorten(names[b])} overlap: {share:.0%} of the smaller one",
            file=path,
            expected="districts side by side",
            hint="Does the file hold several administrative levels? Choose one with --only",
        )
        for a, b, share in overlaps(shapes)
    ]


def _text(cell: object) -> str:
    """Return a cell as text, "" where it is missing (None or NaN)."""
    return "" if cell is None or cell != cell else str(cell).strip()
