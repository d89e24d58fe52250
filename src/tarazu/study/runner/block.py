"""Blocks: some draws under one hypothesis, run under every policy and reduced to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Pulse, Trajectory
from tarazu.engine.compiler.week_plan import Mode
from tarazu.study.runner.operation import DOSE_COLUMNS, ZONE_COLUMNS, draw_pulses, measure_zones
from tarazu.study.setup.design import member_ids
from tarazu.study.setup.outcomes import (
    DISTRICT_OUTCOMES,
    KEEP,
    OUTCOMES,
    YEAR,
    coarse_series,
    district_years,
    measure,
    national_series,
)
from tarazu.study.setup.policies import ResolvedPolicy
from tarazu.study.setup.scenario import Scenario
from tarazu.study.setup.spec import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SUBSETS: Final = ("all", "kept")
RECORD_YEARS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything that the blocks of a study share.

    Attributes
    ----------
    scenarios : by hypothesis, under the baseline; other policies differ in the policy alone.
    baseline : name of the policy that stands for the status quo.
    record_range : least and most attacks per year in the record's last five years, or None.
    """

    study: Study
    policies: tuple[ResolvedPolicy, ...]
    scenarios: Mapping[str, Scenario]
    baseline: str
    record_range: tuple[int, int] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the numbers of each member and horizon."""
        extra = (*ZONE_COLUMNS, *DOSE_COLUMNS) if self.study.spec.operation else ()
        return (*OUTCOMES, *extra)

    @property
    def blocks(self) -> tuple[tuple[str, range], ...]:
        """Hypothesis and draws of every block, in the order of results."""
        draws, size = self.study.spec.draws, self.study.spec.block
        return tuple(
            (hypothesis, range(first, min(first + size, draws)))
            for hypothesis in self.scenarios
            for first in range(0, draws, size)
        )


class Sample(NamedTuple):
    """The draws of a block: their scenario, their members (M,), the operation in each draw."""

    scenario: Scenario
    members: IntArray
    pulses: Sequence[tuple[Pulse, ...]]
    dose: FloatArray


class PolicyNumbers(NamedTuple):
    """The numbers of one policy of a block; see `run_block`."""

    outcomes: FloatArray  # (M, H, K)
    series: Mapping[str, FloatArray]  # (M, S) each
    years: FloatArray  # (M, Y, D, K)
    attacks: FloatArray  # (M, T)


def run_block(
    plan: Plan, hypothesis: str, draws: range, tick: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    """Return the reduced numbers of one block; `tick` is called with finished member-runs.

    Returns
    -------
    dict
        ``outcomes`` (A, M, H, K) by policy, in the order of ``plan.columns``; ``kept`` (M,) 1 or
        0, or -1 without a record to compare with; ``series_NAME`` (A, M, S) float32;
        ``district_members`` (2,), ``district_sum`` and ``district_square`` (2, A, Y, D, K) over all
        members and over those kept; ``district_above`` (2, A, Y, D, K, 2): members that reach a
        level.
    """
    sample = _sample(plan, hypothesis, draws)
    found: dict[str, PolicyNumbers] = {}
    for policy in plan.policies:
        found[policy.name] = _run_policy(plan, policy, sample)
        tick(len(sample.members))
    kept, results = _kept(plan, found[plan.baseline].attacks), list(found.values())
    numbers: dict[str, NDArray[Any]] = {
        "outcomes": np.stack([one.outcomes for one in results]),
        "kept": kept,
    }
    for name in results[0].series:
        numbers[f"series_{name}"] = np.stack([one.series[name] for one in results]).astype(
            np.float32
        )
    years = np.stack([one.years for one in results])  # (A, M, Y, D, K)
    return numbers | _district_sums(years, kept)


def _sample(plan: Plan, hypothesis: str, draws: range) -> Sample:
    study, whole = plan.study, plan.scenarios[hypothesis]
    scenario = replace(whole, parameters=whole.parameters[draws.start : draws.stop])
    members = member_ids(draws, study.spec.replicates)
    if study.spec.operation is None:
        return Sample(scenario, members, [()] * len(draws), np.zeros((len(draws), 0)))
    return Sample(scenario, members, *draw_pulses(study, scenario))


def _run_policy(plan: Plan, policy: ResolvedPolicy, sample: Sample) -> PolicyNumbers:
    spec, replicates = plan.study.spec, plan.study.spec.replicates
    drawn = _simulate(plan, policy, sample, sample.members, "stochastic")
    national = national_series(drawn)
    outcomes = measure(national, spec.horizons, plan.study.origin)
    if spec.operation is not None:
        mean_field = _simulate(plan, policy, sample, sample.members[::replicates], "mean")
        zones = measure_zones(plan.study, drawn, mean_field, replicates)
        dose = sample.dose if policy.has_sweep else np.zeros_like(sample.dose)
        of_members = np.repeat(dose, replicates, axis=0)[:, None, :]
        shape = (*outcomes.shape[:2], len(DOSE_COLUMNS))
        outcomes = np.concatenate([outcomes, zones, np.broadcast_to(of_members, shape)], axis=2)
    return PolicyNumbers(
        outcomes,
        coarse_series(national, spec.series_weeks),
        district_years(drawn),
        national["attacks"],
    )


def _simulate(
    plan: Plan, policy: ResolvedPolicy, sample: Sample, members: IntArray, mode: Mode
) -> Trajectory:
    """Return one policy's trajectory; an operation sized in each draw needs a run for each."""
    scenario, seed = replace(sample.scenario, policy=policy), plan.study.spec.seed
    draws = np.repeat(np.arange(len(sample.pulses)), len(members) // len(sample.pulses))
    if not policy.has_sweep:
        return scenario.run(draws, members, seed=seed, keep=KEEP, mode=mode)
    parts = [
        scenario.run(draw, members[draws == draw], seed=seed, pulses=pulses, keep=KEEP, mode=mode)
        for draw, pulses in enumerate(sample.pulses)
    ]
    return _join(parts)


def _join(parts: Sequence[Trajectory]) -> Trajectory:
    first = parts[0]
    return Trajectory(
        quantities=first.quantities,
        units=first.units,
        members=np.concatenate([part.members for part in parts]),
        national=np.concatenate([part.national for part in parts]),
        district_quantities=first.district_quantities,
        district=np.concatenate([part.district for part in parts if part.district is not None]),
        start=np.concatenate([part.start for part in parts]),
        districts=first.districts,
    )


def _kept(plan: Plan, attacks: FloatArray) -> NDArray[np.int8]:
    """Return whether each member's draw attacks as often as the record's last years, (M,).

    A draw is kept if its attacks per year, over its replicates and its first five years (or the
    whole years that there are), lie in the record's range.
    """
    years = min(RECORD_YEARS, attacks.shape[1] // YEAR)
    if plan.record_range is None or years == 0:
        return np.full(len(attacks), -1, dtype=np.int8)
    yearly = attacks[:, : years * YEAR].sum(axis=1) / years
    replicates = plan.study.spec.replicates
    of_draws = yearly.reshape(-1, replicates).mean(axis=1)
    low, high = plan.record_range
    return np.repeat((of_draws >= low) & (of_draws <= high), replicates).astype(np.int8)


def _district_sums(years: FloatArray, kept: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    levels = np.array(list(DISTRICT_OUTCOMES.values()))  # (K, 2)
    masks = (np.ones(len(kept), dtype=bool), kept == 1)
    chosen = [years[:, mask] for mask in masks]
    return {
        "district_members": np.array([mask.sum() for mask in masks], dtype=np.int64),
        "district_sum": np.stack([part.sum(axis=1) for part in chosen]),
        "district_square": np.stack([(part * part).sum(axis=1) for part in chosen]),
        "district_above": np.stack(
            [(part[..., None] >= levels).sum(axis=1).astype(np.float64) for part in chosen]
        ),
    }
