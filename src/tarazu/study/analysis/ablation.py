"""Ablation: a policy effect estimated again with one link held at its baseline path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError, suggest
from tarazu.engine import Trajectory
from tarazu.model.hold import Link, with_holds
from tarazu.study.analysis.uncertainty import mean_of
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]

NOTHING_HELD = "all links at work"
LINKS = (
    "trust>*",
    "grievance_repression>*",
    "grievance_extraction>*",
    "grievance_exclusion>*",
    "memory_attacks>*",
    "memory_operations>*",
    "harm_level>*",
    "missing_level>*",
    "kin_flow>*",
    "service_level>*",
    "credibility>*",
)
"""Links held in turn by default: the feedbacks that the claims name."""


def ablate(
    baseline: Scenario,
    policy: Scenario,
    links: Sequence[Link],
    *,
    outcome: str = "attacks",
    replicates: int = 1,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the effect of a policy with each link held at its baseline path in turn.

    In each draw the baseline is run first and the source of each link is recorded week by week. The
    policy is then run with no link held, and once for each link with the target of that link
    reading the recorded path. All runs of a member use common random numbers. Holding a link at
    its path, not at zero, removes what the policy does *through* it and nothing else.

    Parameters
    ----------
    baseline, policy : scenarios that differ in the policy alone.
    outcome : a stock, event or reported definition: its national series, summed over the weeks.
    replicates : per draw of the parameters.
    progress : called with the number of draws that are done, and of all.

    Returns
    -------
    pandas.DataFrame
        link (first: all at work), effect (mean over draws of policy less baseline, with its Monte
        Carlo interval), through (effect of the policy through the link: effect less effect with the
        link held, paired by draw), left (effect with the link held over effect with none
        held; NaN where the interval of the effect includes zero), n_draws.

    Raises
    ------
    ScenarioError
        A link or the outcome is unknown, or the scenarios differ in more than the policy.
    """
    reported = [d.name for d in baseline.model.definitions.values() if d.reported]
    known = [*baseline.model.events, *baseline.model.stocks, *reported]
    if outcome not in known:
        raise ScenarioError(
            f"no series '{outcome}'",
            value=outcome,
            expected=f"one of {', '.join(known)}",
            hint=suggest(outcome, known),
        )
    if policy.model is not baseline.model or not np.array_equal(
        policy.parameters, baseline.parameters
    ):
        raise ScenarioError(
            "baseline and policy differ in more than their policy",
            expected="scenarios of one model and with the same draws",
        )
    model = with_holds(baseline.model, links)
    sides = baseline.with_model(model), policy.with_model(model)
    draws = len(baseline.parameters)
    effects = np.zeros((draws, 1 + len(links)))
    for draw in range(draws):
        for replicate in range(replicates):
            member = _Member(draw, draw * replicates + replicate, seed)
            effects[draw] += member.effects(*sides, links, outcome) / replicates
        if progress is not None:
            progress(draw + 1, draws)
    return _table(effects, links)


@dataclass(frozen=True, slots=True)
class _Member:
    """Runs of one member with common random numbers."""

    draw: int
    member: int
    seed: int

    def effects(
        self, baseline: Scenario, policy: Scenario, links: Sequence[Link], outcome: str
    ) -> FloatArray:
        """Return (1 + N,) effects on the outcome: nothing held, then each link held."""
        base = self.run(baseline, keep=[link.input for link in links])
        without = base.series(outcome).sum()
        held = [self.run(policy)]
        for link in links:
            path = base.by_district(link.input)[0]  # (T, D)
            held.append(self.run(policy.with_lever(link.switch, 1.0).with_lever(link.path, path)))
        return np.array([float(run.series(outcome).sum() - without) for run in held])

    def run(self, scenario: Scenario, keep: Sequence[str] = ()) -> Trajectory:
        return scenario.run(self.draw, np.array([self.member]), seed=self.seed, keep=keep)


def _table(effects: FloatArray, links: Sequence[Link]) -> pd.DataFrame:
    whole = mean_of(effects[:, 0])
    is_nonzero = whole.low > 0.0 or whole.high < 0.0
    rows = []
    for at, name in enumerate((NOTHING_HELD, *map(str, links))):
        held = mean_of(effects[:, at])
        through = mean_of(effects[:, 0] - effects[:, at])
        rows.append(
            {
                "link": name,
                **held.columns("effect"),
                **through.columns("through"),
                "left": held.value / whole.value if is_nonzero else np.nan,
                "n_draws": len(effects),
            }
        )
    return pd.DataFrame(rows)
