"""The battery: all estimators on one record, with their errors controlled jointly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tarazu.core.arguments import check_whole, wrong_type
from tarazu.core.display import status_line
from tarazu.core.errors import FitError, did_you_mean
from tarazu.core.number_format import p_value
from tarazu.core.specs import read_toml
from tarazu.core.specs.kinds import expecting
from tarazu.evidence.error_rates import SIZE, SMALLEST_FALL, SMALLEST_RISE, with_rates
from tarazu.evidence.failure import Failure, attempt
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.evidence.methods.holm import holm_adjust
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.registry import ESTIMATORS, estimate
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from tarazu.evidence.simulated.rates import ErrorRates

WORDS: Final = Words("tarazu.evidence")
SHIPPED_CONFIG: Final = Path(__file__).parent / "battery.toml"
CUTS: Final = ("without best = 0", "without groups' own sites")  # shown in the table


class BatteryConfig(BaseModel):
    """A battery file.

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
            hint = did_you_mean(strange[0], ESTIMATORS)
            raise ValueError(
                f"no estimator is called {strange[0]!r}; expected {', '.join(ESTIMATORS)}.{hint}"
            )
        if len(set(names)) < len(names):
            raise ValueError("each estimator can be named once")
        return names


@dataclass(frozen=True, slots=True, repr=False)
class Battery:
    """All findings of one record, with their errors controlled jointly.

    Attributes
    ----------
    findings : with the verdict of each alone; ``battery[name]``, and iteration, give them with the
        verdict that remains after Holm's correction.
    p_holm : p-value after Holm's step-down over all tests of the battery, by name of the finding;
        findings without a test are not in it.
    significance : probability of one false finding or more among all tests.
    failures : estimators that gave no finding; they are no tests of the battery.
    error_rates : measured on simulated records of the size of this one; None if they were not.
    """

    findings: tuple[Finding, ...]
    p_holm: Mapping[str, float]
    significance: float
    failures: tuple[Failure, ...] = ()
    error_rates: ErrorRates | None = None

    def joint_verdict(self, finding: Finding) -> str:
        """Return the verdict of a finding that remains after Holm's correction."""
        if not finding.is_test:
            return finding.verdict
        p_holm = self.p_holm.get(finding.name)
        # Only a verdict from a rejection is withdrawn; "no large change" is not one.
        rejects = finding.p_value is not None and finding.p_value < SIGNIFICANCE
        holds = p_holm is not None and (p_holm < self.significance or not rejects)
        return finding.verdict if holds else CANNOT_TELL

    def joint_sentence(self, finding: Finding) -> str:
        """Return the sentence of a finding, after that of a verdict that Holm withdraws."""
        if self.joint_verdict(finding) == finding.verdict:
            return finding.sentence
        p_holm = self.p_holm.get(finding.name)
        if p_holm is None:  # the fit did not converge
            return WORDS.text("battery", "not_counted", sentence=finding.sentence)
        return WORDS.text(
            "battery",
            "withdrawn",
            tests=len(self.p_holm),
            p_holm=p_value(p_holm),
            sentence=finding.sentence,
        )

    def corrected(self, finding: Finding) -> Finding:
        """Return a finding with the verdict and sentence that remain after Holm's correction."""
        verdict, sentence = self.joint_verdict(finding), self.joint_sentence(finding)
        return replace(finding, verdict=verdict, sentence=sentence)

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """Return one row per finding for the table on one page, by column.

        kind : "test", or "descriptive" where there is no null. interval : at coverage `level`.
        verdict, verdict_alone : after Holm, and without it. refused_by, verdict_unrefused : as in
        the finding. cuts : verdicts of `CUTS`. differing : names of the sensitivity analyses with
        another verdict. failed : names of failed checks.
        false_positives, smallest_rise, smallest_fall : measured on simulated records of this size.
        """
        return tuple(self._row(finding) for finding in self.findings)

    def _row(self, finding: Finding) -> dict[str, Any]:
        verdicts = {analysis.name: analysis.verdict for analysis in finding.sensitivity}
        return {
            "name": finding.name,
            "kind": "test" if finding.is_test else "descriptive",
            "question": finding.question,
            "estimand": finding.estimand,
            "null": finding.null,
            "unit": finding.unit,
            "estimate": finding.estimate,
            "interval": finding.interval,
            "level": finding.level,
            "p_value": finding.p_value,
            "p_holm": self.p_holm.get(finding.name),
            "verdict": self.joint_verdict(finding),
            "verdict_alone": finding.verdict,
            "refused_by": finding.refused_by,
            "verdict_unrefused": finding.verdict_unrefused,
            "cuts": {name: verdicts[name] for name in CUTS if name in verdicts},
            "differing": tuple(name for name, v in verdicts.items() if v != finding.verdict),
            "failed": tuple(check.name for check in finding.diagnostics if check.passed is False),
            "false_positives": finding.validation.get(SIZE),
            "smallest_rise": finding.validation.get(SMALLEST_RISE),
            "smallest_fall": finding.validation.get(SMALLEST_FALL),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain dictionaries and lists; findings have files of their own."""
        return {
            "sentence": self.sentence,
            "significance": self.significance,
            "rows": list(self.rows),
            "failures": [failure.to_dict() for failure in self.failures],
            "error_rates": None if self.error_rates is None else self.error_rates.to_dict(),
        }

    def finding_entries(self) -> list[dict[str, Any]]:
        """Return the content of findings.json: one entry per estimator.

        An entry is a finding, its verdict and sentence after Holm, or what `Failure.to_dict`
        returns.
        """
        entries = [
            self.corrected(finding).to_dict()
            | {"verdict_alone": finding.verdict, "p_holm": self.p_holm.get(finding.name)}
            for finding in self.findings
        ]
        return [*entries, *(failure.to_dict() for failure in self.failures)]

    @property
    def sentence(self) -> str:
        """Return how many tests reach the 5% level, and which estimators gave no finding."""
        return join_sentences(self._tests_sentence, self.failure_sentence)

    @property
    def failure_sentence(self) -> str:
        """Return which estimators gave no finding; "" where all did."""
        if not self.failures:
            return ""
        names = ", ".join(failure.name for failure in self.failures)
        if len(self.failures) == 1:
            return WORDS.text("battery", "failed_one", name=names)
        return WORDS.text("battery", "failed", n=len(self.failures), names=names)

    @property
    def _tests_sentence(self) -> str:
        tests = [finding for finding in self.findings if finding.p_value is not None]
        alone = [f.name for f in tests if f.p_value is not None and f.p_value < SIGNIFICANCE]
        trusted = [f for f in tests if not f.refused_by]
        held = [f.name for f in trusted if self.p_holm.get(f.name, 1.0) < self.significance]
        refused = [f.name for f in tests if f.refused_by]
        if not tests:
            return WORDS.text("battery", "no_test")
        counted = WORDS.text(
            "battery",
            "tests",
            tests=len(tests),
            alone=len(alone),
            named_alone=_named(alone),
            held=len(held),
            named_held=_named(held),
            significance=self.significance,
        )
        if not refused:
            return counted
        named = ", ".join(refused)
        rest = WORDS.text("battery", "refused", refused=len(refused), named=named)
        return join_sentences(counted, rest)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding in plain columns, for csv, parquet and other programs.

        The columns of `rows`, with interval as low and high, and lists as text with semicolons.
        """
        import pandas as pd

        table = []
        for row in self.rows:
            low, high = row["interval"] or (None, None)
            plain = {**row, "low": low, "high": high}
            del plain["interval"], plain["cuts"]
            table.append({k: "; ".join(v) if isinstance(v, tuple) else v for k, v in plain.items()})
        frame = pd.DataFrame(table)
        if frame.empty:
            return frame
        for name in ("estimate", "low", "high", "p_value", "p_holm"):
            frame[name] = frame[name].astype("float64")
        for name in ("false_positives", "smallest_rise", "smallest_fall"):  # some in words
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        return frame

    def __getitem__(self, name: str) -> Finding:
        """Return the finding of this name, with its verdict after Holm's correction."""
        found = {finding.name: finding for finding in self.findings}
        if name not in found:
            for failure in self.failures:
                if failure.name == name:
                    raise KeyError(f"{name!r} gave no finding: {failure.reason}")
            hint = did_you_mean(str(name), found)
            raise KeyError(f"no finding is called {name!r}; expected {', '.join(found)}.{hint}")
        return self.corrected(found[name])

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings with their verdicts after Holm's correction."""
        return map(self.corrected, self.findings)

    def __repr__(self) -> str:
        n = len(self.findings)
        return (
            f"<Battery: {n} {'finding' if n == 1 else 'findings'}\n"
            f"{fill(self.sentence, 88, initial_indent='  ', subsequent_indent='  ')}\n"
            "  .to_frame(), .findings, [name]>"
        )

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self.sentence)}</p>"]
        if self.findings:
            shown = ["name", "question", "estimate", "low", "high", "p_holm", "verdict"]
            parts.append(self.to_frame()[shown].to_html(index=False, float_format="{:.3g}".format))
        parts += [f"<p>{escape(f.name)}: {escape(f.reason)}</p>" for f in self.failures]
        parts += [finding.folded(is_open=i == 0) for i, finding in enumerate(self)]
        return "".join(parts)


