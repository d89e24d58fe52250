"""Polygons of districts: areas, centres, and how long a border two of them share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

EARTH = Geod(ellps="WGS84")
DUST_KM = 1e-3  # a common line below a metre is rounding, not a border
ENDS = 10  # two borders that only meet in a point run beside each other for some snap distances
OVERLAP = 0.05  # share of the smaller district above which an overlap is not a sliver


@dataclass(frozen=True)
class Measures:
    """Areas and centres of districts, in the order of the shapes.

    Attributes
    ----------
    area_km2 : (D,) > 0.
    centroid : (D, 2) longitude and latitude, degrees; may lie outside its district.
    inside : (D, 2) longitude and latitude of a point that lies inside, degrees.
    plane : (D, 2) centroid in an equal-area projection about the middle of the region, km.
    """

    area_km2: NDArray[np.float64]
    centroid: NDArray[np.float64]
    inside: NDArray[np.float64]
    plane: NDArray[np.float64]


def measure(shapes: Sequence[BaseGeometry]) -> Measures:
    """Return areas and centres of shapes in longitude and latitude, degrees."""
    there = _projection(shapes)
    flat = [_project(shape, there) for shape in shapes]
    centres = np.array([[shape.centroid.x, shape.centroid.y] for shape in flat])
    points = [shape.representative_point() for shape in flat]
    inside = np.array([[point.x, point.y] for point in points])
    return Measures(
        area_km2=np.array([shape.area for shape in flat]) / 1e6,
        centroid=_back(centres, there),
        inside=_back(inside, there),
        plane=centres / 1e3,
    )


def shared_borders(
    shapes: Sequence[BaseGeometry], *, snap_km: float
) -> dict[tuple[int, int], float]:
    """Return the length of the border that two shapes share, km, by pair (a < b), if above 0.

    Where borders coincide, it is the geodesic length of their common line. Where files were drawn
    at different times, so that borders leave slivers, it is the length over which they run within
    the snap distance of each other, less the ends; pieces shorter than ten snap distances are
    points at which districts touch. The longer method counts only where it finds more than twice
    as much. A point is not a border.

    Parameters
    ----------
    shapes : in longitude and latitude, degrees. snap_km : km, >= 0; with 0 only common lines count.
    """
    there = _projection(shapes)
    flat = [_project(shape, there) for shape in shapes]
    borders: dict[tuple[int, int], float] = {}
    for a, b in _close_pairs(flat, snap_km):
        exact = _length_km(_lines(shapes[a].boundary.intersection(shapes[b].boundary)))
        beside = 0.0
        if snap_km > 0:
            both = (
                _beside(flat[a], flat[b], snap_km, there),
                _beside(flat[b], flat[a], snap_km, there),
            )
            beside = sum(both) / 2 if min(both) > 0 else 0.0
        length = exact if exact > beside / 2 else beside
        if length > DUST_KM:
            borders[a, b] = length
    return borders


def overlaps(shapes: Sequence[BaseGeometry]) -> list[tuple[int, int, float]]:
    """Return pairs that share more land than slivers, with the share of the smaller one, 0 to 1."""
    there = _projection(shapes)
    flat = [_project(shape, there) for shape in shapes]
    found = []
    for a, b in _close_pairs(flat, 0.0):
        share = flat[a].intersection(flat[b]).area / min(flat[a].area, flat[b].area)
        if share > OVERLAP:
            found.append((a, b, share))
    return found


def _projection(shapes: Sequence[BaseGeometry]) -> Transformer:
    """Return the way to a plane of equal areas about the middle of the shapes, metres."""
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    plane = CRS.from_dict(
        {
            "proj": "laea",
            "lat_0": round((south + north) / 2, 3),
            "lon_0": round((west + east) / 2, 3),
            "datum": "WGS84",
            "units": "m",
        }
    )
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True)


def _project(shape: BaseGeometry, there: Transformer) -> BaseGeometry:
    """Return a shape in the plane: straight lines between few points may come to cross there."""
    flat = shapely.transform(shape, partial(_forward, there=there))
    if flat.is_valid:
        return flat
    return shapely.make_valid(flat, method="structure", keep_collapsed=False)


def _forward(points: NDArray[np.float64], there: Transformer) -> NDArray[np.float64]:
    return np.column_stack(there.transform(points[:, 0], points[:, 1]))


def _back(points: NDArray[np.float64], there: Transformer) -> NDArray[np.float64]:
    return np.column_stack(there.transform(points[:, 0], points[:, 1], direction="INVERSE"))


def _close_pairs(flat: Sequence[BaseGeometry], distance_km: float) -> Iterator[tuple[int, int]]:
    tree = shapely.STRtree(flat)
    found = tree.query(flat, predicate="dwithin", distance=distance_km * 1e3)
    yield from sorted({(int(a), int(b)) for a, b in found.T if a < b})


def _beside(a: BaseGeometry, b: BaseGeometry, snap_km: float, there: Transformer) -> float:
    """Return how far the border of `a` runs within the snap distance of `b`, km."""
    near = shapely.line_merge(_lines(a.boundary.intersection(b.buffer(snap_km * 1e3))))
    total = 0.0
    for piece in shapely.get_parts(near):
        length = _length_km(shapely.transform(piece, partial(_back, there=there)))
        if length >= ENDS * snap_km:
            total += length - 2 * snap_km
    return total


def _lines(geometry: BaseGeometry) -> Any:
    """Return the lines of a geometry, without its points."""
    lines = ("LineString", "LinearRing")
    parts = [p for p in _flatten(geometry) if p.geom_type in lines and not p.is_empty]
    return shapely.MultiLineString(parts)


def _flatten(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in getattr(geometry, "geoms", (geometry,)):
        if hasattr(part, "geoms"):
            yield from _flatten(part)
        else:
            yield part


def _length_km(line: BaseGeometry) -> float:
    return 0.0 if line.is_empty else float(EARTH.geometry_length(line)) / 1e3
