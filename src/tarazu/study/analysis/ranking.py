"""Two policies compared on one outcome: expected, or drawn with common random numbers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError, suggest
from tarazu.engine.compiler.week_plan import Mode
from tarazu.model import draw_parameters
from tarazu.study.setup.outcomes import OUTCOMES, Outcome, series_of
from tarazu.study.setup.scenario import Scenario

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
            f"outcome '{name}' {'is reported and never ranked' if known else 'is unknown'}",
            value=name,
            expected=f"one of {', '.join(ranked)}",
            hint=None if known else suggest(name, ranked),
        )
    return OUTCOMES[name]


class Ranking:
    """A policy and a baseline in the same draws.

    Parameters
    ----------
    baseline, policy : scenarios of one hypothesis that differ in the policy alone.
    workers : threads, >= 1; results do not depend on it.

    Raises
    ------
    ScenarioError
        The scenarios differ in more than their policy.
    """

    def __init__(
        self, baseline: Scenario, policy: Scenario, outcome: Outcome, workers: int = 1
    ) -> None:
        if (
            policy.model is not baseline.model
            or policy.hypothesis != baseline.hypothesis
            or policy.districts.names != baseline.districts.names
            or policy.levers.shape != baseline.levers.shape
        ):
            raise ScenarioError(
                "baseline and policy differ in more than their policy",
                expected="scenarios of one model, hypothesis, region and number of weeks",
            )
        self.baseline, self.policy, self.outcome = baseline, policy, outcome
        self.workers = workers

    def expected(
        self, quantiles: FloatArray, progress: Callable[[int, int], None] | None = None
    ) -> FloatArray:
        """Return policy less baseline in the mean field; exactly 0 where only rounding differs.

        Parameters
        ----------
        quantiles : (N, P) of the priors, in (0, 1).
        progress : called with the number of runs that are done, and of all.

        Returns
        -------
        (N,), in the outcome's unit.
        """
        sides = self._at(quantiles)
        count = len(quantiles)
        parts = [np.arange(at, min(at + BATCH, count)) for at in range(0, count, BATCH)]
        levels = np.empty((2, count))
        jobs = [(side, part) for part in parts for side in (0, 1)]
        done = 0

        def run(job: tuple[int, IntArray]) -> FloatArray:
            side, part = job
            return self._run(sides[side], part, np.arange(len(part)), 0, "mean")

        with ThreadPoolExecutor(self.workers) as pool:
            for (side, part), values in zip(jobs, pool.map(run, jobs), strict=True):
                levels[side, part] = values
                done += len(values)
                if progress is not None:
                    progress(done, levels.size)
        change = levels[1] - levels[0]
        return np.where(np.abs(change) <= SAME * np.abs(levels[0]), 0.0, change)

    def drawn(self, quantiles: FloatArray, replicates: int, seed: int) -> FloatArray:
        """Return policy less baseline in runs with drawn events and common random numbers.

        Parameters
        ----------
        quantiles : (P,) of the priors.

        Returns
        -------
        (replicates,), in the outcome's unit.
        """
        baseline, policy = self._at(quantiles[None])
        change = np.empty(replicates)
        for at in range(0, replicates, BATCH):
            members = np.arange(at, min(at + BATCH, replicates))
            with_, without = (
                self._run(one, 0, members, seed, "stochastic") for one in (policy, baseline)
            )
            change[members] = with_ - without
        return change

    def _at(self, quantiles: FloatArray) -> tuple[Scenario, Scenario]:
        """Return baseline and policy at parameters of some quantiles (N, P)."""
        parameters = draw_parameters(self.baseline.model, self.baseline.hypothesis, quantiles)
        return (
            replace(self.baseline, parameters=parameters),
            replace(self.policy, parameters=parameters),
        )

    def _run(
        self, scenario: Scenario, draws: int | IntArray, members: IntArray, seed: int, mode: Mode
    ) -> FloatArray:
        """Return (M,) outcomes over the weeks of the levers."""
        run = scenario.run(draws, members, seed=seed, mode=mode)
        weekly = series_of(self.outcome.source, run.series)
        return np.asarray(weekly[:, -1] if self.outcome.over == "end" else weekly.sum(axis=1))