def load_battery(path: Path | str = SHIPPED_CONFIG) -> BatteryConfig:
    """Read a battery file.

    Raises
    ------
    ScenarioError, ExceptionGroup
        What is wrong in the file.
    """
    with expecting("battery", path):
        return read_toml(Path(path), BatteryConfig)


def run_battery(
    record: Record,
    config: BatteryConfig | Sequence[str] | None = None,
    *,
    make: Callable[[str, Record], Finding] = estimate,
    error_rates: int | None = None,
    progress: bool = True,
) -> Battery:
    """Run all estimators on a record and control the probability of a false finding jointly.

    Parameters
    ----------
    config : from `load_battery`, or names of estimators; default: all of them at 5%.
    make : makes one finding; a caller that shows progress wraps `estimate`.
    error_rates : simulated records per row, such as 200: error rates and detectable effects are
        measured in a simulated world of the size of this record, which takes minutes to hours. An
        interrupted call goes on where it was. None: those that ship, where they apply.
    progress : whether one line on a terminal or in a notebook names the estimator that runs.

    Returns
    -------
    Battery
        ``to_frame()`` is one row per finding, ``["wake"]`` one finding. An estimator that fails is
        in ``failures`` with its reason; the others are kept.

    Raises
    ------
    ValueError
        A name that is no estimator's, or too few simulated records.
    TypeError
        An argument of a wrong type.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> import tarazu as tz
    >>> battery = tz.run_battery(tz.load_record(), ["groups", "severity"])
    >>> battery
    <Battery: 2 findings
      ...
      .to_frame(), .findings, [name]>
    >>> battery["groups"].verdict
    'described'
    """
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a Record, from load_record() or read_record(path)")
    config = _config(config)
    measured = None
    if error_rates is not None:  # first, so that a wrong number is refused before the work
        from tarazu.evidence.simulated.rates import FEWEST_RECORDS, measure_error_rates

        error_rates = check_whole("error_rates", error_rates, FEWEST_RECORDS)
        with suppress(FitError):  # for which every estimator gives the same reason
            measured = measure_error_rates(record, config.estimators, error_rates)
    made = list[Finding | Failure]()
    with status_line(wanted=progress) as write:
        for i, name in enumerate(config.estimators, start=1):
            write(f"estimator {i} of {len(config.estimators)}: {name}")
            made.append(attempt(name, record, make))
    return assess(made, config.significance, measured)


