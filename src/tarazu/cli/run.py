"""``tarazu run``, ``tarazu demo`` and ``tarazu claims``: studies, and what is made of them."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.load_record import read_events
from tarazu.cli.options import (
    AsJson,
    ForceFolder,
    Quiet,
    UserModelFile,
    Verbose,
    existing_file,
    paths_of,
)
from tarazu.cli.output import show
from tarazu.cli.progress import progress

if TYPE_CHECKING:
    from tarazu.pipeline.task import Task

_log = logging.getLogger("tarazu.cli")

EventFile = Annotated[
    Path | None,
    existing_file(
        "--events",
        help="Event file (UCDP GED csv) to compare with; without one, the embedded record.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        show_default="one for each processor",
        help="Threads that run a study. Results do not depend on it.",
    ),
]


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", show_default="out/demo", help="Folder for the results."),
    ] = None,
    workers: Workers = None,
    force: ForceFolder = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Make the whole brief from the embedded record.

    The same as `tarazu run demo`: the record of Balochistan that ships with Tarazu is read and
    tested, four policies are run under five hypotheses, the claims of the ledger are weighed.
    """
    from tarazu.pipeline.task import demo_task

    _run_and_print(demo_task(read_events(None)), out, workers, force=force)


def run(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            show_default=False,
            help="Name of a study that ships (demo, seventeen, attrition) or a TOML file.",
        ),
    ],
    events: EventFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", show_default="out/NAME", help="Folder for the results."),
    ] = None,
    model: UserModelFile = None,
    workers: Workers = None,
    force: ForceFolder = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Run a study and write a brief.

    The folder holds study.toml, study.json (what was run), metrics.parquet (every member),
    bands.nc and districts.nc (series), record.json, brief.html (opens offline, prints well),
    MANIFEST.json (versions, digests, seeds) and RUN.json (time, host and place of the study: the
    only file that may differ between two runs). It appears when it is complete; a run that was
    stopped is taken up where it was by the same command. Another study of the same file name
    needs another --out.

    `demo` adds the findings on the record (findings.json), the studies that the ledger asks for
    (under studies/) and the ledger (claims.json).
    """
    from tarazu.pipeline.task import DEMO, Task, demo_task, read_study

    if study == DEMO and model is None:
        task = demo_task(read_events(events))
    else:
        given = read_study(study, model=model)  # first: errors of a study come before the record
        task = Task(read_events(events), studies=(given,))
    _run_and_print(task, out, workers, keep=paths_of(events, model), force=force)


def claims(
    events: EventFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            show_default=False,
            help="Folder for the ledger, what it rests on and a brief.",
        ),
    ] = None,
    workers: Workers = None,
    force: ForceFolder = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Weigh the claims of the ledger on a record and in the model.

    Runs the findings and studies that the claims name, and prints each claim with the rule that
    decided it, written down before the runs, and its verdict. A claim without a test on the record
    is never more than model-conditional; the model is not calibrated.
    """
    from tarazu.cli.claims_wording import describe_ledger
    from tarazu.pipeline.runner import run_task
    from tarazu.pipeline.task import ledger_task

    task = ledger_task(read_events(events))
    if out is None:
        with tempfile.TemporaryDirectory(prefix="tarazu-claims-") as folder:
            result = run_task(
                task, Path(folder) / "claims", workers=_threads(workers), progress=progress
            )
    else:
        with _reporting_what_is_kept(out):
            result = run_task(
                task,
                out,
                workers=_threads(workers),
                keep=paths_of(events),
                force=force,
                progress=progress,
            )
    assert result.ledger is not None  # the task has one
    show(describe_ledger(result.ledger), result.ledger.to_dict(), as_json=as_json)


def _run_and_print(
    task: Task,
    out: Path | None,
    workers: int | None,
    *,
    keep: Sequence[Path] = (),
    force: bool,
) -> None:
    """Run a task, by default into out/NAME of its first study, and print the path of the brief."""
    from tarazu.pipeline.runner import BRIEF, check_default_folder, run_task

    if out is None:
        out = Path("out") / task.studies[0].study.name
        if not force:
            check_default_folder(task.studies[0], out)
    with _reporting_what_is_kept(out):
        run_task(task, out, workers=_threads(workers), keep=keep, force=force, progress=progress)
    show(f"{out / BRIEF}", None, as_json=False)


@contextmanager
def _reporting_what_is_kept(out: Path) -> Iterator[None]:
    """Log, when a run is stopped, that it can be continued."""
    from tarazu.pipeline.runner import work_folder

    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        if (work := work_folder(out)).exists():
            _log.info(
                "Finished blocks are kept in %s; the same command continues from there.", work
            )
        raise


def _threads(workers: int | None) -> int:
    """Return the threads asked for, or one for each processor that this process may use."""
    if workers is not None:
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
