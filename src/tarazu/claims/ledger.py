"""Ledgers of claims, with decision rules that are fixed before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.arguments import check_path
from tarazu.core.errors import ScenarioError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.core.specs.kinds import expecting
from tarazu.evidence import ESTIMATORS

SHIPPED: Final = Path(__file__).parent / "balochistan.toml"
EXPERIMENTS: Final = ("paired", "no_exit", "policies", "loop", "lasting")


class Part(BaseModel):
    """A part of a ledger: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordTest(Part):
    """The test of a claim on the record.

    Attributes
    ----------
    finding : name of the estimator. why : what the finding can and cannot show about the claim.
    supported_by, contradicted_by : verdicts of the finding; every other one decides nothing. A
        finding that can only contradict a claim has an empty `supported_by`.
    """

    finding: str
    supported_by: tuple[str, ...] = ()
    contradicted_by: tuple[str, ...] = Field(min_length=1)
    why: str = Field(min_length=1)


class PairedTest(Part):
    """A claim about one extra operation: a change that must lie on one side of a threshold.

    Attributes
    ----------
    study : name of a shipped study of an extra operation.
    contrast : what is compared: the sweep with no sweep, the sweep without harm with no sweep, or
        the sweep with the sweep without harm. The mean field's change is used.
    measure : what is counted. zone : where. weeks : one of the horizons of the study.
    after_weeks : of a sum over `weeks`, those that are left out at its beginning; 0 for none.
    holds : in a draw whose change is ``above`` or ``below`` the threshold.
    threshold : number of attacks or militants.
    """

    study: str
    contrast: Literal["sweep", "sweep without harm", "harm alone"]
    measure: Literal["attacks", "militants"]
    zone: Literal["here", "next door", "elsewhere", "everywhere"]
    weeks: int = Field(ge=1)
    after_weeks: int = Field(default=0, ge=0)
    holds: Literal["above", "below"]
    threshold: float


class NoExitTest(Part):
    """A claim that violence dies out under no policy of a study.

    Violence dies out in a draw under a policy if `probability` of its replicates have a year
    without an attack within `weeks`.

    Attributes
    ----------
    study : name of a shipped study. weeks : one of its horizons.
    probability : share of replicates with a year without an attack.
    """

    study: str
    weeks: int = Field(ge=52)
    probability: float = Field(gt=0.5, lt=1.0)


class Change(Part):
    """A change that one policy of a study makes against another.

    Attributes
    ----------
    policy, against : names of policies of the study.
    measure : an outcome of the study or one of its quantities, at the horizon.
    per : another one, by which it is divided under each policy first.
    for_each : another one, whose difference divides that of `measure`; without it the change is
        relative: 0.05 is 5% more under `policy`.
    holds : in a draw whose change is ``above`` or ``below`` the threshold.
    threshold : a share, or units of `measure` for each unit of `for_each`.
    """

    policy: str
    against: str = "status-quo"
    measure: str
    per: str | None = None
    for_each: str | None = None
    holds: Literal["above", "below"]
    threshold: float


class PoliciesTest(Part):
    """A claim about policies: changes that must all lie on their side of a threshold.

    Attributes
    ----------
    study : name of a shipped study of policies. weeks : one of its horizons.
    changes : all of which must hold in a draw.
    """

    study: str
    weeks: int = Field(ge=1)
    changes: tuple[Change, ...] = Field(min_length=1)


class LoopTest(Part):
    """A claim about the loop's share of the reproduction number of violence.

    Attributes
    ----------
    study : name of a shipped study with `reproduction`. weeks : one of its horizons.
    policy : under which the loop works. without : under which it does not.
    least : in a draw the claim holds if at least this share of the number is missing `without`.
    """

    study: str
    weeks: int = Field(ge=1)
    policy: str = "status-quo"
    without: str
    least: float = Field(gt=0.0, lt=1.0)


class LastingTest(Part):
    """A claim that violence lasts under every policy of a study.

    Attributes
    ----------
    study : name of a shipped study. weeks : one of its horizons. since : an earlier one.
    attacks : it has died out in a draw under a policy if fewer attacks are expected between them.
    at_most : by parameter, the largest value in the draws that are judged; others are left out.
    """

    study: str
    weeks: int = Field(ge=2)
    since: int = Field(ge=1)
    attacks: float = Field(gt=0.0)
    at_most: dict[str, float] = {}


Experiment = PairedTest | NoExitTest | PoliciesTest | LoopTest | LastingTest


