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


class Part(BaseModel):
    """A part of a ledger: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordTest(Part):
    """The test of a claim on the record.

    Attributes
    ----------
    finding : name of the estimator. why : what the finding can and cannot show about the claim.
    supported_by, contradicted_by : verdicts of the finding; every other one decides nothing.
    """

    finding: str
    supported_by: tuple[str, ...] = Field(min_length=1)
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


class Claim(Part):
    """One claim, its decision rule and its tests.

    Attributes
    ----------
    id : its number. title : its name. sentence : the claim in our words.
    rule : the decision rule in words, written before anything is run.
    record : its test on the record; without one it is never more than model-conditional.
    paired, no_exit : its experiment in the model; exactly one of the two.
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

    @property
    def study(self) -> str:
        """Name of the study that its experiment reads."""
        test = self.paired or self.no_exit
        assert test is not None  # checked by load_ledger
        return test.study


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
        if (claim.paired is None) == (claim.no_exit is None):
            yield ScenarioError(
                f"'{claim.id}' names {'no experiment' if claim.paired is None else 'two'}",
                file=file,
                key=f"claims[{i}]",
                expected="exactly one experiment, 'paired' or 'no_exit'",
            )
        if claim.paired is not None:
            yield from _paired_problems(claim.paired, file, f"claims[{i}].paired.after_weeks")
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
