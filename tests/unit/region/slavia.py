"""Boundaries and events of a country that does not exist: twelve districts, 600 random events."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np

DISTRICTS = (
    ("Brezno", "Kras", "Lipa", "Morava"),
    ("Nova Gora", "Orah", "Polje", "Reka"),
    ("Selo", "Topola", "Vrba", "Zelenik"),
)
"""Rows of squares of half a degree, from north to south."""
SPELLINGS = {"Nova Gora": "nova-gora", "Reka": "Rijeka"}  # how the event file spells some of them
N_EVENTS = 600
YEARS = (2010, 2021)
GROUPS = ("Free Slavia Front", "Mountain League", "")
HEADER = ("id", "day", "district", "lat", "lon", "who", "group", "how", "against", "dead")


def write_boundaries(path: Path) -> None:
    """Write the districts as GeoJSON, with a column of residents."""
    features = []
    for row, names in enumerate(DISTRICTS):
        for column, name in enumerate(names):
            west, north = 30 + column / 2, 46 - row / 2
            ring = [(0, 0), (0.5, 0), (0.5, -0.5), (0, -0.5), (0, 0)]
            features.append(
                {
                    "type": "Feature",
                    "properties": {
                        "district": name,
                        "residents": 60_000 + 17_000 * column + 31_000 * row,
                    },
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[west + x, north + y] for x, y in ring]],
                    },
                }
            )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def write_events(path: Path) -> None:
    """Write the events as CSV: attacks in bursts, operations a few days after some of them."""
    rng = np.random.default_rng(12)
    places = [
        (name, 30.25 + column / 2, 45.75 - row / 2)
        for row, names in enumerate(DISTRICTS)
        for column, name in enumerate(names)
    ]
    share = rng.dirichlet(np.full(len(places), 0.8))
    first = date(YEARS[0], 1, 1)
    span = (date(YEARS[1], 12, 31) - first).days
    rows = []
    for number in range(N_EVENTS):
        name, lon, lat = places[rng.choice(len(places), p=share)]
        is_attack = rng.random() < 0.75
        rows.append(
            {
                "id": number + 1,
                "day": (first + timedelta(days=int(rng.integers(span)))).isoformat(),
                "district": SPELLINGS.get(name, name),
                "lat": f"{lat + rng.uniform(-0.2, 0.2):.3f}",
                "lon": f"{lon + rng.uniform(-0.2, 0.2):.3f}",
                "who": "rebels" if is_attack else "army",
                "group": GROUPS[rng.choice(3, p=[0.6, 0.3, 0.1])],
                "how": rng.choice(["bomb", "ambush"]) if is_attack else "raid",
                "against": rng.choice(["army", "police", "miners"]) if is_attack else "rebels",
                "dead": int(rng.poisson(1.2)),
            }
        )
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
