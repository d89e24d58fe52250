"""Specification files drawn from the schemas of their models, with values at their worst."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

Entries = dict[str, Any]
Path = tuple[str | int, ...]


class Raw(str):
    """Text that stands in the file as it is."""


WORST: list[object] = [
    math.nan, math.inf, -math.inf, -1, 0, 1, -0.0, 5e-324, -1e-300, 1e-12, 1e15, -1e15, 1e16,
    1e300, -1e300, 1e308, 2**31 - 1, 2**31, 2**53, 2**63, 2**64, 10**15, 10**30, -(10**30),
    Raw("1" * 5_000), Raw("0x" + "f" * 5_000), Raw("1e999"), True, False, "", " ", "x", "nan",
    "\x00", "\x1b[2J", "\n", "../..", "/dev/null", ".toml", "own.toml", "absent.toml", "x" * 300,
    "x" * 20_000, "\u202e", "all", "*", "%", "%Y", "(", "(a+)+$", "[", "\\", [], [[]], [1], ["x"],
    ["x", "x"], [math.nan], {}, {"x": 1}, {"low": math.nan}, {"low": "x"}, {"low": 1, "high": -1},
    {"a": {"b": {"c": []}}}, Raw("[" * 30 + "]" * 30), Raw("[" * 1_000 + "]" * 1_000),
    Raw("2020-02-29"), Raw("12:30:00"), list(range(130)), list(range(1_001)),
    [f"n{i}" for i in range(130)], list(range(10_001)),
]  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 300),
    st.integers(),
    st.floats(),
    st.floats(0, 1),
    st.sampled_from([0, 1, 2, 0.5, 1e-9, 1e6, 1e15, -1]),
)


def text(value: object) -> str:
    """Return a value as TOML."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {text(item)}" for key, item in value.items()) + "}"
    return quoted(str(value))


def quoted(value: str) -> str:
    plain = value.encode("utf-8", "replace").decode()
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml(entries: Entries) -> str:
    return "".join(f"{quoted(key)} = {text(value)}\n" for key, value in entries.items())


def paths(value: object, above: Path = ()) -> Iterator[Path]:
    """Yield the place of every value in entries."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*above, key)
        yield from paths(item, (*above, key))


def changed(value: Any, path: Path, new: object) -> Any:
    """Return entries with one value replaced; `...` removes it."""
    if not path:
        return new
    first, *rest = path
    copy = value.copy()
    if not rest and new is ...:
        del copy[first]
    else:
        copy[first] = changed(copy[first], tuple(rest), new)
    return copy


@st.composite
def damaged_entries(draw: st.DrawFn, good: Entries, names: list[str]) -> Entries:
    """Draw good entries of which one to three values were replaced, removed or added."""
    entries: Any = good
    bad = st.one_of(st.sampled_from(WORST), NUMBERS, st.sampled_from(names), st.text(max_size=20))
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        places = list(paths(entries))
        if not places:
            break
        path = draw(st.sampled_from(places))
        kind = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        if kind == "add" and len(path) == 1:
            entries = {**entries, draw(st.one_of(st.sampled_from(names), st.text())): draw(bad)}
        else:
            entries = changed(entries, path, ... if kind == "remove" else draw(bad))
    return entries


def entries_of(model: type[BaseModel], names: list[str]) -> st.SearchStrategy[Entries]:
    """Return what draws the tables of a model: every key of it, with values of its type."""
    fields = {
        field.alias or name: (_values(field.annotation, names), field.is_required())
        for name, field in model.model_fields.items()
    }
    return st.fixed_dictionaries(
        {name: values for name, (values, needed) in fields.items() if needed},
        optional={name: values for name, (values, needed) in fields.items() if not needed},
    )


def _values(kind: Any, names: list[str]) -> st.SearchStrategy[Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _values(parts[0], names)
    if origin in (Union, UnionType):
        return st.one_of(*(_values(part, names) for part in parts if part is not NoneType))
    if origin is Literal:
        return st.sampled_from([*parts, "x"])
    if origin in (tuple, list, set):
        return st.lists(_values(parts[0], names), max_size=3)
    if origin is dict:
        return st.dictionaries(st.sampled_from(names), _values(parts[1], names), max_size=3)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return entries_of(kind, names)
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.one_of(st.integers(0, 5), st.integers(0, 300), st.integers())
    if kind is float:
        return NUMBERS
    return st.one_of(st.sampled_from(names), st.sampled_from(names), st.text(max_size=10))
