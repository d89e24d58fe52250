"""``tarazu evidence``: from a record to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.events import read_events
from tarazu.cli.options import AsJson, Boundaries, Events, Force, Quiet, Region, Rules, Verbose
from tarazu.cli.output import show


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
    from tarazu.cli.publish import Task, estimator_names, publish, weigh
    from tarazu.cli.wording import describe_finding

    record = read_events(file, region=region, boundaries=boundaries, rules=rules)
    if out is None:
        findings = weigh(record, estimator_names())
    else:
        findings, _ = publish(Task(record, estimator_names()), out, force=force)
    text = "\n\n".join(describe_finding(finding) for finding in findings)
    show(text, [finding.to_dict() for finding in findings], as_json=as_json)
