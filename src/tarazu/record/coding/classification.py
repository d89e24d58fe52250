"""Coding rules applied to events: who initiated each, how, and against whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.core.tables.coded import Joined, Mask
from tarazu.record.coding.pattern_search import PatternSearch
from tarazu.record.coding.rules import CodingRule, Condition, RuleSet
from tarazu.record.source_table import SourceTable

PIECE = 65_536  # events classified together, so that their texts need little memory

Labels = NDArray[np.object_]


def classify(events: SourceTable, rules: RuleSet) -> pd.DataFrame:
    """Return the labels that the first rule whose conditions hold gives to each event.

    Returns
    -------
    pandas.DataFrame
        Texts initiator, initiator_rule, tactic, target, group and movement; flag group_site.
    """
    starts = range(0, max(len(events), 1), PIECE)
    pieces = [slice(start, start + PIECE) for start in starts]
    with ThreadPoolExecutor(max_workers=2) as pool:  # Arrow's search in texts frees the interpreter
        parts = list(pool.map(lambda piece: _classify(events, piece, rules), pieces))
    labels = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    group_site = labels.pop("group_site")
    texts = {name: pd.array(column, dtype="str") for name, column in labels.items()}
    return pd.DataFrame({**texts, "group_site": group_site})


def _classify(events: SourceTable, piece: slice, rules: RuleSet) -> dict[str, Labels | Mask]:
    facts = _Facts(events, piece, rules)
    initiator, initiator_rule = _first(rules.initiator, "initiator", facts)
    facts.decided["initiator"] = initiator
    tactic, _ = _first(rules.tactic, "tactic", facts)
    facts.decided["tactic"] = tactic
    target, _ = _first(rules.target, "target", facts)
    movement_of = {
        group: movement for movement, groups in rules.movements.items() for group in groups
    }
    codes, groups = pd.factorize(events.group[piece])
    short = [rules.short_names.get(group, group) for group in groups]
    movements = [movement_of.get(group, "other") if group else "" for group in groups]
    return {
        "initiator": initiator,
        "initiator_rule": initiator_rule,
        "tactic": tactic,
        "target": target,
        "group": np.array(short, dtype=object)[codes],
        "movement": np.array(movements, dtype=object)[codes],
        "group_site": facts.any_of(facts.sites.values()),
    }


class _Facts:
    """Masks of some of the events for every condition that a rule may name."""

    def __init__(self, events: SourceTable, piece: slice, rules: RuleSet) -> None:
        self.violence, self.government = events.violence[piece], events.government[piece]
        self.size = len(self.violence)
        self.group, self.first_day = events.group[piece], events.first_day[piece]
        self.state, self.militant = events.deaths_state[piece], events.deaths_militant[piece]
        self.civilian, self.unknown = events.deaths_civilian[piece], events.deaths_unknown[piece]
        self.deaths = self.state + self.militant + self.civilian + self.unknown
        self.codes = {name: column[piece] for name, column in events.codes.items()}
        sites = PatternSearch(events.source[piece])
        self.sites = {site.name: sites.find(site.pattern) for site in rules.site}
        self.words = _Words(rules.words, events.text[piece])
        self.decided: dict[str, Labels] = {}

    def _codes(self, column: str) -> Labels:
        if column not in self.codes:
            known = ", ".join(sorted(self.codes)) or "none"
            what = f"rules use the column '{column}', which this format does not have"
            raise ScenarioError(what, key="when.codes", value=column, expected=f"one of: {known}")
        return self.codes[column]

    def any_of(self, masks: Iterable[Mask]) -> Mask:
        """Return where any of the masks holds."""
        result = np.zeros(self.size, dtype=bool)
        for mask in masks:
            result |= mask
        return result

    def holds(self, when: Condition, among: Mask) -> Mask:
        """Return where all conditions hold, (N,), of the events in `among`."""
        holds = among.copy()
        if when.violence is not None:
            holds &= np.isin(self.violence, when.violence)
        if when.government is not None:
            holds &= self.government == when.government
        if when.site is not None:
            holds &= self.any_of([self.sites[name] for name in when.site])
        for presence, deaths in (
            (when.deaths, self.deaths),
            (when.state, self.state),
            (when.militant, self.militant),
            (when.civilian, self.civilian),
            (when.unknown, self.unknown),
        ):
            if presence is not None:
                holds &= (deaths > 0) == (presence == "some")
        if when.state_per_militant is not None:
            holds &= self.state >= when.state_per_militant * self.militant
        if when.militant_per_state is not None:
            holds &= self.militant >= when.militant_per_state * self.state
        if when.group is not None:
            holds &= self.any_of([self.group == name for name in when.group])
        if when.first_year is not None:
            holds &= self.first_day >= np.datetime64(f"{when.first_year:04d}-01-01", "D")
        if when.last_year is not None:
            holds &= self.first_day <= np.datetime64(f"{when.last_year:04d}-12-31", "D")
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
        some = None if len(new) == len(rows) else new
        self.found[name][new] = self.search.find(self.patterns[name], some)
        self.looked[name][new] = True
        return self.found[name] & rows


def _first(rules: Sequence[CodingRule], label: str, facts: _Facts) -> tuple[Labels, Labels]:
    """Return label and name of the first rule that holds, each (N,)."""
    labels = np.empty(facts.size, dtype=object)
    names = np.empty(facts.size, dtype=object)
    free = np.ones(facts.size, dtype=bool)
    for rule in rules:
        now = facts.holds(rule.when, free)
        labels[now] = getattr(rule, label)
        names[now] = rule.name
        free &= ~now
    return labels, names
