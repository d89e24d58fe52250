"""Files that ship with Tarazu, by kind and name; no room is imported to find them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

_TARAZU: Final = Path(__file__).parents[2]

FOLDERS: Final[Mapping[str, Path]] = MappingProxyType(
    {
        "study": _TARAZU / "study" / "studies",
        "policy": _TARAZU / "policy" / "policies",
        "hypothesis": _TARAZU / "model" / "hypotheses",
    }
)
"""Where the files of each kind lie, each named after what it holds."""


def kind_of(name: str) -> str | None:
    """Return the kind of what ships under a name; None where nothing does.

    Examples
    --------
    >>> kind_of("surge"), kind_of("demo"), kind_of("nothing")
    ('policy', 'study', None)
    """
    for kind, folder in FOLDERS.items():
        if (folder / f"{name}.toml").is_file():
            return kind
    return None
