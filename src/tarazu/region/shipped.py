"""Regions that ship with the package, by name."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tarazu.core.arguments import wrong_type
from tarazu.core.errors import DataError, did_you_mean

DEFAULT: Final = "balochistan"
FOLDERS: Final[Mapping[str, Path]] = MappingProxyType(
    {
        "balochistan": Path(__file__).parent / "balochistan",
        "kp-fata": Path(__file__).parent / "kp_fata",
    }
)
"""Folder of each shipped region by the name that users give."""


def region_folder(name_or_folder: str | PathLike[str] | None) -> Path:
    """Return the folder of a region; without one, that of Balochistan.

    Parameters
    ----------
    name_or_folder : a text that is the name of a shipped region stands for that region (a folder
        of the same name is ``./name``), or for its folder if there is one; a path is always a
        folder.

    Raises
    ------
    DataError
        A text that is neither the name of a shipped region nor a folder.
    TypeError
        Neither text nor a path.
    """
    if name_or_folder is None:
        return FOLDERS[DEFAULT]
    if not isinstance(name_or_folder, str | PathLike):
        expected = f"the folder of a region, or the name of a shipped one: {', '.join(FOLDERS)}"
        raise wrong_type("region", name_or_folder, expected)
    folder = Path(name_or_folder)
    if not isinstance(name_or_folder, str):
        return folder
    if name_or_folder in FOLDERS:
        return FOLDERS[name_or_folder]
    if folder.is_dir():
        return folder
    if (name := shipped_name(name_or_folder)) is not None:
        return FOLDERS[name]
    raise DataError(
        f"no region '{name_or_folder}'",
        value=name_or_folder,
        expected=f"one of {', '.join(FOLDERS)}, or a folder that `tarazu region build` wrote",
        hint=did_you_mean(name_or_folder, FOLDERS).strip() or None,
    )


def shipped_name(text: str) -> str | None:
    """Return the name of the shipped region that a text, or `Region.name`, stands for.

    Case does not matter, nor whether words are joined by a dash or an underscore.

    Examples
    --------
    >>> shipped_name("KP_FATA"), shipped_name("slavia")
    ('kp-fata', None)
    """
    name = text.casefold().replace("_", "-")
    return name if name in FOLDERS else None
