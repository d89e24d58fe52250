"""Histories from 2004 on: of draws as they are, and of draws whose militants start elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import State, Trajectory, simulate
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.start import levels_before
from tarazu.model.stocks import MILITANTS
from tarazu.policy import load_policy
from tarazu.record import load_record
from tarazu.region import load_region
from tarazu.study.setup.history import History, make_history
from tarazu.study.setup.policies import resolve_policy
from tarazu.study.setup.scenario import Scenario, drawn_scenario

Array = NDArray[np.float64]
Draws = NDArray[np.int64] | None

FIRST, START = date(2004, 1, 1), date(2026, 1, 1)
WEEKS = (START - FIRST).days // 7  # 1,148, without a rest
SEED = 20261128
AFTER = 260  # weeks of the study
POLICIES = ("surge", "political-settlement", "withdrawal", "dialogue")
FACTORS = (0.5, 1.0, 2.0)


@cache
def history() -> History:
    """Return the weeks from 2004 to the start, with the operations of the shipped record."""
    scenario = drawn_scenario("full", "status-quo", weeks=1, draws=1, seed=SEED)
    return make_history(START, WEEKS, scenario.model, load_region(), load_record())


def run_history(
    scenario: Scenario,
    members: NDArray[np.int64],
    mode: str,
    factor: float = 1.0,
    draws: Draws = None,
    **given,
) -> Trajectory:
    """Return the history of some members whose militants start at `factor`.

    draws : of the members; None: each member is the draw of its number.
    """
    of_members = members if draws is None else draws
    defaults = np.array([lever.default for lever in scenario.model.levers.values()])
    levers = np.broadcast_to(
        defaults[:, None, None], (len(defaults), WEEKS, len(scenario.districts.names))
    )
    return simulate(
        scenario.model,
        scenario.parameters[of_members],
        levers,
        districts=scenario.districts,
        seed=SEED,
        members=members,
        weeks=WEEKS,
        start=first_state(scenario, members, factor, of_members, whole=mode == "stochastic"),
        known=history().known,
        mode=mode,
        **given,
    )


def first_state(
    scenario: Scenario,
    members: NDArray[np.int64],
    factor: float,
    draws: Draws = None,
    *,
    whole: bool,
) -> State:
    """Return the levels that the model declares, with militants times a factor."""
    program, stocks = program_of(scenario.model), [*scenario.model.stocks]
    parameters = scenario.parameters[members if draws is None else draws]
    levels = levels_before(program, parameters, scenario.districts, whole=whole)
    for name in MILITANTS:
        at = stocks.index(name)
        changed = factor * levels[:, at]
        changed = np.floor(changed + 0.5) if whole else changed
        levels[:, stocks.index(program.rest)] += levels[:, at] - changed
        levels[:, at] = changed
    chances = np.zeros((len(members), len(scenario.model.shocks), levels.shape[2]))
    return State(members, 0, levels, chances)


def attacks_after(scenario: Scenario, start: State, policy: str, draws: Draws = None) -> Array:
    """Return attacks in the years after the start under a policy (M,): as expected, or drawn.

    draws : of the members, which are then drawn; None: each member is the draw of its number, and
        attacks are those of the mean field.
    """
    levers = scenario.model.levers
    resolved = resolve_policy(load_policy(policy), levers, load_region(), AFTER)
    run = replace(scenario, policy=resolved).run(
        start.members if draws is None else draws,
        start.members,
        seed=SEED,
        weeks=AFTER,
        start=start,
        mode="mean" if draws is None else "stochastic",
    )
    return run.series("attacks").sum(axis=1)
