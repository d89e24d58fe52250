"""What would flip a comparison: hypotheses, and a parameter, under which another policy leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel

from tarazu.app import words
from tarazu.app.comparison import LETTERS, Comparison
from tarazu.app.futures import SHOWN, Members
from tarazu.app.lab import SEED, TODAY, Lab
from tarazu.study.analysis.driver import FEWEST, Decider, find_decider
from tarazu.study.setup.scenario import drawn_scenario

TODAYS: Final = "today's practice"


class Flips(BaseModel):
    """Sentences on what would flip a comparison, by outcome."""

    flips: dict[str, list[str]]


def flips_of(found: Sequence[Comparison]) -> Flips:
    """Return what would flip a comparison, from its results under every hypothesis."""
    return Flips(
        flips={
            outcome.name: [
                *(_by_hypothesis(found, k, a, b) for a, b in _pairs(len(outcome.changes))),
                *(text for one in found for text in one.deciders.get(outcome.name, ())),
            ]
            for k, outcome in enumerate(found[0].outcomes)
        }
    )


def deciders_of(
    lab: Lab, hypothesis: str, policies: Sequence[Members], today: Members
) -> dict[str, list[str]]:
    """Return sentences on the parameter that decides between two policies, by outcome.

    Parameters
    ----------
    policies, today : members of one hypothesis, each of its own draw.
    """
    members = today.totals.shape[1]
    if members < FEWEST:
        return {}
    drawn = drawn_scenario(
        lab.hypotheses[hypothesis],
        lab.policies[TODAY],
        weeks=1,
        draws=members,
        seed=SEED,
        model=lab.model,
        region=lab.region,
    ).parameters
    differ = np.flatnonzero(np.ptp(drawn, axis=0) > 0.0)
    found = dict[str, list[str]]()
    for k, outcome in enumerate(SHOWN):
        texts, is_open = list[str](), False
        for a, b in _pairs(len(policies)):
            other = today if b is None else policies[b]
            change = policies[a].totals[k] - other.totals[k]
            if np.ptp(change) == 0.0:  # today's practice beside itself: nothing to decide
                continue
            decider = find_decider(drawn[:, differ], change, seed=SEED)
            if decider is None:
                is_open = True
                continue
            name = [*lab.model.parameters][differ[decider.column]]
            texts.append(_by_parameter(name, lab.model.parameters[name].unit, decider, a, b))
        if is_open:
            what = "flip_no_parameter" if not texts else "flip_no_other"
            texts.append(words.fill(what, tried=len(differ), members=members))
        found[outcome] = texts
    return found


def _pairs(policies: int) -> Iterator[tuple[int, int | None]]:
    """Yield each policy with today's practice, which is None, and with those after it."""
    for a in range(policies):
        yield a, None
    for a in range(policies):
        for b in range(a + 1, policies):
            yield a, b


def _by_hypothesis(found: Sequence[Comparison], k: int, a: int, b: int | None) -> str:
    """Return under which hypotheses one of a pair has less in most futures."""
    less, more = list[str](), list[str]()
    for one in found:
        outcome = one.outcomes[k]
        if b is None:
            own = outcome.changes[a].fewer
            other = one.members - own - outcome.changes[a].equal
        else:
            own, other = outcome.fewer[a][b], outcome.fewer[b][a]
        if 2 * max(own, other) > one.members:
            (less if own > other else more).append(one.title)
    first, second = LETTERS[a], TODAYS if b is None else LETTERS[b]
    if not less:
        first, second, less, more = second, first, more, less
    known = {"first": first, "second": second, "less": "; ".join(less), "more": "; ".join(more)}
    known |= {
        key.capitalize(): known[key][0].upper() + known[key][1:] for key in ("first", "second")
    }
    if more:
        return words.fill("flip_turns", **known)
    if not less:
        return words.fill("flip_open", first=LETTERS[a], second=TODAYS if b is None else LETTERS[b])
    return words.fill("flip_never" if len(less) == len(found) else "flip_mixed", **known)


def _by_parameter(name: str, unit: str, decider: Decider, a: int, b: int | None) -> str:
    shares = [part / whole for part, whole in (decider.below, decider.above)]
    is_below = shares[0] >= shares[1]
    most, least = (decider.below, decider.above) if is_below else (decider.above, decider.below)
    return words.fill(
        "flip_parameter",
        first=LETTERS[a],
        second=TODAYS if b is None else LETTERS[b],
        good=most[0],
        n_good=most[1],
        bad=least[0],
        n_bad=least[1],
        parameter=name.replace("_", " "),
        side="below" if is_below else "above",
        split=f"{decider.split:.2g}".replace("-", "\u2212"),
        unit=unit,
    )
