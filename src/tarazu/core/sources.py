"""Sources of numbers: a work in the bibliography and what it is cited for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from tarazu.core.errors import suggest

_ASSUMED_KEY: Final = "assumed"


@dataclass(frozen=True, slots=True)
class Work:
    """One entry of the bibliography.

    Attributes
    ----------
    key : surname of the first author and year, for example ``"epstein2002"``.
    author, title, venue : as printed.
    year : None for a source that is revised continuously.
    doi : None where the work has none, or where it was not certain.
    """

    key: str
    author: str
    title: str
    venue: str
    year: int | None = None
    doi: str | None = None

    def cite(self) -> str:
        """Return the reference as one line.

        Examples
        --------
        >>> bibliography()["epstein2002"].cite()[:44]
        'Epstein, J. M. (2002). Modeling civil violen'
        """
        year = f" ({self.year})" if self.year is not None else ""
        doi = f" https://doi.org/{self.doi}" if self.doi is not None else ""
        title = self.title if self.title.endswith(("?", "!", ".")) else f"{self.title}."
        return f"{self.author}{year}. {title} {self.venue}.{doi}"


@cache
def bibliography() -> Mapping[str, Work]:
    """Return all works by key, sorted by key; read-only."""
    text = files("tarazu.core").joinpath("bibliography.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    return MappingProxyType({key: Work(key=key, **entries[key]) for key in sorted(entries)})


@dataclass(frozen=True, slots=True)
class Source:
    """A work and what it is cited for, carried by every number that rests on it.

    Attributes
    ----------
    key : key of the bibliography, or ``"assumed"`` for a judgement.
    what : the place in the work ("Table 2, model 3") or the reason of the judgement.

    Raises
    ------
    ValueError
        Unknown key (so at import of the declaration), or an empty `what`.

    Examples
    --------
    >>> Source("lyall2009", "shelled against spared villages, -24 %").work.year
    2009
    """

    key: str
    what: str

    def __post_init__(self) -> None:
        if not self.what.strip():
            msg = f"source '{self.key}' has no statement of what it is cited for"
            raise ValueError(msg)
        if self.key != _ASSUMED_KEY and self.key not in bibliography():
            hint = suggest(self.key, bibliography()) or "Add it to core/bibliography.toml."
            msg = f"source '{self.key}' is not in the bibliography. {hint}"
            raise ValueError(msg)

    @property
    def is_assumed(self) -> bool:
        """Whether the number is a judgement that cites no work."""
        return self.key == _ASSUMED_KEY

    @property
    def work(self) -> Work:
        """The work cited.

        Raises
        ------
        ValueError
            The source is a judgement.
        """
        if self.is_assumed:
            msg = "an assumed number cites no work; test `is_assumed` first"
            raise ValueError(msg)
        return bibliography()[self.key]

    def __str__(self) -> str:
        """Return the short form that tables print."""
        return f"{self.key}: {self.what}"


ASSUMED: Final = Source(_ASSUMED_KEY, "a judgement; no measurement stands behind it")
