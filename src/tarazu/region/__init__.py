"""Where: districts, who neighbours whom, people, infrastructure, the tile map."""

from tarazu.region.load import load_region
from tarazu.region.region import ColumnSource, District, Edge, Region, Tile

__all__ = ["ColumnSource", "District", "Edge", "Region", "Tile", "load_region"]
