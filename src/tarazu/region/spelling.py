"""Spellings of district names: what differences between two of them never matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

GENERIC: Final = frozenset(
    {
        "district",
        "districts",
        "agency",
        "province",
        "department",
        "departement",
        "division",
        "governorate",
        "state",
        "county",
        "lga",
        "qada",
        "qadaa",
        "qadha",
        "caza",
        "wilaya",
        "wilayah",
        "wilayat",
        "zila",
        "zilla",
        "oblast",
        "raion",
        "rayon",
        "prefecture",
        "tribal",
    }
)
"""Words for kinds of units, in several languages, that one file writes and another leaves out."""

ARTICLE: Final = "al"
FRONTIER_REGION: Final = (("frontier", "region"), ("f", "r"))
DROPPED: Final = dict.fromkeys(map(ord, ".'`’‘ʼʻʿʾ"))
WITHIN: Final = ", "
SPACES: Final = dict.fromkeys(map(ord, "-_/"), " ")


def fold(text: str) -> str:
    """Return a name without differences that never matter: marks, case, spacing, dashes.

    Examples
    --------
    >>> fold("Komoé"), fold("al-Fāllūja"), fold("D.I. Khan")
    ('komoe', 'al falluja', 'di khan')
    """
    plain = text
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        plain = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(plain.translate(DROPPED).translate(SPACES).casefold().split())


def bare(text: str) -> str:
    """Return a folded name also without words for kinds of units, article and a mute last h.

    "Frontier Region" is FR, which is no kind of unit but part of a name: FR Kohat is not Kohat.

    Examples
    --------
    >>> bare("Qaḍā’ al Fallūjah"), bare("Kech district"), bare("Frontier Region Kohat")
    ('falluja', 'kech', 'fr kohat')
    """
    folded = fold(text)
    words = folded.split()
    if tuple(words[:2]) in FRONTIER_REGION:
        words[:2] = ["fr"]
    words = [word for word in words if word not in GENERIC]
    if len(words) > 1 and words[0] == ARTICLE:
        words = words[1:]
    if not words:
        return folded
    return " ".join(word.removesuffix("h") if word.endswith("ah") else word for word in words)


def join_unit(district: str, unit: str) -> str:
    """Return the name of a district with the unit that it lies in.

    Examples
    --------
    >>> join_unit("Riverside", "North")
    'Riverside, North'
    """
    return f"{district}{WITHIN}{unit}"


class Spellings:
    """Finds what a name stands for, first by its folded spelling, then by the bare one.

    A bare spelling that two of them share stands for neither.

    Parameters
    ----------
    meanings : pairs of a spelling and what it stands for.
    """

    def __init__(self, meanings: Iterable[tuple[str, str]]) -> None:
        pairs = list(meanings)
        self.folded: Mapping[str, str] = MappingProxyType(
            {fold(spelling): meaning for spelling, meaning in pairs}
        )
        bearers: dict[str, set[str]] = {}
        for spelling, meaning in pairs:
            bearers.setdefault(bare(spelling), set()).add(meaning)
        self._bare = {name: found.pop() for name, found in bearers.items() if len(found) == 1}
        self._known: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """Return what a name stands for, None if it is not known or not clear."""
        if name not in self._known:
            found = self.folded.get(fold(name)) if name else None
            if found is None and name:
                found = self._bare.get(bare(name))
            self._known[name] = found
        return self._known[name]
