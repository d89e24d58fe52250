"""Coding rules, as TOML declares them: initiator, tactic and target of an event."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from tarazu.core.provenance import canonical_json, digest
from tarazu.core.specs import read_toml

SHIPPED_RULES = Path(__file__).parent / "rules" / "ucdp_ged.toml"

Initiator = Literal["state", "militant", "foreign_state", "other", "unclear"]
Presence = Literal["some", "none"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


_LATER_KEYS = ("codes", "group", "first_year", "last_year")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Condition(_Entry):
    """What must hold for a rule; an absent entry always holds."""

    violence: list[int] | None = None
    government: Literal["home", "foreign", "none"] | None = None
    site: list[str] | None = None
    deaths: Presence | None = None
    state: Presence | None = None
    militant: Presence | None = None
    civilian: Presence | None = None
    unknown: Presence | None = None
    words: list[str] | None = None
    without: list[str] | None = None
    state_per_militant: float | None = None
    militant_per_state: float | None = None
    initiator: list[Initiator] | None = None
    tactic: list[str] | None = None
    codes: dict[str, list[str]] | None = None
    group: list[str] | None = None
    first_year: int | None = None
    last_year: int | None = None

    @model_serializer(mode="wrap")
    def _without_later_keys(self, serialise: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Leave unused later keys out, so that rules written before them keep their digest."""
        content: dict[str, object] = serialise(self)
        return {
            key: value
            for key, value in content.items()
            if value is not None or key not in _LATER_KEYS
        }


class CodingRule(_Entry):
    """A named rule; the last of a list has no conditions."""

    name: Name
    because: str = ""
    when: Condition = Condition()


class InitiatorRule(CodingRule):
    """Initiator of the event."""

    initiator: Initiator


class TacticRule(CodingRule):
    """Tactic of the event."""

    tactic: Name


class TargetRule(CodingRule):
    """Target of the event."""

    target: Name


class Site(_Entry):
    """A site of an armed group, recognised in the source's name."""

    name: Name
    pattern: str
    claims: bool


class RuleSet(_Entry):
    """All rules for one source of events."""

    name: str
    home_governments: list[str]
    site: list[Site] = Field(default_factory=list)
    words: dict[str, list[str]] = Field(default_factory=dict)
    initiator: list[InitiatorRule]
    tactic: list[TacticRule]
    target: list[TargetRule]
    movements: dict[Literal["baloch", "islamist", "other"], list[str]]
    short_names: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_consistent(self) -> RuleSet:
        for site in self.site:
            _compile(site.pattern, f"site '{site.name}'")
        for name, patterns in self.words.items():
            if not patterns:
                raise ValueError(f"words.{name} is empty")
            for pattern in patterns:
                _compile(pattern, f"words.{name}")
        sites = {site.name for site in self.site}
        lists: dict[str, Sequence[CodingRule]] = {
            "initiator": self.initiator,
            "tactic": self.tactic,
            "target": self.target,
        }
        for kind, rules in lists.items():
            names = [rule.name for rule in rules]
            if len(set(names)) < len(names):
                raise ValueError(f"two {kind} rules have one name")
            if not rules or rules[-1].when != Condition():
                raise ValueError(
                    f"the last {kind} rule needs no conditions, so that every event has one"
                )
            for rule in rules:
                known_now = {
                    "initiator": (),
                    "tactic": ("initiator",),
                    "target": ("initiator", "tactic"),
                }
                for decided in {"initiator", "tactic"} - set(known_now[kind]):
                    if getattr(rule.when, decided) is not None:
                        raise ValueError(
                            f"{kind} rule '{rule.name}' uses {decided}, which is decided later"
                        )
                used = {*(rule.when.words or ()), *(rule.when.without or ())}
                for kinds, known, what in (
                    (used, set(self.words), "word set"),
                    (set(rule.when.site or ()), sites, "site"),
                ):
                    if kinds - known:
                        unknown = ", ".join(sorted(kinds - known))
                        raise ValueError(
                            f"{kind} rule '{rule.name}' uses the unknown {what} {unknown}"
                        )
        return self

    @cached_property
    def digest(self) -> str:
        """sha256 of the rules; comments and layout do not count."""
        return digest(canonical_json(self.model_dump()))


def read_rules(path: Path | None = None) -> RuleSet:
    """Read a file of rules; without one, those shipped for UCDP GED.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The file is not TOML, or holds unknown keys, words, sites or patterns.
    """
    path = SHIPPED_RULES if path is None else Path(path)
    return _shipped_rules(path) if path.parent == SHIPPED_RULES.parent else read_toml(path, RuleSet)


@cache
def _shipped_rules(path: Path) -> RuleSet:
    return read_toml(path, RuleSet)


def _compile(pattern: str, where: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # "[[", which Python will read otherwise
            return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{where}: {pattern!r} is not a regular expression ({error})") from error
    except FutureWarning as error:
        raise ValueError(
            f"{where}: {pattern!r} can be read in two ways ({error}); write \\[ for a bracket"
        ) from error
