"""Load a region from a folder of CSV tables, checked whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.errors import DataError, ScenarioError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.core.tables.cells import Row
from tarazu.core.tables.csv_rows import CsvTable, shorten
from tarazu.region.boundaries import read_boundaries
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile, fold, join_districts

SHIPPED = Path(__file__).parent / "balochistan"
TABLES = ("region.toml", "districts.csv", "edges.csv", "tiles.csv", "columns.csv")
CONFIDENCE = ("high", "medium", "low")

COLUMNS = {
    "districts": tuple(field.name for field in fields(District)),
    "edges": ("district_a", "district_b", "shared_border_km"),
    "tiles": tuple(field.name for field in fields(Tile)),
    "columns": tuple(field.name for field in fields(ColumnSource)),
}
DESCRIBED = ("districts", "edges", "tiles")  # tables whose columns need a source


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
    tables = {
        name: _read_rows(folder / f"{name}.csv", columns, problems)
        for name, columns in COLUMNS.items()
    }
    districts = _read_districts(tables["districts"], settings)
    edges = _read_edges(tables["edges"], districts)
    tiles = _read_tiles(tables["tiles"], districts)
    sources = _read_sources(tables["columns"], problems)
    problems += [problem for rows in tables.values() for row in rows for problem in row.problems]
    raise_problems(problems, f"{folder}: {len(problems)} problems in the region")
    assert settings is not None  # else read_toml's problems were raised
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


def _read_settings(path: Path, problems: list[TarazuError]) -> _Settings | None:
    try:
        return read_toml(path, _Settings)
    except ScenarioError as error:
        problems.append(error)
    except ExceptionGroup as group:
        problems.extend(error for error in group.exceptions if isinstance(error, TarazuError))
    return None


def _read_rows(path: Path, columns: Sequence[str], problems: list[TarazuError]) -> list[Row]:
    try:
        table = CsvTable(path, columns)
        unknown = [name for name in table.header if name not in columns]
        if unknown:
            what = f"unknown columns {', '.join(shorten(name) for name in unknown[:5])}"
            expected = f"only {', '.join(columns)}"
            problems.append(
                DataError(what, file=path, line=1, column=unknown[0], expected=expected)
            )
        rows = []
        for line, cells in table:
            wrong_width = table.check_width(line, cells)
            if wrong_width is not None:
                problems.append(wrong_width)
            else:
                rows.append(Row(path, line, cells, table.index))
    except DataError as error:
        problems.append(error)
        return []
    if not rows:
        problems.append(DataError("the table has no rows", file=path, expected="at least one row"))
    return rows


def _read_districts(rows: list[Row], settings: _Settings | None) -> dict[str, District]:
    districts: dict[str, District] = {}
    bearer: dict[str, str] = {}
    for row in rows:
        slug = row.key("slug")
        if slug in districts:
            row.problem("slug", f"district '{slug}' stands twice", "each district once")
            continue
        for flag in row.words("infrastructure"):
            if settings is not None and flag not in settings.infrastructure:
                row.problem(
                    "infrastructure",
                    f"flag {shorten(flag)} is not known",
                    f"one of {', '.join(settings.infrastructure)}",
                )
        district = District(
            slug=slug,
            name=row.key("name"),
            aliases=row.words("aliases"),
            places=row.words("places"),
            frame_unit=row.text("frame_unit") or slug,
            division=row.text("division"),
            headquarters=row.key("headquarters"),
            hq_lat=row.number("hq_lat", -90, 90),
            hq_lon=row.number("hq_lon", -180, 180),
            centroid_lat=row.number("centroid_lat", -90, 90),
            centroid_lon=row.number("centroid_lon", -180, 180),
            area_km2=row.number("area_km2", 0, above=True),
            population=row.count("population", low=1),
            population_confidence=row.one_of("population_confidence", CONFIDENCE),
            population_2017=row.count("population_2017"),
            urban_share=row.number("urban_share", 0, 1),
            borders=row.words("borders"),
            coast=row.flag("coast"),
            terrain=row.text("terrain"),
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
        unit = row.text("frame_unit")
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
        a, b = row.key("district_a"), row.key("district_b")
        border = row.number("shared_border_km", 0, above=True)
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
        slug = row.key("slug")
        if slug not in districts or slug in tiles:
            row.problem(
                "slug", f"{shorten(slug)} is not a district, or stands twice", "each district once"
            )
            continue
        tile = Tile(
            slug=slug,
            abbr=row.key("abbr"),
            col=row.count("col"),
            row=row.count("row"),
            x=row.number("x"),
            y=row.number("y"),
        )
        other = cells.setdefault((tile.col, tile.row), slug)
        if other != slug:
            row.problem("col", f"the hexagon is taken by '{other}'", "one district per hexagon")
        tiles[slug] = tile
    untiled = sorted(set(districts) - set(tiles))
    if rows and untiled:
        rows[-1].problem("slug", f"no tile for {', '.join(untiled)}", "a tile for every district")
    return tuple(tiles[slug] for slug in sorted(tiles))


def _read_sources(rows: list[Row], problems: list[TarazuError]) -> tuple[ColumnSource, ...]:
    sources = tuple(
        ColumnSource(
            table=row.one_of("table", DESCRIBED),
            column=row.key("column"),
            meaning=row.key("meaning"),
            unit=row.text("unit"),
            source=row.key("source"),
            licence=row.key("licence"),
            confidence=row.key("confidence"),
        )
        for row in rows
    )
    expected = {(table, column) for table in DESCRIBED for column in COLUMNS[table]}
    described = {(source.table, source.column) for source in sources}
    if rows and described != expected:
        names = sorted(f"{table}.{column}" for table, column in described ^ expected)
        what = f"columns without a source, or sources without a column: {', '.join(names)}"
        problems.append(
            DataError(what, file=rows[0].file, expected="one row for each column of each table")
        )
    return sources
