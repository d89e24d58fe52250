"""Links from the numbers of the brief to the places of the annex that they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markupsafe import Markup

CLAUSES: Final = re.compile(r"(?<=[.;:!?])\s+")
NUMBERS: Final = re.compile(r"\S*\d(?:.*\d)?\S*", re.DOTALL)
STOPS: Final = ".,;:!?…"

Linked = Callable[[str, str], "Markup"]


def linker(annex: str | None) -> Linked:
    """Return the function that links the numbers of a text to an anchor of the annex.

    A link reaches from the first to the last number of a clause, so that its text has a meaning of
    its own. Without an annex or an anchor nothing is linked.

    Parameters
    ----------
    annex : relative address of the annex; None: there is none.
    """
    from markupsafe import Markup, escape

    def linked(text: str, anchor: str) -> Markup:
        if not annex or not anchor:
            return escape(text)
        return Markup("").join(
            Markup('<a class="from" href="{}#{}">{}</a>').format(annex, anchor, part)
            if is_link
            else escape(part)
            for part, is_link in _parts(text)
        )

    return linked


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in order, and whether each is a phrase of numbers."""
    done = 0
    starts = [0, *(found.end() for found in CLAUSES.finditer(text))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        found = NUMBERS.search(text, start, end)
        if found is None:
            continue
        first, last = _trimmed(text, *found.span())
        yield text[done:first], False
        yield text[first:last], True
        done = last
    yield text[done:], False


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """Return the ends of a phrase without the stop behind it, and without half a bracket."""
    while text[last - 1] in STOPS:
        last -= 1
    phrase = text[first:last]
    if phrase.startswith("(") and phrase.count("(") > phrase.count(")"):
        first += 1
    if phrase.endswith(")") and phrase.count(")") > phrase.count("("):
        last -= 1
    while text[last - 1] in STOPS:
        last -= 1
    return first, last
