"""Region from any boundary file: neighbours by shared border, tile map, residents."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tarazu.core.arguments import check_names, check_path, wrong_type
from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.output_folder import check_folder, output_folder
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import canonical_json, collect_provenance, digest_file
from tarazu.core.tables.csv_text import csv_text
from tarazu.region.build.boundary_file import (
    FLAT,
    DistrictShapes,
    read_district_shapes,
)
from tarazu.region.build.column_sources import column_rows
from tarazu.region.build.naming import abbreviate, other_spellings, slugs_for
from tarazu.region.load import COLUMNS, load_region
from tarazu.region.region import Region

SNAP_KM = 0.1
MOST_DISTRICTS = 2_000
KIND = "region"
UNKNOWN = "not known"
POLYGONS = "boundaries.geojson"
UNSTATED = "not stated"

_log = logging.getLogger("tarazu.region")


@dataclass(frozen=True)
class BuildOptions:
    """Properties of a region that its boundary file does not state.

    Attributes
    ----------
    name, title : key, and name in words. countries, provinces : names by which event files place
        an event here.
    names : column of the districts' names. population : column of residents, or "flat": the same
        number everywhere. only : column and value of the rows to use; without it, all.
    within : column of the units, such as provinces, that tell districts of one name apart.
    number_names : whether districts of one name are numbered. repair : whether polygons that are
        not valid are made valid.
    snap_km : largest gap, km, between two drawings of one border.
    shortest_km : borders below this length, km, make no neighbours.
    source, licence : of the boundary file.
    """

    name: str
    title: str
    countries: tuple[str, ...]
    names: str
    provinces: tuple[str, ...] = ()
    population: str = FLAT
    only: tuple[str, str] | None = None
    within: str | None = None
    number_names: bool = False
    repair: bool = False
    snap_km: float = SNAP_KM
    shortest_km: float = 0.0
    source: str = UNSTATED
    licence: str = UNSTATED


def build_region(
    boundaries: Path | str,
    *,
    name_column: str,
    country: str | Sequence[str],
    province: str | Sequence[str] | None = (),
    population: str = FLAT,
    only: tuple[str, str] | None = None,
    within: str | None = None,
    number_names: bool = False,
    repair: bool = False,
    title: str | None = None,
    source: str | None = None,
    licence: str | None = None,
    snap_km: float = SNAP_KM,
    shortest_km: float = 0.0,
    out: Path | str | None = None,
    replace: bool = False,
) -> Region:
    """Return a region made from the boundaries of its districts.

    Two districts are neighbours if they share a border line; a shared point is not enough. What a
    boundary file does not state (headquarters, urban share, coast, infrastructure) is not known.

    Parameters
    ----------
    boundaries : file of polygons in any stated projection. GeoJSON needs no further package; a
        shapefile, GeoPackage or FlatGeobuf needs pyogrio.
    name_column, population : columns of the names and of the residents of the districts; "flat":
        100,000 residents in each.
    country, province : by which event files place an event in the region, in every spelling.
        Without a province, the region is the whole country.
    only : column and value of the rows to use; all if None.
    within : column of the units, such as provinces, that districts of one name lie in: their names
        become "Riverside, North". Events find them by district and province.
    number_names : whether districts that still have one name become "Riverside 1", "Riverside 2",
        from west to east. Events find them by their coordinates.
    repair : whether polygons whose rings touch or cross themselves are made valid; each repair is
        logged with its area before and after, and stands in the manifest of the folder.
    title : the province or the country if None.
    source, licence : of the boundaries; if None, those that `tarazu data fetch boundaries` noted
        beside the file.
    snap_km : largest gap between two drawings of a border, km.
    shortest_km : shortest border that makes two districts neighbours, km.
    out : folder to write, for `load_region` and the option --region; nothing is written if None.
    replace : whether a folder that was changed since it was written may be replaced.

    Returns
    -------
    Region
        With its polygons, so that events are also placed by their coordinates.

    Raises
    ------
    DataError, ExceptionGroup
        The file cannot be read, or everything in it that cannot be used, at once.
    OutputError
        `out` must not be replaced.
    TypeError
        An argument of a wrong type.

    See Also
    --------
    tarazu.load_region : Load the folder again.

    Examples
    --------
    >>> import json, tempfile
    >>> from pathlib import Path
    >>> from tarazu import build_region
    >>> features = [
    ...     {
    ...         "type": "Feature",
    ...         "properties": {"district": name, "people": 50_000},
    ...         "geometry": {
    ...             "type": "Polygon",
    ...             "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]],
    ...         },
    ...     }
    ...     for x, name in enumerate(["West", "East"])
    ... ]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "districts.geojson"
    ...     _ = file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    ...     region = build_region(
    ...         file, name_column="district", population="people", country="Slavia"
    ...     )
    >>> region.title, region.slugs, len(region.edges)
    ('Slavia', ('east', 'west'), 1)
    """
    boundaries = check_path("boundaries", boundaries, "a file of polygons")
    out = None if out is None else check_path("out", out, "a folder, or None")
    for what, column in (("name_column", name_column), ("population", population)):
        if not isinstance(column, str):
            raise wrong_type(what, column, "the name of a column of the file")
    countries = check_names("country", country, may_be_empty=True)
    provinces = check_names("province", province, may_be_empty=True)
    if not countries:
        raise ValueError("country is empty; expected the country as event files spell it")
    title = title or (*provinces, *countries)[0]
    noted_source, noted_licence = _noted_origin(boundaries)
    options = BuildOptions(
        name=slugs_for([title])[0],
        title=title,
        countries=countries,
        provinces=provinces,
        names=name_column,
        population=population,
        only=only,
        within=within,
        number_names=number_names,
        repair=repair,
        snap_km=snap_km,
        shortest_km=shortest_km,
        source=source or noted_source,
        licence=licence or noted_licence,
    )
    if out is not None:
        write_region(boundaries, out, options, replace=replace)
        return load_region(out, boundaries=out / POLYGONS)
    with TemporaryDirectory(prefix="tarazu-region-") as folder:
        kept = Path(folder) / options.name
        write_region(boundaries, kept, options)
        return load_region(kept, boundaries=kept / POLYGONS)


def _noted_origin(boundaries: Path) -> tuple[str, str]:
    """Return source and licence from the note of a download; "not stated" if there is none."""
    note = boundaries.with_name(f"{boundaries.name}.origin.json")
    try:
        content = json.loads(read_file(note, most=1_000_000))
        return str(content["title"]), str(content["licence"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return UNSTATED, UNSTATED


def write_region(
    boundaries: Path, out: Path, options: BuildOptions, *, replace: bool = False
) -> Region:
    """Write the folder of a region and return the region, as `load_region` reads it.

    Beside the tables the folder holds boundaries.geojson, with which events can be placed by
    their coordinates, and a manifest. For parameters and errors see `build_region`.

    Parameters
    ----------
    out : folder to write. One that this function left, and nobody changed, is replaced.
    replace : whether one that was changed since may be replaced; see `check_folder`.
    """
    boundaries, out = Path(boundaries), Path(out)
    check_folder(out, KIND, keep=[boundaries], replace=replace)
    shapes = read_district_shapes(
        boundaries,
        names=options.names,
        population=options.population,
        only=options.only,
        within=options.within,
        number=options.number_names,
        repairing=options.repair,
    )
    for made in shapes.repairs:
        _log.warning("%s", made.sentence())
    if len(shapes.slugs) > MOST_DISTRICTS:
        raise DataError(
            f"has {len(shapes.slugs):,} districts",
            file=boundaries,
            expected=f"at most {MOST_DISTRICTS:,}: tile map and estimators take hours beyond",
            hint="Use a higher administrative level, or a part of the file with --only",
        )
    tables = _tables(shapes, options, boundaries)

    def about() -> dict[str, object]:
        provenance = collect_provenance({"boundaries": digest_file(boundaries)})
        repairs = [asdict(made) for made in shapes.repairs]
        return {"provenance": provenance} | ({"repairs": repairs} if repairs else {})

    with output_folder(out, KIND, about, keep=[boundaries], replace=replace) as folder:
        for name, text in tables.items():
            write_atomic(folder / name, text.encode())
        return load_region(folder)


def _tables(shapes: DistrictShapes, options: BuildOptions, path: Path) -> dict[str, str]:
    """Return the files of the folder by name."""
    from tarazu.region.borders import measure, shared_borders
    from tarazu.region.build.tiles import centre, lay_tiles

    borders = shared_borders(shapes.polygons, snap_km=options.snap_km)
    borders = {pair: km for pair, km in borders.items() if km >= options.shortest_km}
    if not borders:
        raise DataError(
            "no two districts share a border",
            file=path,
            expected="districts that touch",
            hint="If the borders are drawn apart from each other, raise --snap",
        )
    sizes = measure(shapes.polygons)
    cells = lay_tiles(sizes.plane, sizes.area_km2, sorted(borders))
    abbreviations, aliases = abbreviate(shapes.names), other_spellings(shapes.names)
    districts = [
        {
            "slug": slug,
            "name": shapes.names[i],
            "aliases": aliases[i],
            "frame_unit": slug,
            "headquarters": UNKNOWN,
            "hq_lat": f"{sizes.inside[i, 1]:.4f}",
            "hq_lon": f"{sizes.inside[i, 0]:.4f}",
            "centroid_lat": f"{sizes.centroid[i, 1]:.4f}",
            "centroid_lon": f"{sizes.centroid[i, 0]:.4f}",
            "area_km2": f"{sizes.area_km2[i]:.6g}",
            "population": shapes.residents[i],
            "population_confidence": "low" if options.population == FLAT else "medium",
            "population_2017": 0,
            "urban_share": 0,
            "coast": 0,
        }
        for i, slug in enumerate(shapes.slugs)
    ]
    edges = [
        {
            "district_a": shapes.slugs[a],
            "district_b": shapes.slugs[b],
            "shared_border_km": f"{km:.4g}",
        }
        for (a, b), km in sorted(borders.items())
    ]
    tiles = [
        {
            "slug": slug,
            "abbr": abbreviations[i],
            "col": int(cells[i, 0]),
            "row": int(cells[i, 1]),
            "x": f"{x:.4f}",
            "y": f"{y:.4f}",
        }
        for i, (slug, (x, y)) in enumerate(zip(shapes.slugs, centre(cells), strict=True))
    ]
    origin = f"{options.source} (file {path.name}, sha256 {digest_file(path)})"
    if shapes.repairs:
        origin += f", polygons repaired: {len(shapes.repairs)}"
    columns = column_rows(
        names=options.names,
        population=options.population,
        snap_km=options.snap_km,
        shortest_km=options.shortest_km,
        origin=origin,
        licence=options.licence,
    )
    return {
        "region.toml": _settings(options),
        "districts.csv": _csv("districts", districts),
        "edges.csv": _csv("edges", edges),
        "tiles.csv": _csv("tiles", tiles),
        "columns.csv": _csv("columns", columns),
        POLYGONS: _geojson(shapes),
    }


def _settings(options: BuildOptions) -> str:
    lines = {
        "name": options.name,
        "title": options.title,
        "frame": "as drawn",
        "countries": list(options.countries),
        "provinces": list(options.provinces),
    }
    return "".join(f"{key} = {json.dumps(v, ensure_ascii=False)}\n" for key, v in lines.items())


def _csv(table: str, rows: Sequence[Mapping[str, object]]) -> str:
    columns = COLUMNS[table]
    return csv_text(columns, ([row.get(name) for name in columns] for row in rows))


def _geojson(shapes: DistrictShapes) -> str:
    from shapely.geometry import mapping

    features = [
        {"type": "Feature", "properties": {"slug": slug, "name": name}, "geometry": mapping(shape)}
        for slug, name, shape in zip(shapes.slugs, shapes.names, shapes.polygons, strict=True)
    ]
    return canonical_json({"type": "FeatureCollection", "features": features}).decode()
