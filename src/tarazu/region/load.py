"""Load a region from a folder of CSV tables, checked whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from math import inf
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.errors import DataError, ScenarioError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.region.boundaries import read_boundaries
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile, fold, join_districts
from tarazu.region.tables import Row, read_rows, shorten

SHIPPED = Path(__file__).parent / "balochistan"
TABLES = ("region.toml", "districts.csv", "edges.csv", "tiles.csv", "columns.csv")
CONFIDENCE = ("high", "medium", "low")

DISTRICT_COLUMNS = tuple(field.name for field in fields(District))
EDGE_COLUMNS = ("district_a", "district_b", "shared_border_km")
TILE_COLUMNS = tuple(field.name for field in fields(Tile))
SOURCE_COLUMNS = tuple(field.name for field in fields(ColumnSource))


class _Settings(BaseModel):
    """What region.toml says; see the attributes of `Region`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    title: str
    frame: str
    older_frame: str = ""
    countries: list[str]
    provinces: list[str] = Field(default_factory=list)
    infrastructure: dict[str, str] = Field(default_factory=dict)


def load_region(folder: Path | None = None, *, boundaries: Path | None = None) -> Region:
    """Load a region; without a folder, Balochistan as shipped.

    Parameters
    ----------
    folder : holds region.toml, districts.csv, edges.csv, tiles.csv and columns.csv.
    boundaries : GeoJSON polygons of the districts, property `slug`; not needed, never shipped.

    Raises
    ------
    DataError, ScenarioError
        The only problem of the folder: of a table with line and column, of region.toml with key.
    ExceptionGroup
        All problems of the folder at once.

    Examples
    --------
    >>> region = load_region()
    >>> len(region.districts), len(region.edges)
    (34, 73)
    >>> len(region.in_frame("ucdp29").districts)
    29
    """
    folder = SHIPPED if folder is None else Path(folder)
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
    flags = tuple(settings.infrastructure)
    rows = read_rows(folder / "districts.csv", DISTRICT_COLUMNS, problems)
    districts = _read_districts(rows, flags)
    edges = _read_edges(read_rows(folder / "edges.csv", EDGE_COLUMNS, problems), districts)
    tiles = _read_tiles(read_rows(folder / "tiles.csv", TILE_COLUMNS, problems), districts)
    sources = _read_sources(read_rows(folder / "columns.csv", SOURCE_COLUMNS, problems), problems)
    raise_problems(problems, f"{folder}: {len(problems)} problems in the region")
    region = Region(
        name=settings.name,
        title=settings.title,
        frame=settings.frame,
        older_frame=settings.older_frame,
        countries=tuple(settings.countries),
        provinces=tuple(settings.provinces),
        districts=tuple(districts[slug] for slug in sorted(districts)),
        edges=edges,
        tiles=tiles,
        infrastructure=tuple(settings.infrastructure.items()),
        column_sources=sources,
        digest=digest(b"\n".join((folder / name).read_bytes() for name in TABLES)),
    )
    if boundaries is None:
        return region
    return replace(region, boundaries=read_boundaries(Path(boundaries), region.slugs))


def _read_settings(path: Path, problems: list[TarazuError]) -> _Settings:
    try:
        return read_toml(path, _Settings)
    except ScenarioError as error:
        problems.append(error)
    except ExceptionGroup as group:
        problems.extend(error for error in group.exceptions if isinstance(error, TarazuError))
    return _Settings(name="", title="", frame="", countries=[])


