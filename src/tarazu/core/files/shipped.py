"""Files that ship with Tarazu, by kind and name; no room is imported to find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tarazu.core.errors import ScenarioError

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


def refuse_other_kind(
    kind: str,
    value: object,
    names: Sequence[str],
    hints: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Refuse a name under which a thing of another kind ships.

    Parameters
    ----------
    kind : that is wanted. names : under which such things ship.
    hints : by the kind of what ships under the name, what to do with it here.

    Raises
    ------
    ScenarioError
        The name is that of a thing of another kind.
    """
    found = kind_of(str(value)) if isinstance(value, str | PathLike) else None
    if found not in (None, kind):
        raise ScenarioError(
            f"'{value}' is a {found}, not a {kind}",
            value=value,
            expected=f"one of {', '.join(names)}, or a path that ends in .toml",
            hint=hints.get(str(found)),
        )
