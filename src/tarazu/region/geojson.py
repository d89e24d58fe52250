"""GeoJSON read strictly: features, rings, and the reference system that a file states.

Nothing outside the file is opened: links to other files and addresses are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError
from tarazu.core.files.reading import read_file
from tarazu.core.tables.cells import shorten

Ring = NDArray[np.float64]  # (N, 2) longitude, latitude in degrees, closed

DEGREES: Final = 4326  # EPSG code of longitude and latitude, WGS84
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_CODE: Final = re.compile(
    r"(?:urn:ogc:def:crs:|urn:x-ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(?:EPSG[:/](?:[\d.]*[:/])?(?P<code>\d{1,9})|OGC[:/](?:[\d.]*[:/])?CRS84)",
    re.IGNORECASE,
)


class FeatureCollection(NamedTuple):
    """Content of a GeoJSON file.

    Attributes
    ----------
    features : as the file has them, not checked.
    code : EPSG code of the coordinates; None where the file states that they mean nothing.
    content : bytes of the file.
    """

    features: list[Any]
    code: int | None
    content: bytes


def read_collection(path: Path) -> FeatureCollection:
    """Return the features of a GeoJSON file.

    Raises
    ------
    DataError
        The file cannot be read, is not a FeatureCollection with features, or states a reference
        system in other words than an EPSG code or CRS84.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise DataError(
            f"the file cannot be read ({error.strerror})", file=path, expected="a GeoJSON file"
        ) from error
    try:
        content = json.loads(data.decode("utf-8-sig"))
        if _HALF.search(data):  # half a character can be written in JSON but not in UTF-8
            json.dumps(content, ensure_ascii=False).encode()
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(
            "the file is not JSON", file=path, expected="GeoJSON text in UTF-8"
        ) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise DataError(
            "there are no features", file=path, expected="a GeoJSON FeatureCollection of polygons"
        )
    if content.get("type", "FeatureCollection") != "FeatureCollection":
        what = f"the type is {shorten(str(content['type']))}"
        raise DataError(what, file=path, expected="FeatureCollection")
    return FeatureCollection(features, _code(content, path), data)


def _code(content: Mapping[str, Any], path: Path) -> int | None:
    """Return the EPSG code of the member 'crs', which GeoJSON had before 2016."""
    stated = content.get("crs", DEGREES)
    if stated is None or stated == DEGREES:
        return None if stated is None else DEGREES
    properties = stated.get("properties") if isinstance(stated, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    found = _CODE.fullmatch(name.strip()) if isinstance(name, str) else None
    if found is None:
        shown = name if isinstance(name, str) else json.dumps(stated)[:1000]
        raise DataError(
            f"the reference system is stated as {shorten(shown)}",
            file=path,
            expected="an EPSG code such as 'urn:ogc:def:crs:EPSG::32642', or OGC CRS84; links are "
            "not followed",
            hint="Save the file again in longitude and latitude, without the member 'crs'",
        )
    return DEGREES if found["code"] is None else int(found["code"])


def polygons(geometry: object, name: str) -> list[list[Ring]]:
    """Return the polygons of a geometry, each with its outer ring first.

    Parameters
    ----------
    name : of the feature, for errors.

    Raises
    ------
    ValueError
        Not a polygon, no rings, or rings that are open or not finite.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates", ()) if isinstance(geometry, dict) else ()
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        shown = shorten(str(kind)) if kind is not None else None
        raise ValueError(f"geometry of {name} is {shown}, expected Polygon or MultiPolygon")
    try:
        found = [[_ring(ring, name) for ring in polygon] for polygon in coordinates]
    except (TypeError, IndexError, KeyError, OverflowError) as error:
        raise ValueError(f"coordinates of {name} are not rings of number pairs") from error
    if not found or not all(found):
        raise ValueError(f"geometry of {name} has no rings")
    return found


def _ring(points: Any, name: str) -> Ring:
    pairs = [tuple(point[:2]) for point in points]
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for pair in pairs
        for value in pair
    )
    if not numbers or any(len(pair) != 2 for pair in pairs):
        raise TypeError("not pairs of numbers")
    ring = np.array(pairs, dtype=float).reshape(-1, 2)
    if not np.isfinite(ring).all():
        raise ValueError(f"a ring of {name} has a coordinate that is not a finite number")
    if len(ring) < 4 or not (ring[0] == ring[-1]).all():
        raise ValueError(f"a ring of {name} is not closed")
    return ring
