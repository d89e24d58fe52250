"""Where runs end and what they count on the way: computed once, then read from the cache.

What comes from the cache is found by the digest of all that decides it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from tarazu.core.code_digest import read_code
from tarazu.core.errors import OutputError
from tarazu.core.files.cache import cache_dir
from tarazu.core.kernel_store import (
    UntrustedFolderError,
    read_kernel,
    trusted_folder,
    write_kernel,
)
from tarazu.core.provenance import collect_provenance
from tarazu.engine.compiler.kernel_files import build_kernel, program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.inputs import Inputs, prepare
from tarazu.engine.simulation import simulate
from tarazu.engine.trajectory import (
    Districts,
    FloatArray,
    IntArray,
    Known,
    State,
    join_states,
)
from tarazu.model.declaration import Model

FOLDER: Final = "states"  # beside the sources of kernels
LARGEST: Final = 1 << 26  # bytes of a file; more is computed each time
AT_ONCE: Final = 8  # members whose weekly series are held, and then dropped

_log = logging.getLogger("tarazu.engine")


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What is left of a run that others continue.

    Attributes
    ----------
    end : state after its last week.
    counted : names of national series. series : (M, T, K) their values by week.
    """

    end: State
    counted: tuple[str, ...]
    series: FloatArray


def past_of(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    seed: int,
    members: IntArray,
    weeks: int,
    known: Known | None = None,
    counted: Sequence[str] = (),
    mode: Mode = "stochastic",
) -> Past:
    """Return where members are after a run, see `simulate`; from the cache if it is there.

    Parameters
    ----------
    counted : names of the national series that are kept.

    The file is named by a digest of the kernel, of every number that it reads, of the code of the
    engine, of the versions of packages and of the processor: what comes from the cache has the
    bytes of what would be computed. A file that is damaged, or that others may write to, is not
    read.
    """
    program = program_of(model)
    inputs = prepare(
        program,
        parameters,
        levers,
        districts=districts,
        seed=seed,
        members=members,
        weeks=weeks,
        pulses=(),
        keep=(),
        whole=mode == "stochastic",
        known=known,
    )
    names = tuple(counted)
    file = cache_dir() / FOLDER / _key(program, mode, weeks, inputs, names)
    saved = _read(file, inputs, weeks, names)
    if saved is not None:
        return saved
    ends, series = [], []
    for first in range(0, len(inputs.members), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        run = simulate(
            model,
            inputs.parameters[some],
            levers,
            districts=districts,
            seed=seed,
            members=inputs.members[some],
            weeks=weeks,
            known=known,
            mode=mode,
        )
        ends.append(run.end)
        columns = [run.quantities.index(name) for name in names]
        series.append(run.national[:, :, columns])
    past = Past(join_states(ends), names, np.concatenate(series))
    _write(file, past)
    return past


def _key(program: Program, mode: Mode, weeks: int, inputs: Inputs, counted: tuple[str, ...]) -> str:
    """Return the digest of all that decides where a run ends."""
    import llvmlite.binding as llvm  # late: numba loads it

    sha = hashlib.sha256()
    about = (
        build_kernel(program.model, mode, len(inputs.population)).source.digest,
        _code(),
        json.dumps(dict(collect_provenance({}).packages), sort_keys=True),
        llvm.get_host_cpu_name(),
        weeks,
        counted,
    )
    sha.update(repr(about).encode())
    for name, values in inputs._asdict().items():
        array = np.ascontiguousarray(values)
        sha.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()


@cache
def _code() -> str:
    """Return a digest of what core and engine compute; the model is in the kernel's text."""
    rooms = ("tarazu.core", "tarazu.engine")
    return read_code({room: Path(str(files(room))) for room in rooms}, prose=True).digest


def _read(file: Path, inputs: Inputs, weeks: int, counted: tuple[str, ...]) -> Past | None:
    """Return what a file holds, or None if it has to be computed."""
    members = len(inputs.members)
    shapes = (inputs.start.shape, inputs.chances.shape, (members, weeks, len(counted)))
    sizes = [int(np.prod(shape)) for shape in shapes]
    numbers = read_kernel(file)
    if numbers is None or len(numbers) != 8 * sum(sizes):
        if file.exists():
            _log.warning("%s is damaged, a link or open to others. It is computed anew.", file)
        return None
    parts = np.split(np.frombuffer(numbers, dtype="<f8").copy(), np.cumsum(sizes)[:-1])
    levels, chances, series = (
        part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)
    )
    end = State(inputs.members, inputs.first_week + weeks, levels, chances)
    return Past(end, counted, series)


def _write(file: Path, past: Past) -> None:
    """Keep a past for later runs; without a place to keep it, it is computed each time."""
    arrays = (past.end.levels, past.end.chances, past.series)
    numbers = b"".join(part.astype("<f8").tobytes() for part in arrays)
    if len(numbers) > LARGEST:
        return
    try:
        write_kernel(trusted_folder(file.parent) / file.name, numbers)
    except (OSError, OutputError, UntrustedFolderError) as error:
        _log.warning("%s: the state of a history is not kept (%s)", file, error)
