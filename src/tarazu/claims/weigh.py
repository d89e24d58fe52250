"""Weigh claims: test on the record, experiment in the model, and the verdict of the rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal

from tarazu.claims.experiments import ModelResult, read_study
from tarazu.claims.ledger import Claim, LedgerSpec, RecordTest, load_ledger
from tarazu.core.arguments import check_several
from tarazu.evidence.battery import Battery
from tarazu.evidence.failure import Failure
from tarazu.evidence.finding import Finding, several_findings
from tarazu.evidence.sensitivity import RANGED, REDRAWN
from tarazu.study import StudyResult, load_study_result
from tarazu.study.setup.spec import POOLED

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["supported", "contradicted", "inconclusive", "model-conditional", "not run"]
RecordConclusion = Literal["supported", "contradicted", "cannot tell"]

VERDICTS: Final[Mapping[Verdict, str]] = {
    "supported": "the record's test supports it, and the model does not rule it out",
    "contradicted": "the record's test contradicts it, and the model does not show the opposite",
    "inconclusive": "the record cannot tell, or record and model disagree",
    "model-conditional": "no test on the record: true or false only of the model's assumptions",
    "not run": "neither its finding nor its study was given",
}


@dataclass(frozen=True, slots=True)
class RecordResult:
    """Result of a claim's test on the record.

    Attributes
    ----------
    finding, verdict, sentence : name, verdict and words of the finding.
    conclusion : what follows for the claim by its rule. why : as in the ledger.
    """

    finding: str
    verdict: str
    sentence: str
    conclusion: RecordConclusion
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim that was weighed.

    Attributes
    ----------
    record, model : None where no such test was given.
    verdict : see `VERDICTS`. explanation : verdict and numbers in plain words.
    """

    claim: Claim
    record: RecordResult | None
    model: ModelResult | None
    verdict: Verdict
    explanation: str


