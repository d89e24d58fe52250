"""The command line: parse, one call, show."""

from tarazu.cli.entry import main

__all__ = ["main"]
