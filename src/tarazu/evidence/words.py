"""Texts of the estimators: TOML files with named placeholders, beside the arithmetic.

A text is filled by name, as in ``words.text("opening", verdict, level=0.9)`` for the template
``"... ({level:.0%} interval)"``. Format specifications are Python's, and one more: ``{x:±.2f}``
is a number with its sign, the minus as U+2212.

A text that is true of some sources only is a table by what a source counts as an event::

    {"lethal events" = "The record has only lethal operations.", any = "..."}

`Words.for_scope` leaves the text that fits. Where none does, a text of a list is left out.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, get_args

from tarazu.evidence.finding import Check, FigureData
from tarazu.evidence.refusals import reason_of
from tarazu.record import Scope

FILE: Final = "words.toml"
_SIGNED: Final = "±"
_SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
"""From the narrowest to the widest: what is true of one is true of those before it."""


class Words:
    """The texts of one package, read when first used.

    Parameters
    ----------
    package : dotted name of the package that holds words.toml; its last part names the finding.
    """

    def __init__(self, package: str) -> None:
        self.package = package

    @cached_property
    def table(self) -> dict[str, Any]:
        """The file as nested dictionaries."""
        return tomllib.loads(files(self.package).joinpath(FILE).read_text(encoding="utf-8"))

    def for_scope(self, scope: Scope) -> Words:
        """Return these texts for sources that count this as an event."""
        chosen = Words(self.package)
        chosen.table = _chosen(self.table, _SCOPES[_SCOPES.index(scope) :])
        return chosen

    def text(self, *keys: str, **values: object) -> str:
        """Return one text, filled.

        Raises
        ------
        ValueError
            There is no such text, or its placeholders are not the names of `values`.
        """
        found: str = self._fill(keys, values)
        return found

    def group(self, *keys: str, **values: object) -> dict[str, Any]:
        """Return all texts of one table, filled; lists of texts become tuples.

        Raises
        ------
        ValueError
            There is no such table, or its placeholders are not the names of `values`.
        """
        found: dict[str, Any] = self._fill(keys, values)
        return found

    def check(self, key: str, passed: bool | None, **values: object) -> Check:
        """Return the check of ``[checks.<key>]``: name, value, expectation, and what it refuses."""
        refuses = reason_of(self.package.rpartition(".")[2], key)
        return Check(**self.group("checks", key, **values), passed=passed, refuses=refuses)

    def figure(
        self, key: str, data: Mapping[str, list[Any]], *, source: str, **values: object
    ) -> FigureData:
        """Return the figure of ``[figures.<key>]``: kind, title, x_label, y_label and n."""
        return FigureData(**self.group("figures", key, **values), source=source, data=data)

    @property
    def _file(self) -> str:
        return f"{self.package}/{FILE}"

    def _fill(self, keys: Sequence[str], values: Mapping[str, object]) -> Any:
        found: Any = self.table
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                raise ValueError(f"{self._file} has no '{'.'.join(keys)}'")
            found = found[key]
        expected = _placeholders(found)
        if expected != values.keys():
            raise ValueError(
                f"'{'.'.join(keys)}' of {self._file} has the placeholders "
                f"{', '.join(sorted(expected)) or 'none'}; expected values for these, got "
                f"{', '.join(sorted(values)) or 'none'}"
            )
        return _filled(found, values)


def _chosen(found: Any, scopes: Sequence[Scope]) -> Any:
    """Return texts with each table by scope replaced by its first text among `scopes`, or None."""
    if isinstance(found, Mapping):
        if found and found.keys() <= set(_SCOPES):
            return next((found[scope] for scope in scopes if scope in found), None)
        return {key: _chosen(part, scopes) for key, part in found.items()}
    if isinstance(found, list):
        parts = (_chosen(part, scopes) for part in found)
        return [part for part in parts if part is not None]
    return found


def _placeholders(found: Any) -> set[str]:
    if isinstance(found, str):
        return placeholders(found)
    parts = found.values() if isinstance(found, Mapping) else found
    return set().union(*(_placeholders(part) for part in parts))


def _filled(found: Any, values: Mapping[str, object]) -> Any:
    if isinstance(found, str):
        return fill(found, values)
    if isinstance(found, Mapping):
        return {key: _filled(part, values) for key, part in found.items()}
    return tuple(_filled(part, values) for part in found)


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        if not format_spec.startswith(_SIGNED):
            return super().format_field(value, format_spec)
        text = super().format_field(value, format_spec.replace(_SIGNED, "+", 1))
        return text.replace("-", "\N{MINUS SIGN}")


_FORMATTER: Final = _Formatter()


def join_sentences(*sentences: str) -> str:
    """Return sentences as one text; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its placeholders filled.

    Examples
    --------
    >>> fill("{change:±.1f} on average ({level:.0%} interval)", {"change": -2, "level": 0.9})
    '−2.0 on average (90% interval)'
    """
    return _FORMATTER.vformat(template, (), values)


def placeholders(template: str) -> set[str]:
    """Return the names in braces.

    Examples
    --------
    >>> sorted(placeholders("{low:.2f} to {high:.2f}"))
    ['high', 'low']
    """
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
