"""Specification of a study: hypotheses, policies, weeks, draws and replicates, kept as TOML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tarazu.model import Hypothesis, Model
from tarazu.policy import Policy
from tarazu.region import Region, find_district

POOLED: Final = "pooled"  # all hypotheses with equal weight, in every table
MOST_NAMES: Final = 1000  # values of a grid, hypotheses, policies; a longer list is a slip
MOST_PEOPLE: Final = 1e6  # of one event added from outside
MOST_WEEKS: Final = 5200  # a century
SEEDS: Final = 2**31  # seeds are 0 .. SEEDS - 1
AS_ASSUMED: Final = "today as assumed: stocks are parameters, drawn from their priors"
NO_HISTORY: Final = "none"
USUAL_HORIZONS: Final = (52, 260, 520)  # weeks
DRAW_KEYS: Final = ("hypothesis", "draw")  # columns on which parameters and outcomes join


class Part(BaseModel):
    """A part of a study file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PulseEntry(Part):
    """An event added from outside in every run of the study.

    Attributes
    ----------
    event : name in the model. district : name in the region. week : 0 .. weeks - 1.
    expected : added to the event's expectation. count : added to the drawn count.
    """

    event: str
    week: int = Field(ge=0)
    district: str
    expected: float = Field(default=0.0, ge=0.0, le=MOST_PEOPLE)
    count: int = Field(default=0, ge=0, le=int(MOST_PEOPLE))


class Grid(Part):
    """Values of one lever, each set everywhere and from the start, in place of policies.

    Attributes
    ----------
    lever : name of a lever of the model. values : inside its range, in its unit.
    """

    lever: str
    values: tuple[float, ...] = Field(min_length=1, max_length=MOST_NAMES)


Share = Annotated[float, Field(ge=1.0 / MOST_PEOPLE, le=MOST_PEOPLE)]


class OperationEntry(Part):
    """One extra sweep, sized in each draw to an expected number of militants killed.

    Attributes
    ----------
    week : week of the sweep; effects are counted from the week after.
    militant_deaths : expected number, over all its districts.
    split : share of each district, any numbers from a millionth to a million.
    most_operations : largest number of expected operations in one district; a draw in which they
        do not suffice does not reach the dose, and is counted as such.
    """

    week: int = Field(ge=0)
    militant_deaths: float = Field(ge=1.0 / MOST_PEOPLE, le=MOST_PEOPLE)
    split: dict[str, Share] = Field(min_length=1)
    most_operations: int = Field(default=30, ge=1, le=200)


