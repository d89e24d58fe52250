"""Rows and polygons of a boundary file, in the few formats that lead to nothing else.

GDAL opens a file by its content, whatever its name, and some of its formats are only addresses: a
virtual layer, a web service, a schema to fetch. So the format is recognised here, by the first
bytes. GeoJSON is read without GDAL; of the others GDAL sees a copy under a fixed name, in a folder
of its own.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tarazu.core.errors import DataError
from tarazu.core.files.reading import open_file, read_file
from tarazu.core.tables.cells import shorten
from tarazu.region.geojson import DEGREES, polygons, read_collection

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

INSTALL: Final = f"Install it with: {sys.executable} -m pip install pyogrio"
FORMATS: Final = "GeoJSON, a shapefile, GeoPackage or FlatGeobuf"
CONVERT: Final = "Convert it, for example in QGIS: Export, Save Features As, GeoJSON"
FORGOTTEN: Final = "Keep the .prj file beside a shapefile, or write GeoJSON"
SHAPEFILE_PARTS: Final = (".shx", ".dbf", ".prj", ".cpg")
SHP, GPKG, FGB = "shp", "gpkg", "fgb"

Fault = tuple[str, str]  # what is wrong with one polygon, and what was expected


@dataclass(frozen=True)
class VectorRows:
    """The rows of a boundary file.

    Attributes
    ----------
    cells : of each column, by row. shapes : of each row, in degrees; None where there is none.
    """

    cells: dict[str, list[object]]
    shapes: list[BaseGeometry | Fault | None]

    def __len__(self) -> int:
        return len(self.shapes)

    def only(self, rows: list[int]) -> VectorRows:
        """Return some of the rows."""
        cells = {name: [column[row] for row in rows] for name, column in self.cells.items()}
        return VectorRows(cells, [self.shapes[row] for row in rows])


def read_vector_file(path: Path) -> VectorRows:
    """Return the rows of a boundary file, with polygons in longitude and latitude.

    Raises
    ------
    DataError
        The file cannot be read, is of another format, or does not state what its coordinates mean.
    """
    kind = _recognise(path)
    if kind is None:
        cells, shapes, crs = _read_geojson(path)
    else:
        cells, shapes, crs = _read_by_gdal(path, kind)
    return VectorRows(cells, _in_degrees(shapes, crs, path))


def _recognise(path: Path) -> str | None:
    """Return the format by the first bytes; None for GeoJSON."""
    try:
        start = read_file(path, most=4096)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise DataError(what, file=path, expected="a file of polygons") from error
    if start.startswith(b"\x00\x00\x27\x0a"):
        return SHP
    if start.startswith(b"SQLite format 3\x00"):
        return GPKG
    if start.startswith(b"fgb\x03fgb") and start[11:12] == b"\x00":
        return FGB
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return None
    raise DataError(
        f"the format is not one that is read; the file begins with {start[:16]!r}",
        file=path,
        expected=FORMATS,
        hint=CONVERT,
    )


def _read_geojson(path: Path) -> tuple[dict[str, list[object]], list[Any], Any]:
    features, code, _ = read_collection(path)
    if code is None:
        raise _unstated(path)
    cells: dict[str, list[object]] = {}
    shapes: list[BaseGeometry | Fault | None] = []
    for row, feature in enumerate(features):
        known = feature if isinstance(feature, dict) else {}
        properties = known.get("properties")
        for name, value in (properties if isinstance(properties, dict) else {}).items():
            cells.setdefault(name, [None] * row).append(value)
        for column in cells.values():
            column += [None] * (row + 1 - len(column))
        shapes.append(_shape(known.get("geometry")))
    return cells, shapes, _reference_system(code, path)


def _shape(geometry: object) -> BaseGeometry | Fault | None:
    import shapely

    if geometry is None:
        return None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        what = f"a {kind}" if isinstance(kind, str) else "of no type"
        return f"the geometry is {what[:40]}", "a Polygon or MultiPolygon"
    try:
        parts = [shapely.Polygon(outer, holes) for outer, *holes in polygons(geometry, "it")]
        return parts[0] if kind == "Polygon" else shapely.MultiPolygon(parts)
    except (ValueError, shapely.errors.ShapelyError) as error:
        return str(error), "closed rings of longitude and latitude"


def _reference_system(code: int, path: Path) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(code)
    except CRSError as error:
        raise DataError(
            f"the reference system EPSG:{code} is not known",
            file=path,
            expected="the code of one in the EPSG registry, https://epsg.org",
        ) from error


def _read_by_gdal(path: Path, kind: str) -> tuple[dict[str, list[object]], list[Any], Any]:
    try:
        import pyogrio
    except ImportError as error:
        raise DataError(
            "reading a boundary file that is not GeoJSON needs pyogrio",
            file=path,
            expected="GeoJSON (a FeatureCollection), which needs no package more",
            hint=INSTALL,
        ) from error
    from pyproj import CRS, network
    from pyproj.exceptions import CRSError
    from shapely import force_2d, from_wkb

    network.set_network_enabled(False)  # type: ignore[attr-defined]  # no grids are fetched
    with _isolated(path, kind) as copy, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns of mixed kinds, rings left open: checked later
        layer = {"layer": _plain_layer(copy, path)} if kind == GPKG else {}
        try:
            meta, _, geometry, fields = pyogrio.raw.read(copy, **layer)
            shapes = [] if geometry is None else list(force_2d(from_wkb(geometry)))
        except Exception as error:  # of a damaged file it raises many kinds
            words = _one_line(error).replace(str(copy), path.name)
            what = f"the file cannot be read ({shorten(words)})"
            raise DataError(what, file=path, expected=FORMATS) from error
    if geometry is None:
        raise DataError("the file has no polygons", file=path, expected="polygons of districts")
    if meta.get("crs") is None:
        raise _unstated(path)
    try:
        crs = CRS.from_user_input(meta["crs"])
    except CRSError as error:
        what = f"the coordinate reference system {shorten(str(meta['crs']))} is not known"
        raise DataError(what, file=path, expected="one that PROJ knows") from error
    cells = {
        str(name): [_missing_as_none(cell) for cell in column.tolist()]
        for name, column in zip(meta["fields"], fields, strict=True)
    }
    return cells, shapes, crs


def _missing_as_none(cell: object) -> object:
    """Return None for NaN; whole numbers that GDAL reads as floats stay whole."""
    if not isinstance(cell, float):
        return cell
    if cell != cell:
        return None
    return int(cell) if cell.is_integer() else cell


def _in_degrees(
    shapes: list[BaseGeometry | Fault | None], crs: CRS, path: Path
) -> list[BaseGeometry | Fault | None]:
    """Return shapes of a coordinate reference system in longitude and latitude."""
    import shapely
    from pyproj import Transformer
    from pyproj.exceptions import ProjError
    from shapely.errors import ShapelyError

    try:
        forward = Transformer.from_crs(crs, DEGREES, always_xy=True)
        return [
            shape
            if shape is None or isinstance(shape, tuple)
            else shapely.transform(shape, forward.transform, interleaved=False)
            for shape in shapes
        ]
    except (ProjError, ShapelyError, ValueError) as error:
        what = f"its coordinates cannot be turned into degrees ({_one_line(error)})"
        raise DataError(what, file=path, expected="a projection that can be inverted") from error


@contextmanager
def _isolated(path: Path, kind: str) -> Iterator[Path]:
    """Copy a file, and the parts of a shapefile, to a folder that holds nothing else."""
    with tempfile.TemporaryDirectory(prefix="tarazu-") as folder:
        copy = Path(folder) / f"boundaries.{kind}"
        parts = {path: copy}
        for ending in SHAPEFILE_PARTS if kind == SHP else ():
            for beside in (path.with_suffix(ending), path.with_suffix(ending.upper())):
                if beside.exists():
                    parts[beside] = copy.with_suffix(ending)
        for given, target in parts.items():
            try:
                with open_file(given) as source, target.open("xb") as stream:
                    shutil.copyfileobj(source, stream)
            except FileExistsError:  # .prj and .PRJ on a system that knows no case
                continue
            except OSError as error:
                what = f"the file cannot be copied to {folder} ({error.strerror or error})"
                raise DataError(what, file=given, expected="a file that can be read") from error
        yield copy


def _plain_layer(copy: Path, path: Path) -> str:
    """Return the first table of polygons of a GeoPackage that computes nothing by itself.

    A view or a virtual table can call functions, some of which reach the network.
    """
    names = "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')"
    layers = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY rowid"
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            for name, kind, sql in base.execute(names).fetchall():
                made = " ".join(str(sql).lower().split())
                is_virtual = made.startswith("create virtual")
                if kind == "view" or (is_virtual and " using rtree" not in made):
                    raise DataError(
                        f"{shorten(str(name))} is a view or a virtual table",
                        file=path,
                        expected="a GeoPackage of plain tables",
                        hint="Export the layer again",
                    )
            found = base.execute(layers).fetchone()
    except (sqlite3.Error, UnicodeError) as error:
        what = f"the file is not a GeoPackage that can be read ({_one_line(error)})"
        raise DataError(what, file=path, expected=FORMATS) from error
    if found is None:
        raise DataError("the file has no polygons", file=path, expected="polygons of districts")
    return str(found[0])


def _unstated(path: Path) -> DataError:
    return DataError(
        "the meaning of the coordinates is not stated",
        file=path,
        expected="a coordinate reference system",
        hint=FORGOTTEN,
    )


def _one_line(error: Exception) -> str:
    return shorten(" ".join(str(error).split()))
