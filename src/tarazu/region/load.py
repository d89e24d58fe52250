"""Load a region from a folder of CSV tables, checked whole."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.errors import DataError, ScenarioError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.core.tables.cells import shorten
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.encoding import encoded_twice
from tarazu.region.attributes import ATTRIBUTES, read_attributes
from tarazu.region.boundaries import read_boundaries
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile, join_districts
from tarazu.region.shipped import DEFAULT, region_folder
from tarazu.region.spelling import fold

_log = logging.getLogger(__name__)

TABLES = ("region.toml", "districts.csv", "edges.csv", "tiles.csv", "columns.csv")
BOUNDARIES = "boundaries.geojson"
CONFIDENCE = ("high", "medium", "low")

COLUMNS = {
    "districts": tuple(f.name for f in fields(District) if f.name != "attributes"),
    "edges": ("district_a", "district_b", "shared_border_km"),
    "tiles": tuple(field.name for field in fields(Tile)),
    "columns": tuple(field.name for field in fields(ColumnSource)),
}
DESCRIBED = ("districts", "edges", "tiles", "attributes")  # their columns need a source


class _Settings(BaseModel):
    """Content of region.toml; see the attributes of `Region`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    title: str
    frame: str
    older_frame: str = ""
    countries: list[str]
    provinces: list[str] = Field(default_factory=list)
    infrastructure: dict[str, str] = Field(default_factory=dict)


def is_shipped(region: Region) -> bool:
    """Return whether a region is Balochistan, for which priors and error rates were measured.

    The administrative frame and the drawing of the districts do not matter.
    """
    return region.name == DEFAULT


def load_region(
    folder: str | PathLike[str] | None = None, *, boundaries: Path | str | None = None
) -> Region:
    """Load a region that ships with the package, or the one in a folder; by default Balochistan.

    Parameters
    ----------
    folder : name of a shipped region (balochistan, kp-fata), or a folder that holds region.toml,
        districts.csv, edges.csv, tiles.csv and columns.csv; perhaps attributes.csv, a number of any
        name per column, for mechanisms that read it.
    boundaries : GeoJSON polygons of the districts, property `slug`; not needed, never shipped.
        Default: boundaries.geojson of the folder, if it has one.

    Raises
    ------
    DataError, ScenarioError
        No such region; or the only problem of the folder: of a table with line and column, of
        region.toml with key.
    ExceptionGroup
        All problems of the folder at once.

    Examples
    --------
    >>> region = load_region()
    >>> len(region.districts), len(region.edges)
    (34, 73)
    >>> load_region("kp-fata").title
    'Khyber Pakhtunkhwa and former FATA, Pakistan'
    """
    folder = region_folder(folder)
    missing = [name for name in TABLES if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"{', '.join(missing)} not found",
            file=folder,
            expected=f"a folder with {', '.join(TABLES)}",
            hint="The shipped folder of Balochistan, in the region room, is an example to copy",
        )
    problems: list[TarazuError] = []
    settings = _read_settings(folder / "region.toml", problems)
    tables = {
        name: _read_table(folder / f"{name}.csv", columns, problems)
        for name, columns in COLUMNS.items()
    }
    districts = _read_districts(tables["districts"], settings)
    edges = _read_edges(tables["edges"], districts)
    tiles = _read_tiles(tables["tiles"], districts)
    later: list[TarazuError] = []
    further, numbers = read_attributes(folder, districts, later)
    described = {**COLUMNS, "attributes": further}
    sources = _read_sources(tables["columns"], folder / "columns.csv", described, problems)
    for table in tables.values():
        problems += [problem for row in table.all_problems() for problem in row]
    problems += later
    raise_problems(problems, f"{folder}: {len(problems)} problems in the region")
    assert settings is not None  # else its problems were raised
    files = (*TABLES, ATTRIBUTES) if further else TABLES
    region = Region(
        name=settings.name,
        title=settings.title,
        frame=settings.frame,
        older_frame=settings.older_frame,
        countries=tuple(settings.countries),
        provinces=tuple(settings.provinces),
        districts=tuple(
            replace(districts[slug], attributes=numbers.get(slug, ())) for slug in sorted(districts)
        ),
        edges=edges,
        tiles=tiles,
        infrastructure=tuple(settings.infrastructure.items()),
        column_sources=sources,
        digest=digest(b"\n".join((folder / name).read_bytes() for name in files)),
    )
    drawn = folder / BOUNDARIES if boundaries is None else Path(boundaries)
    if boundaries is None and not drawn.is_file():
        return region
    return replace(region, boundaries=read_boundaries(drawn, region.slugs))


