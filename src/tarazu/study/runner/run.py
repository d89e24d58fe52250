"""Run a study: blocks in threads, each saved whole, then reduced in the order of members."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from tarazu.core.code_digest import read_code
from tarazu.core.errors import DataError
from tarazu.core.files.output_folder import output_folder
from tarazu.core.files.work_folder import block_file, clear_work, open_work, read_key
from tarazu.core.provenance import canonical_json, collect_provenance, digest
from tarazu.record import Record
from tarazu.study.runner.block import Plan, run_block, run_one
from tarazu.study.runner.block_file import BlockId, BlockReader, write_block
from tarazu.study.runner.needs import require_needs
from tarazu.study.runner.reduce import provenance_of, write_results
from tarazu.study.runner.result import StudyTables, load_tables
from tarazu.study.setup.checks import check_region
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.hindcast import compared_years, recorded_attacks, whole_years
from tarazu.study.setup.history import History, history_of
from tarazu.study.setup.policies import baseline_of, resolve_policies
from tarazu.study.setup.scenario import make_scenario
from tarazu.study.setup.spec import Study

ROOMS: Final = ("core", "region", "model", "engine", "policy", "study")  # what numbers hang on
PROSE: Final = {"title", "question", "start"}  # of a study file: what numbers do not hang on
KIND: Final = "study"

Job = tuple[Path, BlockId]
"""The file of a block's numbers, and what it is a block of."""

_log = logging.getLogger("tarazu.study")


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a study; a member-run is one member under one policy.

    Attributes
    ----------
    done, total : member-runs, those of an earlier, interrupted run included.
    rate : member-runs per second since this run began; 0.0 before the first.
    seconds_left : at that rate; None before the first.
    """

    done: int
    total: int
    rate: float
    seconds_left: float | None


def write_study(
    study: Study,
    *,
    record: Record | None = None,
    out: Path,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    work: Path | None = None,
    order: Callable[[Sequence[Job]], Iterable[Job]] = iter,
) -> StudyTables:
    """Run a study and write its results to a folder, complete or not at all; see `run_study`.

    The same study, record, code and versions give the same bytes for any number of workers, in any
    order of blocks and after any number of interruptions.

    Parameters
    ----------
    record : of the study's region; draws are kept whose attacks in its last years lie in its
        range. None: no draw is compared with a record.
    out : folder for the results. One that this function wrote, and nobody changed, is replaced.
    workers : threads, >= 1.
    progress : called as member-runs finish, one call at a time, from any thread.
    work : folder for finished blocks; a run that finds blocks of the same study there continues
        with the others. A folder that is named here is not removed at the end. None: a hidden
        folder beside `out`, removed at the end.
    order : puts the blocks that are to be run in the order in which they are started.

    Raises
    ------
    ScenarioError
        The record is of another region.
    SimulationError
        A member left the range in which the model is defined.
    OutputError
        `out` or `work` was not written by this function; see `check_folder` and `open_work`.
    ResourceError
        The study needs more memory, disk or time than there is; see `require_needs`.
    """
    if workers < 1:
        msg = f"workers is {workers}; expected 1 or more"
        raise ValueError(msg)
    out = out.absolute()
    require_needs(study, workers, out)
    plan = make_plan(study, record)
    store = work or out.with_name(f".{out.name}.work")
    key = digest(canonical_json(_identity(plan)))
    with output_folder(out, KIND, lambda: {"provenance": provenance_of(plan.study)}) as folder:
        if read_key(store) != key:
            clear_work(store)
        open_work(store, key)
        blocks = _blocks(plan, store, key)
        _run_blocks(plan, blocks, workers, progress, order)
        write_results(plan, [BlockReader(*block) for block in blocks], folder)
    if work is None:
        clear_work(store)
    return load_tables(out)


def compile_kernels(study: Study) -> None:
    """Compile the kernels of a study by one week of one member; fast where they are on disk.

    `run_study` needs no call of it. After one, the time that it takes is that of its runs.
    """
    plan = make_plan(study)
    hypothesis = next(iter(plan.scenarios))
    run_one(plan, hypothesis)


def make_plan(study: Study, record: Record | None = None) -> Plan:
    """Return what the blocks of a study share: policies, and a scenario for each hypothesis.

    Raises
    ------
    ScenarioError
        The record is of another region than the study.
    """
    if record is not None:
        check_region(study.name, study.region, record.region)
    spec, policies = study.spec, resolve_policies(study)
    uniforms = latin_hypercube(study.model.design_ids.values(), spec.draws, spec.seed)
    baseline = next(policy for policy in policies if policy.name == baseline_of(study))
    history = history_of(study, record)
    recorded = {} if record is None else recorded_attacks(record)
    return Plan(
        study=study,
        policies=policies,
        scenarios={
            h.name: make_scenario(study.model, h, baseline, study.region, uniforms)
            for h in study.hypotheses
        },
        baseline=baseline.name,
        record_range=None if record is None else _record_range(record, recorded),
        history=history,
        recorded=recorded,
        record_years=_record_years(record, history),
    )


def _record_range(record: Record, recorded: Mapping[int, int]) -> tuple[int, int]:
    """Return the least and most attacks per year in the record's last five calendar years."""
    counts = [recorded.get(year, 0) for year in compared_years(record)]
    return min(counts), max(counts)


