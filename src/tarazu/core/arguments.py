"""Checks of the arguments of public functions: errors at once, before anything is computed."""

from __future__ import annotations

from os import PathLike
from pathlib import Path


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


def wrong_type(what: str, value: object, expected: str) -> TypeError:
    """Return the error for an argument of a wrong type."""
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return TypeError(f"{what} is {shown} ({type(value).__name__}); expected {expected}")
