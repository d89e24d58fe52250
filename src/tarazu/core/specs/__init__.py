"""Specification files (TOML) that people write: read, checked, and recognised by kind."""

from tarazu.core.specs.reader import RENAMED_KEYS, parse_toml, read_entries, read_toml

__all__ = ["RENAMED_KEYS", "parse_toml", "read_entries", "read_toml"]
