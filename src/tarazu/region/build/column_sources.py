"""Where each column of a region built from boundaries comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.region.build.builder import Plan

OWN = "own"
NOT_KNOWN = "the boundary file does not say"


def column_rows(plan: Plan, origin: str) -> list[dict[str, object]]:
    """Return the rows of columns.csv.

    Parameters
    ----------
    origin : source of the boundary file in words, with its checksum.
    """
    computed, licence = f"computed from {origin}", plan.licence
    if plan.population == "flat":
        people = ("The same number everywhere: rates by head mean nothing", OWN, "low")
    else:
        people = (f"Residents, column {plan.population!r} of the boundary file", origin, "medium")
    border = f"Length of the shared border; files drawn up to {plan.snap_km:g} km apart count"
    if plan.shortest_km > 0:
        border += f"; borders below {plan.shortest_km:g} km make no neighbours"
    table = [
        ("districts", "slug", "Key of the district in every table", "", OWN, "high"),
        ("districts", "name", f"Name, column {plan.names!r}", "", origin, "high"),
        ("districts", "aliases", "Other spellings: UCDP's; add more by hand", "", OWN, "medium"),
        ("districts", "places", "Places that lie in it: add them by hand", "", NOT_KNOWN, "low"),
        ("districts", "frame_unit", "Unit of an older frame: none", "", OWN, "high"),
        ("districts", "division", "Administrative division", "", NOT_KNOWN, "low"),
        ("districts", "headquarters", "Headquarters town", "", NOT_KNOWN, "low"),
        ("districts", "hq_lat", "Latitude of a point inside", "degrees north", computed, "low"),
        ("districts", "hq_lon", "Longitude of a point inside", "degrees east", computed, "low"),
        (
            "districts",
            "centroid_lat",
            "Latitude of the centroid",
            "degrees north",
            computed,
            "high",
        ),
        (
            "districts",
            "centroid_lon",
            "Longitude of the centroid",
            "degrees east",
            computed,
            "high",
        ),
        ("districts", "area_km2", "Area of the polygon", "km2", computed, "high"),
        ("districts", "population", people[0], "persons", people[1], people[2]),
        ("districts", "population_confidence", "Of the number of residents", "", OWN, "high"),
        ("districts", "population_2017", "An earlier count: 0, none", "persons", NOT_KNOWN, "low"),
        ("districts", "urban_share", "Urban share: not known, set to 0", "1", NOT_KNOWN, "low"),
        ("districts", "borders", "Foreign countries that it touches", "", NOT_KNOWN, "low"),
        ("districts", "coast", "Whether it touches the sea: not known, 0", "", NOT_KNOWN, "low"),
        ("districts", "terrain", "Prevailing terrain", "", NOT_KNOWN, "low"),
        ("districts", "infrastructure", "Flags of region.toml: none", "", NOT_KNOWN, "low"),
        ("edges", "district_a", "One of two districts that share a border", "", computed, "high"),
        ("edges", "district_b", "The other one; each pair once", "", computed, "high"),
        ("edges", "shared_border_km", border, "km", computed, "medium"),
        ("tiles", "slug", "District that the tile stands for", "", OWN, "high"),
        ("tiles", "abbr", "Label of the tile", "", OWN, "high"),
        ("tiles", "col", "Column; odd rows are shifted right", "", computed, "high"),
        ("tiles", "row", "Row, counted from the top", "", computed, "high"),
        ("tiles", "x", "Centre; right is positive", "hexagon widths", computed, "high"),
        ("tiles", "y", "Centre; up is positive", "hexagon widths", computed, "high"),
    ]
    names = ("table", "column", "meaning", "unit", "source", "confidence")
    return [{**dict(zip(names, row, strict=True)), "licence": licence} for row in table]
