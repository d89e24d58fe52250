"""Regions: districts, neighbours, population, infrastructure flags and tile map."""

from tarazu.region.admin_units import in_frame
from tarazu.region.load import load_region
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile

__all__ = ["ColumnSource", "District", "Edge", "Region", "Tile", "in_frame", "load_region"]
