"""The page that compares policies, complete without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

from markupsafe import Markup

from tarazu.app import words
from tarazu.app.comparison import (
    LETTERS,
    MOST_POLICIES,
    Choice,
    Comparison,
    costs,
    differing_levers,
    short_query,
    states_of,
)
from tarazu.app.futures import Change
from tarazu.app.lab import Lab
from tarazu.app.pages.lab import data_block
from tarazu.app.pages.waiting import template
from tarazu.app.state import State, policy_of, write_query
from tarazu.app.why.flips import flips_of


def compare_page(lab: Lab, choice: Choice, found: Sequence[Comparison]) -> str:
    """Return the page for policies and their expected paths under every hypothesis."""
    states = states_of(choice, lab)
    names = [policy_of(state, lab).title for state in states]
    known = {
        "words": words.load_words(),
        "lab": lab,
        "choice": choice,
        "slots": [_slot(lab, states, i) for i in range(MOST_POLICIES)],
        "policies": [
            {
                "letter": LETTERS[i],
                "title": names[i],
                "href": f"/?{write_query(state, lab)}",
                "cost": words.change(cost / 1e6),
            }
            for i, (state, cost) in enumerate(zip(states, costs(lab, states), strict=True))
        ],
        "levers": [
            (name.replace("_", " ").capitalize(), cells)
            for name, cells in differing_levers(lab, states)
        ],
        "span": words.span(states[0].weeks),
        "outcomes": _outcomes(found),
        "flips": flips_of(found).flips,
        "pairs": [(a, b) for a in range(len(states)) for b in range(len(states)) if a < b],
        "letters": LETTERS,
        "members": found[0].members,
        "data": Markup(data_block(_data(lab, choice))),
    }
    return template("compare.html.j2").render(known)


def _slot(lab: Lab, states: Sequence[State], i: int) -> dict[str, Any]:
    """Return the choices of one of four places: none, the shipped ones, the one that is there."""
    chosen = short_query(states[i]) if i < len(states) else ""
    options = [("", "none")]
    options += [(f"p={name}", policy.title) for name, policy in lab.policies.items()]
    if chosen not in dict(options):
        options.append((chosen, policy_of(states[i], lab).title))
    return {"letter": LETTERS[i], "chosen": chosen, "options": options}


def _outcomes(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Return the tables: one per outcome, one row per hypothesis."""
    tables = []
    for k, outcome in enumerate(found[0].outcomes):
        rows = [
            {
                "hypothesis": one.hypothesis,
                "title": one.title,
                "changes": [change_text(change) for change in one.outcomes[k].changes],
                "shares": [
                    share_text(one.outcomes[k].fewer[a][b], one.members)
                    for a in range(len(outcome.changes))
                    for b in range(len(outcome.changes))
                    if a < b
                ],
            }
            for one in found
        ]
        tables.append({"name": outcome.name, "title": outcome.title, "rows": rows})
    return tables


def change_text(change: Change) -> str:
    """Return a change with its interval: -28 (-96 to 0)."""
    low, median, high = (words.change(n) for n in (change.low, change.median, change.high))
    return f"{median} ({low} to {high})"


def share_text(part: int, whole: int) -> str:
    """Return a share in percent, halves rounded up, as the browser does too."""
    return f"{floor(100 * part / whole + 0.5)}%"


def _data(lab: Lab, choice: Choice) -> dict[str, Any]:
    return {
        "words": words.load_words(),
        "choice": choice.model_dump(),
        "hypotheses": {name: one.title for name, one in lab.hypotheses.items()},
    }
