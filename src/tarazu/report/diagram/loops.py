"""The feedback loops of a model in words and as a table, beside its causal diagram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tarazu.model.description import Edge, Sign
from tarazu.model.loops.claimed import ClaimedLoop, claimed_loops
from tarazu.model.loops.feedback import LETTERS, Loop, feedback_loops
from tarazu.report.table import Table

STEPS: Final[dict[Sign, str]] = {"+": "→", "-": "−→", "±": "±→"}
LISTED: Final = 8  # loops of each sign that the page lists; the table has all


def loops_table(edges: Sequence[Edge]) -> Table:
    """Return every independent feedback loop, shortest first."""
    rows = tuple(
        (loop.name, loop.polarity, " → ".join(loop.members)) for loop in feedback_loops(edges)
    )
    return Table("Feedback loops, shortest first", ("loop", "polarity", "members"), rows)


def loop_notes(edges: Sequence[Edge]) -> tuple[str, ...]:
    """Return the loops that the description claims, and the shortest of each polarity."""
    return (*_claimed(claimed_loops(edges)), *_listed(feedback_loops(edges)))


def _listed(loops: Sequence[Loop]) -> Iterator[str]:
    """Yield a heading and the shortest loops of each polarity, those of a known sign first."""
    yield "In the loops below, → raises, −→ lowers, ±→ may do either."
    for polarity in LETTERS:
        of = [loop for loop in loops if loop.polarity == polarity]
        shown = of[:LISTED]
        if not of:
            continue
        what = "Loops of either sign, by the prior" if polarity == "either" else f"{polarity} loops"
        rest = "" if len(shown) == len(of) else "; the rest are in the table (CSV)"
        yield f"{what.capitalize()}, shortest first, {len(shown)} of {len(of)} shown{rest}:"
        yield from (f"{loop.name}: {_in_words(loop)}" for loop in shown)


def _claimed(claimed: Sequence[ClaimedLoop]) -> Iterator[str]:
    """Yield the loops that the description claims, with the sign that the declaration gives."""
    yield (
        "Loops that the description of the conflict claims, as this model has them. Each is the "
        "loop through the links that its name requires; its sign is that of the declaration."
    )
    for one in claimed:
        if one.loop is None:
            yield f"{one.claim.capitalize()}: not a loop of this model."
            continue
        links = ", ".join(f"{_plain(a)} on {_plain(b)}" for a, b in one.open_links)
        sign = f"of either sign, open at: {links}" if links else one.loop.polarity
        yield f"{one.claim.capitalize()} ({sign}): {_in_words(one.loop)}"


def _in_words(loop: Loop) -> str:
    steps = zip(loop.members, loop.signs, strict=True)
    return " ".join(f"{_plain(m)} {STEPS[s]}" for m, s in steps) + f" {_plain(loop.members[0])}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
