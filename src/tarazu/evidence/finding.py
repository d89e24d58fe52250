"""Findings: estimate, interval, p-value, verdict, and everything needed to doubt them."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from tarazu.core import display
from tarazu.core.arguments import check_several, wrong_type
from tarazu.core.number_format import counts, estimate, p_value, probability, significant

if TYPE_CHECKING:
    import pandas as pd

CANNOT_TELL: Final = "the record cannot tell"
DESCRIPTIVE: Final = "descriptive"  # in place of a null
MAIN: Final = "main analysis"


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that a finding must meet to be trusted, and what was found.

    Attributes
    ----------
    passed : None if the check only informs.
    refuses : why the finding has no verdict if the check fails; empty where it has one all the
        same.
    """

    name: str
    value: str
    expectation: str
    passed: bool | None
    refuses: str = ""


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

    def row(self) -> dict[str, Any]:
        """Return the analysis as one row of a table: counts become columns ``n_<name>``."""
        low, high = self.interval or (None, None)
        return {
            "analysis": self.name,
            "estimate": self.estimate,
            "low": low,
            "high": high,
            "p_value": self.p_value,
            "verdict": self.verdict,
            **{column(name): count for name, count in self.n.items()},
        }


class Analyses(tuple[Analysis, ...]):
    """Sensitivity analyses of a finding, in a fixed order.

    Examples
    --------
    >>> Analyses([Analysis(0.1, (0.0, 0.2), 0.04, {"attacks": 9}, "active years only", "backlash")])
    <Analyses: 1 under other coding choices and of subsets; .to_frame()>
    """

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per analysis: estimate, low, high, p_value, verdict, counts."""
        return _frame([analysis.row() for analysis in self])

    def __repr__(self) -> str:
        return f"<Analyses: {len(self)} under other coding choices and of subsets; .to_frame()>"

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))


@dataclass(frozen=True, slots=True, repr=False)
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

    def __repr__(self) -> str:
        return f"<FigureData {self.kind} {self.title!r}: columns {', '.join(self.data)} in .data>"


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """What one estimator returns for one record.

    Shows itself in a notebook with its first figure; `summary` is the same in a terminal.

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
    unmeasured : why there are no error rates, in words; empty where there are.
    options : of the estimator, all of them, as used.
    selection : the part of the record that was used, in words; empty for all of it.
    inputs : sha256 by name of input.
    refused_by : names of failed checks that refuse the test (`checks.toml`): `verdict` is then
        `CANNOT_TELL`, whatever the p-value. Empty where no check refuses it.
    refusal : the reasons in one sentence, with the numbers of the checks.
    verdict_unrefused : what the p-value alone would have said; empty where nothing was refused.

    Examples
    --------
    >>> import tarazu as tz
    >>> few = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}  # an example is quick
    >>> tz.estimate("near_repeat", tz.load_record(), **few)
    <Finding near_repeat: near repeats or bursts
      +0.30 pairs of attacks beyond chance, ...
      .summary(), .plot(), .to_frame(), .caveats (3)>
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
    sensitivity: Analyses
    figures: tuple[FigureData, ...]
    references: tuple[str, ...]
    validation: Mapping[str, float | str] = field(default_factory=dict)
    converged: bool = True
    unmeasured: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    selection: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    refused_by: tuple[str, ...] = ()
    refusal: str = ""
    verdict_unrefused: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sensitivity", Analyses(self.sensitivity))

    @property
    def is_test(self) -> bool:
        """Whether there is a null hypothesis; else the finding only describes."""
        return self.null != DESCRIPTIVE

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries and lists, ready for JSON."""
        return dataclasses.asdict(self)

    def tidy(self) -> pd.DataFrame:
        """Return the estimate as one row, as R's broom has it.

        Returns
        -------
        pandas.DataFrame
            Columns term (name of the finding), estimate, low, high, level, p_value, verdict, unit,
            null. Rows of several findings can be put below each other.

        Examples
        --------
        >>> import tarazu as tz
        >>> few = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}
        >>> tz.estimate("near_repeat", tz.load_record(), **few).tidy().shape
        (1, 9)
        """
        low, high = self.interval or (None, None)
        row = {
            "term": self.name,
            "estimate": self.estimate,
            "low": low,
            "high": high,
            "level": self.level,
            "p_value": self.p_value,
            "verdict": self.verdict,
            "unit": self.unit,
            "null": self.null,
        }
        return _frame([row])

    def glance(self) -> pd.DataFrame:
        """Return what the estimate rests on and how far it can be trusted, as one row.

        Returns
        -------
        pandas.DataFrame
            Columns name, kind ("test" or "descriptive"), verdict, converged, checks_failed,
            analyses, analyses_differing (with another verdict), error_rates (measured or not),
            selection, one column ``n_<name>`` per count used and ``dropped_<name>`` left out.
        """
        row = {
            "name": self.name,
            "kind": "test" if self.is_test else "descriptive",
            "verdict": self.verdict,
            "converged": self.converged,
            "checks_failed": len(self._failed),
            "analyses": len(self.sensitivity),
            "analyses_differing": len(self._differing),
            "error_rates": "measured" if self.validation else "not measured",
            "selection": "; ".join(self.selection),
            **{column(name): count for name, count in self.n_used.items()},
            **{column(name, "dropped"): count for name, count in self.n_dropped.items()},
        }
        return _frame([row])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per analysis: the main one first, then those of `sensitivity`.

        Columns as in ``sensitivity.to_frame()``; write them with ``to_csv(path, index=False)``.
        """
        main = Analysis(self.estimate, self.interval, self.p_value, self.n_used, MAIN, self.verdict)
        return Analyses([main, *self.sensitivity]).to_frame()

    def plot(self, kind: str | None = None) -> display.Picture:
        """Return a figure of the finding, shown by a notebook as it is.

        Parameters
        ----------
        kind : of a figure, such as "forest" (the estimate under other coding choices) or "power";
            default: the first one. An unknown one is an error that lists those there are.

        Raises
        ------
        ValueError
            The finding has no figure of this kind.

        Examples
        --------
        >>> import tarazu as tz
        >>> few = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}
        >>> finding = tz.estimate("near_repeat", tz.load_record(), **few)
        >>> finding.plot("forest")
        <Figure 'Near repeats: sensitivity analysis': 9 rows in .table; ...>
        """
        return display.draw(self, kind)

    def summary(self) -> display.Text:
        """Return the result in plain words: question, estimate, verdict, and how far to trust it.

        Examples
        --------
        >>> import tarazu as tz
        >>> few = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}
        >>> tz.estimate("near_repeat", tz.load_record(), **few).summary()
        Do attacks repeat within two weeks in a district, or come in bursts there?
        ...
        Verdict: near repeats or bursts.
        ...
        Error rates: not measured for these options (replicates=99,
          sensitivity_replicates=99, draws=2).
        ...
        """
        rates = "; ".join(
            f"{name} {value if isinstance(value, str) else significant(value)}"
            for name, value in self.validation.items()
        )
        failed = ", ".join(check.name for check in self._failed)
        refused = f" {self.refusal}" if self.refusal else ""
        lines = [
            self.question,
            self.sentence,
            f"Estimate: {self._estimate()}.",
            f"Verdict: {self.verdict}.{refused}"
            + ("" if self.converged else " The fit did not converge."),
            f"Sensitivity analysis: {len(self._differing)} of {len(self.sensitivity)} have another "
            f"verdict. Checks failed: {failed or 'none'}.",
            f"Error rates: {rates or self._why_unmeasured()}.",
            f"Events: {counts(self.n_used)}; left out: {counts(self.n_dropped)}.",
        ]
        return display.Text("\n".join(fill(line, 80, subsequent_indent="  ") for line in lines))

    def __repr__(self) -> str:
        return (
            f"<Finding {self.name}: {self.verdict}\n"
            f"  {self._estimate()}\n"
            f"  .summary(), .plot(), .to_frame(), .caveats ({len(self.caveats)})>"
        )

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
            **({} if self.validation else {"error rates": self._why_unmeasured()}),
        }
        cells = "".join(
            f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in rows.items()
        )
        words = f"<p><b>{html.escape(self.question)}</b> {html.escape(self.sentence)}</p>"
        return display.html(self, words, f"<table>{cells}</table>")

    def folded(self, *, is_open: bool = False) -> str:
        """Return what a notebook shows of the finding, folded under its name and verdict."""
        heading = html.escape(f"{self.name}: {self.verdict}")
        state = " open" if is_open else ""
        return f"<details{state}><summary>{heading}</summary>{self._repr_html_()}</details>"

    @property
    def _failed(self) -> list[Check]:
        return [check for check in self.diagnostics if check.passed is False]

    @property
    def _differing(self) -> list[Analysis]:
        return [analysis for analysis in self.sensitivity if analysis.verdict != self.verdict]

    def _estimate(self) -> str:
        shown = estimate(self.estimate, self.interval, level=self.level, unit=self.unit)
        return shown if self.p_value is None else f"{shown}, {p_value(self.p_value)}"

    def _why_unmeasured(self) -> str:
        if not self.is_test:
            return "none, a description has no test"
        return f"not measured for {' and '.join(self.unmeasured) or 'this estimator'}"


def several_findings(value: object, expected: str = "") -> tuple[Finding, ...]:
    """Return several findings, those of a battery included; refuse anything else."""
    findings = check_several("findings", value, expected)
    for finding in findings:
        if not isinstance(finding, Finding):
            raise wrong_type("a finding", finding, "what `estimate` returns")
    return findings


def column(name: str, prefix: str = "n") -> str:
    """Return the column of a count: "n_attack_days" of "attack days"."""
    return f"{prefix}_{'_'.join(name.replace('-', ' ').split())}"


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of plain types; what is not known is missing."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    for name in ("estimate", "low", "high", "p_value", "level"):
        if name in frame:
            frame[name] = frame[name].astype("float64")
    for name in frame.columns[frame.columns.str.startswith(("n_", "dropped_"))]:
        frame[name] = frame[name].astype("Int64")
    return frame