def _config(config: BatteryConfig | Sequence[str] | None) -> BatteryConfig:
    if config is None:
        return load_battery()
    if isinstance(config, BatteryConfig):
        return config
    if not isinstance(config, Iterable):
        raise wrong_type(
            "config", config, "names of estimators, what load_battery returns, or None"
        )
    names = [config] if isinstance(config, str) else list(config)
    for name in names:
        if name not in ESTIMATORS:
            hint = did_you_mean(str(name), ESTIMATORS)
            known = ", ".join(ESTIMATORS)
            raise ValueError(f"no estimator is called {name!r}; expected {known}.{hint}")
    if not names:
        raise ValueError("no estimator is named; expected at least one, or None for all")
    return BatteryConfig(estimators=tuple(dict.fromkeys(names)))


def assess(
    made: Sequence[Finding | Failure],
    significance: float = SIGNIFICANCE,
    error_rates: ErrorRates | None = None,
) -> Battery:
    """Return the battery of the findings that were made; failures are no tests.

    Parameters
    ----------
    error_rates : of this record, in place of those that the findings have.
    """
    findings = tuple(_rated(one, error_rates) for one in made if isinstance(one, Finding))
    failures = tuple(one for one in made if isinstance(one, Failure))
    tested = [f for f in findings if f.p_value is not None and f.converged]
    adjusted = holm_adjust([f.p_value for f in tested if f.p_value is not None])
    names = (finding.name for finding in tested)
    p_holm = dict(zip(names, adjusted, strict=True))
    return Battery(findings, p_holm, significance, failures, error_rates)


def _rated(finding: Finding, error_rates: ErrorRates | None) -> Finding:
    rates = None if error_rates is None else error_rates.validation(finding.name)
    return finding if rates is None else with_rates(finding, rates)


def _named(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
