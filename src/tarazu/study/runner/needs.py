"""What a study needs: members, memory, disk and time, estimated before it begins."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tarazu.core.errors import ResourceError
from tarazu.core.limits import in_gib, require_disk, require_memory
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.study.setup.outcomes import DISTRICT_OUTCOMES, KEEP, OUTCOMES, SERIES, YEAR
from tarazu.study.setup.spec import Study

PIECE_BYTES: Final = 1 << 28  # weekly series of the members that are simulated at once
BLOCK_BYTES: Final = 1 << 29  # numbers of a block, kept until all its policies are run
BANDS_BYTES: Final = 1 << 29  # members' series of which quantiles are taken at once
LONGEST_DAYS: Final = 60
# District-weeks per second of one thread; ASSUMED, of the right order on a slow machine.
SPEED: Final = 1e6
# Seconds of the first reproduction number of a process, whose Jacobian is derived, and of each one:
# measured 6.2 and 0.1. Threads do not help, it is Python.
FIRST_NUMBER: Final = 6.0
EACH_NUMBER: Final = 0.1
_FLOAT, _SERIES = 8, 4  # bytes
_SUBSETS: Final = 2
_EXTRA_COLUMNS: Final = 30  # at most, of a study of an operation
_LAPSES: Final = 3  # copies of weekly series that are made while outcomes are counted

_REDUCE: Final = "draws, replicates, weeks, policies or hypotheses"
_REDUCE_DISK: Final = f"{_REDUCE}, or raise series_weeks or block"

_log = logging.getLogger("tarazu.study")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a study needs.

    Attributes
    ----------
    member_runs : one member under one policy each. block_draws : draws of a block.
    piece_members : members that are simulated at once.
    memory, disk : bytes, estimates of the largest use. seconds : estimate.
    """

    member_runs: int
    block_draws: int
    piece_members: int
    memory: float
    disk: float
    seconds: float


def count_policies(study: Study) -> int:
    """Return the number of policies that a study runs."""
    spec = study.spec
    if spec.operation is not None:
        return 3
    return len(spec.policies) + (len(spec.grid.values) if spec.grid else 0)


def trajectory_bytes(study: Study) -> int:
    """Return the bytes of the weekly series of one member under one policy."""
    quantities = len(program_of(study.model).quantities)
    by_district = len(KEEP) * len(study.region.slugs)
    return study.spec.weeks * (quantities + by_district) * _FLOAT


