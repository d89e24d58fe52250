"""Studies: which worlds are run under which policies, for how long, how often; kept as TOML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from tarazu.model import Hypothesis, Model
from tarazu.policy import Policy
from tarazu.region import Region
from tarazu.region.region import fold

POOLED: Final = "pooled"  # all hypotheses with equal weight, in every table
DRAW_KEYS: Final = ("hypothesis", "draw")  # columns on which parameters and outcomes join


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
