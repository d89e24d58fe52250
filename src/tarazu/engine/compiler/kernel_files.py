"""Generated kernels on disk: written once by content, opened like any module."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from tarazu.core.cache import cache_dir, write_atomic
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

    The file is named by the digest of its text, so a changed declaration is another file and an
    unchanged one finds its machine code again. Threads may call this at once.

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
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    text = source.text.encode()
    if not file.exists() or file.read_bytes() != text:
        told = "compiling the model (%s, %d districts), once: some 10 to 30 seconds"
        _log.info(told, mode, districts)
        write_atomic(file, text)
    spec = importlib.util.spec_from_file_location(f"tarazu_generated_{name}", file)
    assert spec is not None  # a path that ends in .py always has a loader
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # the kernel cache looks functions up by module
    spec.loader.exec_module(module)
    return BuiltKernel(module.run_member, source, str(file))
