"""The texts of the brief, all in one file, and the limits that they keep."""

from __future__ import annotations

import re
from typing import Final

from tarazu.core.number_format import count
from tarazu.evidence.words import Words

TEXTS: Final = Words("tarazu.report.brief")

HEADLINE_WORDS: Final = 20
SENTENCE_WORDS: Final = 25
LONGEST: Final = 60  # letters of a title in a table
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"


def words_in(text: str) -> int:
    """Return the number of words of a text.

    Examples
    --------
    >>> words_in("fewer in 60% of futures (47% to 72%)")
    8
    """
    return len(re.findall(r"[^\s\N{EN DASH}]*\w[^\s\N{EN DASH}]*", text))


def fit(group: str, key: str, most: int = SENTENCE_WORDS, /, *, name: str, **values: object) -> str:
    """Return a text of at most so many words, with as much of a name as there is room for.

    Parameters
    ----------
    group, key : of the text, which has the placeholder ``name``.
    most : words.
    name : title of a policy or a region, which the user chose; cut at the end of a word.
    """
    parts = name.split()
    for kept in range(len(parts), 0, -1):
        shown = " ".join(parts[:kept]).rstrip(",;:.") + (ELLIPSIS if kept < len(parts) else "")
        text = TEXTS.text(group, key, name=shown, **values)
        if words_in(text) <= most:
            return text
    return text


def whole(value: float) -> str:
    """Return a change of persons or events without decimals: +3,328; 0 has no sign.

    Examples
    --------
    >>> whole(1.75), whole(-0.3), whole(-4.25)
    ('+2', '0', '−4')
    """
    text = count(round(value))
    return f"+{text}" if round(value) > 0 else text


def numeral(number: int) -> str:
    """Return a small number in letters: three; from eleven on in digits."""
    words: tuple[str, ...] = TEXTS.group("numerals")["to_ten"]
    return words[number] if 0 <= number < len(words) else count(number)


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def inline(text: str) -> str:
    """Return a text as it stands within a line: a small letter at its beginning.

    Examples
    --------
    >>> inline("Rates of Slavia"), inline("IMF talks")
    ('rates of Slavia', 'IMF talks')
    """
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def listed(parts: list[str], most: int = 3, *, last: str = "last") -> str:
    """Return names as one phrase: Kech, Panjgur and 3 more.

    Parameters
    ----------
    last : key of the words before the last name.

    Examples
    --------
    >>> listed(["Kech", "Panjgur"]), listed(["a", "b", "c", "d", "e"])
    ('Kech and Panjgur', 'a, b and 3 more')
    >>> listed(["13", "20", "40"], last="either")
    '13, 20 or 40'
    """
    if len(parts) > most:
        rest = len(parts) - most + 1
        parts = [*parts[: most - 1], TEXTS.text("list", "more", count=rest)]
    if len(parts) < 2:
        return "".join(parts)
    return TEXTS.text("list", last, first=", ".join(parts[:-1]), last=parts[-1])


def plain_name(name: str) -> str:
    """Return a name of the program as words: recruits per disappeared."""
    known = TEXTS.table["names"]
    return str(known.get(name, name.replace("_", " ")))


def short(title: str, most: int = LONGEST) -> str:
    """Return a title that a user chose, cut at the end of a word."""
    if len(title) <= most:
        return title
    kept = title[: most - 1].rsplit(" ", 1)[0].rstrip(",;:.")
    return f"{kept}{ELLIPSIS}"
