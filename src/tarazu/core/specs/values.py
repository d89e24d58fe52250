"""Values of specification files, checked by one rule for all keys before any model sees them.

A key that a model gains tomorrow is covered too: a number is finite and of a size that floats and
counts hold exactly, a text can be shown and can name a file, tables are neither deep nor long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from tarazu.core.errors import ScenarioError

LARGEST: Final = 10**15  # of a number: floats and counts are exact up to here
DEEPEST: Final = 20  # tables and arrays inside each other; the shipped files have at most four
MOST_ENTRIES: Final = 10_000  # of one table or array
LONGEST_TEXT: Final = 10_000  # characters
LONGEST_NAME: Final = 200  # characters of a key
SHOWN: Final = 80  # characters of a value in an error

_NAME: Final = r"""(?:[\w-]+|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\n]*')"""
_LONG_KEY: Final = re.compile(
    rf"(?:^|[\[{{,])[ \t]*{_NAME}(?:[ \t]*\.[ \t]*{_NAME}){{{DEEPEST},}}", re.MULTILINE
)
_DIGITS: Final = re.compile(r"[\d_]+")
_KEY_BEFORE: Final = re.compile(r"([\w.-]+)[ \t]*=[ \t]*[-+]?$")
_TOO_MANY_DIGITS: Final = 4000  # Python reads up to 4,300


def check_keys(text: str, file: object) -> None:
    """Raise an error for a key of very many parts, with which tomllib takes minutes.

    Raises
    ------
    ScenarioError
        A key of more than `DEEPEST` parts.
    """
    if found := _LONG_KEY.search(text):
        raise ScenarioError(
            f"line {_line(text, found.start())} has a key of more than {DEEPEST} parts",
            file=str(file),
            value=in_short(found.group()),
            expected="tables that are less deep",
        )


def explain_number(text: str, file: object) -> ScenarioError:
    """Return the error for a number with so many digits that Python does not read it."""
    numbers = (found for found in _DIGITS.finditer(text) if len(found.group()) > _TOO_MANY_DIGITS)
    found = next(numbers, None)
    line, key = "", None
    if found is not None:
        line = f"line {_line(text, found.start())} "
        key = _KEY_BEFORE.search(text[max(0, found.start() - LONGEST_NAME) : found.start()])
    return ScenarioError(
        f"{line}has a number of thousands of digits",
        file=str(file),
        key=None if key is None else key.group(1),
        value=None if found is None else in_short(found.group()),
        expected=f"a number from -{LARGEST:g} to {LARGEST:g}",
    )


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def split_values(entries: object, file: object) -> tuple[object, list[ScenarioError]]:
    """Return the entries with every unusable value replaced by None, and the problem of each."""
    problems: list[ScenarioError] = []
    return _usable(entries, "", 0, str(file), problems), problems


def _usable(
    value: object, key: str, depth: int, file: str, problems: list[ScenarioError]
) -> object:
    fault = next(_faults(value, depth), None)
    if fault is not None:
        what, expected = fault
        problems.append(
            ScenarioError(what, file=file, key=key or None, value=value, expected=expected)
        )
        return None
    if isinstance(value, dict):
        return {
            name: _usable(entry, join(key, name), depth + 1, file, problems)
            for name, entry in value.items()
        }
    if isinstance(value, list):
        return [
            _usable(entry, f"{key}[{i}]", depth + 1, file, problems)
            for i, entry in enumerate(value)
        ]
    return value


def _faults(value: object, depth: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one value, whatever its key, and what was expected."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            yield f"is {value}", "a finite number"
        elif abs(value) > LARGEST:
            yield f"is {in_short(value)}", f"a number from -{LARGEST:g} to {LARGEST:g}"
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            yield f"has {len(value):,} characters", f"at most {LONGEST_TEXT:,}"
        elif bad := next((c for c in value if _is_control(c)), None):
            yield f"has the control character {bad!r}", "text that can be printed"
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            yield f"is nested more than {DEEPEST} deep", "tables that are less deep"
        elif len(value) > MOST_ENTRIES:
            yield f"has {len(value):,} entries", f"at most {MOST_ENTRIES:,}"
        elif isinstance(value, dict):
            for name in value:
                if len(name) > LONGEST_NAME:
                    what = f"has a key of {len(name):,} characters, '{in_short(name)}'"
                    yield what, f"at most {LONGEST_NAME} characters"
                elif any(_is_control(c) or c in "\n\t" for c in name):
                    yield f"has the key {in_short(name)}", "keys without control characters"


def _is_control(character: str) -> bool:
    return (character < " " and character not in "\n\r\t") or "\x7f" <= character <= "\x9f"


def join(key: str, name: str) -> str:
    """Return the dotted key of an entry of a table."""
    return f"{key}.{name}" if key else name


def in_short(value: object) -> str:
    """Return a value on one line, cut where it is long; integers may have any number of digits."""
    if isinstance(value, int) and abs(value) > 10**30:
        return f"a whole number of {_digits(value):,} digits"
    text = re.sub(r"\s+", " ", value if isinstance(value, str) else repr(value))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _digits(value: int) -> int:
    return int(value.bit_length() * math.log10(2.0)) + 1
