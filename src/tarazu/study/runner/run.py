"""Run a study: blocks in threads, each saved whole, then reduced in the order of members."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
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

from tarazu.core.code_digest import read_code
from tarazu.core.errors import ScenarioError
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.output_folder import check_folder, output_folder
from tarazu.core.files.work_folder import block_file, clear_work, open_work, read_key
from tarazu.core.provenance import canonical_json, collect_provenance, digest
from tarazu.record import Record
from tarazu.region import Region
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

Job = tuple[tuple[str, range], Path]
"""A block and the file of its numbers."""


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


def run_study(
    study: Study | str | Path,
    *,
    record: Record | None = None,
    out: Path,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    work: Path | None = None,
    order: Callable[[Sequence[Job]], Iterable[Job]] = iter,
) -> StudyResult:
    """Run a study and write its results to a folder, complete or not at all.

    The same study, record, code and versions give the same bytes for any number of workers, in any
    order of blocks and after any number of interruptions.

    Parameters
    ----------
    study : or the name of a shipped one, or a path to a TOML file.
    record : of the study's region; draws are kept whose attacks under the status quo lie in its
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
    ScenarioError, ExceptionGroup
        The study is wrong, see `load_study`; or the record is of another region.
    SimulationError
        A member left the range in which the model is defined.
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
    _run_blocks(plan, store, workers, progress, order)
    with output_folder(out, KIND, lambda: {"provenance": provenance_of(plan.study)}) as folder:
        write_results(plan, _files(plan, store), folder)
    if work is None:
        clear_work(store)
    return load_study_result(out)


def make_plan(study: Study, record: Record | None = None) -> Plan:
    """Return what the blocks of a study share: policies, and a scenario for each hypothesis.

    Raises
    ------
    ScenarioError
        The record is of another region than the study.
    """
    if record is not None and _identity_of(record.region) != _identity_of(study.region):
        raise ScenarioError(
            f"the record is of region '{record.region.name}' ({record.region.title}), study "
            f"'{study.name}' of region '{study.region.name}' ({study.region.title})",
            expected="one region for both",
            hint="Load the study with the region of the record, or read another record",
        )
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


def _identity_of(region: Region) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return what a region has in common in all its administrative frames."""
    return region.name, region.countries, region.provinces


def _record_range(record: Record) -> tuple[int, int]:
    """Return the least and most attacks per year in the record's last five calendar years."""
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
    """Return a digest of what the rooms compute, independent of the names of their files.

    Strings count, even prose: the engine generates its kernels from them.
    """
    packages = {f"tarazu.{room}": Path(str(files(f"tarazu.{room}"))) for room in ROOMS}
    return read_code(packages, prose=True).digest


def _files(plan: Plan, store: Path) -> list[Path]:
    return [block_file(store, n) for n in range(len(plan.blocks))]


def _run_blocks(
    plan: Plan,
    store: Path,
    workers: int,
    progress: Callable[[Progress], None] | None,
    order: Callable[[Sequence[Job]], Iterable[Job]],
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


def _packed(numbers: dict[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **numbers)  # type: ignore[arg-type]  # the stubs take no mapping of arrays
    return buffer.getvalue()


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
