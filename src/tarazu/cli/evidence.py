"""``tarazu evidence`` and ``tarazu demo``: from a record to findings and a brief."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.events import read_events
from tarazu.cli.options import AsJson, Boundaries, Events, Force, Quiet, Region, Rules, Verbose
from tarazu.cli.output import show
from tarazu.cli.progress import progress

if TYPE_CHECKING:
    from tarazu.evidence.finding import Finding
    from tarazu.record import Record

ESTIMATORS = ("retaliation",)


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "out/demo"
    ),
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Make a brief from the embedded record.

    The record of Balochistan that ships with Tarazu is read, retaliation is tested on it, and
    the results are left in a folder: brief.html (opens offline, prints well), findings.json,
    record.json (counts and quality), MANIFEST.json (versions and digests) and RUN.json (time and
    host; the only file that may differ between two runs). The folder appears when it is complete.
    """
    _publish(read_events(None), out, force=force)
    show(f"{out / 'brief.html'}", None, as_json=False)


def evidence(
    file: Events = None,
    region: Region = None,
    boundaries: Boundaries = None,
    rules: Rules = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", show_default=False, help="Folder for the findings and a brief."
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Test what operations did, on a record.

    Each finding is printed with its interval, what was used and dropped, the checks it passed
    and failed, and its reruns on other readings of the record. "The record cannot tell" is a
    normal answer.
    """
    from tarazu.cli.wording import describe_finding

    record = read_events(file, region=region, boundaries=boundaries, rules=rules)
    findings = _weigh(record) if out is None else _publish(record, out, force=force)
    text = "\n\n".join(describe_finding(finding) for finding in findings)
    show(text, [finding.to_dict() for finding in findings], as_json=as_json)


def _weigh(record: Record) -> tuple[Finding, ...]:
    """Estimate everything that this version can ask of a record."""
    from tarazu.evidence import estimate

    findings = []
    for name in ESTIMATORS:
        with progress(f"estimating {name}"):
            findings.append(estimate(name, record))
    return tuple(findings)


def _publish(record: Record, out: Path, *, force: bool) -> tuple[Finding, ...]:
    """Leave a folder with the findings and a brief, complete or not at all."""
    from tarazu.cli.record_wording import record_facts
    from tarazu.core.cache import write_atomic
    from tarazu.core.provenance import canonical_json
    from tarazu.report import write_brief
    from tarazu.report.run_folder import run_folder

    with run_folder(out, inputs=record.inputs, replace=force) as folder:
        findings = _weigh(record)
        with progress("writing the brief"):
            write_atomic(folder / "record.json", canonical_json(record_facts(record)))
            write_atomic(folder / "findings.json", canonical_json(findings))
            write_brief(record, findings, folder / "brief.html")
    return findings
