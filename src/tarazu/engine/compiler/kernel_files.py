"""Generated kernels: run from their text; a copy on disk, named by content, for readers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import NamedTuple

from tarazu.core.files.cache import cache_dir, write_atomic
from tarazu.engine.compiler.numba_source import Source, write_source
from tarazu.engine.compiler.program import Program, compile_program
from tarazu.engine.compiler.week_plan import Mode
from tarazu.model.declaration import Model

_LOADING = Lock()
_log = logging.getLogger("tarazu.engine")


class BuiltKernel(NamedTuple):
    """A kernel ready to call, the rows that it works on, and the file to read."""

    run_member: Callable[..., int]
    source: Source
    file: str


@cache
def program_of(model: Model) -> Program:
    """Return the compiled program of a model, once per model object."""
    return compile_program(model)


def build_kernel(model: Model, mode: Mode, districts: int) -> BuiltKernel:
    """Return the kernel of a model for a number of districts; write its source if it is new.

    The file is named by the digest of its text, so a changed declaration makes another file and an
    unchanged one uses its machine code again. The text of the model is run, never that on disk.
    Threads may call this at the same time.

    Raises
    ------
    ModelError
        The model has a circle within a week, or a name that generated code needs.
    """
    with _LOADING:
        return _build(model, mode, districts)


@cache
def _build(model: Model, mode: Mode, districts: int) -> BuiltKernel:
    source = write_source(program_of(model), mode, districts)
    name = f"{model.name}_{mode}_{districts}_{source.digest}"
    folder = cache_dir() / "sources"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    _write(file, source.text.encode(), f"{mode}, {districts} districts")
    module = _run_text(f"tarazu_generated_{name}", source.text, file)
    return BuiltKernel(module.run_member, source, str(file))


def _write(file: Path, text: bytes, what: str) -> None:
    """Write the text where tracebacks and readers find it; a file that differs is replaced."""
    if not file.exists():
        # a warning, because Python shows these where nobody has set up logging
        _log.warning("compiling the model (%s): 10 to 30 seconds, once per model and region", what)
    elif file.read_bytes() == text:
        return
    write_atomic(file, text)


def _run_text(name: str, text: str, file: Path) -> ModuleType:
    """Return a module made from the text.

    Importing it would run byte code beside the file without a check.
    """
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module  # the kernel cache looks functions up by module
    exec(compile(text, str(file), "exec"), vars(module))
    return module