def _read_settings(path: Path, problems: list[TarazuError]) -> _Settings | None:
    try:
        return read_toml(path, _Settings)
    except ScenarioError as error:
        problems.append(error)
    except ExceptionGroup as group:
        problems.extend(error for error in group.exceptions if isinstance(error, TarazuError))
    return None


def _read_table(path: Path, needed: Sequence[str], problems: list[TarazuError]) -> Columns:
    """Return a table, empty if it cannot be read at all."""
    try:
        table = read_csv_columns(path, needed, None, marked=True)
    except DataError as error:
        problems.append(error)
        return Columns.empty(path, needed)
    unknown = [name for name in table.cells if name not in needed]
    if unknown:
        what = f"unknown columns {', '.join(shorten(name) for name in unknown[:5])}"
        expected = f"only {', '.join(needed)}"
        problems.append(DataError(what, file=path, line=1, column=unknown[0], expected=expected))
    if not len(table):
        problems.append(DataError("the table has no rows", file=path, expected="at least one row"))
    return table


def _read_districts(table: Columns, settings: _Settings | None) -> dict[str, District]:
    cells = {
        "slug": table.key("slug"),
        "name": table.key("name"),
        "aliases": table.words("aliases"),
        "places": table.words("places"),
        "frame_unit": table.text("frame_unit"),
        "division": table.text("division"),
        "headquarters": table.key("headquarters"),
        "hq_lat": table.number("hq_lat", -90, 90),
        "hq_lon": table.number("hq_lon", -180, 180),
        "centroid_lat": table.number("centroid_lat", -90, 90),
        "centroid_lon": table.number("centroid_lon", -180, 180),
        "area_km2": table.number("area_km2", 0, above=True),
        "population": table.count("population", low=1),
        "population_confidence": table.one_of("population_confidence", CONFIDENCE),
        "population_2017": table.count("population_2017"),
        "urban_share": table.number("urban_share", 0, 1),
        "borders": table.words("borders"),
        "coast": table.flag("coast"),
        "terrain": table.text("terrain"),
        "infrastructure": table.words("infrastructure"),
    }
    districts: dict[str, District] = {}
    for row, values in _rows(cells):
        slug = values["slug"]
        if slug in districts:
            table.note(row, "slug", f"district '{slug}' stands twice", "each district once")
            continue
        districts[slug] = District(**{**values, "frame_unit": values["frame_unit"] or slug})
    _check_flags(table, cells["infrastructure"], settings)
    _check_spellings(table, cells)
    _check_units(table, cells["frame_unit"], districts)
    _warn_encoded_twice(tuple(cells["name"].tolist()))
    return districts


@cache
def _warn_encoded_twice(names: tuple[str, ...]) -> None:
    """Warn, once, of names that a district can hardly have."""
    found = encoded_twice(names)
    if found:
        name, before = next(iter(found.items()))
        _log.warning(
            "names of districts look encoded twice (%d of them): '%s' may be '%s'. Write the "
            "source as UTF-8 once, and read it again.",
            len(found),
            name,
            before,
        )


