"""Retaliation: attacks after operations, in the same district."""