def _record_years(record: Record | None, history: History | None) -> tuple[int, ...]:
    """Return the record's last five years if a history passes through all of them, else none."""
    if record is None or history is None:
        return ()
    years = compared_years(record)
    return years if {*years} <= {*whole_years(history)} else ()


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
        "record_years": plan.record_years,
        "history": _history_identity(plan),
        "code": _code_digest(),
        "packages": collect_provenance({}).packages,
    }


def _history_identity(plan: Plan) -> dict[str, object] | None:
    """Return what the start of every member hangs on, beside its parameters and the code."""
    if plan.history is None:
        return None
    known = plan.history.known
    arrays = [] if known is None else [known.counts, known.covered]
    return {
        "weeks": plan.history.weeks,
        "known": None if known is None else (known.event, known.share),
        "counts": [digest(array.tobytes()) for array in arrays],
    }


@cache
def _code_digest() -> str:
    """Return a digest of what the rooms compute, independent of the names of their files.

    Strings count, even prose: the engine generates its kernels from them.
    """
    packages = {f"tarazu.{room}": Path(str(files(f"tarazu.{room}"))) for room in ROOMS}
    return read_code(packages, prose=True).digest


def _blocks(plan: Plan, store: Path, key: str) -> list[Job]:
    """Return file and identity of every block, in the order of ``plan.blocks``."""
    return [
        (block_file(store, number), BlockId(key, hypothesis, draws.start, draws.stop))
        for number, (hypothesis, draws) in enumerate(plan.blocks)
    ]


def _run_blocks(
    plan: Plan,
    blocks: Sequence[Job],
    workers: int,
    progress: Callable[[Progress], None] | None,
    order: Callable[[Sequence[Job]], Iterable[Job]],
) -> None:
    waiting = [job for job in blocks if not _is_finished(*job)]
    per_draw = len(plan.policies) * plan.study.spec.replicates
    total, left = (
        per_draw * sum(block.stop - block.first for _, block in jobs) for jobs in (blocks, waiting)
    )
    tick = _ticker(total - left, total, progress)

    def work(path: Path, block: BlockId) -> None:
        numbers = run_block(plan, block.hypothesis, range(block.first, block.stop), tick)
        write_block(path, block, numbers)

    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(work, *job) for job in order(waiting)]
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


def _is_finished(path: Path, block: BlockId) -> bool:
    """Return whether a block was finished by an earlier run; a damaged one is named in the log."""
    if not path.exists():
        return False
    try:
        BlockReader(path, block).check()
    except DataError as error:
        _log.warning("%s: %s. This block is run again.", path, error.what)
        return False
    return True


def _ticker(
    done: int, total: int, progress: Callable[[Progress], None] | None
) -> Callable[[int], None]:
    """Return a thread-safe counter of member-runs that calls `progress`."""
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