class Claim(Part):
    """One claim, its decision rule and its tests.

    Attributes
    ----------
    id : its number. title : its name. sentence : the claim in our words.
    rule : the decision rule in words, written before anything is run.
    record : its test on the record; without one it is never more than model-conditional.
    paired, no_exit, policies, loop, lasting : its experiment in the model; exactly one of them.
    share : share of draws of `full`, which rules nothing out: in so many or more the claim "holds"
        in the model, in 1 - share or fewer it "does not hold", else it "depends". The other
        hypotheses stand beside it.
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    sentence: str = Field(min_length=1)
    rule: str = Field(min_length=1)
    share: float = Field(default=0.9, gt=0.5, lt=1.0)
    record: RecordTest | None = None
    paired: PairedTest | None = None
    no_exit: NoExitTest | None = None
    policies: PoliciesTest | None = None
    loop: LoopTest | None = None
    lasting: LastingTest | None = None

    @property
    def experiments(self) -> dict[str, Experiment]:
        """The experiments that are given, by key; `load_ledger` checks that it is one."""
        given = {name: getattr(self, name) for name in EXPERIMENTS}
        return {name: test for name, test in given.items() if test is not None}

    @property
    def experiment(self) -> Experiment:
        """Its experiment in the model."""
        (test,) = self.experiments.values()
        return test

    @property
    def study(self) -> str:
        """Name of the study that its experiment reads."""
        return self.experiment.study


class LedgerFile(Part):
    """The content of a ledger file.

    Attributes
    ----------
    title : one readable line. claims : in the order of the tables.
    """

    title: str = Field(min_length=1)
    claims: tuple[Claim, ...]


class LedgerSpec(LedgerFile):
    """A ledger that was read: title, claims, and the sha256 of its file."""

    digest: str = ""

    @property
    def studies(self) -> tuple[str, ...]:
        """Names of the studies that its experiments read, each once."""
        return tuple(dict.fromkeys(claim.study for claim in self.claims))


def load_ledger(path: str | PathLike[str] | None = None) -> LedgerSpec:
    """Return the claims of a ledger; None for the ones that ship with Tarazu.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The file has one problem, or several.
    TypeError
        Not a path.
    """
    path = SHIPPED if path is None else check_path("ledger", path, "the path of a TOML file")
    with expecting("claims", path):
        spec = read_toml(path, LedgerFile)
    shown = path.name if path == SHIPPED else str(path)
    problems = list(_problems(spec, shown))
    raise_problems(problems, f"{shown} has {len(problems)} problems")
    return LedgerSpec(title=spec.title, claims=spec.claims, digest=digest(path.read_bytes()))


def _problems(spec: LedgerFile, file: str) -> Iterator[ScenarioError]:
    if not spec.claims:
        yield ScenarioError("is empty", file=file, key="claims", expected="at least one claim")
    for i, claim in enumerate(spec.claims):
        if claim.id in [earlier.id for earlier in spec.claims[:i]]:
            yield ScenarioError(
                f"is '{claim.id}', which an earlier claim has",
                file=file,
                key=f"claims[{i}].id",
                value=claim.id,
                expected="a different id for each claim",
            )
        given = claim.experiments
        if len(given) != 1:
            yield ScenarioError(
                f"'{claim.id}' names {' and '.join(given) or 'no experiment'}",
                file=file,
                key=f"claims[{i}]",
                expected=f"exactly one experiment: {', '.join(EXPERIMENTS)}",
            )
        if claim.paired is not None:
            yield from _paired_problems(claim.paired, file, f"claims[{i}].paired.after_weeks")
        if claim.lasting is not None and claim.lasting.since >= claim.lasting.weeks:
            yield ScenarioError(
                f"is {claim.lasting.since}",
                file=file,
                key=f"claims[{i}].lasting.since",
                value=claim.lasting.since,
                expected=f"less than {claim.lasting.weeks} weeks",
            )
        for c, change in enumerate(claim.policies.changes if claim.policies else ()):
            if change.per is not None and change.for_each is not None:
                yield ScenarioError(
                    "has both 'per' and 'for_each'",
                    file=file,
                    key=f"claims[{i}].policies.changes[{c}]",
                    expected="one of them, or none",
                )
        test = claim.record
        if test is not None and test.finding not in ESTIMATORS:
            yield ScenarioError(
                f"'{test.finding}' is not a finding",
                file=file,
                key=f"claims[{i}].record.finding",
                value=test.finding,
                expected=f"one of {', '.join(ESTIMATORS)}",
            )
        if test is not None and (both := {*test.supported_by} & {*test.contradicted_by}):
            yield ScenarioError(
                f"'{min(both)}' both supports and contradicts",
                file=file,
                key=f"claims[{i}].record",
                value=min(both),
                expected="one or the other",
            )


def _paired_problems(test: PairedTest, file: str, key: str) -> Iterator[ScenarioError]:
    after = test.after_weeks
    if after >= test.weeks:
        yield ScenarioError(
            f"is {after}", file=file, key=key, value=after, expected=f"less than {test.weeks} weeks"
        )
    if after and test.measure == "militants":
        yield ScenarioError(
            f"is {after}",
            file=file,
            key=key,
            value=after,
            expected="0: militants are counted at the end, not summed",
        )