@dataclass(frozen=True, slots=True, repr=False)
class Ledger:
    """The weighed claims of a ledger, in its order."""

    title: str
    entries: tuple[Entry, ...]
    digest: str

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{entry.claim.id} {entry.verdict}" for entry in self.entries)
        return f"<Ledger '{self.title}': {verdicts}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries and lists, ready for JSON."""
        entries = [
            {
                **entry.claim.model_dump(),
                "verdict": entry.verdict,
                "explanation": entry.explanation,
                "record_result": entry.record and dataclasses.asdict(entry.record),
                "model_result": entry.model and dataclasses.asdict(entry.model),
            }
            for entry in self.entries
        ]
        return {"title": self.title, "digest": self.digest, "entries": entries}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per claim: id, title, sentence, verdict, and what decided it.

        Columns record (what the test on the record says), model (what the experiment says),
        both missing where there was none, and explanation.
        """
        import pandas as pd

        rows = [
            {
                "id": entry.claim.id,
                "title": entry.claim.title,
                "sentence": entry.claim.sentence,
                "verdict": entry.verdict,
                "record": None if entry.record is None else entry.record.conclusion,
                "model": None if entry.model is None else entry.model.conclusion,
                "explanation": entry.explanation,
            }
            for entry in self.entries
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(e.claim.id)}</td><td>{escape(e.claim.sentence)}</td>"
            f"<td><b>{escape(e.verdict)}</b></td><td>{escape(e.explanation)}</td></tr>"
            for e in self.entries
        )
        return f"<p><b>{escape(self.title)}</b></p><table>{rows}</table>"


def weigh_claims(
    findings: Battery | Iterable[Finding] = (),
    results: Iterable[StudyResult | str | PathLike[str]] = (),
    ledger: str | PathLike[str] | LedgerSpec | None = None,
    *,
    failures: Iterable[Failure] = (),
) -> Ledger:
    """Return the ledger with a verdict on every claim.

    Parameters
    ----------
    findings, results : found by their names; a claim whose finding is missing has no test on the
        record, one whose study is missing none in the model. A result may be given as its folder.
        Of a battery the verdicts after correction are taken, and its failures.
    ledger : a TOML file of claims, or what `load_ledger` returns; the shipped one if None.
    failures : estimators that gave no finding: for their claims the record cannot tell.

    Raises
    ------
    ScenarioError
        A claim uses a horizon, a policy or a quantity that its study does not have, or a sweep in
        a study without one.
    TypeError
        Something that is no finding, no result or no path.

    Examples
    --------
    >>> import tarazu as tz
    >>> ledger = tz.weigh_claims([], [])  # usually findings of `estimate`, results of `run_study`
    >>> ledger.entries[0].claim.id, ledger.entries[0].verdict
    ('C1', 'not run')
    """
    if not isinstance(ledger, LedgerSpec):
        ledger = load_ledger(ledger)
    if isinstance(findings, Battery):
        failures = (*findings.failures, *failures)
    by_finding = {finding.name: finding for finding in several_findings(findings)}
    by_study = {r.name: r for r in map(_result, check_several("results", results))}
    by_failure = {failure.name: failure for failure in failures}
    entries = []
    for claim in ledger.claims:
        record = None
        if claim.record is not None and claim.record.finding in by_finding:
            record = _read_finding(claim.record, by_finding[claim.record.finding])
        elif claim.record is not None and claim.record.finding in by_failure:
            record = _read_failure(claim.record, by_failure[claim.record.finding])
        result = by_study.get(claim.study)
        model = None if result is None else read_study(claim, result)
        verdict = decide(record, model)
        entries.append(Entry(claim, record, model, verdict, _explain(record, model, verdict)))
    return Ledger(ledger.title, tuple(entries), ledger.digest)


def _result(given: StudyResult | str | PathLike[str]) -> StudyResult:
    return given if isinstance(given, StudyResult) else load_study_result(given)


def decide(record: RecordResult | None, model: ModelResult | None) -> Verdict:
    """Return the verdict: the record decides, the model can only put it in doubt.

    The model puts a verdict in doubt where it shows the opposite in nearly every draw.
    """
    if record is None:
        return "not run" if model is None else "model-conditional"
    opposite = {"supported": "does not hold", "contradicted": "holds"}
    if record.conclusion == "cannot tell":
        return "inconclusive"
    if model is not None and model.conclusion == opposite[record.conclusion]:
        return "inconclusive"
    return record.conclusion


def _read_finding(test: RecordTest, finding: Finding) -> RecordResult:
    conclusion: RecordConclusion = "cannot tell"
    if (
        finding.converged
        and finding.verdict in test.supported_by
        and _stands(finding, against=test.contradicted_by)
    ):
        conclusion = "supported"
    elif (
        finding.converged
        and finding.verdict in test.contradicted_by
        and _stands(finding, against=test.supported_by)
    ):
        conclusion = "contradicted"
    return RecordResult(finding.name, finding.verdict, finding.sentence, conclusion, test.why)


def _read_failure(test: RecordTest, failure: Failure) -> RecordResult:
    sentence = f"The record cannot tell: {failure.reason}"
    return RecordResult(failure.name, "no result", sentence, "cannot tell", test.why)


def _stands(finding: Finding, *, against: Sequence[str]) -> bool:
    """Return whether a verdict survives the sensitivity analysis.

    No variant may have the opposite verdict, and the one that draws the initiators at their
    measured error rate, or over a stated range, must have the same.
    """
    verdicts = {variant.name: variant.verdict for variant in finding.sensitivity}
    if any(verdict in against for verdict in verdicts.values()):
        return False
    drawn = [verdicts[name] for name in (REDRAWN, RANGED) if name in verdicts]
    return all(verdict == finding.verdict for verdict in drawn)


def _explain(record: RecordResult | None, model: ModelResult | None, verdict: Verdict) -> str:
    parts = [f"{verdict.capitalize()}: {VERDICTS[verdict]}."]
    if record is not None:
        parts.append(f"Record ({record.finding}): {record.verdict}.")
    if record is not None and model is None:
        parts.append("Its study of the model was not run.")
    if model is not None and not model.shares:
        parts.append(model.detail)
    elif model is not None:
        shares = {s.hypothesis: s.share for s in model.shares if s.subset == "all"}
        by = ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if name != POOLED)
        tail = " on the draw" if model.conclusion == "depends" else ""
        headline = model.headline
        assert headline is not None  # there are shares
        parts.append(
            f"In the model it {model.conclusion}{tail}: true in {headline.share:.0%} of draws "
            f"({by}). {model.detail}"
        )
    return " ".join(parts)
