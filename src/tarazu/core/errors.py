"""Errors that a user can act on: what, where, what was expected, what to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path


def _sentence(what: str, where: str, expected: str | None, hint: str | None) -> str:
    text = f"{where}: {what}" if where else what
    if expected:
        text += f"; expected {expected}"
    if not text.endswith("?"):  # a message that ends with its hint
        text += "."
    if hint:
        text += f" {hint}" if hint.endswith("?") else f" {hint.rstrip('.')}."
    return text


class TarazuError(Exception):
    """Base of every error that Tarazu raises about its inputs, simulations and fits."""


class DataError(TarazuError):
    """A data file is invalid.

    Attributes
    ----------
    file, line, column : where (line counted from 1, the header line included).
    value : the value found there.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
        value: object = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.file, self.line, self.column = what, file, line, column
        self.value, self.expected, self.hint = value, expected, hint
        parts = [str(file)] if file is not None else []
        if line is not None:
            parts.append(f"line {line}")
        if column is not None:
            parts.append(f"column '{column}'")
        super().__init__(_sentence(what, ", ".join(parts), expected, hint))


class ScenarioError(TarazuError):
    """A specification file (study, policy, rules, claims) is invalid.

    Attributes
    ----------
    key : dotted path inside the file, for example ``design.draws``.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        key: str | None = None,
        value: object = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.file, self.key = what, file, key
        self.value, self.expected, self.hint = value, expected, hint
        parts = [str(file)] if file is not None else []
        if key is not None:
            parts.append(f"key '{key}'")
        super().__init__(_sentence(what, ", ".join(parts), expected, hint))


class SimulationError(TarazuError):
    """A simulation produced a value outside the range of the model.

    Attributes
    ----------
    quantity, value, district, week : the quantity, its value, where and when.
    """

    def __init__(
        self,
        what: str,
        *,
        quantity: str | None = None,
        value: object = None,
        district: str | None = None,
        week: int | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.quantity, self.value = what, quantity, value
        self.district, self.week = district, week
        self.expected, self.hint = expected, hint
        parts = [quantity] if quantity is not None else []
        if district is not None:
            parts.append(f"district '{district}'")
        if week is not None:
            parts.append(f"week {week}")
        super().__init__(_sentence(what, ", ".join(parts), expected, hint))


class OutputError(TarazuError):
    """An output would replace something that must be kept.

    Attributes
    ----------
    path : the file or folder that stands in the way.
    """

    def __init__(
        self, what: str, *, path: Path, expected: str | None = None, hint: str | None = None
    ) -> None:
        self.what, self.path, self.expected, self.hint = what, path, expected, hint
        super().__init__(_sentence(what, str(path), expected, hint))


class ResourceError(TarazuError):
    """Work needs more memory or disk than there is, or than is allowed."""

    def __init__(self, what: str, *, expected: str | None = None, hint: str | None = None) -> None:
        self.what, self.expected, self.hint = what, expected, hint
        super().__init__(_sentence(what, "", expected, hint))


class FitError(TarazuError):
    """An estimate cannot be computed from the data given."""


def suggest(name: str, known: Iterable[str], near: float = 0.5) -> str | None:
    """Return a hint that names the nearest known name; None if none is near.

    Parameters
    ----------
    near : the similarity that a name has at least, 0 to 1, as difflib measures it.

    Examples
    --------
    >>> suggest("retalliation", ["retaliation", "wake"])
    "Did you mean 'retaliation'?"
    """
    spelled = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), spelled, n=1, cutoff=near)
    return f"Did you mean {spelled[found[0]]!r}?" if found else None


def did_you_mean(name: str, known: Iterable[str], near: float = 0.5) -> str:
    """Return the end of a message that names the nearest known name; "" if none is near."""
    hint = suggest(name, known, near)
    return f" {hint}" if hint else ""


def no_attribute(thing: object, name: str, instead: Mapping[str, str]) -> AttributeError:
    """Return the error for an attribute that does not exist, with what does the same.

    Parameters
    ----------
    instead : what to use, by names that people try.
    """
    text = f"{type(thing).__name__!r} object has no attribute {name!r}"
    if name in instead:
        text += f". Use {instead[name]}"
    return AttributeError(text, name=name, obj=thing)


def raise_problems(problems: Sequence[TarazuError], summary: str) -> None:
    """Raise all problems of one file at once.

    Nothing happens without problems; a single one is raised as itself.

    Raises
    ------
    TarazuError
        The only problem.
    ExceptionGroup
        Several problems, under `summary`.
    """
    if not problems:
        return
    if len(problems) == 1:
        raise problems[0]
    raise ExceptionGroup(summary, list(problems))
