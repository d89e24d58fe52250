"""Studies that ship, by name: a wrong name is refused before the model is imported."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

from tarazu.core.arguments import check_path, find_shipped
from tarazu.core.errors import ScenarioError
from tarazu.core.files.shipped import FOLDERS, kind_of

STUDIES: Final = ("demo", "seventeen", "levers", "loop", "attrition")
"""The studies that ship with Tarazu, by file name."""

SHIPPED: Final = FOLDERS["study"]

_KEYS: Final = {"policy": "policies", "hypothesis": "hypotheses"}  # of a study's file


def find_study(name_or_path: str | PathLike[str]) -> Path:
    """Return the file of a shipped study by name, or the path itself if it ends in ``.toml``.

    Raises
    ------
    ScenarioError
        No shipped study has this name.
    TypeError
        Neither a name nor a path.
    """
    path = check_path("study", name_or_path, "the name of a study, a path, or a Study")
    name = str(name_or_path)
    kind = None if path.suffix == ".toml" else kind_of(name)
    if kind in _KEYS:
        raise ScenarioError(
            f"'{name}' is a {kind}, not a study",
            value=name,
            expected=f"one of {', '.join(STUDIES)}, or a path that ends in .toml",
            hint=f"Simulate it with tarazu.simulate({kind}='{name}'), or name it under "
            f"{_KEYS[kind]} in a study of your own (`tarazu study new`)",
        )
    return find_shipped("study", name_or_path, STUDIES, SHIPPED)
