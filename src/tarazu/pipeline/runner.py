"""Run a task and write its results to a run folder, which appears only when it is complete."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tarazu.pipeline.progress import Advance, Progress, silent
from tarazu.pipeline.task import StudyInput, Task

if TYPE_CHECKING:
    from tarazu.claims import Ledger
    from tarazu.evidence import Finding
    from tarazu.evidence.battery import Battery
    from tarazu.evidence.failure import Failure
    from tarazu.evidence.simulated.rates import ErrorRates
    from tarazu.model import Model
    from tarazu.record import Record
    from tarazu.study import Progress as StudyProgress
    from tarazu.study import StudyResult

STUDY, FINDINGS, CLAIMS = "study.toml", "findings.json", "claims.json"
BRIEF, ANNEX, LAB = "brief.html", "annex.html", "lab.html"
EVIDENCE, FIGURES, TRACEBACKS = "evidence.json", "figures", "tracebacks"

_log = logging.getLogger("tarazu.pipeline")


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a task computed.

    Attributes
    ----------
    battery : findings and their joint verdicts; None where the task names no estimator.
    studies : results of the studies, in the order of the task.
    ledger : verdicts of the claims; None where the task has no ledger.
    """

    battery: Battery | None
    studies: tuple[StudyResult, ...]
    ledger: Ledger | None


def run_estimators(
    record: Record, names: Sequence[str], *, progress: Progress = silent
) -> tuple[Finding | Failure, ...]:
    """Run estimators on a record, one after the other, and return what each gave."""
    from tarazu.evidence import estimate
    from tarazu.evidence.failure import Failure, attempt

    made = []
    for name in names:
        with progress(f"estimating {name}"):
            made.append(attempt(name, record, estimate))
        if isinstance(failed := made[-1], Failure):
            _log.warning("%s gave no result: %s", name, failed.reason)
    return tuple(made)


def measure_rates(
    record: Record, names: Sequence[str], records: int | None, *, progress: Progress = silent
) -> ErrorRates | None:
    """Measure error rates at the size of a record; an interrupted run goes on where it was.

    Parameters
    ----------
    records : simulated per row; None for no rates.

    Raises
    ------
    ValueError
        Too few records.
    """
    if records is None:
        return None
    from tarazu.core.errors import FitError
    from tarazu.evidence.simulated.rates import measure_error_rates

    with progress("simulating records of this size") as advance:
        try:
            return measure_error_rates(record, names, records, advance=advance)
        except FitError as error:  # the estimators give the same reason
            _log.warning("error rates were not measured: %s", error)
            return None
        except KeyboardInterrupt:
            _log.info("finished simulated records are kept; the same command continues from there")
            raise


def run_task(
    task: Task,
    out: Path | str,
    *,
    workers: int = 1,
    keep: Sequence[Path] = (),
    force: bool = False,
    also: Mapping[str, Callable[[], bytes]] = MappingProxyType({}),
    progress: Progress = silent,
) -> TaskResult:
    """Run a task and write its results, brief and annex to `out`; equal tasks give equal bytes.

    A task that was interrupted continues from its last finished block of draws: blocks are kept in
    a hidden folder beside `out` until `out` is complete.

    Parameters
    ----------
    workers : threads that run a study. Results do not depend on it.
    keep : input files and folders that must not be replaced, besides those of the studies.
    force : see `tarazu.core.files.output_folder.check_folder`.
    also : names of further files of the folder, and what makes them.
    progress : opens each step; see `tarazu.pipeline.progress`.

    Raises
    ------
    OutputError
        `out`, or the hidden folder beside it, must not be replaced.
    ResourceError
        The studies need more memory, disk or time than there is, each or together; nothing was
        begun.

    Examples
    --------
    >>> from tarazu.pipeline import Task, run_task
    >>> from tarazu.record import load_record
    >>> run_task(Task(load_record(), ("retaliation",)), "out")  # doctest: +SKIP
    """
    from tarazu.core.files.cache import write_atomic
    from tarazu.core.files.work_folder import clear_work, open_work
    from tarazu.evidence.battery import assess
    from tarazu.pipeline.run_folder import run_folder
    from tarazu.study.runner.needs import require_all

    out = Path(out).resolve()
    work = work_folder(out)
    inputs = task.inputs()
    seeds = {given.study.name: given.study.spec.seed for given in task.studies}
    origin = task.studies[0].origin(out) if task.studies else None
    keep = [*keep, *(path for given in task.studies for path in given.files)]
    with run_folder(
        out, inputs=inputs, seeds=seeds, origin=origin, keep=keep, replace=force
    ) as folder:
        if origin is not None:
            require_all([given.study for given in task.studies], workers, out)
            open_work(work, origin)
            _compile(task, progress)
        studies = tuple(
            _run_study(given, task.record, folder, work, workers, partial(progress, step))
            for given, step in zip(task.studies, study_steps(task), strict=True)
        )
        made = run_estimators(task.record, task.estimators, progress=progress)
        rates = measure_rates(task.record, task.estimators, task.error_rates, progress=progress)
        battery = assess(made, task.significance, rates) if made else None
        result = TaskResult(battery, studies, _decide_claims(task, battery, studies, progress))
        with progress("writing the brief and its annex"):
            _write(task, result, inputs, folder, lab=LAB if LAB in also else None)
        for name, make in also.items():
            with progress(f"writing {name}"):
                write_atomic(folder / name, make())
    if origin is not None:
        clear_work(work)
    moved = zip(task.studies, result.studies, strict=True)  # with the folder, to where they stay
    studies = tuple(replace(found, folder=out / given.subfolder) for given, found in moved)
    return replace(result, studies=studies)


