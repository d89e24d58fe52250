"""``tarazu run``, ``tarazu demo`` and ``tarazu claims``: studies, and the claims they test."""

from __future__ import annotations

import logging
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.options import (
    AsJson,
    BatteryFile,
    ForceFolder,
    Quiet,
    RecordOptions,
    Region,
    UserModelFile,
    Verbose,
    Workers,
    add_options,
    existing_file,
    load_region,
    paths_of,
    read_events,
    threads,
)
from tarazu.cli.terminal.ending import ending, exit_for_failures
from tarazu.cli.terminal.output import paragraph, show, width
from tarazu.cli.terminal.progress import progress

if TYPE_CHECKING:
    from tarazu.claims import Entry, Ledger
    from tarazu.pipeline.task import Task
    from tarazu.region import Region as LoadedRegion


_log = logging.getLogger("tarazu.cli")

EventFile = Annotated[
    Path | None,
    existing_file(
        "--events",
        help="Event file of UCDP, ACLED, GTD or VIEWS, or any CSV file with --mapping. Default: "
        "the record that ships for the region.",
    ),
]


def demo(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            show_default="out/demo, or out/demo-REGION",
            help="Folder for the results.",
        ),
    ] = None,
    region: Region = None,
    workers: Workers = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Make the complete brief from a record that ships with Tarazu.

    Runs all estimators on the record of the region, four policies under five hypotheses, and the
    claims of the ledger; the same as `tarazu run demo`. With --region kp-fata for Khyber
    Pakhtunkhwa and the former FATA: priors per capita stay those of Balochistan, and the brief
    lists them; the study about districts of Balochistan is left out.
    """
    from tarazu.pipeline.task import demo_task

    where = load_region(region)
    task = demo_task(read_events(None, region=region), region=where)
    also = _lab_file(where, is_written=_has_first_page(where))
    _run_and_print(task, out, workers, region=region, force=force, also=also, as_json=as_json)


@add_options(RecordOptions)
def run(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            show_default=False,
            help="Name of a shipped study (demo, seventeen, levers, loop, attrition), or a TOML "
            "file.",
        ),
    ],
    events: EventFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            show_default="out/STUDY, or out/STUDY-REGION",
            help="Folder for the results.",
        ),
    ] = None,
    model: UserModelFile = None,
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence", help="Also run the estimators on the record: one report of both."
        ),
    ] = False,
    config: BatteryFile = None,
    lab: Annotated[
        bool | None,
        typer.Option(
            "--lab/--no-lab",
            show_default="with the demo of the shipped region",
            help="Also write lab.html beside the annex: the policy lab of the shipped model and "
            "this region as one file, with expected paths.",
        ),
    ] = None,
    workers: Workers = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: RecordOptions,
) -> None:
    """Run a study and write a brief and its annex.

    Ends with what was found, where it lies and what to type next; --json prints the same as data.

    The folder holds brief.html (two pages) and annex.html (everything), which open offline and
    print well; study.toml, study.json (the design), metrics.parquet (one row per member and
    policy), bands.nc and districts.nc (series), record.json, MANIFEST.json (versions, digests,
    seeds) and RUN.json (time, host and origin of the study: the only file that may differ between
    two runs). It appears when it is complete; after an interruption, the same command continues.
    Another study of the same file name needs another --out.

    `demo` adds the findings on the record (findings.json), the studies that the ledger needs (under
    studies/) and the ledger (claims.json).

    With --evidence, or --config, the findings on the record (findings.json, evidence.json) stand in
    both documents.

    For another region give --region, and --events if no record of it ships. Studies that are about
    districts of Balochistan cannot run there; priors per capita stay those of Balochistan unless a
    hypothesis sets them.
    """
    from tarazu.study.setup.shipped import find_study

    find_study(study)  # a wrong name is an error before the engine is imported
    if lab and model is not None:
        raise typer.BadParameter(
            "the lab is of the shipped model, and --model names another. Remove one of them.",
            param_hint="--lab",
        )
    from tarazu.pipeline.task import DEMO, Task, demo_task, read_study

    battery = None
    if evidence or config:
        from tarazu.evidence.battery import SHIPPED_CONFIG, load_battery

        battery = load_battery(config or SHIPPED_CONFIG)
    region = load_region(shared.region)
    if lab is None:
        lab = study == DEMO and model is None and _has_first_page(region)
    if study == DEMO:
        task = demo_task(shared.read(events, argument="--events"), region=region, model=model)
    else:  # the study first: its errors come before those of the record
        given = read_study(study, region=region, model=model)
        task = Task(shared.read(events, argument="--events"), studies=(given,))
    if battery is not None:
        task = replace(task, estimators=battery.estimators, significance=battery.significance)
    keep = [*paths_of(events, model, config), *shared.files]
    tests = None
    if events is not None and not task.estimators:
        command = f"evidence {shlex.quote(str(events))}{shared.words}"
        tests = (command, "runs the tests on the same event file")
    _run_and_print(
        task,
        out,
        workers,
        region=shared.region,
        keep=keep,
        force=force,
        also=_lab_file(region, is_written=lab),
        tests=tests,
        as_json=as_json,
    )


@add_options(RecordOptions)
def claims(
    context: typer.Context,
    events: EventFile = None,
    file: Annotated[
        Path | None,
        existing_file("--claims", help="TOML file of claims. Default: the shipped ledger."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            show_default=False,
            help="Folder for the ledger, its findings and studies, and a brief.",
        ),
    ] = None,
    model: UserModelFile = None,
    workers: Workers = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: RecordOptions,
) -> None:
    """Decide the claims of the ledger from a record and the model.

    Runs all estimators and the studies that the claims name, and prints each claim with its verdict
    and the rule that decided it, which was fixed before the runs. A claim that no record can test
    is at most model-conditional; the model is not calibrated.
    """
    from tarazu.model import borrowed_priors
    from tarazu.pipeline.runner import run_task
    from tarazu.pipeline.task import ledger_task

    if context.invoked_subcommand is not None:
        return
    region = load_region(shared.region)
    record = shared.read(events, argument="--events")
    task = ledger_task(record, file, region=region, model=model)
    if out is None:
        with tempfile.TemporaryDirectory(prefix="tarazu-claims-") as folder:
            result = run_task(
                task, Path(folder) / "claims", workers=threads(workers), progress=progress
            )
    else:
        with _reporting_what_is_kept(out):
            result = run_task(
                task,
                out,
                workers=threads(workers),
                keep=[*paths_of(events, file, model), *shared.files],
                force=force,
                progress=progress,
            )
    assert result.ledger is not None  # the task has one
    note = borrowed_priors(region)
    text = "\n".join(_ledger_lines(result.ledger, note))
    content = result.ledger.to_dict() | ({"borrowed_priors": note} if note else {})
    show(text, content, as_json=as_json)
    exit_for_failures(result.battery, out)


def _run_and_print(
    task: Task,
    out: Path | None,
    workers: int | None,
    *,
    region: str | None,
    keep: Sequence[Path] = (),
    force: bool,
    also: Mapping[str, Callable[[], bytes]] = MappingProxyType({}),
    tests: tuple[str, str] | None = None,
    as_json: bool,
) -> None:
    """Run a task, by default into out/STUDY or out/STUDY-REGION, and print what was found."""
    from tarazu.pipeline.runner import check_default_folder, run_task
    from tarazu.report.summary import run_points, run_summary

    if out is None:
        out = default_folder(task)
        if not force:
            check_default_folder(task.studies[0], out)
    with _reporting_what_is_kept(out):
        result = run_task(
            task,
            out,
            workers=threads(workers),
            keep=keep,
            force=force,
            also=also,
            progress=progress,
        )
    points = run_points(
        task.record, battery=result.battery, study=result.studies[0], ledger=result.ledger
    )
    if as_json:
        show("", run_summary(points, result, out), as_json=True)
    else:
        show(ending(points, out, next_commands(region, tests)), None, as_json=False)
    exit_for_failures(result.battery, out)


def _has_first_page(region: LoadedRegion) -> bool:
    """Return whether the lab of a region costs no compilation: its first page ships."""
    from tarazu.region.shipped import DEFAULT, shipped_name

    return shipped_name(region.name) == DEFAULT


def _lab_file(region: LoadedRegion, *, is_written: bool) -> Mapping[str, Callable[[], bytes]]:
    """Return the lab as a further file of a run folder, if it is to be written."""
    from tarazu.pipeline.runner import LAB

    return {LAB: partial(_saved_lab, region)} if is_written else {}


def _saved_lab(region: LoadedRegion) -> bytes:
    from tarazu.app.lab import load_lab
    from tarazu.app.pages.saved import saved_page

    return saved_page(load_lab(region)).encode()


def next_commands(
    region: str | None, tests: tuple[str, str] | None = None
) -> tuple[tuple[str, str], ...]:
    """Return what to type after a run, and what it does; for the same region.

    Parameters
    ----------
    tests : the command that runs the tests on the record of the run, where none was run on it.
    """
    of = "" if region is None else f" --region {shlex.quote(region)}"
    return (
        ("policy new my-policy.toml", "writes a policy to edit, with every lever"),
        ("study new my-study.toml", "writes a study to edit, which compares policies"),
        tests or (f"evidence FILE{of}", "runs the tests on your own event file"),
    )


def default_folder(task: Task) -> Path:
    """Return out/STUDY; out/STUDY-REGION for the record of another shipped region."""
    from tarazu.region.shipped import DEFAULT, shipped_name

    study, region = task.studies[0].study.name, shipped_name(task.record.region.name)
    return Path("out") / (study if region in (None, DEFAULT) else f"{study}-{region}")


@contextmanager
def _reporting_what_is_kept(out: Path) -> Iterator[None]:
    """Log, when a run is stopped or ends in a bug, that it can be continued."""
    from tarazu.core.errors import TarazuError
    from tarazu.pipeline.runner import work_folder

    try:
        yield
    except BaseException as error:
        if not isinstance(error, TarazuError) and (work := work_folder(out)).exists():
            _log.info(
                "Finished blocks are kept in %s; the same command continues from there.", work
            )
        raise


def _ledger_lines(ledger: Ledger, note: str) -> Iterator[str]:
    """Yield a ledger as text: all verdicts in one table, then each claim with its rule.

    Parameters
    ----------
    note : on the priors that the region borrows; may be empty.
    """
    from tarazu.report.tables.ledger import verdict_table

    yield verdict_table(ledger).to_text(width())
    yield paragraph(
        "True in: share of draws of the deciding hypothesis. The model is not calibrated: its "
        "results depend on its assumptions."
    )
    if note:
        yield paragraph(note)
    for entry in ledger.entries:
        yield ""
        yield from _entry_lines(entry)


def _entry_lines(entry: Entry) -> Iterator[str]:
    claim = entry.claim
    yield f"{claim.id} {claim.title}: {entry.verdict}"
    yield paragraph(claim.sentence, label="claim")
    yield paragraph(claim.rule, label="rule")
    yield paragraph(entry.explanation, label="verdict")
    if entry.record is not None:
        yield paragraph(f"{entry.record.sentence} {entry.record.why}", label="record")
    if entry.model is not None and entry.model.n_left_out:
        yield paragraph(
            f"{entry.model.n_left_out} draws: {entry.model.why_left_out}",
            label="left out",
        )
