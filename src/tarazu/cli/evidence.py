"""``tarazu evidence``: from a record to findings."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.options import (
    AsJson,
    BatteryFile,
    Events,
    ForceFolder,
    Quiet,
    RecordOptions,
    Verbose,
    add_options,
    paths_of,
)
from tarazu.cli.terminal.ending import ending, exit_for_failures
from tarazu.cli.terminal.output import paragraph, show, width
from tarazu.cli.terminal.progress import progress

if TYPE_CHECKING:
    from tarazu.evidence import Battery, Finding


@add_options(RecordOptions)
def evidence(
    file: Events = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", show_default=False, help="Folder for the findings and a brief."
        ),
    ] = None,
    config: BatteryFile = None,
    error_rates: Annotated[
        int | None,
        typer.Option(
            "--error-rates",
            min=20,
            metavar="RECORDS",
            show_default=False,
            help="Measure error rates and detectable effects on so many simulated records per row, "
            "of the size of this record: 200 take minutes to hours. Interrupted, the same command "
            "continues.",
        ),
    ] = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: RecordOptions,
) -> None:
    """Run all estimators on an event record.

    Prints all verdicts in one table, after correction for the number of tests, with the effects
    that a record of this size can show; then each finding with its interval, rows used and dropped,
    checks and sensitivity analysis. "The record cannot tell" is a normal result. An estimator that
    fails is listed with its reason, and the others are kept.

    The folder holds findings.json, evidence.json (the table), figures/ (a page and a CSV table
    each), record.json, brief.html, annex.html, MANIFEST.json and RUN.json.
    """
    from tarazu.evidence.battery import SHIPPED_CONFIG, assess, load_battery
    from tarazu.pipeline.runner import measure_rates, run_estimators, run_task
    from tarazu.pipeline.task import Task
    from tarazu.report.summary import run_points

    battery = load_battery(SHIPPED_CONFIG if config is None else config)
    record = shared.read(file)
    if out is None:
        findings = run_estimators(record, battery.estimators, progress=progress)
        rates = measure_rates(record, battery.estimators, error_rates, progress=progress)
        found = assess(findings, battery.significance, rates)
    else:
        task = Task(
            record, battery.estimators, battery.significance, figures=True, error_rates=error_rates
        )
        keep = [*paths_of(file, config), *shared.files]
        result = run_task(task, out, keep=keep, force=force, progress=progress).battery
        assert result is not None  # a battery file names at least one estimator
        found = result
    corrected = map(found.corrected, found.findings)
    last = ending(run_points(record, battery=found), out, _next_commands(file, out, shared))
    text = "\n\n".join([_text(found), *("\n".join(finding_lines(f)) for f in corrected), last])
    content = found.to_dict() | {"findings": found.finding_entries()}
    show(text, content, as_json=as_json)
    exit_for_failures(found, out)


def _next_commands(
    file: Path | None, out: Path | None, options: RecordOptions
) -> list[tuple[str, str]]:
    """Return what to type after a battery on this record."""
    of = f"{'' if file is None else f' {shlex.quote(str(file))}'}{options.words}"
    commands = [(f"record describe{of}", "shows what the record holds and what was dropped")]
    if out is None:
        commands.insert(0, (f"evidence{of} -o out/evidence", "writes the findings and a brief"))
    events = "" if file is None else f" --events {shlex.quote(str(file))}"
    study = f"run demo{events}{options.words}"
    return [*commands, (study, "adds four policies in the model, and the claims")]


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield a finding as text: sentence, numbers, checks, caveats and sensitivity analysis."""
    from tarazu.report.tables.findings import checks_table, numbers_table, sensitivity_table

    yield paragraph(finding.question)
    yield paragraph(finding.sentence)
    if not finding.converged:
        yield paragraph("The fit did not converge: do not quote these numbers.")
    yield ""
    yield numbers_table(finding).to_text(width())
    for table in (checks_table(finding), sensitivity_table(finding)):
        if table is not None:
            yield ""
            yield table.to_text(width())
    if finding.caveats:
        yield ""
        yield from (paragraph(caveat, label="caveat") for caveat in finding.caveats)


def _text(battery: Battery) -> str:
    from tarazu.report.tables.battery import (
        detectable_table,
        failures_table,
        rates_table,
        results_table,
    )

    tables = (
        results_table(battery),
        failures_table(battery),
        detectable_table(battery),
        rates_table(battery),
    )
    first, *others = (table.to_text(width()) for table in tables if table is not None)
    return "\n\n".join([first, paragraph(battery.sentence), *others])
