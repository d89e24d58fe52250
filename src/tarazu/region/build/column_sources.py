"""Where each column of a region built from boundaries comes from."""

from __future__ import annotations

import csv
from pathlib import Path

from tarazu.region.build.boundary_file import FLAT

TEMPLATE = Path(__file__).with_suffix(".csv")


def column_rows(
    *,
    names: str,
    population: str,
    snap_km: float,
    shortest_km: float,
    origin: str,
    licence: str,
) -> list[dict[str, str]]:
    """Return the rows of columns.csv.

    Parameters
    ----------
    names, population, snap_km, shortest_km, licence : as in `BuildOptions`.
    origin : source of the boundary file in words, with its checksum.
    """
    border = f"Length of the shared border; files drawn up to {snap_km:g} km apart count"
    if shortest_km > 0:
        border += f"; borders below {shortest_km:g} km make no neighbours"
    values = {
        "names": repr(names),
        "origin": origin,
        "computed": f"computed from {origin}",
        "shared_border": border,
        "residents": f"Residents, column {population!r} of the boundary file",
        "residents_source": origin,
        "residents_confidence": "medium",
    }
    if population == FLAT:
        values |= {
            "residents": "The same number everywhere: per-capita rates are not meaningful",
            "residents_source": "own",
            "residents_confidence": "low",
        }
    with TEMPLATE.open(encoding="utf-8", newline="") as stream:
        rows = [
            {key: text.format(**values) for key, text in row.items()}
            for row in csv.DictReader(stream)
        ]
    return [{**row, "licence": licence} for row in rows]
