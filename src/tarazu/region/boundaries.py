"""District polygons: optional, given by the user, never shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.tables.cells import shorten
from tarazu.region.geojson import DEGREES, Ring, polygons, read_collection

KM_PER_DEGREE = 111.195  # of a great circle, at the mean radius of the earth


@dataclass(frozen=True)
class Boundaries:
    """Polygons of districts, EPSG:4326.

    Attributes
    ----------
    slugs : district of each shape.
    shapes : rings of each shape; holes are rings like any other (even-odd rule).
    digest : sha256 of the file.
    """

    slugs: tuple[str, ...]
    shapes: tuple[tuple[Ring, ...], ...]
    digest: str

    def locate(self, lon: float, lat: float) -> str | None:
        """Return the district that holds the point (degrees), None outside all of them."""
        for slug, rings in zip(self.slugs, self.shapes, strict=True):
            if sum(_crossings(ring, lon, lat) for ring in rings) % 2:
                return slug
        return None

    def nearest(self, lon: float, lat: float, *, within_km: float) -> str | None:
        """Return the district whose border is nearest to a point (degrees); None beyond the limit.

        Of districts that are equally near the first by slug, so that the result does not depend on
        the order of the file. Distances on a plane through the point: good to 1 % below 100 km.
        """
        nearest = min(
            (min(_distance_km(ring, lon, lat) for ring in rings), slug)
            for slug, rings in zip(self.slugs, self.shapes, strict=True)
        )
        return nearest[1] if nearest[0] <= within_km else None

    def relabel(self, unit_of: Mapping[str, str]) -> Boundaries:
        """Return the same polygons under the slugs of another frame."""
        return Boundaries(tuple(unit_of[slug] for slug in self.slugs), self.shapes, self.digest)


def _crossings(ring: Ring, lon: float, lat: float) -> int:
    """Count the sides of a closed ring that a ray from the point to the east crosses."""
    x, y = ring[:-1, 0], ring[:-1, 1]
    next_x, next_y = ring[1:, 0], ring[1:, 1]
    spans = (y > lat) != (next_y > lat)  # half-open, so a vertex on the ray counts once
    x, y, next_x, next_y = x[spans], y[spans], next_x[spans], next_y[spans]
    return int(np.count_nonzero(lon < x + (lat - y) * (next_x - x) / (next_y - y)))


def _distance_km(ring: Ring, lon: float, lat: float) -> float:
    """Return the distance of a point from the sides of a closed ring, km."""
    scale = np.array([KM_PER_DEGREE * np.cos(np.radians(lat)), KM_PER_DEGREE])
    points = (ring - (lon, lat)) * scale
    start, side = points[:-1], np.diff(points, axis=0)
    length = np.maximum((side**2).sum(axis=1), 1e-30)
    along = np.clip(-(start * side).sum(axis=1) / length, 0, 1)
    return float(np.sqrt(((start + along[:, None] * side) ** 2).sum(axis=1).min()))


def read_boundaries(path: Path, slugs: Sequence[str]) -> Boundaries:
    """Read a GeoJSON FeatureCollection whose features carry a property `slug`.

    Raises
    ------
    DataError
        Not GeoJSON, unknown or missing districts, rings that are open or out of range.
    ExceptionGroup
        Several of these.
    """
    path = Path(path)
    features, code, data = read_collection(path)
    if code != DEGREES:
        stated = "no reference system" if code is None else f"coordinates in EPSG:{code}"
        raise DataError(
            f"the file states {stated}",
            file=path,
            expected="longitude and latitude in degrees (EPSG:4326)",
            hint="`tarazu region build` reads other projections",
        )
    problems: list[TarazuError] = []
    found: list[str] = []
    shapes: list[tuple[Ring, ...]] = []
    for number, feature in enumerate(features, start=1):
        try:
            slug, rings = _read_feature(feature, slugs)
        except ValueError as error:
            problems.append(
                DataError(
                    f"feature {number}: {error}",
                    file=path,
                    hint="Coordinates are longitude, latitude in degrees",
                )
            )
            continue
        found.append(slug)
        shapes.append(rings)
    if not problems:
        missing = sorted(set(slugs) - set(found))
        if missing:
            problems.append(
                DataError(
                    f"no polygon for {', '.join(missing)}",
                    file=path,
                    expected="a polygon for every district",
                )
            )
    raise_problems(problems, f"{path}: {len(problems)} problems")
    return Boundaries(tuple(found), tuple(shapes), digest(data))


def _read_feature(feature: object, slugs: Sequence[str]) -> tuple[str, tuple[Ring, ...]]:
    known = feature if isinstance(feature, dict) else {}
    properties, geometry = known.get("properties"), known.get("geometry")
    slug = properties.get("slug") if isinstance(properties, dict) else None
    if not isinstance(slug, str) or slug not in slugs:
        raise ValueError(f"property 'slug' is {shorten(str(slug))}, not a district of the region")
    rings = tuple(ring for polygon in polygons(geometry, f"'{slug}'") for ring in polygon)
    if any(abs(ring[:, 0]).max() > 180 or abs(ring[:, 1]).max() > 90 for ring in rings):
        raise ValueError(f"a ring of '{slug}' leaves the range of longitude and latitude")
    return slug, rings
