"""Findings: estimate, interval, p-value, verdict, and everything needed to doubt them."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tarazu.core.number_format import counts, estimate, probability

CANNOT_TELL: Final = "the record cannot tell"
DESCRIPTIVE: Final = "descriptive"  # in place of a null
MAIN: Final = "main analysis"


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that a finding must meet to be trusted, and what was found.

    Attributes
    ----------
    passed : None if the check only informs.
    """

    name: str
    value: str
    expectation: str
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an estimator finds in a record, or in the record under another coding choice.

    Attributes
    ----------
    estimate, interval : the interval at the level of the finding; None where not estimable.
    n : counts that the estimate rests on, by name.
    name : of the sensitivity analysis; `MAIN` for the record as it is.
    """

    estimate: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    n: Mapping[str, int]
    name: str = MAIN
    verdict: str = CANNOT_TELL


@dataclass(frozen=True, slots=True)
class FigureData:
    """Numbers of one figure; `report` decides how `kind` is drawn.

    Attributes
    ----------
    data : columns of equal length.
    n : what the figure counts, in words, for the line under it.
    """

    kind: str
    title: str
    x_label: str
    y_label: str
    source: str
    n: str
    data: Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one estimator returns for one record.

    Attributes
    ----------
    estimand : the quantity in words, with its population and its window.
    estimate, interval : in `unit`; the interval has coverage `level`. None where not estimable.
    p_value : two-sided, against `null`.
    verdict : one of the estimator's words; `CANNOT_TELL` is always among them.
    sentence : the result in plain words, with its uncertainty.
    sensitivity : analyses under other coding choices and of subsets, without the main one.
    validation : error rates measured on simulated records, empty where not measured.
    converged : False keeps the numbers but bars them from a headline.
    """

    name: str
    question: str
    estimand: str
    unit: str
    estimate: float | None
    interval: tuple[float, float] | None
    level: float
    null: str
    p_value: float | None
    verdict: str
    sentence: str
    n_used: Mapping[str, int]
    n_dropped: Mapping[str, int]
    assumptions: tuple[str, ...]
    caveats: tuple[str, ...]
    diagnostics: tuple[Check, ...]
    sensitivity: tuple[Analysis, ...]
    figures: tuple[FigureData, ...]
    references: tuple[str, ...]
    validation: Mapping[str, float | str] = field(default_factory=dict)
    converged: bool = True

    @property
    def is_test(self) -> bool:
        """Whether there is a null hypothesis; else the finding only describes."""
        return self.null != DESCRIPTIVE

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries and lists, ready for JSON."""
        return dataclasses.asdict(self)

    def _repr_html_(self) -> str:
        rows = {
            "estimand": self.estimand,
            "estimate": estimate(self.estimate, self.interval, level=self.level, unit=self.unit),
            "p": "-"
            if self.p_value is None
            else f"{probability(self.p_value)} against: {self.null}",
            "verdict": self.verdict,
            "n used": counts(self.n_used),
            "n dropped": counts(self.n_dropped),
        }
        cells = "".join(
            f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in rows.items()
        )
        return (
            f"<p><b>{html.escape(self.question)}</b> {html.escape(self.sentence)}</p>"
            f"<table>{cells}</table>"
        )
