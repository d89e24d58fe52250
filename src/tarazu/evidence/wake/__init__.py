"""Wake: attacks after operations against comparable days of the same district."""
