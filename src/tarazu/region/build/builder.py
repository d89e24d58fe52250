"""Region from any boundary file: neighbours by shared border, tile map, residents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.output_folder import check_folder, output_folder
from tarazu.core.provenance import canonical_json, collect_provenance, digest_file
from tarazu.core.tables.csv_text import csv_text
from tarazu.region.build.boundary_file import (
    FLAT,
    DistrictShapes,
    read_district_shapes,
)
from tarazu.region.build.column_sources import column_rows
from tarazu.region.build.naming import abbreviate, other_spellings
from tarazu.region.load import COLUMNS, load_region
from tarazu.region.region import Region

SNAP_KM = 0.1
KIND = "region"
UNKNOWN = "not known"


@dataclass(frozen=True)
class BuildOptions:
    """Properties of a region that its boundary file does not state.

    Attributes
    ----------
    name, title : key, and name in words. countries, provinces : names by which event files place
        an event here.
    names : column of the districts' names. population : column of residents, or "flat": the same
        number everywhere. only : column and value of the rows to use; without it, all.
    snap_km : how far apart, km, the borders of two neighbours may be shapes.
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
    snap_km: float = SNAP_KM
    shortest_km: float = 0.0
    source: str = "not stated"
    licence: str = "not stated"


def build_region(
    boundaries: Path, out: Path, options: BuildOptions, *, replace: bool = False
) -> Region:
    """Write the folder of a region and return the region, as `load_region` reads it.

    Beside the tables the folder holds boundaries.geojson, with which events can be placed by
    their coordinates, and a manifest.

    Parameters
    ----------
    boundaries : polygons of districts in any stated projection: GeoJSON, a shapefile, GeoPackage or
        FlatGeobuf.
    out : folder to write. One that this function left, and nobody changed, is replaced.
    replace : whether one that was changed since may be replaced; see `check_folder`.

    Raises
    ------
    DataError, ExceptionGroup
        The file cannot be read, or everything in it that cannot be used, at once.
    OutputError
        `out` must not be replaced.
    """
    boundaries, out = Path(boundaries), Path(out)
    check_folder(out, KIND, keep=[boundaries], replace=replace)
    shapes = read_district_shapes(
        boundaries, names=options.names, population=options.population, only=options.only
    )
    tables = _tables(shapes, options, boundaries)

    def about() -> dict[str, object]:
        return {"provenance": collect_provenance({"boundaries": digest_file(boundaries)})}

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
            hint="If the borders are shapes apart from each other, raise --snap",
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
        "boundaries.geojson": _geojson(shapes),
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