def work_folder(out: Path) -> Path:
    """Return the hidden folder that keeps finished blocks of draws until `out` is complete."""
    out = out.resolve()
    return out.with_name(f".{out.name}.work")


def traceback_file(name: str) -> Path:
    """Return the file, inside a run folder, that holds the traceback of an estimator's bug."""
    return Path(TRACEBACKS) / f"{name}.txt"


def check_default_folder(given: StudyInput, out: Path) -> None:
    """Raise an error if a default folder holds another study of the same name.

    Raises
    ------
    OutputError
        `out` holds other results, or the folder beside it the finished blocks of another study.
    """
    from tarazu.core.errors import OutputError
    from tarazu.core.files.work_folder import read_key
    from tarazu.pipeline.run_folder import MANIFEST, read_origin

    own, work = given.origin(out), work_folder(out)
    held = {}
    if (out / MANIFEST).exists():
        held[out] = read_origin(out)
    if (key := read_key(work)) is not None:
        held[work] = key
    for path, origin in held.items():
        if origin != own:
            raise OutputError(
                f"holds the results of {origin or 'another command'}",
                path=path,
                expected=f"a free name, or results of {own}",
                hint="Choose another folder with --out, or replace this one with --force",
            )


def study_steps(task: Task) -> list[str]:
    """Return what the progress of each study is called: of several, with its place among them."""
    number = len(task.studies)
    return [
        f"running the study '{given.study.name}'" + (f" ({i} of {number})" if number > 1 else "")
        for i, given in enumerate(task.studies, start=1)
    ]


def _compile(task: Task, progress: Progress) -> None:
    """Compile the model in a step of its own, so that the rate of a study is that of its runs."""
    from tarazu.study.runner.run import compile_kernels

    with progress("compiling the model (up to a minute the first time)"):
        for given in task.studies:
            compile_kernels(given.study)


def _run_study(
    given: StudyInput,
    record: Record,
    folder: Path,
    work: Path,
    workers: int,
    open_step: Callable[[], AbstractContextManager[Advance]],
) -> StudyResult:
    """Run a study and move its results, with its file, to its subfolder of `folder`."""
    from tarazu.pipeline.run_folder import MANIFEST
    from tarazu.study import load_study_result, run_study

    name = given.study.name
    earlier: int | None = None
    target = folder / given.subfolder
    building = folder / ".study"
    with open_step() as advance:

        def report(now: StudyProgress) -> None:
            nonlocal earlier
            if earlier is None:
                earlier = now.done
                if earlier:
                    _log.info("continuing after %d of %d member-runs", earlier, now.total)
            advance(now.done, now.total, earlier)

        run_study(
            given.study,
            record=record,
            out=building,
            workers=workers,
            progress=report,
            work=work / f"{name}.blocks",
        )
    target.mkdir(parents=True, exist_ok=True)
    (building / MANIFEST).unlink()  # the manifest of the run folder lists these files too
    for path in building.iterdir():
        path.rename(target / path.name)
    building.rmdir()
    (target / STUDY).write_bytes(given.text)
    return load_study_result(target)


def _decide_claims(
    task: Task,
    battery: Battery | None,
    studies: Sequence[StudyResult],
    progress: Progress,
) -> Ledger | None:
    if task.ledger is None:
        return None
    from tarazu.claims import weigh_claims

    findings = () if battery is None else map(battery.corrected, battery.findings)
    failures = () if battery is None else battery.failures
    with progress("deciding the claims"):
        return weigh_claims(findings, studies, task.ledger, failures=failures)


def _own_model(task: Task) -> Model | None:
    """Return the model that the studies ran; None for the shipped one."""
    own = any(given.study.model_digest for given in task.studies)
    return task.studies[0].study.model if own else None


def _write(
    task: Task, result: TaskResult, inputs: dict[str, str], folder: Path, *, lab: str | None
) -> None:
    from tarazu.core.files.cache import write_atomic
    from tarazu.core.provenance import canonical_json, collect_provenance
    from tarazu.pipeline.record_file import record_facts
    from tarazu.report import write_annex, write_brief
    from tarazu.report.pages.figure_pages import write_figures

    findings = () if result.battery is None else result.battery.findings
    write_atomic(folder / "record.json", canonical_json(record_facts(task.record)))
    if result.battery is not None:
        write_atomic(folder / FINDINGS, canonical_json(result.battery.finding_entries()))
        write_atomic(folder / EVIDENCE, canonical_json(result.battery.to_dict()))
        for failure in result.battery.failures:
            if failure.is_bug:
                (folder / TRACEBACKS).mkdir(exist_ok=True)
                write_atomic(folder / traceback_file(failure.name), failure.traceback.encode())
    if task.figures:
        write_figures(findings, folder / FIGURES)
    if result.ledger is not None:
        write_atomic(folder / CLAIMS, canonical_json(result.ledger.to_dict()))
    provenance = collect_provenance(inputs)
    write_brief(
        task.record,
        findings,
        folder / BRIEF,
        battery=result.battery,
        studies=result.studies,
        ledger=result.ledger,
        annex=ANNEX,
        provenance=provenance,
    )
    write_annex(
        task.record,
        findings,
        folder / ANNEX,
        battery=result.battery,
        studies=result.studies,
        model=_own_model(task),
        ledger=result.ledger,
        question=None if findings or not result.studies else result.studies[0].question,
        lab=lab,
        provenance=provenance,
    )
