"""Rules that say who initiated an event, how and against whom: read from TOML, applied in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from tarazu.core.errors import ScenarioError
from tarazu.core.provenance import canonical_json, digest
from tarazu.core.specs import read_toml
from tarazu.record.coding.pattern_search import Joined, PatternSearch

SHIPPED_RULES = Path(__file__).parent / "rules" / "ucdp_ged.toml"

AT_ONCE = 65_536  # events classified together, so that their texts need little memory

Initiator = Literal["state", "militant", "other", "unclear"]
Presence = Literal["some", "none"]
Mask = NDArray[np.bool_]
Labels = NDArray[np.object_]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


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

    @model_serializer(mode="wrap")
    def _without_codes(self, serialise: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Leave unused codes out, so that rules written before there were any keep their digest."""
        content: dict[str, object] = serialise(self)
        if self.codes is None:
            del content["codes"]
        return content


class Rule(_Entry):
    """A named rule; the last of a list has no conditions."""

    name: Name
    because: str = ""
    when: Condition = Condition()


class InitiatorRule(Rule):
    """Who initiated the event."""

    initiator: Initiator


class TacticRule(Rule):
    """How."""

    tactic: Name


class TargetRule(Rule):
    """Against whom."""

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
        lists: dict[str, Sequence[Rule]] = {
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
                            f"{kind} rule '{rule.name}' asks for {decided}, decided later"
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
        """sha256 of what the rules say; comments and layout do not count."""
        return digest(canonical_json(self.model_dump()))


@dataclass(frozen=True)
class CodedEvents:
    """What the rules read, one entry an event, all (N,).

    Attributes
    ----------
    violence : UCDP's type, 1 to 3.
    government : "home", "foreign" or "none".
    group : armed group of the event, "" if none.
    state, militant, civilian, unknown : deaths, best estimates, >= 0.
    text : source and headline. source : the source alone, where sites are looked for. Both may
        be several columns, joined when they are searched.
    codes : further columns of the source that rules may name, by name.
    """

    violence: NDArray[np.int64]
    government: Labels
    group: Labels
    state: NDArray[np.int64]
    militant: NDArray[np.int64]
    civilian: NDArray[np.int64]
    unknown: NDArray[np.int64]
    text: Labels | Joined
    source: Labels | Joined
    codes: Mapping[str, Labels] = field(default_factory=dict)

    def take(self, rows: Mask | slice) -> CodedEvents:
        """Return these events."""
        columns = {
            entry.name: getattr(self, entry.name)[rows]
            for entry in fields(self)
            if entry.name != "codes"
        }
        return CodedEvents(**columns, codes={k: v[rows] for k, v in self.codes.items()})


@dataclass(frozen=True)
class Classification:
    """What the rules said, all (N,)."""

    initiator: Labels
    initiator_rule: Labels
    tactic: Labels
    target: Labels
    group: Labels
    movement: Labels
    group_site: Mask


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


def classify(events: CodedEvents, rules: RuleSet) -> Classification:
    """Apply the rules: for each event the first one whose conditions hold."""
    size = len(events.violence)
    pieces = [slice(start, start + AT_ONCE) for start in range(0, size, AT_ONCE)]
    if len(pieces) < 2:
        return _classify(events, rules)
    with ThreadPoolExecutor(max_workers=2) as pool:  # searching in texts leaves Python free
        parts = list(pool.map(lambda piece: _classify(events.take(piece), rules), pieces))
    names = [entry.name for entry in fields(Classification)]
    return Classification(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def _classify(events: CodedEvents, rules: RuleSet) -> Classification:
    facts = _Facts(events, rules)
    initiator, initiator_rule = _first(rules.initiator, "initiator", facts)
    facts.decided["initiator"] = initiator
    tactic, _ = _first(rules.tactic, "tactic", facts)
    facts.decided["tactic"] = tactic
    target, _ = _first(rules.target, "target", facts)
    movement_of = {
        group: movement for movement, groups in rules.movements.items() for group in groups
    }
    movements = [movement_of.get(group, "other") if group else "" for group in events.group]
    return Classification(
        initiator=initiator,
        initiator_rule=initiator_rule,
        tactic=tactic,
        target=target,
        group=np.array([rules.short_names.get(g, g) for g in events.group], dtype=object),
        movement=np.array(movements, dtype=object),
        group_site=facts.any_of(facts.sites.values()),
    )


class _Facts:
    """Masks of the events for every condition that a rule may name."""

    def __init__(self, events: CodedEvents, rules: RuleSet) -> None:
        self.events = events
        self.size = len(events.violence)
        sites = PatternSearch(events.source)
        self.sites = {site.name: sites.find(site.pattern) for site in rules.site}
        self.words = _Words(rules.words, events.text)
        self.decided: dict[str, Labels] = {}

    def _codes(self, column: str) -> Labels:
        if column not in self.events.codes:
            known = ", ".join(sorted(self.events.codes)) or "none"
            what = f"rules ask for the column '{column}', which this format does not have"
            raise ScenarioError(what, key="when.codes", value=column, expected=f"one of: {known}")
        return self.events.codes[column]

    def any_of(self, masks: object) -> Mask:
        """Return where any of the masks holds."""
        result = np.zeros(self.size, dtype=bool)
        for mask in masks:  # type: ignore[attr-defined]
            result |= mask
        return result

    def holds(self, when: Condition, among: Mask) -> Mask:
        """Return where all conditions hold, (N,), of the events in `among`."""
        e = self.events
        holds = among.copy()
        if when.violence is not None:
            holds &= np.isin(e.violence, when.violence)
        if when.government is not None:
            holds &= e.government == when.government
        if when.site is not None:
            holds &= self.any_of([self.sites[name] for name in when.site])
        total = e.state + e.militant + e.civilian + e.unknown
        for presence, deaths in (
            (when.deaths, total),
            (when.state, e.state),
            (when.militant, e.militant),
            (when.civilian, e.civilian),
            (when.unknown, e.unknown),
        ):
            if presence is not None:
                holds &= (deaths > 0) == (presence == "some")
        if when.state_per_militant is not None:
            holds &= e.state >= when.state_per_militant * e.militant
        if when.militant_per_state is not None:
            holds &= e.militant >= when.militant_per_state * e.state
        for column, known in (when.codes or {}).items():
            holds &= self.any_of([self._codes(column) == label for label in known])
        for name in ("initiator", "tactic"):
            wanted = getattr(when, name)
            if wanted is not None and name in self.decided:
                holds &= self.any_of([self.decided[name] == label for label in wanted])
        if when.words is not None:  # last, because texts are slow to search
            holds &= self.any_of([self.words.among(holds, name) for name in when.words])
        for name in when.without or ():
            holds &= ~self.words.among(holds, name)
        return holds


class _Words:
    """Word sets looked for in the texts of events, in each text at most once."""

    def __init__(self, patterns: Mapping[str, Sequence[str]], texts: Labels | Joined) -> None:
        self.search = PatternSearch(texts)
        self.patterns = {
            name: "|".join(f"(?:{pattern})" for pattern in some) for name, some in patterns.items()
        }
        self.looked = {name: np.zeros(len(texts), dtype=bool) for name in patterns}
        self.found = {name: np.zeros(len(texts), dtype=bool) for name in patterns}

    def among(self, rows: Mask, name: str) -> Mask:
        """Return which of the events in `rows` hold a word of the set, (N,)."""
        new = np.flatnonzero(rows & ~self.looked[name])
        self.found[name][new] = self.search.find(self.patterns[name], new)
        self.looked[name][new] = True
        return self.found[name] & rows


def _first(rules: Sequence[Rule], label: str, facts: _Facts) -> tuple[Labels, Labels]:
    """Return label and rule name of the first rule that holds, each (N,)."""
    labels = np.empty(facts.size, dtype=object)
    names = np.empty(facts.size, dtype=object)
    free = np.ones(facts.size, dtype=bool)
    for rule in rules:
        now = facts.holds(rule.when, free)
        labels[now] = getattr(rule, label)
        names[now] = rule.name
        free &= ~now
    return labels, names


def _compile(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{where}: {pattern!r} is not a regular expression ({error})") from error
