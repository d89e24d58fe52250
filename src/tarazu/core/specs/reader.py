"""Specification files (TOML) read into their models; all problems are reported at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from types import UnionType
from typing import Annotated, Final, TypeGuard, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tarazu.core.errors import ScenarioError, raise_problems, suggest
from tarazu.core.files.reading import read_file
from tarazu.core.specs.values import check_keys, explain_number, in_short, split_values

_MAX_BYTES: Final = 4_000_000  # a specification is written by hand; larger files are something else
RENAMED_KEYS: Final = "RENAMED_KEYS"  # what a model calls its table of renamed keys
_PYDANTIC_EXPECTS: Final = "Input should be "
_TOML_WORDS: Final = {"an object": "a table", "a valid string": "a text in quotation marks"}
_DAY: Final = "a day such as 2027-01-01, without quotation marks"

SpecT = TypeVar("SpecT", bound=BaseModel)


def read_toml(path: Path, model: type[SpecT]) -> SpecT:
    """Return the file's content as `model`.

    Unknown keys are errors on every level, and a value must have the declared type: "3" is not a
    number. Arrays become the tuples or lists that the model declares.

    Parameters
    ----------
    path : a TOML file, UTF-8.
    model : of the file. It, or a part of it, lists the keys that were renamed in
        ``RENAMED_KEYS: ClassVar = {"old": "new"}``; the error of an old key names the new one.

    Raises
    ------
    ScenarioError
        The file cannot be read, is not TOML, or has one problem.
    ExceptionGroup
        Several problems: one ScenarioError each, with file, dotted key, and for an unknown
        key the nearest valid one.
    """
    try:
        data = read_file(path, most=_MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScenarioError(f"cannot be read ({reason})", file=path) from error
    return parse_toml(data, model, file=path)


def parse_toml(data: bytes, model: type[SpecT], *, file: Path | str) -> SpecT:
    """Return the content of a TOML file as `model`; see `read_toml`.

    Parameters
    ----------
    file : as errors name it.
    """
    path = Path(file)
    return read_entries(_parse(data, path), model, path)


def read_entries(
    entries: Mapping[str, object], model: type[SpecT], path: Path = Path("the dictionary")
) -> SpecT:
    """Return a dictionary as `model`; the same checks as of a file, see `read_toml`.

    Parameters
    ----------
    path : what errors name.
    """
    usable, problems = split_values(dict(entries), path)
    # By way of JSON, because strict validation of Python objects refuses a list for a tuple.
    text = json.dumps(usable, default=_isoformat)
    spec, found = None, list[ErrorDetails]()
    try:
        spec = model.model_validate_json(text, strict=True, extra="forbid")
    except ValidationError as error:
        found = error.errors()
    renamed = {new for details in found if (new := _new_place(model, details))}
    unusable = [problem.key or "" for problem in problems]
    problems += [
        problem
        for details in found
        if details["type"] != "missing" or details["loc"] not in renamed
        for problem in [_explain(path, model, details)]
        if (problem.key or "") not in unusable
        if details["type"] == "extra_forbidden" or not _holds(problem.key, unusable)
    ]
    raise_problems(problems, f"{path} has {len(problems)} problems")
    assert spec is not None  # else pydantic found a problem
    return spec


def _holds(key: str | None, unusable: Sequence[str]) -> bool:
    """Whether a value contains one that was found to be unusable; the file contains all."""
    inside = ("",) if key is None else (f"{key}.", f"{key}[")
    return any(one.startswith(inside) for one in unusable)


def _parse(data: bytes, path: Path) -> dict[str, object]:
    if len(data) > _MAX_BYTES:
        size = f"{_MAX_BYTES / 1e6:.0f} MB"
        what = f"is more than {size} large"
        raise ScenarioError(what, file=path, expected="a TOML file written by hand")
    text = ""
    try:
        text = data.decode("utf-8-sig")
        check_keys(text, path)
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError(
            f"line {line} is not UTF-8",
            file=path,
            expected="a TOML file in UTF-8",
            hint="Save it again as UTF-8",
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ScenarioError(f"is not valid TOML: {what}", file=path) from error
    except ValueError as error:  # of a number with more digits than Python reads
        raise explain_number(text, path) from error


def _isoformat(value: object) -> str:
    if isinstance(value, date | time):  # all that TOML adds to JSON's types; datetime is a date
        return value.isoformat()
    msg = f"TOML has no {type(value).__name__}"
    raise TypeError(msg)


def _explain(path: Path, model: type[BaseModel], details: ErrorDetails) -> ScenarioError:
    key, holders = _walk(model, details)
    value = details["input"]
    if new_place := _new_place(model, details):
        return ScenarioError(
            f"was renamed '{new_place[-1]}'",
            file=path,
            key=key,
            value=value,
            hint=f"Write '{new_place[-1]}' in its place",
        )
    if details["type"] == "extra_forbidden":
        valid = sorted({name for holder in holders for name in _names(holder)})
        return ScenarioError(
            "unknown key",
            file=path,
            key=key,
            value=value,
            expected=f"one of {', '.join(valid)}" if valid else "no keys here",
            hint=suggest(str(details["loc"][-1]), valid),
        )
    if details["type"] == "missing":
        return ScenarioError("missing", file=path, key=key, expected="a value")
    message = details["msg"].removeprefix("Value error, ")
    shown = in_short(repr(value))
    if message.startswith(_PYDANTIC_EXPECTS):
        expected = message.removeprefix(_PYDANTIC_EXPECTS)
        expected = _TOML_WORDS.get(expected, expected)
        if details["type"].startswith("date_"):
            expected = _DAY
        return ScenarioError(f"got {shown}", file=path, key=key, value=value, expected=expected)
    return ScenarioError(f"got {shown}; {message}", file=path, key=key, value=value)


def _new_place(model: type[BaseModel], details: ErrorDetails) -> tuple[str | int, ...] | None:
    """Return the location of a key's new name; None if it is not one that was renamed."""
    if details["type"] != "extra_forbidden":
        return None
    *above, key = details["loc"]
    for holder in _walk(model, details)[1]:
        new = getattr(holder, RENAMED_KEYS, {}).get(key)
        if new in _names(holder):
            return (*above, new)
    return None


