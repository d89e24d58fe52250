"""A mechanism of one's own: a Python file that adds to the shipped declaration."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Final

from tarazu.core.arguments import check_path
from tarazu.core.errors import ScenarioError, TarazuError, raise_problems
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import digest
from tarazu.model.checks import checked
from tarazu.model.declaration import Model
from tarazu.model.default import build_model
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.stocks import stocks

ENTRY: Final = "mechanism"


@dataclass(frozen=True, slots=True)
class UserModel:
    """A checked model and the digest of the file that it took a mechanism from."""

    model: Model
    digest: str


def load_model(path: str | PathLike[str] | None = None) -> Model:
    """Return the shipped model, or the one with what a file adds to it, checked whole.

    The file is Python and is run: load only files whose author you trust. It defines one function,
    ``mechanism(m)``, which declares parameters, stocks, events, transfers, changes or levers as the
    shipped mechanisms do; it may read every quantity that they declare.

    Parameters
    ----------
    path : a Python file; None for the shipped model. The same file gives the same object.

    Raises
    ------
    ScenarioError
        The file cannot be read or run, or what it declares does not fit; names the line.
    ExceptionGroup
        Several problems of the declaration.
    TypeError
        Not a path.

    Examples
    --------
    >>> model = load_model()
    >>> model
    <Model 'tarazu': ... stocks, ... mechanisms, ... parameters, ... levers>
    >>> model.parameters["desertion_rate"].unit
    '1/week'
    >>> model.levers["due_process"].low, model.levers["due_process"].high
    (0.0, 1.0)
    """
    if path is None:
        return build_model()
    path = check_path("model", path, "the path of a Python file, or None for the shipped model")
    try:
        text = read_file(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"cannot be read ({reason})", file=path) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # one digest on every system
    return _with_mechanism(path, text)


def load_user_model(path: Path) -> UserModel:
    """Return the model of `load_model` with the digest of the file."""
    model = load_model(path)
    return UserModel(model, model.digest)


@cache  # a kernel is kept per model object, so the same file must not make another one
def _with_mechanism(path: Path, text: str) -> Model:
    mechanism = _mechanism(text, path)
    name = re.sub(r"\W", "_", path.stem)
    m = Model(f"tarazu_{name}")
    stocks(m)
    for shipped in MECHANISMS.values():
        shipped(m)
    before = set(m.names())
    try:
        mechanism(m)
    except Exception as error:
        raise _at_line(error, path) from error
    added = {name for name in m.names() if name not in before}
    m.mechanisms, m.digest = (*MECHANISMS, path.stem), digest(text.encode())
    try:
        checked(m)
    except TarazuError as error:
        raise _problem(error, text, path, added) from error
    except ExceptionGroup as group:
        problems = [_problem(error, text, path, added) for error in _leaves(group)]
        raise_problems([*problems], f"{path} has {len(problems)} problems")
    return m


def _mechanism(text: str, path: Path) -> Callable[[Model], None]:
    space: dict[str, object] = {"__name__": path.stem, "__file__": str(path)}
    try:
        exec(compile(text, str(path), "exec"), space)
    except SyntaxError as error:
        raise ScenarioError(
            f"line {error.lineno}: {error.msg}", file=path, expected="Python"
        ) from error
    except Exception as error:
        raise _at_line(error, path) from error
    found = space.get(ENTRY)
    if not callable(found):
        raise ScenarioError(
            f"defines no function '{ENTRY}'",
            file=path,
            expected=f"def {ENTRY}(m), which adds to the model",
        )
    return found


def _at_line(error: Exception, path: Path) -> ScenarioError:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    where = f"line {lines[-1]}: " if lines else ""
    said = str(error) if isinstance(error, TarazuError) else f"{type(error).__name__}: {error}"
    return ScenarioError(f"{where}{said}", file=path)


def _problem(error: Exception, text: str, path: Path, added: set[str]) -> ScenarioError:
    """Return the problem with the first line of the file that has a name which it names."""
    quoted = [name for name in re.findall(r"'(\w+)'", str(error)) if name in text]
    quoted.sort(key=lambda name: name not in added)
    for name in quoted:
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(rf"\b{name}\b", line):
                return ScenarioError(f"line {number}: {error}", file=path)
    return ScenarioError(str(error), file=path)


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
