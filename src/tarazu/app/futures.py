"""Simulated futures of a policy beside those of today's practice, reduced to what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from tarazu.app.lab import SEED, Lab
from tarazu.app.state import State, policy_of
from tarazu.engine.compiler.week_plan import Mode
from tarazu.policy import Policy
from tarazu.policy.cost import extra_cost
from tarazu.study.runner.run import Progress
from tarazu.study.setup.outcomes import OUTCOMES
from tarazu.study.simulation import simulate

FloatArray = NDArray[np.float64]

SHOWN: Final = ("attacks", "deaths_civilian", "disappeared")
"""Outcomes of the first page, the one of the large picture first."""

STEP: Final = 13  # weeks of one point of a line
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
EXPECTED_DRAWS: Final = 8  # draws of the mean field: what a browser runs while a lever moves
STAGES: Final = (16, 64, 256)  # members of the stochastic runs, one after the other


class Band(BaseModel):
    """Quantiles over members, per step of 13 weeks: 5, 25, 50, 75 and 95%."""

    q05: list[float]
    q25: list[float]
    q50: list[float]
    q75: list[float]
    q95: list[float]


class Change(BaseModel):
    """Policy minus today's practice over the whole run, in pairs of members.

    Attributes
    ----------
    median, low, high : of the differences; low and high are their 5 and 95% quantiles.
    fewer, equal : members in which the policy has less than, and as much as, today's practice.
    """

    median: float
    low: float
    high: float
    fewer: int
    equal: int


class OutcomeFutures(BaseModel):
    """One outcome under the policy and under today's practice.

    Attributes
    ----------
    policy_total, today_total : medians of the total over the whole run.
    """

    name: str
    title: str
    unit: str
    policy: Band
    today: Band
    policy_total: float
    today_total: float
    change: Change


class DistrictFutures(BaseModel):
    """Attacks in one district over the whole run: medians over members.

    Attributes
    ----------
    today, policy : totals. change : of the differences of pairs. fewer : members with less.
    """

    slug: str
    name: str
    today: float
    policy: float
    change: float
    fewer: int


class Futures(BaseModel):
    """Futures of a policy under one hypothesis. Simulated, not calibrated.

    Attributes
    ----------
    mode : ``mean``, the expected path of each draw; or ``stochastic``, with chance.
    members : draws, each with one replicate. weeks : of the run. step : weeks per point.
    extra_cost : rupees per week above today's practice; unit costs are assumed.
    """

    mode: Literal["mean", "stochastic"]
    members: int
    hypothesis: str
    weeks: int
    step: int
    extra_cost: float
    outcomes: list[OutcomeFutures]
    districts: list[DistrictFutures]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Members of one policy.

    Attributes
    ----------
    steps : (K, M, B) sums per step of 13 weeks, in the order of `SHOWN`.
    totals : (K, M) over the run. districts : (M, D) attacks over the run.
    """

    steps: FloatArray
    totals: FloatArray
    districts: FloatArray


def run_members(
    lab: Lab,
    policy: Policy,
    hypothesis: str,
    *,
    members: int,
    weeks: int,
    mode: Mode,
    progress: Callable[[Progress], None] | None = None,
) -> Members:
    """Return the members of `tarazu.simulate` with as many draws and one replicate each.

    Parameters
    ----------
    progress : called after a few draws; what it raises ends the run.
    """
    data = simulate(
        policy,
        lab.hypotheses[hypothesis],
        region=lab.region,
        model=lab.model,
        draws=members,
        weeks=weeks,
        seed=SEED,
        mode=mode,
        quantities=SHOWN,
        by_district=SHOWN[:1],
        progress=progress or False,
    )
    weekly = np.stack([data[name].values[:, 0, :] for name in SHOWN])  # (K, M, T)
    steps = weekly[:, :, : weeks // STEP * STEP].reshape(*weekly.shape[:2], -1, STEP).sum(axis=3)
    local = data[f"{SHOWN[0]}_by_district"].values[:, 0].sum(axis=1)
    return Members(steps, weekly.sum(axis=2), local)


def compare(lab: Lab, state: State, policy: Members, today: Members, mode: Mode) -> Futures:
    """Return a policy's members beside those of today's practice, pair by pair."""
    outcomes = []
    for k, name in enumerate(SHOWN):
        outcomes.append(
            OutcomeFutures(
                name=name,
                title=OUTCOMES[name].title,
                unit=OUTCOMES[name].unit,
                policy=_band(policy.steps[k]),
                today=_band(today.steps[k]),
                policy_total=float(np.median(policy.totals[k])),
                today_total=float(np.median(today.totals[k])),
                change=change_of(policy.totals[k] - today.totals[k]),
            )
        )
    local = policy.districts - today.districts
    districts = [
        DistrictFutures(
            slug=district.slug,
            name=district.name,
            today=float(np.median(today.districts[:, d])),
            policy=float(np.median(policy.districts[:, d])),
            change=float(np.median(local[:, d])),
            fewer=int((local[:, d] < 0).sum()),
        )
        for d, district in enumerate(lab.region.districts)
    ]
    return Futures(
        mode=mode,
        members=policy.totals.shape[1],
        hypothesis=state.hypothesis,
        weeks=state.weeks,
        step=STEP,
        extra_cost=extra_cost(policy_of(state, lab), lab.model.levers, lab.region, state.weeks),
        outcomes=outcomes,
        districts=districts,
    )


def change_of(difference: FloatArray) -> Change:
    """Return the summary of differences between pairs of members, (M,)."""
    low, median, high = np.quantile(difference, (0.05, 0.5, 0.95))
    return Change(
        median=float(median),
        low=float(low),
        high=float(high),
        fewer=int((difference < 0).sum()),
        equal=int((difference == 0).sum()),
    )


def _band(steps: FloatArray) -> Band:
    q = np.quantile(steps, LEVELS, axis=0).tolist()
    return Band(q05=q[0], q25=q[1], q50=q[2], q75=q[3], q95=q[4])
