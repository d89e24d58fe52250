"""What goes to standard output: results, in words or as JSON, and nothing else."""

from __future__ import annotations

import sys


def show(text: str, data: object, *, as_json: bool) -> None:
    """Print `text`, or `data` as canonical JSON (sorted keys, missing numbers as null)."""
    if as_json:
        from tarazu.core.provenance import canonical_json

        text = canonical_json(data).decode()
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
