"""District polygons: optional, given by the user, never shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import digest

Ring = NDArray[np.float64]  # (N, 2) longitude, latitude in degrees, closed


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


def read_boundaries(path: Path, slugs: Sequence[str]) -> Boundaries:
    """Read a GeoJSON FeatureCollection whose features carry a property `slug`.

    Raises
    ------
    DataError
        Not GeoJSON, unknown or missing districts, rings that are open or out of range.
    ExceptionGroup
        Several of these.
    """
    try:
        data = read_file(Path(path))
    except OSError as error:
        raise DataError(
            f"the file cannot be read ({error.strerror})", file=path, expected="a GeoJSON file"
        ) from error
    try:
        content = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(
            "the file is not JSON", file=path, expected="GeoJSON text in UTF-8"
        ) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise DataError(
            "there are no features", file=path, expected="a GeoJSON FeatureCollection of polygons"
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
        raise ValueError(f"property 'slug' is {slug!r}, not a district of the region")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates", ()) if isinstance(geometry, dict) else ()
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        raise ValueError(f"geometry of '{slug}' is {kind!r}, expected Polygon or MultiPolygon")
    try:
        rings = tuple(
            np.array([point[:2] for point in ring], dtype=float)
            for polygon in coordinates
            for ring in polygon
        )
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise ValueError(f"coordinates of '{slug}' are not rings of number pairs") from error
    if not rings:
        raise ValueError(f"geometry of '{slug}' has no rings")
    for ring in rings:
        if (
            ring.ndim != 2
            or ring.shape[0] < 4
            or ring.shape[1] != 2
            or not (ring[0] == ring[-1]).all()
        ):
            raise ValueError(f"a ring of '{slug}' is not closed")
        if not np.isfinite(ring).all() or abs(ring[:, 0]).max() > 180 or abs(ring[:, 1]).max() > 90:
            raise ValueError(f"a ring of '{slug}' leaves the range of longitude and latitude")
    return slug, rings
