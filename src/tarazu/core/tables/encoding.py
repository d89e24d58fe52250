"""Texts that were encoded twice: UTF-8 that a program took for Latin-1 and wrote as UTF-8 again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ONE_BYTE: Final = ("cp1252", "latin-1")  # what such programs take UTF-8 for


def undo_second_encoding(text: str) -> str:
    """Return the text as it was before a second encoding; the text itself if there was none.

    Examples
    --------
    >>> [undo_second_encoding(name) for name in ("BouÃ©lÃ©", "Bouélé", "Lac")]
    ['Bouélé', 'Bouélé', 'Lac']
    """
    if text.isascii():
        return text
    for codec in ONE_BYTE:
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text


def encoded_twice(names: Iterable[str]) -> dict[str, str]:
    """Return the names that look encoded twice, and what they were before.

    Examples
    --------
    >>> encoded_twice(["BouÃ©lÃ©", "Lac", "Bouélé"])
    {'BouÃ©lÃ©': 'Bouélé'}
    """
    foreign = (name for name in names if not name.isascii())
    return {name: before for name in foreign if (before := undo_second_encoding(name)) != name}
