"""A block: some draws under one hypothesis, run through every arm and reduced to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts, Pulse, Trajectory, simulate
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
from tarazu.study.setup.policies import Arm
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
    parameters : (N, P) by hypothesis.
    baseline : index of the arm that stands for today's practice.
    record_range : least and most attacks a year in the record's last five years, or None.
    """

    study: Study
    arms: tuple[Arm, ...]
    places: Districts
    parameters: Mapping[str, FloatArray]
    baseline: int
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
            for hypothesis in self.parameters
            for first in range(0, draws, size)
        )


class Sample(NamedTuple):
    """The draws of a block: values (N, P), their members (N * R,), the operation in each draw."""

    values: FloatArray
    members: IntArray
    pulses: Sequence[tuple[Pulse, ...]]
    dose: FloatArray


class ArmNumbers(NamedTuple):
    """What is left of one arm of a block: see `run_block`."""

    outcomes: FloatArray  # (M, H, K)
    series: Mapping[str, FloatArray]  # (M, S) each
    years: FloatArray  # (M, Y, D, K)
    attacks: FloatArray  # (M, T)


def run_block(
    plan: Plan, hypothesis: str, draws: range, tick: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    """Return the reduced numbers of one block; `tick` hears of member-runs as they finish.

    Returns
    -------
    dict
        ``outcomes`` (A, M, H, K) in the order of ``plan.columns``; ``kept`` (M,) 1 or 0, or -1
        where nothing was there to compare; ``series_NAME`` (A, M, S) float32; ``district_members``
        (2,), ``district_sum`` and ``district_square`` (2, A, Y, D, K) over all members and over
        those kept; ``district_above`` (2, A, Y, D, K, 2): members that reach a level.
    """
    sample = _sample(plan, hypothesis, draws)
    arms = []
    for arm in plan.arms:
        arms.append(_run_arm(plan, arm, sample))
        tick(len(sample.members))
    kept = _kept(plan, arms[plan.baseline].attacks)
    numbers: dict[str, NDArray[Any]] = {
        "outcomes": np.stack([arm.outcomes for arm in arms]),
        "kept": kept,
    }
    for name in arms[0].series:
        numbers[f"series_{name}"] = np.stack([arm.series[name] for arm in arms]).astype(np.float32)
    years = np.stack([arm.years for arm in arms])  # (A, M, Y, D, K)
    return numbers | _district_sums(years, kept)


def _sample(plan: Plan, hypothesis: str, draws: range) -> Sample:
    study, values = plan.study, plan.parameters[hypothesis][draws.start : draws.stop]
    members = member_ids(draws, study.spec.replicates)
    if study.spec.operation is None:
        return Sample(values, members, [()] * len(values), np.zeros((len(values), 0)))
    base = plan.arms[plan.baseline]
    pulses, dose = draw_pulses(study, plan.places, values, base.levers, base.pulses)
    return Sample(values, members, pulses, dose)


def _run_arm(plan: Plan, arm: Arm, sample: Sample) -> ArmNumbers:
    spec, replicates = plan.study.spec, plan.study.spec.replicates
    drawn = _simulate(plan, arm, sample, sample.members, "stochastic")
    national = national_series(drawn)
    outcomes = measure(national, spec.horizons, plan.study.origin)
    if spec.operation is not None:
        mean_field = _simulate(plan, arm, sample, sample.members[::replicates], "mean")
        zones = measure_zones(plan.study, drawn, mean_field, replicates)
        dose = sample.dose if arm.has_sweep else np.zeros_like(sample.dose)
        of_members = np.repeat(dose, replicates, axis=0)[:, None, :]
        shape = (*outcomes.shape[:2], len(DOSE_COLUMNS))
        outcomes = np.concatenate([outcomes, zones, np.broadcast_to(of_members, shape)], axis=2)
    return ArmNumbers(
        outcomes,
        coarse_series(national, spec.series_weeks),
        district_years(drawn),
        national["attacks"],
    )


def _simulate(
    plan: Plan, arm: Arm, sample: Sample, members: IntArray, mode: Literal["stochastic", "mean"]
) -> Trajectory:
    """Return one arm's trajectory; an operation sized in each draw needs a run for each."""
    study, each = plan.study, len(members) // len(sample.values)

    def run(values: FloatArray, of: IntArray, pulses: tuple[Pulse, ...]) -> Trajectory:
        return simulate(
            study.model,
            values,
            arm.levers,
            districts=plan.places,
            seed=study.spec.seed,
            members=of,
            weeks=study.spec.weeks,
            pulses=(*arm.pulses, *pulses),
            keep=KEEP,
            mode=mode,
        )

    if not arm.has_sweep:
        return run(np.repeat(sample.values, each, axis=0), members, ())
    parts = [
        run(np.repeat(values[None], each, axis=0), members[n * each : (n + 1) * each], pulses)
        for n, (values, pulses) in enumerate(zip(sample.values, sample.pulses, strict=True))
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

    A draw is kept if its attacks a year, over its replicates and its first five years (or the
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
