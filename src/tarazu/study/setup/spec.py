"""Studies: which worlds are run under which policies, for how long, how often; kept as TOML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.errors import ScenarioError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.model import Hypothesis, Model, build_model, draw_parameters, load_hypothesis
from tarazu.model.hypothesis import parse_hypothesis
from tarazu.model.user_model import UserModel
from tarazu.policy import Policy, check_policy, load_policy
from tarazu.region import Region, load_region
from tarazu.region.region import fold

STUDIES: Final = ("demo", "seventeen", "attrition")
"""The studies that ship with Tarazu, by file name."""

SHIPPED: Final = Path(__file__).parents[1] / "studies"
POOLED: Final = "pooled"  # all hypotheses with equal weight, in every table
DRAW_KEYS: Final = ("hypothesis", "draw")  # columns on which parameters and outcomes join
LARGEST_STUDY: Final = 10_000_000  # member-runs; a larger number is a slip of the hand


class Part(BaseModel):
    """A part of a study file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True)


class PulseEntry(Part):
    """Something that happens from outside in every run of the study.

    Attributes
    ----------
    event, district : names of the model and the region. week : 0 .. weeks - 1.
    expected : added to the event's expectation. count : added to what is drawn.
    """

    event: str
    week: int = Field(ge=0)
    district: str
    expected: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    count: int = Field(default=0, ge=0)


class Sweep(Part):
    """One lever over a grid, everywhere and from the start, in place of policies."""

    lever: str
    values: tuple[float, ...] = Field(min_length=1)


class OperationEntry(Part):
    """One extra sweep, sized in each draw to an expected number of militants killed.

    Attributes
    ----------
    week : of the sweep; effects are counted from the week after.
    militant_deaths : expected, over all its districts.
    split : share of each district, any positive numbers.
    most_operations : expected operations in one district that no draw exceeds; a draw in which
        they do not suffice does not reach the dose, and is counted as such.
    """

    week: int = Field(ge=0)
    militant_deaths: float = Field(gt=0.0, allow_inf_nan=False)
    split: dict[str, float] = Field(min_length=1)
    most_operations: int = Field(default=30, ge=1, le=200)


class StudySpec(Part):
    """What a study file says.

    Attributes
    ----------
    title, question : one readable line, and what the study asks.
    start : a label of the state from which runs start.
    weeks : T. horizons : weeks over which outcomes are counted.
    draws : of the parameters, a Latin hypercube over the priors. replicates : of luck, a draw.
    seed : of draws and luck. block : draws that are run and committed together.
    series_weeks : weeks that one step of the national series covers.
    hypotheses, policies : shipped names, or paths that end in .toml, from the study's folder.
    baseline : the policy that others are compared with.
    """

    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    start: str = Field(min_length=1)
    weeks: int = Field(ge=1, le=5200)
    horizons: tuple[int, ...] = Field(min_length=1)
    draws: int = Field(ge=2)
    replicates: int = Field(default=1, ge=1)
    seed: int = Field(ge=0, lt=2**31)
    block: int = Field(default=8, ge=1)
    series_weeks: int = Field(default=4, ge=1)
    hypotheses: tuple[str, ...] = Field(min_length=1)
    policies: tuple[str, ...] = ("status-quo",)
    baseline: str = "status-quo"
    pulses: tuple[PulseEntry, ...] = ()
    sweep: Sweep | None = None
    operation: OperationEntry | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A study that was checked against its model and region.

    Attributes
    ----------
    name : the file's name without its ending. digest : sha256 of the file, "" without one.
    model_digest : sha256 of the file that a user's own mechanism came from, "" without one.
    hypotheses, policies : what the names of the spec stand for, in its order.
    """

    name: str
    spec: StudySpec
    model: Model
    region: Region
    hypotheses: tuple[Hypothesis, ...]
    policies: tuple[Policy, ...]
    digest: str = ""
    model_digest: str = ""

    @property
    def origin(self) -> int:
        """Week from which outcomes are counted: 0, or the week after the extra sweep."""
        return 0 if self.spec.operation is None else self.spec.operation.week + 1

    def district(self, name: str) -> int:
        """Return the column of a district by any of its spellings."""
        return self.region.slugs.index(self.region.names()[fold(name)])


def load_study(
    name_or_path: str | Path, *, region: Region | None = None, model: UserModel | None = None
) -> Study:
    """Return a shipped study by name, or the one in a TOML file, checked whole.

    Parameters
    ----------
    name_or_path : one of `STUDIES`, or a path that ends in ``.toml``.
    region : the shipped region if None.
    model : the shipped model if None; see `tarazu.model.user_model.load_user_model`.

    Raises
    ------
    ScenarioError
        No such study; or the file, or a policy or hypothesis that it names, has one problem.
    ExceptionGroup
        All problems, if there are several.
    """
    path = find_study(name_or_path)
    spec = read_toml(path, StudySpec)
    return build_study(
        spec,
        name=path.stem,
        file=path.name if path.parent == SHIPPED else str(path),
        folder=path.parent,
        region=region,
        model=model,
        digest_of_file=digest(path.read_bytes()),
    )


def find_study(name_or_path: str | Path) -> Path:
    """Return the file of a shipped study by name; a path that ends in ``.toml`` is left as it is.

    Raises
    ------
    ScenarioError
        No shipped study has this name.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return path
    if str(name_or_path) not in STUDIES:
        raise _unknown("study", str(name_or_path), STUDIES, None, None)
    return SHIPPED / f"{name_or_path}.toml"