class StudySpec(Part):
    """The content of a study file.

    Attributes
    ----------
    title : one readable line. question : what the study answers; default: the title.
    start : first day of the first week, such as 2027-01-01, so that policies may name days; or a
        label of the state from which runs start.
    history : day on which every run begins, years before the start, such as 2004-01-01: policies
        part at the start, from a history that is drawn anew in each member and is the same under
        all of them; or "none": runs begin at the start, from today as assumed.
    weeks : length of every run, weeks.
    horizons : weeks over which outcomes are counted; default: those of 52, 260 and 520 that the
        study covers, and all its weeks.
    draws : number of draws of the parameters, a Latin hypercube over the priors.
    replicates : number of runs per draw, which differ by chance.
    seed : random seed of draws and replicates. block : draws that are run and saved together.
    series_weeks : weeks that one step of the national series covers.
    hypotheses, policies : shipped names, or paths that end in .toml, from the study's folder.
    baseline : the policy that others are compared with.
    pulses : events that are added from outside in every run.
    grid : values of one lever, in place of several policies.
    operation : one extra sweep, in place of several policies.
    mode : ``stochastic`` draws events; ``mean`` runs the mean field, once per draw, which gives
        expected numbers in a fraction of the time.
    quantities : stocks, events and reported definitions of the model that are kept besides the
        usual outcomes: totals of what is counted by week, levels at the horizon's end.
    reproduction : whether the reproduction number of violence of an average district is computed
        in every draw, under every policy.
    """

    RENAMED_KEYS: ClassVar = {"portfolios": "policies", "sweep": "grid"}

    title: str = Field(min_length=1)
    question: str = Field(default="", min_length=1)
    start: str = Field(default=AS_ASSUMED, min_length=1)
    history: str = NO_HISTORY
    weeks: int = Field(ge=1, le=MOST_WEEKS)
    horizons: tuple[int, ...] = Field(default=(), min_length=1)
    draws: int = Field(ge=2)
    replicates: int = Field(default=1, ge=1)
    seed: int = Field(default=1, ge=0, lt=SEEDS)
    block: int = Field(default=8, ge=1)
    series_weeks: int = Field(default=4, ge=1)
    hypotheses: tuple[str, ...] = Field(min_length=1, max_length=MOST_NAMES)
    policies: tuple[str, ...] = Field(default=("status-quo",), max_length=MOST_NAMES)
    baseline: str = "status-quo"
    pulses: tuple[PulseEntry, ...] = Field(default=(), max_length=MOST_NAMES)
    grid: Grid | None = None
    operation: OperationEntry | None = None
    mode: Literal["stochastic", "mean"] = "stochastic"
    quantities: tuple[str, ...] = Field(default=(), max_length=MOST_NAMES)
    reproduction: bool = False

    @model_validator(mode="after")
    def _fill_what_follows(self) -> StudySpec:
        """Set the question and horizons that the file leaves out; see the attributes."""
        if not self.question:
            object.__setattr__(self, "question", self.title)
        if not self.horizons:
            origin = 0 if self.operation is None else self.operation.week + 1
            last = max(self.weeks - origin, 1)
            horizons = (*(weeks for weeks in USUAL_HORIZONS if weeks < last), last)
            object.__setattr__(self, "horizons", horizons)
        return self

    @property
    def start_date(self) -> date | None:
        """First day of the first week, if `start` is a day."""
        return day_of(self.start)

    @property
    def history_weeks(self) -> int:
        """Whole weeks of the history before the start; 0 without one."""
        first, start = day_of(self.history), self.start_date
        return 0 if first is None or start is None else (start - first).days // 7


def day_of(text: str) -> date | None:
    """Return the day that a text such as 2027-01-01 names, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Study:
    """A study that was checked against its model and region.

    Attributes
    ----------
    name : the file's name without its ending. digest : sha256 of the file, "" without one.
    model_digest : sha256 of the file of a user's own mechanism, "" without one.
    hypotheses, policies : those that the spec names, in its order.
    """

    name: str
    spec: StudySpec
    model: Model
    region: Region
    hypotheses: tuple[Hypothesis, ...]
    policies: tuple[Policy, ...]
    digest: str = ""
    model_digest: str = ""

    def __repr__(self) -> str:
        spec, policies = self.spec, len(self.policies)
        replicates = "1 replicate" if spec.replicates == 1 else f"{spec.replicates} replicates"
        return (
            f"<Study '{self.name}': {len(self.hypotheses)} "
            f"{'hypothesis' if len(self.hypotheses) == 1 else 'hypotheses'}, "
            f"{policies} {'policy' if policies == 1 else 'policies'}, {spec.draws} draws x "
            f"{replicates}, {spec.weeks} weeks>"
        )

    def _repr_html_(self) -> str:
        def listed(kind: str, named: Sequence[Policy] | Sequence[Hypothesis]) -> str:
            lines = (f"<li><b>{escape(x.title)}</b>: {escape(x.meaning)}</li>" for x in named)
            return f"<p>{kind}</p><ul>{''.join(lines)}</ul>"

        return (
            f"<p><b>{escape(self.spec.title)}</b>: {escape(self.spec.question)}</p>"
            f"{listed('Policies', self.policies)}{listed('Hypotheses', self.hypotheses)}"
            f"<p>{escape(repr(self)[1:-1])}; {escape(self.region.title)}</p>"
        )

    @property
    def origin(self) -> int:
        """Week from which outcomes are counted: 0, or the week after the extra sweep."""
        return 0 if self.spec.operation is None else self.spec.operation.week + 1

    def district(self, name: str) -> int:
        """Return the column of a district by any of its spellings."""
        return self.region.slugs.index(find_district(self.region, name))
