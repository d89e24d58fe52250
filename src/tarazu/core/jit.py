"""Compiling kernels: numba's options in one place, and a disk cache that is never stale.

numba is imported with this module, so only modules with kernels may import it.
"""

from __future__ import annotations

import logging
import pickle
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, overload

import llvmlite
import numba
from numba.core import compiler, config, serialize, sigutils
from numba.core.caching import _Cache

from tarazu.core.display import LINE, is_seen
from tarazu.core.files.cache import cache_dir
from tarazu.core.kernel_key import UnstableError, source_text, type_text
from tarazu.core.kernel_store import (
    FILE_FORMAT,
    UntrustedFolderError,
    read_kernel,
    trusted_folder,
    write_kernel,
)
from tarazu.core.provenance import digest

F = TypeVar("F", bound=Callable[..., Any])

GENERATED: Final = "tarazu_generated_"  # modules of the engine for the kernels of a model
_ESTIMATORS: Final = "tarazu.evidence."  # modules
_log = logging.getLogger("tarazu.core")
_is_announced = False  # whether this process has logged that it compiles
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy"}
_SETTINGS: Final = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE")
# numba says that it is typed, but these parts of it are not.
_normalize_signature: Final[Any] = sigutils.normalize_signature
_serialize: Final[Any] = serialize.dumps
_CompileResult: Final[Any] = compiler.CompileResult
# What unpickling raises where a class that a kernel was compiled with has moved or changed.
_UNREADABLE: Final = (
    *(pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError),
    *(KeyError, TypeError, ValueError),
)


@overload
def kernel(function: F, /) -> F: ...
@overload
def kernel(**options: Any) -> Callable[[F], F]: ...
def kernel(function: F | None = None, /, **options: Any) -> F | Callable[[F], F]:
    """Compile a function of numbers and arrays when first called; keep the result on disk.

    The result is kept under `cache_dir`, in a folder that only this user may write to. It is used
    again only for the same source, the same source of every kernel that it calls, the same
    constants, and the same numba, llvmlite, Python and processor. Nothing is read or written
    before the first call. Why not numba's own cache: docs/decisions/kernel-cache.md.

    Parameters
    ----------
    function : plain loops and arithmetic; division by zero gives inf or nan, as in NumPy.
    **options : numba's, on top of ``nogil=True, error_model="numpy"``, each with a measured
        reason beside it: ``@kernel(inline="always")``.

    Returns
    -------
    callable
        The compiled function; the function itself where ``NUMBA_DISABLE_JIT=1``.

    Warns
    -----
    RuntimeWarning
        At the first call, where the result cannot be kept and is compiled in every process: a
        global without a stable description, or a folder that others may write to.

    See Also
    --------
    plain : the function before compilation.

    Examples
    --------
    >>> @kernel
    ... def half(x):
    ...     return x / 2
    >>> half(3.0)
    1.5
    """

    def compile_later(python_function: F) -> F:
        compiled = numba.njit(**(_OPTIONS | options))(python_function)
        if compiled is not python_function:
            compiled._cache = _KernelCache(compiled)
        return compiled  # type: ignore[no-any-return]

    return compile_later if function is None else compile_later(function)


@overload
def bare_kernel(function: F, /) -> F: ...
@overload
def bare_kernel(**options: Any) -> Callable[[F], F]: ...
def bare_kernel(function: F | None = None, /, **options: Any) -> F | Callable[[F], F]:
    """Compile a function that allocates no array, without reference counting; see `kernel`.

    Counting took a third of the time of a stochastic run (bench_engine).
    """
    compile_later: Callable[[F], F] = kernel(_nrt=False, **options)
    return compile_later if function is None else compile_later(function)


def plain(function: F) -> F:
    """Return the Python function behind a kernel, compiled or not.

    Examples
    --------
    >>> def half(x):
    ...     return x / 2
    >>> plain(kernel(half)) is half
    True
    """
    return getattr(function, "py_func", function)


class _KernelCache(_Cache):
    """One file per kernel and signature, named by the digest of all that it was made from.

    There is no index that two processes could overwrite for each other, and versions of one
    kernel from two checkouts are kept side by side.
    """

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._enabled = True
        self._used: set[Path] = set()

    @property
    def cache_path(self) -> str:
        return str(cache_dir() / "kernels")

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        target_context.refresh()
        path = self._path(sig, target_context.codegen())
        content = None if path is None else read_kernel(path)
        if path is None or content is None:
            self._announce()
            return None
        try:
            loaded = _CompileResult._rebuild(target_context, *pickle.loads(content))
        except _UNREADABLE:
            return None
        self._used.add(path)
        return loaded

    def save_overload(self, sig: Any, data: Any) -> None:
        path = self._path(sig, data.codegen)
        if path is None:
            return
        if data.library.has_dynamic_globals or any(not loop.can_cache for loop in data.lifted):
            self._warn("it uses a pointer, lifted code or a global array too large to embed")
            return
        try:
            write_kernel(path, _serialize(data._reduce()))
        except OSError as error:
            self._warn(f"{path} cannot be written ({error.strerror})")
            return
        self._used.add(path)

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        for path in self._used:
            path.unlink(missing_ok=True)
        self._used.clear()

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        """Return the file of the result for this signature; None if it cannot be kept."""
        if not self._enabled:
            return None
        arguments, result = _normalize_signature(sig)
        try:
            made_from = [
                source_text(self._dispatcher),
                *(type_text(argument) for argument in arguments),
                "None" if result is None else type_text(result),
                numba.__version__,
                llvmlite.__version__,
                str(sys.implementation.cache_tag),
                repr(codegen.magic_tuple()),
                *(f"{name}={getattr(config, name)}" for name in _SETTINGS),
                FILE_FORMAT,
            ]
        except UnstableError as error:
            self._warn(str(error))
            return None
        function = self._dispatcher.py_func
        name = re.sub(r"[^\w.]", "", f"{function.__module__}.{function.__qualname__}")[-80:]
        try:
            folder = trusted_folder(cache_dir() / "kernels")
        except UntrustedFolderError as error:
            self._warn(str(error))
            return None
        except OSError as error:
            self._warn(f"{cache_dir() / 'kernels'} cannot be made ({error.strerror})")
            return None
        return folder / f"{name}-{digest(chr(0).join(made_from).encode())}.nbc"

    def _announce(self) -> None:
        """Log once, where somebody waits for it, what is compiled and for how long."""
        global _is_announced
        module = self._dispatcher.py_func.__module__
        if _is_announced or module.startswith(GENERATED) or not is_seen(sys.stderr):
            return  # what is generated has a line of its own
        _is_announced = True
        what = "the estimators" if module.startswith(_ESTIMATORS) else "numerical code"
        told = f"compiling {what} for this machine (up to 30 s; kept for next time)"
        _log.warning(f"{told:<{LINE}}")

    def _warn(self, reason: str) -> None:
        name = self._dispatcher.py_func.__qualname__
        warnings.warn(
            f"kernel '{name}' is compiled in every process: {reason}", RuntimeWarning, stacklevel=2
        )