def build_study(
    spec: StudySpec,
    *,
    name: str,
    file: str = "",
    folder: Path = Path(),
    region: Region | None = None,
    model: UserModel | None = None,
    digest_of_file: str = "",
) -> Study:
    """Return a checked study; `folder` is where paths in the spec start. See `load_study`."""
    region, problems = region or load_region(), list[TarazuError]()
    declared = build_model() if model is None else model.model
    hypotheses, policies = list[Hypothesis](), list[Policy]()
    for i, entry in enumerate(spec.hypotheses):
        with _collecting(problems, file or name, f"hypotheses[{i}]"):
            hypothesis = _hypothesis(entry, folder)
            draw_parameters(declared, hypothesis, np.full((1, len(declared.parameters)), 0.5))
            hypotheses.append(hypothesis)
    for i, entry in enumerate(spec.policies):
        with _collecting(problems, file or name, f"policies[{i}]"):
            found = load_policy(folder / entry if entry.endswith(".toml") else entry)
            check_policy(found, declared.levers, region)
            policies.append(found)
    problems += _problems(spec, declared, region, file or name)
    problems += [
        ScenarioError(
            f"the model has a parameter '{taken}'",
            value=taken,
            expected="another name: tables of draws have a column of this one",
        )
        for taken in DRAW_KEYS
        if taken in declared.parameters
    ]
    for key, names in (
        ("hypotheses", [h.name for h in hypotheses]),
        ("policies", [p.name for p in policies]),
    ):
        if len({*names, POOLED}) <= len(names):
            problems.append(
                ScenarioError(
                    f"are called {', '.join(names)}",
                    file=file or name,
                    key=key,
                    value=names,
                    expected=f"names that differ, none of them '{POOLED}'",
                )
            )
    if not problems and spec.baseline not in (names := [p.name for p in policies]):
        problems.append(_unknown("policy", spec.baseline, names, file or name, "baseline"))
    raise_problems(problems, f"{file or name} has {len(problems)} problems")
    return Study(
        name,
        spec,
        declared,
        region,
        tuple(hypotheses),
        tuple(policies),
        digest_of_file,
        "" if model is None else model.digest,
    )


@contextmanager
def _collecting(problems: list[TarazuError], file: str, key: str) -> Iterator[None]:
    """Collect what is wrong with a file that an entry of the study names, and say which entry."""
    try:
        yield
    except ScenarioError as error:
        if error.file is not None:
            problems.append(error)
            return
        problems.append(
            ScenarioError(
                error.what,
                file=file,
                key=key,
                value=error.value,
                expected=error.expected,
                hint=error.hint,
            )
        )
    except ExceptionGroup as group:
        wrong, other = group.split(TarazuError)
        if wrong is None or other is not None:
            raise
        problems += [error for error in wrong.exceptions if isinstance(error, TarazuError)]


