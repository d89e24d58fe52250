"""Build a region from a boundary file."""
