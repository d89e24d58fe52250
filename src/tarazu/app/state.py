"""State of the lab's page: what a share link holds, as a policy under one hypothesis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field

from tarazu.app.lab import TODAY, Lab
from tarazu.app.where import (
    EVERYWHERE,
    Where,
    check_where,
    describe_where,
    read_where,
    settings_of,
    tidy,
    write_where,
)
from tarazu.core.errors import ScenarioError, TarazuError, raise_problems, suggest
from tarazu.policy import Policy
from tarazu.policy.policy import Setting

YEAR: Final = 52  # weeks
MOST_YEARS: Final = 10
OWN: Final = "my-policy"

_KEYS: Final = {"h": "hypothesis", "p": "start", "y": "years"}
_MADE_WITH: Final = ("m", "g")  # version of Tarazu, digests of model and region


class State(BaseModel):
    """A scenario of the lab.

    Attributes
    ----------
    hypothesis : name. start : name of the policy that levers are moved from.
    years : 1 to 10. levers : moved ones.
    where : of moved levers that are not held from the first week on in all districts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hypothesis: str = "full"
    start: str = TODAY
    years: int = Field(default=5, ge=1, le=MOST_YEARS)
    levers: dict[str, float] = Field(default_factory=dict, max_length=64)
    where: dict[str, Where] = Field(default_factory=dict, max_length=64)

    @property
    def weeks(self) -> int:
        """Weeks of a run."""
        return self.years * YEAR

    @property
    def is_today(self) -> bool:
        """Whether this is today's practice itself."""
        return self.start == TODAY and not self.levers


def check_state(state: State, lab: Lab) -> State:
    """Return a state whose names and values the lab has; levers that change nothing are left out.

    Raises
    ------
    ScenarioError, ExceptionGroup
        One problem, or several.
    """
    problems: list[TarazuError] = []
    for kind, name, valid in (
        ("hypothesis", state.hypothesis, list(lab.hypotheses)),
        ("policy", state.start, list(lab.policies)),
    ):
        if name not in valid:
            problems.append(_unknown(kind, name, valid))
    for name, value in state.levers.items():
        lever = lab.levers.get(name)
        if lever is None:
            problems.append(_unknown("lever", name, list(lab.levers)))
        elif not (math.isfinite(value) and lever.low <= value <= lever.high):
            problems.append(
                ScenarioError(
                    f"{name} is {value:g}",
                    key=name,
                    value=value,
                    expected=f"{lever.low:g} to {lever.high:g} ({lever.meaning})",
                )
            )
    for name, where in state.where.items():
        problems += check_where(name, where, lab)
    raise_problems(problems, f"the link has {len(problems)} problems")
    shown = shown_levers(lab, state.start)
    places = {name: tidy(where, lab) for name, where in state.where.items()}
    places = {n: w for n, w in places.items() if n in state.levers and w != EVERYWHERE}
    moved = {
        name: state.levers[name]
        for name in lab.levers
        if name in places or state.levers.get(name, shown[name]) != shown[name]
    }
    return state.model_copy(update={"levers": moved, "where": places})


def _unknown(kind: str, name: str, valid: Sequence[str]) -> ScenarioError:
    return ScenarioError(
        f"no {kind} '{name}'",
        key=kind,
        value=name,
        expected=f"one of {', '.join(valid)}",
        hint=suggest(name, valid),
    )


def shown_levers(lab: Lab, start: str) -> dict[str, float]:
    """Return what each lever shows where nothing was moved: its last setting anywhere."""
    values = {name: lever.default for name, lever in lab.levers.items()}
    settings = lab.policies[start].settings if start in lab.policies else ()
    for setting in settings:
        if setting.lever in values:
            values[setting.lever] = setting.value
    return values


def read_state(query: str, lab: Lab) -> State:
    """Return the state that the query of an address holds.

    Raises
    ------
    ScenarioError, ExceptionGroup
        An unknown name, or a value that is not a number or out of its range.
    """
    named: dict[str, object] = {}
    levers: dict[str, float] = {}
    places: list[tuple[str, str]] = []
    problems: list[TarazuError] = []
    for key, text in parse_qsl(query, keep_blank_values=True, max_num_fields=100):
        if key in _MADE_WITH:
            continue
        if "." in key:
            places.append((key, text))
            continue
        if key in ("h", "p"):
            named[_KEYS[key]] = text
            continue
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        is_years = key == "y"
        if is_years and number in range(1, MOST_YEARS + 1):
            named["years"] = int(number)
        elif is_years or not math.isfinite(number):
            expected = f"1 to {MOST_YEARS} whole years" if is_years else "a number"
            problems.append(
                ScenarioError(f"{key} is {text[:40]!r}", key=key, value=text, expected=expected)
            )
        else:
            levers[key] = number
    raise_problems(problems, f"the link has {len(problems)} problems")
    known = {**named, "levers": levers, "where": read_where(places)}
    return check_state(State.model_validate(known), lab)


def write_query(state: State, lab: Lab) -> str:
    """Return the query of a share link: the state, the version of Tarazu and the digests."""
    return urlencode([*_pairs(state), ("m", lab.version), ("g", lab.key)])


def _pairs(state: State) -> Iterator[tuple[str, str]]:
    yield "h", state.hypothesis
    yield "p", state.start
    yield "y", str(state.years)
    yield from lever_pairs(state)


def lever_pairs(state: State) -> Iterator[tuple[str, str]]:
    """Yield what an address holds of each moved lever."""
    for name, value in state.levers.items():
        yield name, f"{value:g}"
        yield from write_where(name, state.where.get(name, EVERYWHERE))


def policy_of(state: State, lab: Lab) -> Policy:
    """Return the policy of a checked state."""
    start = lab.policies[state.start]
    if not state.levers:
        return start
    kept = [setting for setting in start.settings if setting.lever not in state.levers]
    moved, about = list[Setting](), list[str]()
    for name, value in state.levers.items():
        where = state.where.get(name, EVERYWHERE)
        moved += settings_of(name, value, where, lab.levers[name], state.weeks)
        about.append(f"{name.replace('_', ' ')} {value:g}{describe_where(where, lab)}")
    said = ", ".join(about)
    title = f"{'My policy' if state.start == TODAY else start.title}, with {said}"
    return Policy(OWN, title, f"{start.title}, with {said}.", (*kept, *moved))


def changes_since(query: str, lab: Lab) -> tuple[str, ...]:
    """Return what differs between the Tarazu that made a link and this one, in words of the page.

    Each of ``version``, ``model`` and ``region``; empty where nothing differs, and for a link that
    does not say what made it.
    """
    made = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    if not {*_MADE_WITH} & made.keys():
        return ()
    model, _, region = made.get("g", "").partition("-")
    now_model, _, now_region = lab.key.partition("-")
    pairs = (
        ("version", made.get("m", ""), lab.version),
        ("model", model, now_model),
        ("region", region, now_region),
    )
    return tuple(what for what, then, now in pairs if then != now)
