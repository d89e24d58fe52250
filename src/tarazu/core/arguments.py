"""Checks of the arguments of public functions: errors at once, before anything is computed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

from tarazu.core.errors import ScenarioError, suggest


def check_path(what: str, value: object, expected: str) -> Path:
    """Return a name or a path as a path.

    Parameters
    ----------
    what : the argument, as the error names it.
    expected : what the function accepts, in words.

    Raises
    ------
    TypeError
        `value` is neither text nor a path.
    """
    if isinstance(value, str | PathLike):
        return Path(value)
    raise wrong_type(what, value, expected)


def find_shipped(kind: str, value: object, names: Sequence[str], folder: Path) -> Path:
    """Return the file of a shipped thing by name, or the path itself if it ends in ``.toml``.

    Parameters
    ----------
    kind : of the thing, as the error names it: "policy".
    names : of what ships in `folder`, each in a file of its name.

    Raises
    ------
    ScenarioError
        Nothing ships under this name; the nearest one is named.
    TypeError
        `value` is neither text nor a path.
    """
    path = check_path(kind, value, f"the name of a {kind}, or a path")
    if path.suffix == ".toml":
        return path
    name = str(value)
    if name not in names:
        raise ScenarioError(
            f"no {kind} '{name}'",
            value=name,
            expected=f"one of {', '.join(names)}, or a path that ends in .toml",
            hint=suggest(name, names),
        )
    return folder / f"{name}.toml"


def check_whole(what: str, value: object, low: int, high: int | None = None) -> int:
    """Return a whole number within a range, NumPy's whole numbers included.

    Raises
    ------
    TypeError
        Not a whole number.
    ValueError
        Below `low` or above `high`.
    """
    ends = f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise wrong_type(what, value, f"a whole number, {ends}")
    number = int(value.__index__())
    if number < low or (high is not None and number > high):
        raise ValueError(f"{what} is {number:,}; expected {ends}")
    return number


def check_names(what: str, value: object, *, may_be_empty: bool = False) -> tuple[str, ...]:
    """Return one name or several as several.

    Parameters
    ----------
    may_be_empty : whether there may be no name; None is none then.

    Raises
    ------
    TypeError
        Something else than text, or nothing.
    """
    if value is None and may_be_empty:
        return ()
    names = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not (names or may_be_empty) or not all(isinstance(name, str) for name in names):
        raise wrong_type(what, value, "one name, or several")
    return names


def check_several(what: str, value: object, expected: str = "") -> tuple[Any, ...]:
    """Return several things as they are; one alone, a path or a dictionary is refused.

    Parameters
    ----------
    expected : what the function accepts, in words; default: several of `what` in a list.

    Raises
    ------
    TypeError
        Not several.
    """
    if isinstance(value, str | PathLike | Mapping) or not isinstance(value, Iterable):
        raise wrong_type(what, value, expected or f"several {what} in a list")
    return tuple(value)


def check_day(what: str, value: object, *, last: bool = False) -> date:
    """Return a day, given as a date or as text: a day, or the first one of a month or year.

    Parameters
    ----------
    last : take the last day of a month or year instead.

    Raises
    ------
    TypeError
        Neither a date nor text.
    ValueError
        What is no day.

    Examples
    --------
    >>> check_day("end", "2015-02", last=True)
    datetime.date(2015, 2, 28)
    """
    expected = "a date, or a day, month or year such as '2015-06-30', '2015-06' or '2015'"
    if not isinstance(value, str | date):
        raise wrong_type(what, value, expected)
    text = value if isinstance(value, str) else value.isoformat()
    is_month = len(text) == 7 and text[4] == "-"
    if len(text) == 4:
        text += "-12-31" if last else "-01-01"
    try:
        day = datetime.fromisoformat(f"{text}-01" if is_month else text).date()
    except ValueError:
        raise ValueError(f"{what} is {value!r}; expected {expected}") from None
    return day.replace(day=monthrange(day.year, day.month)[1]) if last and is_month else day


def check_share(what: str, value: object, example: float) -> None:
    """Refuse what is not a number between 0 and 1, both excluded; NumPy's numbers are accepted.

    Raises
    ------
    ValueError
        Something else; text is not read as a number.
    """
    if not (isinstance(value, Real) and 0.0 < float(value) < 1.0):  # False and True are 0 and 1
        raise ValueError(
            f"{what} is {value!r}; expected a number between 0 and 1, such as {example:g}"
        )


def check_frame(what: str, value: object, rows: str) -> None:
    """Refuse what is no pandas DataFrame; pandas itself is not imported.

    Parameters
    ----------
    rows : what a row stands for, in words.

    Raises
    ------
    TypeError
        Something else.
    """
    if not (hasattr(value, "columns") and hasattr(value, "assign")):
        raise wrong_type(what, value, f"a pandas DataFrame with {rows}")


def wrong_type(what: str, value: object, expected: str) -> TypeError:
    """Return the error for an argument of a wrong type; of a long value its first words."""
    noun, shown = type(value).__name__, repr(value)
    if "\n" in shown:  # a table
        return TypeError(f"{what} is a {noun}; expected {expected}")
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return TypeError(f"{what} is {shown} ({noun}); expected {expected}")
