"""Do what a command asks of a record and leave it in one folder, complete or not at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tarazu.cli.progress import progress

if TYPE_CHECKING:
    from tarazu.claims import Ledger, LedgerSpec
    from tarazu.evidence import Finding
    from tarazu.evidence.battery import Battery
    from tarazu.record import Record
    from tarazu.study import Progress, Study, StudyResult

STUDY, FINDINGS, CLAIMS, BRIEF = "study.toml", "findings.json", "claims.json", "brief.html"
EVIDENCE, FIGURES = "evidence.json", "figures"

_log = logging.getLogger("tarazu.cli")


@dataclass(frozen=True, slots=True)
class Asked:
    """A study and the bytes of its file, which are copied into the folder.

    Attributes
    ----------
    place : folder of its results inside the folder of the run, "." for the run's own.
    files : what was read: the study's file and those that it names; none of a study that ships.
    """

    study: Study
    text: bytes
    place: str = "."
    files: tuple[Path, ...] = ()

    def origin(self, out: Path) -> str:
        """Return what tells this study from others of its name, whose results may stand in `out`.

        The name of a study that ships, or the path of its file from the folder in which `out` is.
        """
        if not self.files:
            return self.study.name
        file = self.files[0].resolve()
        try:
            return Path(os.path.relpath(file, out.resolve().parent)).as_posix()
        except ValueError:  # on another drive
            return file.as_posix()


@dataclass(frozen=True, slots=True)
class Task:
    """Everything that a command asks for.

    Attributes
    ----------
    estimators : names of the findings. significance : of all their tests together.
    figures : whether each figure gets a page of its own beside the brief.
    ledger : what is weighed on findings and studies.
    """

    record: Record
    estimators: tuple[str, ...] = ()
    significance: float = 0.05
    figures: bool = False
    studies: tuple[Asked, ...] = ()
    ledger: LedgerSpec | None = None

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of all that was read, by name."""
        digests = dict(self.record.inputs)
        digests |= {f"study {asked.study.name}": asked.study.digest for asked in self.studies}
        digests |= {
            f"model of study {asked.study.name}": asked.study.model_digest
            for asked in self.studies
            if asked.study.model_digest
        }
        return digests if self.ledger is None else digests | {"claims": self.ledger.digest}


@dataclass(frozen=True, slots=True)
class Published:
    """What was left in a folder.

    Attributes
    ----------
    battery : the findings and what remains of them together; None where none was asked for.
    ledger : None where nothing was weighed.
    """

    battery: Battery | None
    ledger: Ledger | None


def ask(name_or_path: str, place: str = ".", *, model: Path | None = None) -> Asked:
    """Read a study by shipped name or path; see `load_study` for what can be wrong.

    Parameters
    ----------
    model : file with a mechanism of the user's own; see `load_user_model`.
    """
    from tarazu.model.user_model import load_user_model
    from tarazu.study import find_study, load_study

    own = None if model is None else load_user_model(model)
    study = load_study(name_or_path, model=own)
    path = find_study(name_or_path)
    named = (*study.spec.hypotheses, *study.spec.policies)
    files = (path, *(path.parent / name for name in named if name.endswith(".toml")))
    return Asked(study, path.read_bytes(), place, files if path == Path(name_or_path) else ())


def estimator_names() -> tuple[str, ...]:
    """Return the names of everything that this version can ask of a record."""
    from tarazu.evidence import ESTIMATORS

    return tuple(ESTIMATORS)


def weigh(record: Record, names: Sequence[str]) -> tuple[Finding, ...]:
    """Put the questions of some estimators to a record."""
    from tarazu.evidence import estimate

    findings = []
    for name in names:
        with progress(f"estimating {name}"):
            findings.append(estimate(name, record))
    return tuple(findings)


def work_folder(out: Path) -> Path:
    """Return where blocks of members wait until `out` is complete."""
    out = out.resolve()
    return out.with_name(f".{out.name}.work")


def check_default(asked: Asked, out: Path) -> None:
    """Raise an error if a folder, which nobody named, is that of another study of the same name.

    Raises
    ------
    OutputError
        `out` holds other results, or the folder beside it the finished blocks of another study.
    """
    from tarazu.core.errors import OutputError
    from tarazu.core.work_folder import read_key
    from tarazu.report.run_folder import MANIFEST, read_origin

    own, work = asked.origin(out), work_folder(out)
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
                hint="Name another folder with --out, or replace this one with --force",
            )


