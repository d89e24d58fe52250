"""Studies that ship, by name: a wrong name is refused before the model is imported."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

from tarazu.core.arguments import check_path, find_shipped
from tarazu.core.files.shipped import FOLDERS, refuse_other_kind

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
    check_path("study", name_or_path, "the name of a study, a path, or a Study")
    hints = {
        kind: f"Name it under {key} in a study of your own (`tarazu study new`), or simulate it "
        f"with tarazu.simulate({kind}='{name_or_path}')"
        for kind, key in _KEYS.items()
    }
    refuse_other_kind("study", name_or_path, STUDIES, hints)
    return find_shipped("study", name_or_path, STUDIES, SHIPPED)
