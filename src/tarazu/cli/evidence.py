"""``tarazu evidence``: from a record to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.load_record import read_events
from tarazu.cli.options import (
    AsJson,
    Boundaries,
    Events,
    ForceFolder,
    Format,
    Mapping,
    Quiet,
    Region,
    Rules,
    Verbose,
    existing_file,
    paths_of,
)
from tarazu.cli.output import show
from tarazu.cli.progress import progress


def evidence(
    file: Events = None,
    region: Region = None,
    boundaries: Boundaries = None,
    rules: Rules = None,
    mapping: Mapping = None,
    format: Format = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", show_default=False, help="Folder for the findings and a brief."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        existing_file(
            help="TOML file of the battery: which estimators, at what level; without one, all."
        ),
    ] = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Put the battery of tests to a record.

    Each finding is printed with its interval, what was used and dropped, the checks it passed
    and failed, and its reruns on other readings of the record; then one table of all tests, with
    their errors controlled together and what a record of this size could have shown. "The record
    cannot tell" is a normal answer.

    The folder holds findings.json, evidence.json (the table), figures/ (a page and a CSV table
    each), record.json, brief.html, MANIFEST.json and RUN.json.
    """
    from tarazu.cli.battery_wording import describe_battery
    from tarazu.cli.wording import describe_finding
    from tarazu.evidence.battery import SHIPPED_CONFIG, assess, load_battery
    from tarazu.pipeline.runner import run_estimators, run_task
    from tarazu.pipeline.task import Task

    battery = load_battery(SHIPPED_CONFIG if config is None else config)
    record = read_events(
        file, region=region, boundaries=boundaries, rules=rules, mapping=mapping, format=format
    )
    if out is None:
        findings = run_estimators(record, battery.estimators, progress=progress)
        found = assess(findings, battery.significance)
    else:
        task = Task(record, battery.estimators, battery.significance, figures=True)
        keep = paths_of(file, region, boundaries, rules, mapping, config)
        result = run_task(task, out, keep=keep, force=force, progress=progress).battery
        assert result is not None  # a battery file names at least one estimator
        found = result
    text = "\n\n".join(
        [*(describe_finding(finding) for finding in found.findings), describe_battery(found)]
    )
    content = found.to_dict() | {"findings": [finding.to_dict() for finding in found.findings]}
    show(text, content, as_json=as_json)
