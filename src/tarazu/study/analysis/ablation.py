"""Loop ablation: what is left of a conclusion when one link tells what it told at the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine import Trajectory, simulate
from tarazu.model import Model
from tarazu.model.hold import Link, with_holds
from tarazu.study.analysis.uncertainty import mean_of
from tarazu.study.setup.scenario import Case

FloatArray = NDArray[np.float64]

NOTHING_HELD = "all links at work"
LINKS = (
    "trust>*",
    "grievance_repression>*",
    "grievance_extraction>*",
    "grievance_exclusion>*",
    "memory_operations>*",
    "memory_attacks>*",
    "unaccounted>*",
    "service_level>*",
    "credibility>*",
)
"""What is held in turn unless told otherwise: the feedbacks that the claims name."""


def ablate(
    baseline: Case,
    policy: Case,
    links: Sequence[Link],
    *,
    outcome: str = "attacks",
    replicates: int = 1,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the effect of a policy with each link held at its baseline path in turn.

    In each draw the baseline is run and what each link tells is written down; the policy is then
    run with all links at work, and once for each link with that link still telling what it told
    at the baseline. All runs of a draw share their luck. Holding a link at its path, not at zero,
    removes what the policy does *through* it and nothing else.

    Parameters
    ----------
    baseline, policy : cases that differ in the policy alone.
    outcome : a stock, event or reported definition: its national series, summed over the weeks.
    replicates : of luck, a draw of the parameters.
    progress : told how many draws are done, and of how many.

    Returns
    -------
    pandas.DataFrame
        link (first: all at work), effect (mean over draws of policy less baseline, with its Monte
        Carlo interval), through (what the policy does through the link: effect less effect with
        the link held, paired by draw), left (effect with the link held over effect with none
        held; NaN where the effect cannot be told from zero), n_draws.

    Raises
    ------
    ScenarioError
        A link or the outcome is unknown, or the cases differ in more than the policy.
    """
    reported = [d.name for d in baseline.model.definitions.values() if d.reported]
    known = [*baseline.model.events, *baseline.model.stocks, *reported]
    if outcome not in known:
        raise ScenarioError(f"no series '{outcome}'", expected=f"one of {', '.join(known)}")
    if policy.model is not baseline.model or not np.array_equal(
        policy.parameters, baseline.parameters
    ):
        raise ScenarioError("the cases differ in more than their policy")
    model = with_holds(baseline.model, links)
    draws = len(baseline.parameters)
    effects = np.zeros((draws, 1 + len(links)))
    for draw in range(draws):
        for replicate in range(replicates):
            run = _Runs(model, baseline, draw, draw * replicates + replicate, seed)
            effects[draw] += run.effects(policy.levers, links, outcome) / replicates
        if progress is not None:
            progress(draw + 1, draws)
    return _table(effects, links)


class _Runs:
    """Runs of one draw that share their luck."""

    def __init__(self, model: Model, case: Case, draw: int, member: int, seed: int) -> None:
        self.model, self.case, self.draw, self.member, self.seed = model, case, draw, member, seed
        self.row = {name: at for at, name in enumerate(model.levers)}

    def effects(self, policy: FloatArray, links: Sequence[Link], outcome: str) -> FloatArray:
        """Return (1 + N,) effects on the outcome: nothing held, then each link held."""
        told = [link.told for link in links]
        base = self.run(self.case.levers, {}, told)
        paths = {link: base.by_district(link.told)[0] for link in links}  # (T, D) each
        without = base.series(outcome).sum()
        held = [self.run(policy, {}, ())]
        held += [self.run(policy, {link: paths[link]}, ()) for link in links]
        return np.array([float(run.series(outcome).sum() - without) for run in held])

    def run(
        self, levers: FloatArray, held: dict[Link, FloatArray], keep: Sequence[str]
    ) -> Trajectory:
        own = len(levers)
        settings = np.empty((len(self.model.levers), *levers.shape[1:]))
        settings[:own] = levers
        for at, lever in enumerate(self.model.levers.values()):
            if at >= own:
                settings[at] = lever.default
        for link, path in held.items():
            settings[self.row[link.switch]] = 1.0
            settings[self.row[link.path]] = path
        return simulate(
            self.model,
            self.case.parameters[self.draw],
            settings,
            districts=self.case.places,
            seed=self.seed,
            members=np.array([self.member]),
            weeks=levers.shape[1],
            keep=keep,
        )


def _table(effects: FloatArray, links: Sequence[Link]) -> pd.DataFrame:
    whole = mean_of(effects[:, 0])
    told_apart = whole.low > 0.0 or whole.high < 0.0
    rows = []
    for at, name in enumerate((NOTHING_HELD, *map(str, links))):
        held = mean_of(effects[:, at])
        through = mean_of(effects[:, 0] - effects[:, at])
        rows.append(
            {
                "link": name,
                **held.columns("effect"),
                **through.columns("through"),
                "left": held.value / whole.value if told_apart else np.nan,
                "n_draws": len(effects),
            }
        )
    return pd.DataFrame(rows)
