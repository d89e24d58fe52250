"""Up to four policies beside today's practice and beside each other, pair by pair of futures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tarazu.app.futures import SHOWN, Change, Members, change_of
from tarazu.app.lab import Lab
from tarazu.app.state import MOST_YEARS, State, check_state, lever_pairs, policy_of, read_state
from tarazu.core.errors import ScenarioError
from tarazu.engine.compiler.week_plan import Mode
from tarazu.policy.cost import extra_cost
from tarazu.study.setup.outcomes import OUTCOMES

MOST_POLICIES: Final = 4
LETTERS: Final = "ABCD"  # that policies are called by
COMPARED: Final = 64  # members of each policy under each hypothesis
MOST_PARTS: Final = 4  # settings of a lever that a table lists; of more, the last
FIRST: Final = ("surge", "political-settlement", "withdrawal")
"""The policies of a comparison that names none."""


class Choice(BaseModel):
    """Policies to compare.

    Attributes
    ----------
    years : 1 to 10. policies : queries of the lab's page, such as ``p=surge&dialogue=0.5``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    years: int = Field(default=5, ge=1, le=MOST_YEARS)
    policies: tuple[str, ...] = Field(min_length=1, max_length=MOST_POLICIES)


class ComparedOutcome(BaseModel):
    """One outcome over the whole run.

    Attributes
    ----------
    changes : of each policy against today's practice.
    fewer : fewer[a][b], members in which policy a has less than policy b.
    """

    name: str
    title: str
    changes: list[Change]
    fewer: list[list[int]]


class Comparison(BaseModel):
    """Policies under one hypothesis. Simulated, not calibrated.

    Attributes
    ----------
    deciders : sentences by outcome on the parameter that decides between two policies; of runs with
        chance, under the hypothesis that rules nothing out.
    """

    hypothesis: str
    title: str
    mode: Literal["mean", "stochastic"]
    members: int
    outcomes: list[ComparedOutcome]
    deciders: dict[str, list[str]] = Field(default_factory=dict)


def read_choice(query: str) -> Choice:
    """Return the choice in the query of an address: ``y`` and up to four ``s``.

    Raises
    ------
    ScenarioError
        More than four policies, or years out of range.
    """
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    policies = tuple(dict.fromkeys(value for key, value in pairs if key == "s" and value))
    years = next((value for key, value in pairs if key == "y"), "5")
    if len(policies) > MOST_POLICIES:
        raise ScenarioError(
            f"{len(policies)} policies", key="s", expected=f"1 to {MOST_POLICIES} policies"
        )
    if years not in {str(year) for year in range(1, MOST_YEARS + 1)}:
        raise ScenarioError(
            f"y is {years[:40]!r}", key="y", value=years, expected=f"1 to {MOST_YEARS} whole years"
        )
    own = policies or tuple(f"p={name}" for name in FIRST)
    return Choice(years=int(years), policies=own)


def states_of(choice: Choice, lab: Lab) -> list[State]:
    """Return the policies of a choice as states of the lab, checked.

    Raises
    ------
    ScenarioError, ExceptionGroup
        A policy names what the lab does not have.
    """
    read = [read_state(query, lab) for query in choice.policies]
    return [check_state(state.model_copy(update={"years": choice.years}), lab) for state in read]


def short_query(state: State) -> str:
    """Return what a comparison's address holds of a policy."""
    return urlencode([("p", state.start), *lever_pairs(state)])


def compare_policies(
    lab: Lab, hypothesis: str, policies: Sequence[Members], today: Members, mode: Mode
) -> Comparison:
    """Return how policies compare under one hypothesis.

    Parameters
    ----------
    policies : the members of each, with the draws and random numbers of `today`.
    """
    outcomes = []
    for k, name in enumerate(SHOWN):
        totals = np.stack([one.totals[k] for one in policies])  # (P, M)
        fewer = (totals[:, None, :] < totals[None, :, :]).sum(axis=2)
        changes = [change_of(row - today.totals[k]) for row in totals]
        outcomes.append(
            ComparedOutcome(
                name=name, title=OUTCOMES[name].title, changes=changes, fewer=fewer.tolist()
            )
        )
    return Comparison(
        hypothesis=hypothesis,
        title=lab.hypotheses[hypothesis].title,
        mode=mode,
        members=today.totals.shape[1],
        outcomes=outcomes,
    )


def differing_levers(lab: Lab, states: Sequence[State]) -> list[tuple[str, list[str]]]:
    """Return the levers in which policies differ from each other or from today's practice."""
    policies = [policy_of(state, lab) for state in states]
    rows = []
    for name, lever in lab.levers.items():
        cells = []
        for policy in policies:
            parts = []
            own = [setting for setting in policy.settings if setting.lever == name]
            for setting in own[-1:] if len(own) > MOST_PARTS else own:
                text = f"{setting.value:g}"
                if setting.from_week:
                    text += f" from week {setting.from_week}"
                if setting.until_week is not None:
                    text += f" until week {setting.until_week}"
                if setting.districts != "all":
                    text += f" in {', '.join(setting.districts)}"
                parts.append(f"up to {text}" if len(own) > MOST_PARTS else text)
            cells.append("; ".join(parts) or f"{lever.default:g}")
        if {*cells} != {f"{lever.default:g}"}:
            rows.append((name, [f"{lever.default:g}", *cells]))
    return rows


def costs(lab: Lab, states: Sequence[State]) -> list[float]:
    """Return what each policy costs above today's practice, rupees per week."""
    region, levers = lab.region, lab.model.levers
    return [extra_cost(policy_of(state, lab), levers, region, state.weeks) for state in states]
