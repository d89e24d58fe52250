"""Boundaries of a country that does not exist: five districts of a square degree, and one island.

north-west | north-east
-----------+-----------   river (2 wide)
     centre (2 wide)
-----------------------   Ínsula lies apart
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Ring = Sequence[tuple[float, float]]

DISTRICTS: dict[str, Ring] = {
    "North West": [(10, 12), (11, 12), (11, 13), (10, 13), (10, 12)],
    "North East": [(11, 12), (12, 12), (12, 13), (11, 13), (11, 12)],
    "Centre": [(10, 11), (11, 11), (11, 12), (10, 12), (10, 11)],
    "Río Ancho": [(11, 11), (12, 11), (12, 12), (11, 12), (11, 11)],
    "Ínsula": [(14, 10), (14.5, 10), (14.5, 10.5), (14, 10.5), (14, 10)],
}
NEIGHBOURS = {
    ("centre", "north_west"),
    ("centre", "rio_ancho"),
    ("north_east", "north_west"),
    ("north_east", "rio_ancho"),
}


def feature(ring: Ring | None, **properties: object) -> dict[str, object]:
    geometry = None if ring is None else {"type": "Polygon", "coordinates": [list(ring)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def features(districts: Mapping[str, Ring] = DISTRICTS) -> list[dict[str, object]]:
    return [
        feature(ring, name=name, people=1000 * number)
        for number, (name, ring) in enumerate(districts.items(), start=1)
    ]


def write_geojson(path: Path, content: Sequence[object] | None = None) -> Path:
    collection = {"type": "FeatureCollection", "features": content or features()}
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path
