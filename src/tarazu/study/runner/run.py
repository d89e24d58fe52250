"""Run a study: blocks in threads, each committed whole, then reduced in order of members."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.cache import write_atomic
from tarazu.core.code_digest import read_code
from tarazu.core.output_folder import check_folder, output_folder
from tarazu.core.provenance import canonical_json, collect_provenance, digest
from tarazu.core.work_folder import block_file, clear_work, open_work, read_key
from tarazu.record import Record
from tarazu.study.runner.block import RECORD_YEARS, Plan, run_block
from tarazu.study.runner.reduce import provenance_of, write_results
from tarazu.study.runner.result import StudyResult, load_study_result
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.load import load_study
from tarazu.study.setup.policies import baseline_of, resolve_policies
from tarazu.study.setup.scenario import make_scenario
from tarazu.study.setup.spec import Study

ROOMS: Final = ("core", "region", "model", "engine", "policy", "study")  # what numbers hang on
PROSE: Final = {"title", "question", "start"}  # of a study file: what numbers do not hang on
KIND: Final = "study"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is; a member-run is one member under one policy.

    Attributes
    ----------
    done, total : member-runs, those of an earlier, interrupted run included.
    rate : member-runs a second since this run began; 0.0 before the first.
    seconds_left : at that rate; None while there is none.
    """

    done: int
    total: int
    rate: float
    seconds_left: float | None


def run_study(
    study: Study | str | Path,
    *,
    record: Record | None = None,
    out: Path,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    work: Path | None = None,
) -> StudyResult:
    """Run a study and leave its results in a folder, complete or not at all.

    The same study, record, code and versions leave the same bytes for any number of workers and
    after any number of interruptions.

    Parameters
    ----------
    study : or the name of a shipped one, or a path to a TOML file.
    record : what today's practice is compared with; without it no draw is dropped or kept.
    out : folder for the results. One that this function left, and nobody changed, is replaced.
    workers : threads, >= 1.
    progress : called as member-runs finish, one call at a time, from any thread.
    work : folder for finished blocks; a run that finds blocks of the same study there goes on from
        them. One that is named stays, for the caller to remove when all that needs the results is
        done; None: a hidden folder beside `out`, removed at the end.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The study is wrong; see `load_study`.
    SimulationError
        A member left the range in which the model means anything.
    OutputError
        `out` or `work` was not written by this function; see `check_folder` and `open_work`.
    """
    if workers < 1:
        msg = f"workers is {workers}; expected 1 or more"
        raise ValueError(msg)
    plan = make_plan(load_study(study) if isinstance(study, str | Path) else study, record)
    out = out.absolute()
    check_folder(out, KIND)  # before the hours that the blocks take
    store = work or out.with_name(f".{out.name}.work")
    key = digest(canonical_json(_identity(plan)))
    if read_key(store) != key:
        clear_work(store)
    open_work(store, key)
    _run_blocks(plan, store, workers, progress)
    with output_folder(out, KIND, lambda: {"provenance": provenance_of(plan.study)}) as folder:
        write_results(plan, _files(plan, store), folder)
    if work is None:
        clear_work(store)
    return load_study_result(out)


def make_plan(study: Study, record: Record | None = None) -> Plan:
    """Return what the blocks of a study share: policies, and a scenario for each hypothesis."""
    spec, policies = study.spec, resolve_policies(study)
    uniforms = latin_hypercube(study.model.design_ids.values(), spec.draws, spec.seed)
    baseline = next(policy for policy in policies if policy.name == baseline_of(study))
    return Plan(
        study=study,
        policies=policies,
        scenarios={
            h.name: make_scenario(study.model, h, baseline, study.region, uniforms)
            for h in study.hypotheses
        },
        baseline=baseline.name,
        record_range=None if record is None else _record_range(record),
    )


def _record_range(record: Record) -> tuple[int, int]:
    """Return the least and most attacks a year in the record's last five calendar years."""
    events = record.events
    attacks = events[events["initiator"] == "militant"]
    by_year = attacks.groupby(attacks["date"].dt.year)["count"].sum()
    last = record.end.year
    counts = [int(by_year.get(year, 0)) for year in range(last - RECORD_YEARS + 1, last + 1)]
    return min(counts), max(counts)


def _identity(plan: Plan) -> dict[str, object]:
    """Return everything that a block's numbers depend on."""
    study = plan.study
    return {
        "spec": study.spec.model_dump(exclude=PROSE),
        "policies": {one.name: digest(one.levers.tobytes()) for one in plan.policies},
        "parameters": {name: digest(s.parameters.tobytes()) for name, s in plan.scenarios.items()},
        "region": study.region.digest,
        "model": study.model_digest,
        "record_range": plan.record_range,
        "code": _code_digest(),
        "packages": collect_provenance({}).packages,
    }


@cache
def _code_digest() -> str:
    """Return a digest of what the rooms compute, whatever files it stands in.

    Strings count, even prose: the engine writes its kernels from them.
    """
    packages = {f"tarazu.{room}": Path(str(files(f"tarazu.{room}"))) for room in ROOMS}
    return read_code(packages, prose=True).digest


def _files(plan: Plan, store: Path) -> list[Path]:
    return [block_file(store, n) for n in range(len(plan.blocks))]


def _run_blocks(
    plan: Plan, store: Path, workers: int, progress: Callable[[Progress], None] | None
) -> None:
    blocks = list(zip(plan.blocks, _files(plan, store), strict=True))
    waiting = [(block, path) for block, path in blocks if not path.exists()]
    runs = [
        len(plan.policies) * plan.study.spec.replicates * len(draws) for (_, draws), _ in blocks
    ]
    left = [
        len(plan.policies) * plan.study.spec.replicates * len(draws) for (_, draws), _ in waiting
    ]
    tick = _ticker(sum(runs) - sum(left), sum(runs), progress)

    def work(block: tuple[str, range], path: Path) -> None:
        write_atomic(path, _packed(run_block(plan, *block, tick)))

    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(work, *job) for job in ordered(waiting)]
        try:
            done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        if len(done) < len(jobs):
            pool.shutdown(wait=True, cancel_futures=True)
    for job in jobs:
        if not job.cancelled():
            job.result()


def ordered(
    waiting: list[tuple[tuple[str, range], Path]],
) -> list[tuple[tuple[str, range], Path]]:
    """Return blocks in the order in which they are started; results do not depend on it."""
    return waiting


def _packed(numbers: dict[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **numbers)  # type: ignore[arg-type]  # the stubs take no mapping of arrays
    return buffer.getvalue()


def _ticker(
    done: int, total: int, progress: Callable[[Progress], None] | None
) -> Callable[[int], None]:
    """Return what counts member-runs and passes them on, one call at a time."""
    lock, started, fresh = Lock(), monotonic(), 0

    def tick(runs: int) -> None:
        nonlocal fresh
        with lock:
            fresh += runs
            if progress is not None:
                rate = fresh / max(monotonic() - started, 1e-9)
                now = done + fresh
                progress(Progress(now, total, rate, (total - now) / rate))

    if progress is not None:
        progress(Progress(done, total, 0.0, None))
    return tick
