"""Keys of a schema with type, limits, default and meaning, read from its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

SCALARS: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "day",
}
LIMITS: Final = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}


class Key(NamedTuple):
    """One key of a table: its name, type with limits, default and meaning."""

    name: str
    kind: str
    default: str
    meaning: str


def keys_of(model: type[BaseModel]) -> list[Key]:
    """Return the keys of a model in the order of its fields.

    Raises
    ------
    ValueError
        A field has no meaning in the Attributes of the docstring.
    """
    meaning = meanings(model, list(model.model_fields))
    keys = []
    for name, field in model.model_fields.items():
        limits = [
            words.format(_number(getattr(limit, short)))
            for limit in field.metadata
            for short, words in LIMITS.items()
            if getattr(limit, short, None) is not None
        ]
        kind = ", ".join([kind_of(field.annotation), *limits])
        keys.append(Key(name, kind, _default(field.is_required(), field.default), meaning[name]))
    return keys


def meanings(described: type[Any], names: list[str]) -> dict[str, str]:
    """Return the meaning of each name in the Attributes section of a class.

    Raises
    ------
    ValueError
        A name without one.
    """
    text = " ".join(_section(described.__doc__ or ""))
    one = "(?:" + "|".join(map(re.escape, names)) + ")"
    heads = list(re.finditer(rf"(?<![\w`.])({one}(?:, {one})*) : ", text))
    found: dict[str, str] = {}
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        for name in head[1].split(", "):
            found[name] = text[head.end() : end].strip()
    if missing := [name for name in names if not found.get(name)]:
        raise ValueError(f"{described.__name__} does not describe {', '.join(missing)}")
    return found


def kind_of(annotation: Any) -> str:
    """Return a type in the words of a file."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in SCALARS:
        return SCALARS[annotation]
    if origin is Annotated:
        return kind_of(arguments[0])
    if origin is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(kind_of(part) for part in arguments if part is not NoneType)
    if origin in (tuple, list):
        return f"list of {_plural(arguments[0])}"
    if origin is dict:
        return f"table of {_plural(arguments[1])} by name"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return str(annotation)


def key_table(keys: list[Key]) -> str:
    """Return keys as a Markdown table."""
    rows = [f"| `{key.name}` | {key.kind} | {key.default} | {_cell(key.meaning)} |" for key in keys]
    return "\n".join(["| key | type | default | meaning |", "| --- | --- | --- | --- |", *rows])


def meaning_table(rows: dict[str, str], *, head: str = "key") -> str:
    """Return names and meanings as a Markdown table."""
    lines = [f"| `{name}` | {_cell(meaning)} |" for name, meaning in rows.items()]
    return "\n".join([f"| {head} | meaning |", "| --- | --- |", *lines])


def _section(docstring: str) -> Iterator[str]:
    inside = False
    lines = docstring.splitlines()
    for i, line in enumerate(lines):
        following = lines[i + 1].strip() if i + 1 < len(lines) else ""
        if following and set(following) == {"-"}:
            inside = line.strip() == "Attributes"
        elif inside and set(line.strip()) != {"-"}:
            yield line.strip()


def _plural(annotation: Any) -> str:
    kind = kind_of(annotation)
    if kind.startswith("one of "):
        return f"texts, each {kind}"
    return kind if kind == "text" else f"{kind}s"


def _default(is_required: bool, value: object) -> str:
    if is_required:
        return "required"
    if value is None or value in ("", ()) or value is PydanticUndefined:
        return "none"
    if isinstance(value, BaseModel):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{value}`"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value}"


def _cell(text: str) -> str:
    is_name = "." in text.split(" ")[0].rstrip(".,")  # of a file: stays as it is
    shown = text if is_name else text[:1].upper() + text[1:]
    return shown.replace("|", "\\|").replace("``", "`")
