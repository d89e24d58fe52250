"""Two policies compared on one outcome: expected, or drawn with shared luck."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine import simulate
from tarazu.engine.compiler.week_plan import Mode
from tarazu.model import draw_parameters
from tarazu.study.setup.outcomes import OUTCOMES, Outcome, national_series
from tarazu.study.setup.scenario import Case

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BATCH: Final = 64  # members; 64 runs of 520 weeks hold 11 MB of national series
SAME: Final = 1e-9  # relative; differences below it are rounding


def ranked_outcome(name: str) -> Outcome:
    """Return an outcome that policies may be ranked by.

    Raises
    ------
    ScenarioError
        There is none of that name, or it has no better side.
    """
    ranked = [o.name for o in OUTCOMES.values() if o.better != "none"]
    if name not in ranked:
        known = name in OUTCOMES
        raise ScenarioError(
            f"outcome '{name}' {'is reported and ranks nothing' if known else 'is unknown'}",
            value=name,
            expected=f"one of {', '.join(ranked)}",
        )
    return OUTCOMES[name]


class Ranking:
    """A policy and a baseline in the same worlds.

    Parameters
    ----------
    baseline, policy : cases of one hypothesis that differ in the policy alone.
    workers : threads, >= 1; results do not depend on it.

    Raises
    ------
    ScenarioError
        The cases differ in more than their policy.
    """

    def __init__(self, baseline: Case, policy: Case, outcome: Outcome, workers: int = 1) -> None:
        if (
            policy.model is not baseline.model
            or policy.hypothesis != baseline.hypothesis
            or policy.places.names != baseline.places.names
            or policy.levers.shape != baseline.levers.shape
        ):
            raise ScenarioError("the cases differ in more than their policy")
        self.baseline, self.policy, self.outcome = baseline, policy, outcome
        self.workers = workers

    def expected(
        self, quantiles: FloatArray, progress: Callable[[int, int], None] | None = None
    ) -> FloatArray:
        """Return policy less baseline in the mean field; exactly 0 where only rounding differs.

        Parameters
        ----------
        quantiles : (N, P) of the priors, in (0, 1).
        progress : told how many runs are done, and of how many.

        Returns
        -------
        (N,), in the outcome's unit.
        """
        case = self.baseline
        parameters = draw_parameters(case.model, case.hypothesis, quantiles)
        parts = [slice(at, at + BATCH) for at in range(0, len(parameters), BATCH)]
        levels = np.empty((2, len(parameters)))
        jobs = [(side, part) for part in parts for side in (0, 1)]
        done = 0

        def run(job: tuple[int, slice]) -> FloatArray:
            side, part = job
            members = np.arange(len(parameters[part]))
            return self._run((case, self.policy)[side], parameters[part], members, 0, "mean")

        with ThreadPoolExecutor(self.workers) as pool:
            for (side, part), values in zip(jobs, pool.map(run, jobs), strict=True):
                levels[side, part] = values
                done += len(values)
                if progress is not None:
                    progress(done, levels.size)
        change = levels[1] - levels[0]
        return np.where(np.abs(change) <= SAME * np.abs(levels[0]), 0.0, change)

    def drawn(self, quantiles: FloatArray, replicates: int, seed: int) -> FloatArray:
        """Return policy less baseline in runs with drawn events that share their luck.

        Parameters
        ----------
        quantiles : (P,) of the priors.

        Returns
        -------
        (replicates,), in the outcome's unit.
        """
        case = self.baseline
        parameters = draw_parameters(case.model, case.hypothesis, quantiles[None])
        change = np.empty(replicates)
        for at in range(0, replicates, BATCH):
            members = np.arange(at, min(at + BATCH, replicates))
            with_, without = (
                self._run(one, parameters[0], members, seed, "stochastic")
                for one in (self.policy, case)
            )
            change[members] = with_ - without
        return change

    def _run(
        self, case: Case, parameters: FloatArray, members: IntArray, seed: int, mode: Mode
    ) -> FloatArray:
        """Return (M,) outcomes over the weeks of the levers."""
        run = simulate(
            case.model,
            parameters,
            case.levers,
            districts=case.places,
            seed=seed,
            members=members,
            weeks=case.levers.shape[1],
            mode=mode,
        )
        weekly = national_series(run)[self.outcome.source]
        return np.asarray(weekly[:, -1] if self.outcome.over == "end" else weekly.sum(axis=1))
