"""Blocks: some draws under one hypothesis, run under every policy and reduced to numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Pulse, State, Trajectory
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.saved_ends import Past
from tarazu.engine.trajectory import join_states
from tarazu.study.runner.needs import block_draws, piece_members
from tarazu.study.runner.operation import DOSE_COLUMNS, ZONE_COLUMNS, draw_pulses, measure_zones
from tarazu.study.setup.design import member_ids
from tarazu.study.setup.hindcast import (
    ATTACKS,
    RECORD_YEARS,
    counted_of,
    sum_years,
    whole_years,
)
from tarazu.study.setup.history import History
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
from tarazu.study.setup.quantities import extra_outcomes
from tarazu.study.setup.reproduction import reproduction_numbers
from tarazu.study.setup.scenario import Scenario
from tarazu.study.setup.spec import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SUBSETS: Final = ("all", "kept")
REPRODUCTION: Final = "reproduction"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything that the blocks of a study share.

    Attributes
    ----------
    scenarios : by hypothesis, under the baseline; other policies differ in the policy alone.
    baseline : name of the policy that stands for the status quo.
    record_range : least and most attacks per year in the record's last five years, or None.
    history : the weeks before the start that every member passes through, or None.
    recorded : attacks of the record by calendar year; empty without one.
    record_years : its last five years, if the history passes through them; else empty.
    """

    study: Study
    policies: tuple[ResolvedPolicy, ...]
    scenarios: Mapping[str, Scenario]
    baseline: str
    record_range: tuple[int, int] | None
    history: History | None = None
    recorded: Mapping[int, int] = field(default_factory=dict)
    record_years: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the numbers of each member and horizon."""
        spec = self.study.spec
        extra = (*ZONE_COLUMNS, *DOSE_COLUMNS) if spec.operation else ()
        return (
            *OUTCOMES,
            *spec.quantities,
            *((REPRODUCTION,) if spec.reproduction else ()),
            *extra,
        )

    @property
    def blocks(self) -> tuple[tuple[str, range], ...]:
        """Hypothesis and draws of every block, in the order of results."""
        draws, size = self.study.spec.draws, block_draws(self.study)
        return tuple(
            (hypothesis, range(first, min(first + size, draws)))
            for hypothesis in self.scenarios
            for first in range(0, draws, size)
        )


class Sample(NamedTuple):
    """The draws of a block: their scenario, members (M,), starts and operation in each draw.

    `starts` holds the state after the history by mode, of the members or, in the mean field, of
    one member of each draw; it is empty without a history. `hindcast` (M, Y, K) is what the
    members count in the whole years of the history, see `counted_of`; Y is 0 without one.
    """

    scenario: Scenario
    members: IntArray
    starts: Mapping[Mode, State]
    hindcast: FloatArray
    pulses: Sequence[tuple[Pulse, ...]]
    dose: FloatArray


class PolicyNumbers(NamedTuple):
    """The numbers of one policy of a block, or of a piece of its members; see `run_block`."""

    outcomes: FloatArray  # (M, H, K)
    series: Mapping[str, NDArray[np.float32]]  # (M, S) each
    years: FloatArray  # (M, Y, D, K)
    attacks: FloatArray  # (M, T)


def run_block(
    plan: Plan, hypothesis: str, draws: range, tick: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    """Return the reduced numbers of one block; `tick` is called with finished member-runs.

    Weekly series are held of a piece of the members at a time, and years by district of one policy
    at a time; the baseline is run first, because it decides which draws are kept.

    Returns
    -------
    dict
        ``outcomes`` (A, M, H, K) by policy, in the order of ``plan.columns``; ``kept`` (M,) 1 or
        0, or -1 without a record to compare with; ``hindcast`` (M, Y, K), see `Sample`;
        ``series_NAME`` (A, M, S) float32;
        ``district_members`` (2,), ``district_sum`` and ``district_square`` (2, A, Y, D, K) over all
        members and over those kept; ``district_above`` (2, A, Y, D, K, 2): members that reach a
        level.
    """
    sample, places = _sample(plan, hypothesis, draws), list(range(len(plan.policies)))
    places.sort(key=lambda place: plan.policies[place].name != plan.baseline)
    kept = np.zeros(0, dtype=np.int8)
    rows: dict[int, dict[str, NDArray[Any]]] = {}
    for place in places:
        one = _run_policy(plan, plan.policies[place], sample, tick)
        if not rows:
            kept = _kept(plan, sample.hindcast, one.attacks)
        series = {f"series_{name}": values for name, values in one.series.items()}
        rows[place] = {"outcomes": one.outcomes, **series}
        rows[place] |= _district_sums(one.years, kept)
    members = [len(kept), (kept == 1).sum()]
    numbers: dict[str, NDArray[Any]] = {
        "kept": kept,
        "hindcast": sample.hindcast,
        "district_members": np.array(members, dtype=np.int64),
    }
    for name in list(rows[0]):
        axis = 1 if name.startswith("district_") else 0
        numbers[name] = np.stack([rows[place].pop(name) for place in sorted(rows)], axis=axis)
    return numbers


def run_one(plan: Plan, hypothesis: str) -> None:
    """Run one week of the first member in each mode that the study needs."""
    scenario = plan.scenarios[hypothesis]
    for mode in _modes(plan.study):
        scenario.run(0, np.array([0]), seed=plan.study.spec.seed, weeks=1, keep=KEEP, mode=mode)


def _modes(study: Study) -> tuple[Mode, ...]:
    """Return the modes that a study needs; one of an operation compares both."""
    return (study.spec.mode,) if study.spec.operation is None else ("stochastic", "mean")


def _sample(plan: Plan, hypothesis: str, draws: range) -> Sample:
    study, whole = plan.study, plan.scenarios[hypothesis]
    scenario = replace(whole, parameters=whole.parameters[draws.start : draws.stop])
    members = member_ids(draws, study.spec.replicates)
    pasts = _pasts(plan, scenario, members)
    starts = {mode: past.end for mode, past in pasts.items()}
    hindcast = np.zeros((len(members), 0, 0))
    if plan.history is not None:
        hindcast = sum_years(plan.history, pasts[study.spec.mode].series)
    if study.spec.operation is None:
        none = np.zeros((len(draws), 0))
        return Sample(scenario, members, starts, hindcast, [()] * len(draws), none)
    sized = draw_pulses(study, scenario, starts.get("mean"))
    return Sample(scenario, members, starts, hindcast, *sized)


def _pasts(plan: Plan, scenario: Scenario, members: IntArray) -> dict[Mode, Past]:
    """Return the history of the members of a block, by mode."""
    if plan.history is None:
        return {}
    spec, pasts = plan.study.spec, dict[Mode, Past]()
    for mode in _modes(plan.study):
        repeats = spec.replicates if mode == "stochastic" else 1
        pasts[mode] = scenario.history(
            np.repeat(np.arange(len(scenario.parameters)), repeats),
            members[:: spec.replicates // repeats],
            seed=spec.seed,
            weeks=plan.history.weeks,
            known=plan.history.known,
            counted=counted_of(scenario.model),
            mode=mode,
        )
    return pasts


def _run_policy(
    plan: Plan, policy: ResolvedPolicy, sample: Sample, tick: Callable[[int], None]
) -> PolicyNumbers:
    pieces = []
    for draws, members in _pieces(plan, sample):
        pieces.append(_run_piece(plan, policy, sample, draws, members))
        tick(len(members))
    return PolicyNumbers(
        np.concatenate([piece.outcomes for piece in pieces]),
        {name: np.concatenate([p.series[name] for p in pieces]) for name in pieces[0].series},
        np.concatenate([piece.years for piece in pieces]),
        np.concatenate([piece.attacks for piece in pieces]),
    )


def _pieces(plan: Plan, sample: Sample) -> Iterator[tuple[slice, IntArray]]:
    """Yield draws and members of each piece: some whole draws, or some replicates of one."""
    replicates, most = plan.study.spec.replicates, piece_members(plan.study)
    step = most // replicates
    if step:
        for first in range(0, len(sample.pulses), step):
            yield (
                slice(first, first + step),
                sample.members[first * replicates : (first + step) * replicates],
            )
        return
    for draw in range(len(sample.pulses)):
        members = sample.members[draw * replicates : (draw + 1) * replicates]
        for first in range(0, replicates, most):
            yield slice(draw, draw + 1), members[first : first + most]


def _run_piece(
    plan: Plan, policy: ResolvedPolicy, sample: Sample, draws: slice, members: IntArray
) -> PolicyNumbers:
    spec = plan.study.spec
    dose, n_draws = sample.dose[draws], len(sample.pulses[draws])
    repeats = len(members) // n_draws
    drawn = _simulate(plan, policy, sample, draws, members, spec.mode)
    national = national_series(drawn)
    outcomes = measure(national, spec.horizons, plan.study.origin)
    if spec.quantities:
        extra = extra_outcomes(plan.study.model, spec.quantities)
        kept = measure({n: drawn.series(n) for n in extra}, spec.horizons, plan.study.origin, extra)
        outcomes = np.concatenate([outcomes, kept], axis=2)
    if spec.reproduction:
        chosen = sample.scenario.parameters[draws]
        scenario = replace(sample.scenario, policy=policy, parameters=chosen)
        numbers = np.repeat(reproduction_numbers(scenario), repeats)[:, None, None]
        shape = (*outcomes.shape[:2], 1)
        outcomes = np.concatenate([outcomes, np.broadcast_to(numbers, shape)], axis=2)
    if spec.operation is not None:
        mean_field = _simulate(plan, policy, sample, draws, members[::repeats], "mean")
        zones = measure_zones(plan.study, drawn, mean_field, repeats)
        dose = dose if policy.has_sweep else np.zeros_like(dose)
        of_members = np.repeat(dose, repeats, axis=0)[:, None, :]
        shape = (*outcomes.shape[:2], len(DOSE_COLUMNS))
        outcomes = np.concatenate([outcomes, zones, np.broadcast_to(of_members, shape)], axis=2)
    series = coarse_series(national, spec.series_weeks)
    return PolicyNumbers(
        outcomes,
        {name: values.astype(np.float32) for name, values in series.items()},
        district_years(drawn),
        national["attacks"].copy(),  # a view would keep all series of the piece
    )


def _simulate(
    plan: Plan,
    policy: ResolvedPolicy,
    sample: Sample,
    draws: slice,
    members: IntArray,
    mode: Mode,
) -> Trajectory:
    """Return one policy's trajectory; an operation sized in each draw needs a run for each."""
    scenario, seed = replace(sample.scenario, policy=policy), plan.study.spec.seed
    chosen = np.arange(len(sample.pulses))[draws]
    of_members = np.repeat(chosen, len(members) // len(chosen))
    states = sample.starts.get(mode)
    start = None if states is None else states.of(members)
    if not policy.has_sweep:
        return scenario.run(of_members, members, seed=seed, keep=KEEP, start=start, mode=mode)
    parts = [
        scenario.run(
            draw,
            members[of_members == draw],
            seed=seed,
            pulses=sample.pulses[draw],
            keep=KEEP,
            start=None if start is None else start.of(members[of_members == draw]),
            mode=mode,
        )
        for draw in chosen.tolist()
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
        end=join_states([part.end for part in parts]),
    )


def _kept(plan: Plan, hindcast: FloatArray, attacks: FloatArray) -> NDArray[np.int8]:
    """Return whether each member's draw attacks as often as the record's last years, (M,).

    A draw is kept if its attacks per year, over its replicates and the record's last five years as
    its history has them, lie in the record's range. Where no history passes through these years,
    the first five years of the study stand for them (or the whole years that there are).

    hindcast : (M, Y, K). attacks : (M, T) of the study.
    """
    replicates = plan.study.spec.replicates
    years = min(RECORD_YEARS, attacks.shape[1] // YEAR)
    counted = counted_of(plan.study.model)
    if plan.record_range is None or (years == 0 and not plan.record_years):
        return np.full(len(attacks), -1, dtype=np.int8)
    if plan.record_years:
        assert plan.history is not None  # it passes through them
        same = np.isin(whole_years(plan.history), plan.record_years)
        yearly = hindcast[:, same, counted.index(ATTACKS)].mean(axis=1)
    else:
        yearly = attacks[:, : years * YEAR].sum(axis=1) / years
    of_draws = yearly.reshape(-1, replicates).mean(axis=1)
    low, high = plan.record_range
    return np.repeat((of_draws >= low) & (of_draws <= high), replicates).astype(np.int8)


def _district_sums(years: FloatArray, kept: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    """Return sums over the members (M, Y, D, K) of one policy, over all and over those kept."""
    levels = np.array(list(DISTRICT_OUTCOMES.values()))  # (K, 2)
    chosen = (years, years[kept == 1])
    return {
        "district_sum": np.stack([part.sum(axis=0) for part in chosen]),
        "district_square": np.stack([_sum_of_squares(part) for part in chosen]),
        "district_above": np.stack(
            [
                np.stack([(part >= levels[:, n]).sum(axis=0) for n in range(2)], axis=-1)
                for part in chosen
            ]
        ).astype(np.float64),
    }


def _sum_of_squares(years: FloatArray) -> FloatArray:
    """Return the (Y, D, K) sum over members, which are added one after the other."""
    total = np.zeros(years.shape[1:])
    for member in years:
        total += member * member
    return total
