"""Policies: named settings of levers over weeks and districts, kept as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from os import PathLike
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.arguments import check_several, find_shipped, wrong_type
from tarazu.core.files.shipped import FOLDERS, refuse_other_kind
from tarazu.core.provenance import digest_file
from tarazu.core.specs import read_entries, read_toml
from tarazu.core.specs.kinds import expecting

POLICIES = (
    "status-quo",
    "surge",
    "protect-assets",
    "megaprojects",
    "resource-autonomy",
    "due-process",
    "dialogue",
    "dialogue-with-proxies",
    "political-settlement",
    "withdrawal",
)
"""The policies that ship with Tarazu, by file name."""

SHIPPED = FOLDERS["policy"]


class Setting(BaseModel):
    """One lever held at one value, from a week on, in some districts.

    Attributes
    ----------
    lever : name of a lever of the model.
    value : inside the lever's range, in its unit.
    districts : names or slugs, or ``all``.
    from_week : first week in which the setting holds, counted from the start of the study.
    until_week : first week in which it no longer holds; default: to the end.
    from_date, until_date : days in place of weeks, such as 2027-01-01, where the start of the study
        is a day; the week that holds a day stands for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lever: str
    value: float
    districts: Literal["all"] | tuple[str, ...] = "all"
    from_week: int = Field(default=0, ge=0)
    until_week: int | None = Field(default=None, ge=1)
    from_date: date | None = None
    until_date: date | None = None


class PolicyFile(BaseModel):
    """The content of a policy file.

    Attributes
    ----------
    title : one readable line. meaning : what it would mean in practice.
    settings : those that differ from the status quo (the levers' defaults).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    settings: tuple[Setting, ...] = ()


class _Settings(BaseModel):
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Policy:
    """A policy: settings of levers over weeks and districts; others stay as in the status quo.

    Attributes
    ----------
    name : the file's name without its ending.
    title, meaning : one readable line, and what it would mean in practice.
    settings : in the order of the file; dictionaries with the keys of `Setting` become settings.
    file : as errors name it.
    digest : sha256 of the file; "" for a policy made in code.

    Raises
    ------
    ScenarioError, ExceptionGroup
        A dictionary that is no setting.
    TypeError
        `name` is no text, or `settings` something else.

    Examples
    --------
    >>> import tarazu as tz
    >>> half = {"lever": "operational_tempo", "value": 0.5, "districts": ["Kech", "Panjgur"]}
    >>> tz.Policy("halved", "Half the operations", "In two districts.", [half])
    <Policy 'halved': 1 setting>
    """

    name: str
    title: str
    meaning: str
    settings: tuple[Setting, ...]
    file: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise wrong_type("name", self.name, "a short name of the policy")
        object.__setattr__(self, "settings", _settings(self.name, self.settings))

    def __repr__(self) -> str:
        n = len(self.settings)
        return f"<Policy '{self.name}': {n} {'setting' if n == 1 else 'settings'}>"

    def _repr_html_(self) -> str:
        head = "<th>lever</th><th>value</th><th>districts</th><th>weeks</th>"
        rows = "".join(f"<tr>{_cells(setting)}</tr>" for setting in self.settings)
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        return (
            f"<p><b>{escape(self.title)}</b> ({escape(self.name)}): {escape(self.meaning)}</p>"
            f"{table}<p>Levers without a setting stay as in the status quo.</p>"
        )


def _settings(name: str, given: object) -> tuple[Setting, ...]:
    entries = check_several("settings", given)
    for entry in entries:
        if not isinstance(entry, Setting | Mapping):
            raise wrong_type("a setting", entry, "a Setting, or a dictionary with its keys")
    if all(isinstance(entry, Setting) for entry in entries):
        return entries
    keyed = [
        entry.model_dump(mode="json", exclude_none=True) if isinstance(entry, Setting) else entry
        for entry in entries
    ]
    return read_entries({"settings": keyed}, _Settings, Path(name)).settings


def _cells(setting: Setting) -> str:
    places = "all" if setting.districts == "all" else ", ".join(setting.districts)
    weeks = f"from {setting.from_week}"
    if setting.until_week is not None:
        weeks += f" to {setting.until_week - 1}"
    cells = (setting.lever, f"{setting.value:g}", places, weeks)
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def load_policy(name_or_path: str | PathLike[str]) -> Policy:
    """Return a shipped policy by name, or the one in a TOML file.

    Whether its levers and districts exist is checked against a model and a region, by
    `check_policy` and `resolve`.

    Parameters
    ----------
    name_or_path : one of `POLICIES`, or a path that ends in ``.toml``.

    Raises
    ------
    ScenarioError
        No such policy; or the file has one problem.
    ExceptionGroup
        The file has several problems.
    TypeError
        Neither a name nor a path.

    Examples
    --------
    >>> policy = load_policy("dialogue")
    >>> policy
    <Policy 'dialogue': ... settings>
    >>> policy.settings[0].lever
    'dialogue'
    """
    refuse_other_kind("policy", name_or_path, POLICIES)
    path = find_shipped("policy", name_or_path, POLICIES, SHIPPED)
    with expecting("policy", path):
        spec = read_toml(path, PolicyFile)
    shown = path.name if path.parent == SHIPPED else str(path)
    return Policy(path.stem, spec.title, spec.meaning, spec.settings, shown, digest_file(path))