def publish(
    task: Task, out: Path, *, workers: int = 1, keep: Sequence[Path] = (), force: bool = False
) -> Published:
    """Do a task and leave its results in `out`; a task that was cut short is taken up again.

    Blocks of members that a study finished are kept in a hidden folder beside `out` until `out`
    stands there complete.

    Parameters
    ----------
    keep : files and folders that the task was read from, besides those of its studies.
    force : see `tarazu.core.output_folder.check_folder`.

    Raises
    ------
    OutputError
        `out`, or the hidden folder beside it, must not be replaced.
    """
    from tarazu.core.work_folder import clear_work, open_work
    from tarazu.evidence.battery import assess
    from tarazu.report.run_folder import run_folder

    out, work = out.resolve(), work_folder(out)
    inputs = task.inputs()
    seeds = {asked.study.name: asked.study.spec.seed for asked in task.studies}
    origin = task.studies[0].origin(out) if task.studies else None
    keep = [*keep, *(path for asked in task.studies for path in asked.files)]
    with run_folder(
        out, inputs=inputs, seeds=seeds, origin=origin, keep=keep, replace=force
    ) as folder:
        if origin is not None:
            open_work(work, origin)
        results = [
            _run(asked, task.record, folder, work / f"{asked.study.name}.blocks", workers)
            for asked in task.studies
        ]
        findings = weigh(task.record, task.estimators)
        battery = assess(findings, task.significance) if findings else None
        found = Published(battery, _ledger(task, findings, results))
        _write(task, found, results, inputs, folder)
    if origin is not None:
        clear_work(work)
    return found


def _run(asked: Asked, record: Record, folder: Path, work: Path, workers: int) -> StudyResult:
    """Run a study and put its results, with its file, where they belong in `folder`."""
    from tarazu.report.run_folder import MANIFEST
    from tarazu.study import load_study_result, run_study

    earlier: int | None = None
    place = folder / asked.place
    building = folder / ".study"
    with progress(f"running the study '{asked.study.name}'") as advance:

        def tell(now: Progress) -> None:
            nonlocal earlier
            if earlier is None:
                earlier = now.done
                if earlier:
                    _log.info("going on after %d of %d member-runs", earlier, now.total)
            advance(now.done, now.total, earlier)

        run_study(
            asked.study, record=record, out=building, workers=workers, progress=tell, work=work
        )
    place.mkdir(parents=True, exist_ok=True)
    (building / MANIFEST).unlink()  # the run's own names these files too
    for path in building.iterdir():
        path.rename(place / path.name)
    building.rmdir()
    (place / STUDY).write_bytes(asked.text)
    return load_study_result(place)


def _ledger(
    task: Task, findings: Sequence[Finding], results: Sequence[StudyResult]
) -> Ledger | None:
    if task.ledger is None:
        return None
    from tarazu.claims import weigh_claims

    with progress("weighing the claims"):
        return weigh_claims(findings, results, task.ledger)


def _write(
    task: Task,
    found: Published,
    results: Sequence[StudyResult],
    inputs: dict[str, str],
    folder: Path,
) -> None:
    from tarazu.cli.record_wording import record_facts
    from tarazu.core.cache import write_atomic
    from tarazu.core.provenance import canonical_json, collect_provenance
    from tarazu.report import write_brief
    from tarazu.report.pages.figure_pages import write_figures

    findings = () if found.battery is None else found.battery.findings
    with progress("writing the brief"):
        write_atomic(folder / "record.json", canonical_json(record_facts(task.record)))
        if found.battery is not None:
            write_atomic(folder / FINDINGS, canonical_json(findings))
            write_atomic(folder / EVIDENCE, canonical_json(found.battery.to_dict()))
        if task.figures:
            write_figures(findings, folder / FIGURES)
        if found.ledger is not None:
            write_atomic(folder / CLAIMS, canonical_json(found.ledger.to_dict()))
        write_brief(
            task.record,
            findings,
            folder / BRIEF,
            battery=found.battery,
            studies=results,
            ledger=found.ledger,
            question=None if findings or not results else results[0].question,
            provenance=collect_provenance(inputs),
        )
