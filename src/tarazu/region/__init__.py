"""Regions: districts, neighbours, population, infrastructure flags and tile map."""

from tarazu.region.admin_units import in_frame
from tarazu.region.load import is_shipped, load_region
from tarazu.region.names import find_district, nearest_district
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile

__all__ = [
    "ColumnSource",
    "District",
    "Edge",
    "Region",
    "Tile",
    "find_district",
    "in_frame",
    "is_shipped",
    "load_region",
    "nearest_district",
]