def _hypothesis(entry: str, folder: Path) -> Hypothesis:
    if not entry.endswith(".toml"):
        return load_hypothesis(entry)
    path = folder / entry
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"cannot be read ({error})", file=str(path)) from error
    return parse_hypothesis(path.stem, text, file=str(path))


def _problems(spec: StudySpec, model: Model, region: Region, file: str) -> Iterator[ScenarioError]:
    if len(set(spec.horizons)) < len(spec.horizons):
        yield ScenarioError("names one twice", file=file, key="horizons", expected="each once")
    origin = 0 if spec.operation is None else spec.operation.week + 1
    for i, horizon in enumerate(spec.horizons):
        if not 1 <= horizon <= spec.weeks - origin:
            yield ScenarioError(
                f"is {horizon}",
                file=file,
                key=f"horizons[{i}]",
                value=horizon,
                expected=f"1 to {spec.weeks - origin} weeks, what the study runs",
            )
    if spec.series_weeks > spec.weeks:
        yield ScenarioError(
            f"is {spec.series_weeks}",
            file=file,
            key="series_weeks",
            value=spec.series_weeks,
            expected=f"at most the {spec.weeks} weeks of the study",
        )
    for i, pulse in enumerate(spec.pulses):
        if pulse.event not in model.events:
            key = f"pulses[{i}].event"
            yield _unknown("event", pulse.event, list(model.events), file, key)
        yield from _district(pulse.district, region, file, f"pulses[{i}].district")
        if pulse.week >= spec.weeks:
            yield ScenarioError(
                f"is {pulse.week}",
                file=file,
                key=f"pulses[{i}].week",
                value=pulse.week,
                expected=f"0 to {spec.weeks - 1}",
            )
    yield from _variation_problems(spec, model, region, file)
    arms = (
        3 if spec.operation else len(spec.policies) + len(spec.sweep.values if spec.sweep else ())
    )
    runs = spec.draws * spec.replicates * len(spec.hypotheses) * arms
    if runs > LARGEST_STUDY:
        yield ScenarioError(
            f"{runs:,} runs", file=file, key="draws", expected=f"at most {LARGEST_STUDY:,}"
        )


def _variation_problems(
    spec: StudySpec, model: Model, region: Region, file: str
) -> Iterator[ScenarioError]:
    if spec.operation is not None:
        for name, share in spec.operation.split.items():
            key = f"operation.split.{name}"
            yield from _district(name, region, file, key)
            if not 0.0 < share < float("inf"):
                yield ScenarioError(
                    f"is {share:g}", file=file, key=key, value=share, expected="a number > 0"
                )
    if (spec.sweep is not None or spec.operation is not None) and len(spec.policies) > 1:
        yield ScenarioError(
            "a sweep of a lever, an extra operation and several policies exclude each other",
            file=file,
            key="policies",
            expected="the baseline alone",
        )
    if spec.sweep is None:
        return
    if spec.operation is not None:
        yield ScenarioError(
            "stands beside an operation", file=file, key="sweep", expected="one or the other"
        )
    lever = model.levers.get(spec.sweep.lever)
    if lever is None:
        yield _unknown("lever", spec.sweep.lever, list(model.levers), file, "sweep.lever")
        return
    for i, value in enumerate(spec.sweep.values):
        if not lever.low <= value <= lever.high:
            yield ScenarioError(
                f"{spec.sweep.lever} is {value:g}",
                file=file,
                key=f"sweep.values[{i}]",
                value=value,
                expected=f"{lever.low:g} to {lever.high:g}",
            )
    if len(set(spec.sweep.values)) < len(spec.sweep.values):
        yield ScenarioError("names one twice", file=file, key="sweep.values", expected="each once")


def _district(name: str, region: Region, file: str, key: str) -> Iterator[ScenarioError]:
    if fold(name) not in region.names():
        yield _unknown("district", name, list(region.slugs), file, key)


def _unknown(
    kind: str, name: str, valid: Sequence[str], file: str | None, key: str | None
) -> ScenarioError:
    near = get_close_matches(name.casefold(), valid, n=1, cutoff=0.4)
    return ScenarioError(
        f"no {kind} '{name}'",
        file=file,
        key=key,
        value=name,
        expected=f"one of {', '.join(valid)}",
        hint=f"Did you mean '{near[0]}'?" if near else None,
    )