def _walk(
    model: type[BaseModel], details: ErrorDetails
) -> tuple[str | None, list[type[BaseModel]]]:
    """Return the key as written, ``levers[2].unit``, and the models that may hold its last part.

    The key is None for the file as a whole. pydantic's locations also name the branch of a
    union that was tried; such a part is not a key of the file and is left out.
    """
    location, key = details["loc"], ""
    ends_in_key = details["type"] in ("missing", "extra_forbidden")
    kinds: list[object] = [model]
    for position, part in enumerate(location):
        holders = [kind for kind in kinds if _is_model(kind)]
        if isinstance(part, int):
            key += f"[{part}]"
            kinds = [item for kind in kinds for item in _contents(kind)]
        elif fields := [holder for holder in holders if part in _names(holder)]:
            key += f".{part}"
            kinds = [k for holder in fields for k in _branches(_annotation(holder, part))]
        elif any(get_origin(kind) is dict for kind in kinds):
            key += f".{part}"
            kinds = [item for kind in kinds for item in _contents(kind)]
        elif ends_in_key and position == len(location) - 1:
            return f"{key}.{part}".lstrip("."), holders
        else:
            kinds = [holder for holder in holders if holder.__name__ == part] or kinds
    return key.lstrip(".") or None, [kind for kind in kinds if _is_model(kind)]


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _annotation(model: type[BaseModel], name: str) -> object:
    fields = model.model_fields.items()
    return next(field.annotation for own, field in fields if (field.alias or own) == name)


def _branches(annotation: object) -> list[object]:
    """Return the alternatives of a union, taken out of ``Annotated``; else the one type."""
    if get_origin(annotation) is Annotated:
        return _branches(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [kind for part in get_args(annotation) for kind in _branches(part)]
    return [annotation]


def _contents(kind: object) -> list[object]:
    """Return what a list, tuple, set or dict of this type holds."""
    held = get_args(kind)[1:] if get_origin(kind) is dict else get_args(kind)
    return [branch for part in held if part is not Ellipsis for branch in _branches(part)]