def block_draws(study: Study) -> int:
    """Return the draws of a block: as the study says, or as many as `BLOCK_BYTES` hold."""
    per_draw = study.spec.replicates * _member_bytes(study)
    if study.spec.operation is not None:  # it is sized in all draws of a block at once
        per_draw += trajectory_bytes(study)
    return max(1, min(study.spec.block, BLOCK_BYTES // per_draw))


def piece_members(study: Study) -> int:
    """Return the number of members whose weekly series are held at once."""
    return max(1, PIECE_BYTES // trajectory_bytes(study))


def estimate_needs(study: Study, workers: int) -> Needs:
    """Return what a study needs with a number of threads."""
    spec, districts = study.spec, len(study.region.slugs)
    policies, hypotheses = count_policies(study), len(spec.hypotheses)
    members = spec.draws * spec.replicates
    draws = block_draws(study)
    piece = min(piece_members(study), draws * spec.replicates)
    parameters = spec.draws * len(study.model.parameters) * _FLOAT
    levers = len(study.model.levers) * spec.weeks * districts * _FLOAT
    years = max(1, spec.weeks // YEAR) * districts * len(DISTRICT_OUTCOMES) * _FLOAT
    sums = 4 * _SUBSETS * policies * years  # sum, square and two levels
    block = draws * spec.replicates * _member_bytes(study) + sums
    running = workers * (2 * block + piece * _LAPSES * trajectory_bytes(study))
    reducing = 3 * BANDS_BYTES + 2 * block + 4 * (hypotheses + 1) * sums
    bands = (hypotheses + 1) * policies * members * (spec.weeks // spec.series_weeks) * _SERIES
    reducing = min(reducing, 3 * bands + 2 * block + 4 * (hypotheses + 1) * sums)
    shared = (3 + hypotheses) * parameters + (policies + 2) * levers
    shared += 3 * districts**2 * _FLOAT
    blocks = hypotheses * (-(-spec.draws // draws))
    runs = members * hypotheses * policies
    written = 2 * runs * _saved_bytes(study) + blocks * sums + hypotheses * parameters
    passed = members * hypotheses * spec.history_weeks  # once, not under each policy
    seconds = (runs * spec.weeks + passed) * districts / SPEED / workers
    if spec.reproduction:
        seconds += FIRST_NUMBER + EACH_NUMBER * spec.draws * hypotheses * policies
    return Needs(runs, draws, piece, shared + max(running, reducing), written, seconds)


def require_needs(study: Study, workers: int, folder: Path) -> Needs:
    """Return what a study needs, after comparing it with the machine.

    Raises
    ------
    ResourceError
        It needs more memory or disk than there is, or more than `LONGEST_DAYS`; the error has
        the estimate and what to reduce.
    """
    needs = _compare(study, workers, folder)
    _log.info(
        "%s: about %s, %s of memory, %s of disk",
        _describe(study, needs),
        _in_words(needs.seconds),
        in_gib(needs.memory),
        in_gib(needs.disk),
    )
    return needs


def require_all(studies: Sequence[Study], workers: int, folder: Path) -> None:
    """Compare studies that run one after another with the machine, before the first begins.

    Each needs its memory and its time; the files of all of them lie on the disk together.

    Raises
    ------
    ResourceError
        As `require_needs`; of the disk also where they need too much only together.
    """
    needs = [_compare(study, workers, folder) for study in studies]
    if len(needs) > 1:
        names = ", ".join(f"'{study.name}'" for study in studies)
        disk = sum(need.disk for need in needs)
        require_disk(f"a run of {len(needs)} studies ({names})", disk, folder, reduce=_REDUCE_DISK)


def _compare(study: Study, workers: int, folder: Path) -> Needs:
    needs = estimate_needs(study, workers)
    what = _describe(study, needs)
    require_memory(what, needs.memory, reduce=f"{_REDUCE}, block or workers")
    require_disk(what, needs.disk, folder, reduce=_REDUCE_DISK)
    days = needs.seconds / 86_400
    if days > LONGEST_DAYS:
        raise ResourceError(
            f"{what} takes about {days:,.0f} days (workers: {workers})",
            expected=f"at most {LONGEST_DAYS} days",
            hint=f"Reduce {_REDUCE}",
        )
    return needs


def _describe(study: Study, needs: Needs) -> str:
    return (
        f"study '{study.name}' ({needs.member_runs:,} member-runs of {study.spec.weeks:,} weeks in "
        f"{len(study.region.slugs):,} districts)"
    )


def _in_words(seconds: float) -> str:
    minutes = seconds / 60
    if seconds < 2:
        return "a second"
    return f"{minutes:,.0f} minutes" if minutes >= 2 else f"{seconds:,.0f} seconds"


def _saved_bytes(study: Study) -> int:
    """Return the bytes of one member under one policy in a block: outcomes and coarse series."""
    spec = study.spec
    columns = len(OUTCOMES) + (_EXTRA_COLUMNS if spec.operation else 0) + len(spec.quantities)
    steps = spec.weeks // spec.series_weeks
    return len(spec.horizons) * columns * _FLOAT + len(SERIES) * steps * _SERIES


def _member_bytes(study: Study) -> int:
    """Return the bytes of one member that a block holds until its policies are run."""
    spec = study.spec
    years = max(1, spec.weeks // YEAR) * len(study.region.slugs) * len(DISTRICT_OUTCOMES) * _FLOAT
    attacks = spec.weeks * _FLOAT
    return count_policies(study) * _saved_bytes(study) + 2 * years + attacks
