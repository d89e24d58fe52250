"""The parameters that a policy's effect depends on most, over draws of their priors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from tarazu.app.futures import SHOWN, run_members
from tarazu.app.lab import SEED, TODAY, Lab
from tarazu.app.state import State, policy_of
from tarazu.core.errors import ScenarioError, suggest
from tarazu.model import draw_parameters
from tarazu.study.analysis.driver import rank_correlations
from tarazu.study.runner.run import Progress
from tarazu.study.setup.scenario import drawn_scenario

FloatArray = NDArray[np.float64]

DRAWS: Final = 256  # expected paths, without chance, so that a rank says what the parameter does
LISTED: Final = 10
LEVELS: Final = tuple(round(0.05 * k, 2) for k in range(1, 20))
"""Quantiles of the prior to which an unknown can be moved."""

BY_CHANCE: Final = 0.95  # quantile of the largest correlation of draws in random order


class Unknown(BaseModel):
    """A parameter, and how the change of attacks goes with it.

    Attributes
    ----------
    correlation : Spearman's, with the change of attacks; with attacks under today's practice.
    values : at the quantiles `LEVELS` of the prior under the hypothesis.
    """

    name: str
    unit: str
    prior: str
    source: str
    is_assumed: bool
    correlation: float
    values: list[float]


class Unknowns(BaseModel):
    """The unknowns that an effect depends on most.

    Attributes
    ----------
    draws : expected paths. tried : parameters that differ between them.
    chance : the largest correlation of unrelated parameters is below this in 95% of cases.
    levels : quantiles to which `Unknown.values` belong.
    """

    draws: int
    tried: int
    chance: float
    levels: list[float]
    unknowns: list[Unknown]


def find_unknowns(
    lab: Lab, state: State, progress: Callable[[Progress], None] | None = None
) -> Unknowns:
    """Return the ten parameters that go most with the change of attacks in draws of a scenario.

    Parameters
    ----------
    state : a checked one; for today's practice itself, attacks stand in place of their change.
    progress : called after a few draws; what it raises ends the run.
    """
    change = _attacks(lab, state, progress)
    if not state.is_today:
        today = State(hypothesis=state.hypothesis, years=state.years)
        change = change - _attacks(lab, today, progress)
    hypothesis = lab.hypotheses[state.hypothesis]
    values = drawn_scenario(
        hypothesis,
        lab.policies[TODAY],
        weeks=1,
        draws=DRAWS,
        seed=SEED,
        model=lab.model,
        region=lab.region,
    ).parameters
    differ = np.flatnonzero(np.ptp(values, axis=0) > 0.0)
    nothing = Unknowns(draws=DRAWS, tried=len(differ), chance=0.0, levels=[*LEVELS], unknowns=[])
    if np.ptp(change) == 0.0:
        return nothing
    correlations, chance = rank_correlations(values[:, differ], change, seed=SEED)
    most = np.argsort(-np.abs(correlations), kind="stable")[:LISTED]
    names = [*lab.model.parameters]
    unknowns = [_unknown(lab, state, names[differ[k]], float(correlations[k])) for k in most]
    bound = float(np.quantile(chance, BY_CHANCE))
    return nothing.model_copy(update={"chance": bound, "unknowns": unknowns})


def _attacks(lab: Lab, state: State, progress: Callable[[Progress], None] | None) -> FloatArray:
    run = run_members(
        lab,
        policy_of(state, lab),
        state.hypothesis,
        members=DRAWS,
        weeks=state.weeks,
        mode="mean",
        progress=progress,
    )
    return np.asarray(run.totals[SHOWN.index("attacks")])


def _unknown(lab: Lab, state: State, name: str, correlation: float) -> Unknown:
    parameter = lab.model.parameters[name]
    return Unknown(
        name=name,
        unit=parameter.unit,
        prior=parameter.prior.describe(),
        source=str(parameter.source),
        is_assumed=parameter.source.is_assumed,
        correlation=correlation,
        values=values_of(lab, state.hypothesis, name),
    )


def values_of(lab: Lab, hypothesis: str, name: str) -> list[float]:
    """Return a parameter at the quantiles `LEVELS` of its prior under a hypothesis.

    Raises
    ------
    ScenarioError
        The model has no such parameter.
    """
    names = [*lab.model.parameters]
    if name not in names:
        raise ScenarioError(f"no parameter '{name}'", value=name, hint=suggest(name, names))
    uniforms = np.repeat(np.array(LEVELS)[:, None], len(names), axis=1)
    found = draw_parameters(lab.model, lab.hypotheses[hypothesis], uniforms)
    return [float(value) for value in found[:, names.index(name)]]
