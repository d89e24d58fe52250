"""What a compiled kernel was made from, as text: equal text, equal machine code.

numba's own cache keys a kernel by its file alone: after a change to a helper in another file,
or to a constant imported from one, the caller's old machine code is used without a warning.
Here the key includes every helper, constant, NamedTuple and option that the kernel reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, Literal

import numpy as np
from numba.core import types
from numba.core.dispatcher import Dispatcher
from numba.extending import _Intrinsic  # type: ignore[attr-defined]  # no public name

from tarazu.core.provenance import digest

# Named, not followed: numba implements these functions itself, and its version is in the key.
_KNOWN_PACKAGES: Final = frozenset({"builtins", "cmath", "llvmlite", "math", "numba", "numpy"})


class UnstableError(Exception):
    """Something a kernel uses has no description that is the same in every process."""


def source_text(kernel: Callable[..., object]) -> str:
    """Return everything that the machine code of `kernel` is made from, except its argument types.

    That is, for the kernel and every kernel or function that it calls, directly or not: the byte
    code and its constants (made from the source that was really imported, so a file edited while
    the process runs does no harm; comments and line numbers do not count), default arguments and
    numba options; and every global constant, array and NamedTuple class used.

    Not followed: ``numba.extending.overload`` and jitclasses, which Tarazu does not use.

    Raises
    ------
    UnstableError
        A global without a stable description, named in the message; or a kernel that calls
        itself: loading one from numba's format crashes the process (seen with numba 0.68, where
        the types of the arguments change places from call to call).
    """
    lines: list[str] = []
    calls: dict[int, set[int]] = {}
    pending: list[Any] = [kernel]
    seen: set[int] = set()
    while pending:
        used = pending.pop()
        function = _function(used)
        if id(function) in seen:
            continue
        seen.add(id(function))
        lines.append(f"kernel {function.__module__}.{function.__qualname__}")
        if isinstance(used, Dispatcher):
            options = sorted((k, _option_text(v)) for k, v in used.targetoptions.items())
            lines.append(f"options {options!r} {used.locals!r}")
        lines.append(_code_text(function.__code__))
        for name, value in _references(function):
            if isinstance(value, Dispatcher | _Intrinsic) or _is_own_function(value):
                pending.append(value)
                helper = _function(value)
                lines.append(f"{name} is {helper.__module__}.{helper.__qualname__}")
                calls.setdefault(id(function), set()).add(id(helper))
            else:
                lines.append(f"{name} = {_value_text(name, value)}")
    try:
        TopologicalSorter(calls).prepare()
    except CycleError:
        msg = "it calls itself, directly or through a helper; write the recursion as a loop"
        raise UnstableError(msg) from None
    return "\n".join(lines)


def type_text(numba_type: Any) -> str:
    """Return one argument type as text; unlike its repr it includes the fields of a NamedTuple.

    Raises
    ------
    UnstableError
        A type whose description changes from process to process.
    """
    if isinstance(numba_type, types.BaseTuple):
        parts = ", ".join(type_text(part) for part in getattr(numba_type, "types", ()))
        fields = getattr(numba_type, "fields", "")
        return f"{type(numba_type).__name__}({parts}){fields}"
    if isinstance(numba_type, types.Dispatcher):
        return digest(source_text(numba_type.dispatcher).encode())
    return _stable("argument", repr(numba_type))


def _option_text(value: Any) -> str:
    """Return an option as text; numba keeps floating-point flags in a set, without an order."""
    flags = getattr(value, "flags", value)
    return repr(sorted(flags)) if isinstance(flags, set | frozenset) else repr(value)


def _function(used: Any) -> FunctionType:
    """Return the Python function behind a kernel or intrinsic."""
    if isinstance(used, Dispatcher):
        return used.py_func  # type: ignore[no-any-return]
    if isinstance(used, _Intrinsic):
        return used._defn  # type: ignore[no-any-return]
    assert isinstance(used, FunctionType)
    return used


def _is_own_function(value: object) -> bool:
    return isinstance(value, FunctionType) and not _is_known(value)


def _is_known(value: Any) -> bool:
    return (getattr(value, "__module__", None) or "").partition(".")[0] in _KNOWN_PACKAGES


def _code_text(code: CodeType) -> str:
    """Return the instructions with their constants and names; no file, no line numbers."""
    constants = [
        _code_text(c) if isinstance(c, CodeType) else _value_text("constant", c)
        for c in code.co_consts
    ]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    table = code.co_exceptiontable
    return f"{code.co_name} {code.co_code.hex()} {table.hex()} {names} [{'; '.join(constants)}]"


def _references(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield by name, in a fixed order, all that the function's code can reach by a name."""
    names = sorted(_names(function.__code__))
    yield "defaults", function.__defaults__ or ()
    yield "keyword defaults", tuple(sorted((function.__kwdefaults__ or {}).items()))
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _unfold(name, cell.cell_contents, names)
    for name in names:
        if name in function.__globals__:
            yield from _unfold(name, function.__globals__[name], names)


def _unfold(
    name: str, value: Any, names: list[str], above: tuple[ModuleType, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield the value, or of a module those members that the code names."""
    if not isinstance(value, ModuleType):
        yield name, value
    elif value not in above and value.__name__.partition(".")[0] not in _KNOWN_PACKAGES:
        for member in names:
            if hasattr(value, member):
                yield from _unfold(
                    f"{name}.{member}", getattr(value, member), names, (*above, value)
                )


def _names(code: CodeType) -> set[str]:
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return set(code.co_names).union(*(_names(c) for c in inner))


def _value_text(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        fortran = value.flags.f_contiguous and not value.flags.c_contiguous
        layout: Literal["C", "F"] = "F" if fortran else "C"
        return f"array {value.dtype!r} {value.shape} {layout} {digest(value.tobytes(layout))}"
    if isinstance(value, Enum):
        return f"{type(value).__qualname__}.{value.name} = {value.value!r}"
    if isinstance(value, tuple | list):
        fields = getattr(value, "_fields", "")
        return f"({', '.join(_value_text(name, item) for item in value)}){fields}"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(_value_text(name, item) for item in value))}}}"
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__} {getattr(value, '_fields', '')}"
    if isinstance(value, np.generic):
        return f"{value.dtype} {value!r}"
    if callable(value) and _is_known(value):
        return f"{value.__module__}.{getattr(value, '__qualname__', repr(value))}"
    return _stable(name, repr(value))


def _stable(name: str, text: str) -> str:
    if " at 0x" in text:
        msg = f"'{name}' is {text}"
        raise UnstableError(msg)
    return text
