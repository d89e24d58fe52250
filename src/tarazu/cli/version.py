"""``tarazu version``: what is installed."""

from __future__ import annotations

from tarazu.cli.options import AsJson
from tarazu.cli.output import show


def version(as_json: AsJson = False) -> None:
    """Print what is installed."""
    from tarazu.core.provenance import collect_provenance

    found = collect_provenance({})
    packages = ", ".join(f"{name} {number}" for name, number in found.packages.items())
    text = f"tarazu {found.tarazu} (Python {found.python}; {packages})"
    if found.commit is not None:
        text += f"\ncommit {found.commit}"
    show(text, found, as_json=as_json)
