"""The battery: all estimators on one record, with their errors controlled jointly."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tarazu.core.specs import read_toml
from tarazu.evidence.error_rates import SIZE, SMALLEST_FALL, SMALLEST_RISE
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.registry import ESTIMATORS, estimate
from tarazu.record import Record

SHIPPED_CONFIG: Final = Path(__file__).parent / "battery.toml"
CUTS: Final = ("without best = 0", "without groups' own sites")  # readings shown in the table


class BatteryConfig(BaseModel):
    """What a battery file says.

    Attributes
    ----------
    estimators : names, in the order of the table.
    significance : probability of one false finding or more among all tests of the battery.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    estimators: tuple[str, ...] = Field(min_length=1)
    significance: float = Field(default=0.05, gt=0.0, lt=0.5)

    @field_validator("estimators")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        strange = [name for name in names if name not in ESTIMATORS]
        if strange:
            raise ValueError(f"no estimator is called {strange[0]!r}: {', '.join(ESTIMATORS)}")
        if len(set(names)) < len(names):
            raise ValueError("each estimator can be named once")
        return names


@dataclass(frozen=True, slots=True)
class BatteryRow:
    """One line of the one-page table.

    Attributes
    ----------
    kind : "test", or "descriptive" where there is no null.
    interval : at coverage `level`.
    p_holm : p-value after Holm's step-down over all tests of the battery.
    verdict, joint_verdict : alone, and after Holm.
    cuts : verdict on each of `CUTS`. differing : readings with another verdict.
    failed : names of the checks that failed.
    false_positives, smallest_rise, smallest_fall : measured on simulated records of this size.
    """

    name: str
    kind: str
    question: str
    estimand: str
    null: str
    unit: str
    estimate: float | None
    interval: tuple[float, float] | None
    level: float
    p_value: float | None
    p_holm: float | None
    verdict: str
    joint_verdict: str
    cuts: Mapping[str, str]
    differing: tuple[str, ...]
    failed: tuple[str, ...]
    false_positives: float | str | None
    smallest_rise: float | str | None
    smallest_fall: float | str | None


@dataclass(frozen=True, slots=True)
class Battery:
    """All findings of one record, and what remains of them together."""

    rows: tuple[BatteryRow, ...]
    findings: tuple[Finding, ...]
    significance: float

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain dictionaries and lists; findings have files of their own."""
        return {
            "sentence": self.sentence,
            "significance": self.significance,
            "rows": [dataclasses.asdict(row) for row in self.rows],
        }

    @property
    def sentence(self) -> str:
        """What the battery says as a whole."""
        tests = [row for row in self.rows if row.p_value is not None]
        alone = [
            row.name for row in tests if row.p_value is not None and row.p_value < SIGNIFICANCE
        ]
        held = [row.name for row in tests if row.joint_verdict != CANNOT_TELL]
        if not tests:
            return "No test of the battery could be made on this record."
        return (
            f"Of {len(tests)} tests, {len(alone)} reach the 5 % level alone"
            f"{_named(alone)}; {len(held)} {'does' if len(held) == 1 else 'do'} so after "
            f"correction for their number at {self.significance:.0%} (Holm){_named(held)}."
        )


def load_battery(path: Path | str = SHIPPED_CONFIG) -> BatteryConfig:
    """Read a battery file.

    Raises
    ------
    ScenarioError, ExceptionGroup
        What is wrong in the file.
    """
    return read_toml(Path(path), BatteryConfig)


def run_battery(
    record: Record,
    config: BatteryConfig | None = None,
    *,
    ask: Callable[[str, Record], Finding] = estimate,
) -> Battery:
    """Put all questions to a record and control the probability of a false finding jointly.

    Parameters
    ----------
    config : default: all estimators at 5 %.
    ask : puts one question; a caller that shows progress wraps `estimate`.

    Raises
    ------
    FitError
        The record holds nothing that an estimator could work on.
    """
    config = load_battery() if config is None else config
    findings = tuple(ask(name, record) for name in config.estimators)
    return assess(findings, config.significance)


def assess(findings: Sequence[Finding], significance: float = 0.05) -> Battery:
    """Return the battery's table for findings that were made."""
    tested = [f for f in findings if f.p_value is not None and f.converged]
    holm = dict(zip((f.name for f in tested), holm_adjust([_p(f) for f in tested]), strict=True))
    rows = tuple(_row(finding, holm.get(finding.name), significance) for finding in findings)
    return Battery(rows, tuple(findings), significance)


def holm_adjust(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number by Holm's step-down, in the order given.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> [round(p, 3) for p in holm_adjust([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.array(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]


def _p(finding: Finding) -> float:
    return 1.0 if finding.p_value is None else finding.p_value


def _row(finding: Finding, p_holm: float | None, significance: float) -> BatteryRow:
    verdicts = {variant.name: variant.verdict for variant in finding.sensitivity}
    is_test = finding.null != "descriptive"
    # Only a verdict that rests on a rejection is taken back; that nothing large happened is none.
    rejects = finding.p_value is not None and finding.p_value < SIGNIFICANCE
    holds = p_holm is not None and (p_holm < significance or not rejects)
    return BatteryRow(
        name=finding.name,
        kind="test" if is_test else "descriptive",
        question=finding.question,
        estimand=finding.estimand,
        null=finding.null,
        unit=finding.unit,
        estimate=finding.estimate,
        interval=finding.interval,
        level=finding.level,
        p_value=finding.p_value,
        p_holm=p_holm,
        verdict=finding.verdict,
        joint_verdict=finding.verdict if holds or not is_test else CANNOT_TELL,
        cuts={name: verdicts[name] for name in CUTS if name in verdicts},
        differing=tuple(name for name, word in verdicts.items() if word != finding.verdict),
        failed=tuple(check.name for check in finding.diagnostics if check.passed is False),
        false_positives=finding.validation.get(SIZE),
        smallest_rise=finding.validation.get(SMALLEST_RISE),
        smallest_fall=finding.validation.get(SMALLEST_FALL),
    )


def _named(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
