"""Where runs end: computed once, then read from the cache by the digest of all that decides it."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from tarazu.core.code_digest import read_code
from tarazu.core.errors import OutputError
from tarazu.core.files.cache import cache_dir, distrust, write_atomic
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
_FORMAT: Final = b"Tarazu states 1\n"
_DIGEST: Final = 64  # characters

_log = logging.getLogger("tarazu.engine")


def end_of_run(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    seed: int,
    members: IntArray,
    weeks: int,
    known: Known | None = None,
    mode: Mode = "stochastic",
) -> State:
    """Return the state of members after a run, see `simulate`; from the cache if it is there.

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
    file = cache_dir() / FOLDER / _key(program, mode, weeks, inputs)
    saved = _read(file, inputs, weeks)
    if saved is not None:
        return saved
    parts = []
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
        parts.append(run.end)
    state = join_states(parts)
    _write(file, state)
    return state


def _key(program: Program, mode: Mode, weeks: int, inputs: Inputs) -> str:
    """Return the digest of all that decides where a run ends."""
    import llvmlite.binding as llvm  # late: numba loads it

    sha = hashlib.sha256()
    about = (
        build_kernel(program.model, mode, len(inputs.population)).source.digest,
        _code(),
        json.dumps(dict(collect_provenance({}).packages), sort_keys=True),
        llvm.get_host_cpu_name(),
        weeks,
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


def _read(file: Path, inputs: Inputs, weeks: int) -> State | None:
    """Return the state in a file, or None if it has to be computed."""
    if not file.exists():
        return None
    for path in (file.parent, file):
        if (reason := distrust(path.lstat())) is not None or path.is_symlink():
            _log.warning("%s %s. It is not read.", path, reason or "is a link")
            return None
    content = file.read_bytes()
    head = len(_FORMAT) + _DIGEST
    numbers = content[head:]
    digest = hashlib.sha256(numbers).hexdigest().encode()
    shapes = (inputs.start.shape, inputs.chances.shape)
    sizes = [int(np.prod(shape)) for shape in shapes]
    if content[:head] != _FORMAT + digest or len(numbers) != 8 * sum(sizes):
        _log.warning("%s is damaged. It is computed anew.", file)
        return None
    levels, chances = np.split(np.frombuffer(numbers, dtype="<f8").copy(), [sizes[0]])
    week = inputs.first_week + weeks
    return State(inputs.members, week, levels.reshape(shapes[0]), chances.reshape(shapes[1]))


def _write(file: Path, state: State) -> None:
    """Keep a state for later runs; without a place to keep it, it is computed each time."""
    numbers = b"".join(part.astype("<f8").tobytes() for part in (state.levels, state.chances))
    if len(numbers) > LARGEST:
        return
    digest = hashlib.sha256(numbers).hexdigest().encode()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if distrust(file.parent.stat()) is None:
            write_atomic(file, _FORMAT + digest + numbers)
    except (OSError, OutputError) as error:
        _log.warning("%s: the state of a history is not kept (%s)", file, error)