def _rows(cells: Mapping[str, NDArray[Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield place and values of each row, as Python's own numbers, texts and tuples."""
    rows = zip(*(column.tolist() for column in cells.values()), strict=True)
    for row, values in enumerate(rows):
        yield row, dict(zip(cells, values, strict=True))


def _check_flags(table: Columns, flags: NDArray[Any], settings: _Settings | None) -> None:
    known = settings.infrastructure if settings is not None else {}
    for row, flag in ((row, flag) for row, some in enumerate(flags) for flag in some):
        if settings is not None and flag not in known:
            what = f"flag {shorten(flag)} is not known"
            table.note(row, "infrastructure", what, f"one of {', '.join(known)}")


def _check_spellings(table: Columns, cells: Mapping[str, NDArray[Any]]) -> None:
    """Note every name that two districts have."""
    bearer: dict[str, str] = {}
    for row, values in _rows(cells):
        for column in ("slug", "name", "aliases", "places"):
            spellings = values[column] if isinstance(values[column], tuple) else (values[column],)
            for spelling in filter(None, spellings):
                other = bearer.setdefault(fold(spelling), values["slug"])
                if other != values["slug"]:
                    what = f"{shorten(spelling)} already means district '{other}'"
                    table.note(row, column, what, "each name for one district")


def _check_units(table: Columns, units: NDArray[Any], districts: Mapping[str, District]) -> None:
    """Note units of the older frame that are not districts, or lie in another unit."""
    for row, unit in enumerate(units):
        if unit and unit not in districts:
            what = f"unit {shorten(unit)} is not a district"
            table.note(row, "frame_unit", what, "the slug of a district")
        elif unit and districts[unit].frame_unit != unit:
            what = f"unit '{unit}' lies in another unit"
            table.note(row, "frame_unit", what, "a district that is its own unit")


def _read_edges(table: Columns, districts: Mapping[str, District]) -> tuple[Edge, ...]:
    cells = {
        "district_a": table.key("district_a"),
        "district_b": table.key("district_b"),
        "shared_border_km": table.number("shared_border_km", 0, above=True),
    }
    edges: dict[tuple[str, str], Edge] = {}
    for row, values in _rows(cells):
        a, b, border = values.values()
        unknown = [
            column for column in ("district_a", "district_b") if values[column] not in districts
        ]
        for column in unknown:
            what = f"{shorten(values[column])} is not a district"
            table.note(row, column, what, "the slug of a district")
        if unknown:
            continue
        if a == b:
            table.note(row, "district_b", f"'{a}' is paired with itself", "two different districts")
            continue
        edge = join_districts(districts[a], districts[b], border)
        pair = (edge.district_a, edge.district_b)
        if pair in edges:
            what = f"the pair {pair[0]}, {pair[1]} stands twice"
            table.note(row, "district_b", what, "each pair once, in either order")
        edges[pair] = edge
    return tuple(edges[pair] for pair in sorted(edges))


def _read_tiles(table: Columns, districts: Mapping[str, District]) -> tuple[Tile, ...]:
    cells = {
        "slug": table.key("slug"),
        "abbr": table.key("abbr"),
        "col": table.count("col"),
        "row": table.count("row"),
        "x": table.number("x"),
        "y": table.number("y"),
    }
    tiles: dict[str, Tile] = {}
    hexagons: dict[tuple[int, int], str] = {}
    for row, values in _rows(cells):
        tile = Tile(**values)
        if tile.slug not in districts or tile.slug in tiles:
            what = f"{shorten(tile.slug)} is not a district, or stands twice"
            table.note(row, "slug", what, "each district once")
            continue
        other = hexagons.setdefault((tile.col, tile.row), tile.slug)
        if other != tile.slug:
            what = f"the hexagon is taken by '{other}'"
            table.note(row, "col", what, "one district per hexagon")
        tiles[tile.slug] = tile
    untiled = sorted(set(districts) - set(tiles))
    if len(table) and untiled:
        what = f"no tile for {', '.join(untiled)}"
        table.note(len(table) - 1, "slug", what, "a tile for every district")
    return tuple(tiles[slug] for slug in sorted(tiles))


def _read_sources(
    table: Columns,
    path: Path,
    columns: Mapping[str, Sequence[str]],
    problems: list[TarazuError],
) -> tuple[ColumnSource, ...]:
    cells = {
        "table": table.one_of("table", DESCRIBED),
        "column": table.key("column"),
        "meaning": table.key("meaning"),
        "unit": table.text("unit"),
        "source": table.key("source"),
        "licence": table.key("licence"),
        "confidence": table.key("confidence"),
    }
    sources = tuple(ColumnSource(**values) for _, values in _rows(cells))
    expected = {(table, column) for table in DESCRIBED for column in columns[table]}
    described = {(source.table, source.column) for source in sources}
    if sources and described != expected:
        names = sorted(f"{table}.{column}" for table, column in described ^ expected)
        what = f"columns without a source, or sources without a column: {', '.join(names)}"
        problems.append(DataError(what, file=path, expected="one row per column of each table"))
    return sources
