"""What `write_brief` and `write_annex` take: checked and loaded once for both."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from tarazu.core.arguments import check_path, check_several, wrong_type
from tarazu.core.errors import OutputError, ScenarioError
from tarazu.core.provenance import Provenance, collect_provenance
from tarazu.evidence import Battery, Finding
from tarazu.evidence.battery import assess
from tarazu.evidence.finding import several_findings
from tarazu.record import Record

if TYPE_CHECKING:
    from tarazu.study import StudyResult


def check_document(what: str, record: object, path: object) -> tuple[Record, Path]:
    """Return the record and the path of a document.

    Parameters
    ----------
    what : the document, as an error names it: "the brief".

    Raises
    ------
    TypeError
        The record or the path is of a wrong type.
    OutputError
        The path is a folder, or lies in none.
    """
    checked = check_path("path", path, f"where to write {what}")
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a record, as `read_record` returns it")
    if checked.is_dir():
        raise OutputError("is a folder", path=checked, expected=f"a file, for {what}")
    if not checked.absolute().parent.is_dir():
        raise OutputError(
            "its folder does not exist",
            path=checked,
            expected=f"a file in an existing folder, for {what}",
            hint=f"Make the folder {checked.parent} first",
        )
    return record, checked


def check_findings(
    record: Record, findings: object, battery: object
) -> tuple[tuple[Finding, ...], Battery]:
    """Return the findings of a document, and the battery that corrects their verdicts.

    Parameters
    ----------
    findings : several, or a battery. battery : None for that of the findings.

    Raises
    ------
    TypeError
        Something that is no finding or no battery.
    ValueError
        A finding, or one of the battery, is of other events than the record, or goes beyond its
        selection; or the battery lacks a finding.
    """
    if isinstance(findings, Battery) and battery is None:
        battery = findings
    if isinstance(findings, Battery):
        findings = findings.findings
    checked = several_findings(findings, "several findings, such as [finding], or a battery")
    for finding in checked:
        _check_events(record, finding)
    if battery is None:
        return checked, assess(checked)
    if not isinstance(battery, Battery):
        raise wrong_type("battery", battery, "what `run_battery` returns, or None")
    for finding in battery.findings:
        _check_events(record, finding)
    known = {(finding.name, finding.estimate, finding.p_value) for finding in battery.findings}
    absent = [f.name for f in checked if (f.name, f.estimate, f.p_value) not in known]
    if absent:
        raise ValueError(
            f"the battery lacks {', '.join(absent)}; expected the findings of the battery. "
            "Give the battery alone, or leave out battery="
        )
    return checked, battery


def _check_events(record: Record, finding: Finding) -> None:
    theirs, ours = finding.inputs.get("events"), record.inputs.get("events")
    if theirs and ours and theirs != ours:
        raise ValueError(
            f"finding '{finding.name}' is of other events (sha256 {theirs[:8]}) than the "
            f"record of {record.region.title} (sha256 {ours[:8]}); expected findings of this "
            f'record. Use estimate("{finding.name}", record) with the same record'
        )
    beyond = [part for part in record.selection if part not in finding.selection]
    if theirs and ours and beyond:
        raise ValueError(
            f"finding '{finding.name}' is not limited to the part of the record "
            f"({'; '.join(beyond)}); expected findings of this part, or of a part of it. "
            f'Use estimate("{finding.name}", record) with the same record'
        )


def check_ledger(ledger: object) -> None:
    """Refuse what is no ledger.

    Raises
    ------
    TypeError
        Something else than what `weigh_claims` returns, or None.
    """
    if ledger is None:
        return
    from tarazu.claims import Ledger  # late: it loads the engine

    if not isinstance(ledger, Ledger):
        raise wrong_type("ledger", ledger, "what `weigh_claims` returns, or None")


def load_studies(
    record: Record, studies: Sequence[StudyResult | str | PathLike[str]]
) -> list[StudyResult]:
    """Return results of studies, all of the region of the record; folders are read.

    Raises
    ------
    DataError
        A folder holds no complete result.
    TypeError
        Neither a result nor a folder; or one that is not in a list.
    ScenarioError
        A study is of another region than the record.
    """
    given = check_several("studies", studies, "several results or folders, such as [result]")
    if not given:
        return []
    from tarazu.study import StudyResult, load_study_result  # late: it loads the engine

    loaded = [
        study if isinstance(study, StudyResult) else load_study_result(study) for study in given
    ]
    for result in loaded:
        if result.region != record.region.title:
            raise ScenarioError(
                f"study '{result.name}' is of {result.region}, the record of {record.region.title}",
                expected="one region for both",
                hint="Run the study with region= of the record, or read another record",
            )
    return loaded


def provenance_of(record: Record, given: Provenance | None) -> Provenance:
    """Return versions and digests: those given, or those of this installation and the record."""
    return collect_provenance(record.inputs) if given is None else given