def _read_districts(rows: list[Row], flags: tuple[str, ...]) -> dict[str, District]:
    districts: dict[str, District] = {}
    bearer: dict[str, str] = {}
    for row in rows:
        slug = row.text("slug")
        if slug in districts:
            row.problem("slug", f"district '{slug}' stands twice", "each district once")
            continue
        for flag in row.words("infrastructure"):
            if flag not in flags:
                row.problem(
                    "infrastructure",
                    f"flag {shorten(flag)} is not known",
                    f"one of {', '.join(flags)}",
                )
        district = District(
            slug=slug,
            name=row.text("name"),
            aliases=row.words("aliases"),
            places=row.words("places"),
            frame_unit=row.cells["frame_unit"].strip() or slug,
            division=row.cells["division"].strip(),
            headquarters=row.text("headquarters"),
            hq_lat=row.number("hq_lat", -90, 90),
            hq_lon=row.number("hq_lon", -180, 180),
            centroid_lat=row.number("centroid_lat", -90, 90),
            centroid_lon=row.number("centroid_lon", -180, 180),
            area_km2=row.number("area_km2", 0, inf, above=True),
            population=row.count("population", low=1),
            population_confidence=row.one_of("population_confidence", CONFIDENCE),
            population_2017=row.count("population_2017"),
            urban_share=row.number("urban_share", 0, 1),
            borders=row.words("borders"),
            coast=row.one_of("coast", ("0", "1")) == "1",
            terrain=row.cells["terrain"].strip(),
            infrastructure=row.words("infrastructure"),
        )
        districts[slug] = district
        for column in ("slug", "name", "aliases", "places"):
            for spelling in row.words(column):
                other = bearer.setdefault(fold(spelling), slug)
                if other != slug:
                    what = f"{shorten(spelling)} already means district '{other}'"
                    row.problem(column, what, "each name for one district")
    for row in rows:
        unit = row.cells["frame_unit"].strip()
        if unit and unit not in districts:
            row.problem(
                "frame_unit", f"unit {shorten(unit)} is not a district", "the slug of a district"
            )
        elif unit and districts[unit].frame_unit != unit:
            row.problem(
                "frame_unit",
                f"unit '{unit}' lies in another unit",
                "a district that is its own unit",
            )
    return districts


def _read_edges(rows: list[Row], districts: Mapping[str, District]) -> tuple[Edge, ...]:
    edges: dict[tuple[str, str], Edge] = {}
    for row in rows:
        a, b = row.text("district_a"), row.text("district_b")
        border = row.number("shared_border_km", 0, inf, above=True)
        unknown = [
            (column, slug)
            for column, slug in (("district_a", a), ("district_b", b))
            if slug not in districts
        ]
        for column, slug in unknown:
            row.problem(column, f"{shorten(slug)} is not a district", "the slug of a district")
        if unknown:
            continue
        if a == b:
            row.problem("district_b", f"'{a}' is paired with itself", "two different districts")
            continue
        edge = join_districts(districts[a], districts[b], border)
        pair = (edge.district_a, edge.district_b)
        if pair in edges:
            row.problem(
                "district_b",
                f"the pair {pair[0]}, {pair[1]} stands twice",
                "each pair once, in either order",
            )
        edges[pair] = edge
    return tuple(edges[pair] for pair in sorted(edges))


def _read_tiles(rows: list[Row], districts: Mapping[str, District]) -> tuple[Tile, ...]:
    tiles: dict[str, Tile] = {}
    cells: dict[tuple[int, int], str] = {}
    for row in rows:
        slug = row.text("slug")
        if slug not in districts or slug in tiles:
            row.problem(
                "slug", f"{shorten(slug)} is not a district, or stands twice", "each district once"
            )
            continue
        tile = Tile(
            slug=slug,
            abbr=row.text("abbr"),
            col=row.count("col"),
            row=row.count("row"),
            x=row.number("x", -inf, inf),
            y=row.number("y", -inf, inf),
        )
        other = cells.setdefault((tile.col, tile.row), slug)
        if other != slug:
            row.problem("col", f"the hexagon is taken by '{other}'", "one district per hexagon")
        tiles[slug] = tile
    return tuple(tiles[slug] for slug in sorted(tiles))


def _read_sources(rows: list[Row], problems: list[TarazuError]) -> tuple[ColumnSource, ...]:
    sources = tuple(
        ColumnSource(
            table=row.one_of("table", ("districts", "edges", "tiles")),
            column=row.text("column"),
            meaning=row.text("meaning"),
            unit=row.cells["unit"].strip(),
            source=row.text("source"),
            licence=row.text("licence"),
            confidence=row.text("confidence"),
        )
        for row in rows
    )
    expected = {("districts", c) for c in DISTRICT_COLUMNS} | {("edges", c) for c in EDGE_COLUMNS}
    expected |= {("tiles", c) for c in TILE_COLUMNS}
    described = {(source.table, source.column) for source in sources}
    if rows and described != expected:
        names = sorted(f"{table}.{column}" for table, column in described ^ expected)
        what = f"columns without a source, or sources without a column: {', '.join(names)}"
        problems.append(
            DataError(what, file=rows[0].file, expected="one row for each column of each table")
        )
    return sources
