"""The declared model against the arrows of the description, by finite differences in a small world.

The engine runs; nothing here reads an expression. A cause is raised by a tenth for all its readers
(a lever by a tenth of its range), levers at mid-range.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy as sp
from tests.unit.model.arrows import ARROWS, Arrow
from tests.unit.worlds import line_of_districts, medians

from tarazu.core.quantities import Normal, SpikeSlab
from tarazu.engine import Trajectory, simulate
from tarazu.model import Model, build_model
from tarazu.model.hold import Link, with_holds
from tarazu.model.stocks import MILITANTS

RAISE = 0.1
LEAST = 1e-7  # relative effect that counts: beyond rounding
WEEKS = max(arrow.weeks for arrow in ARROWS)
DISTRICTS = line_of_districts(2, 300_000.0)
EITHER = {
    name: 0.0
    for name, parameter in build_model().parameters.items()
    if isinstance(parameter.prior, Normal | SpikeSlab) and name != "islamist_sensitivity"
}
"""Responses that may have either sign, at none."""


@cache
def opened(m: Model) -> Model:
    """Return a model in which what arrows name can be held."""
    named = dict.fromkeys(name for arrow in ARROWS for name in (arrow.cause, arrow.effect))
    return with_holds(m, [Link(name, "*") for name in named if is_read(m, name)])


def is_read(m: Model, name: str) -> bool:
    if name not in {*m.stocks, *m.events, *m.definitions}:
        return False
    expressions = [d.expression for d in m.definitions.values()]
    expressions += [event.mean for event in m.events.values()]
    expressions += [t.hazard for t in m.transfers.values() if t.hazard is not None]
    expressions += [part for c in m.changes for part in (c.rise, c.fall, c.push, c.inflow)]
    return any(m[name] in expression.free_symbols for expression in expressions)


def middle(m: Model) -> dict[str, float]:
    """Return levers at mid-range, at a tempo that forces can follow, with all harm."""
    half = {name: (lever.low + lever.high) / 2 for name, lever in m.levers.items()}
    return half | {"operational_tempo": 2.0, "operation_harm": 1.0}


def run(m: Model, arrow: Arrow, levers: np.ndarray, parameters: dict[str, float], side: float):
    responses = {name: side * value for name, value in arrow.under}
    values = medians(m, **(EITHER | {"renewal": 1.0} | parameters | responses))
    weeks = arrow.weeks
    return simulate(
        m,
        values,
        levers[:, :weeks],
        districts=DISTRICTS,
        seed=0,
        members=np.array([0]),
        weeks=weeks,
        keep=[Link(name, "*").input for name in held(m)],
        mode="mean",
        engine="numpy",
    )


def held(m: Model) -> list[str]:
    return [name.removeprefix("hold_") for name in m.levers if name.startswith("hold_")]


def effect_of(m: Model, arrow: Arrow, *, side: float = 1.0, model: Model | None = None) -> float:
    """Return the relative change of the effect in the last week when the cause is raised."""
    full = opened(model or m)
    names = [*full.levers]
    levels = middle(m)
    base = np.array([levels.get(n, lever.low) for n, lever in full.levers.items()])
    base = np.broadcast_to(base[:, None, None], (len(names), WEEKS, 2)).copy()
    base[[names.index(Link(name, "*").switch) for name in held(full)]] = 0.0
    free = run(full, arrow, base, {}, side)
    raised, parameters = base[:, : arrow.weeks].copy(), {}
    if arrow.cause in m.levers:
        lever = m.levers[arrow.cause]
        raised[names.index(arrow.cause)] += RAISE * (lever.high - lever.low)
    elif arrow.cause in m.parameters:
        parameters = {arrow.cause: (1.0 + RAISE) * medians(m)[[*m.parameters].index(arrow.cause)]}
    else:
        link = Link(arrow.cause, "*")
        path = free.by_district(link.input)[0]
        raised[names.index(link.switch)] = 1.0
        raised[names.index(link.path)] = path + RAISE * np.where(path == 0.0, 1.0, np.abs(path))
    moved = run(full, arrow, raised, parameters, side)
    before, after = (level_of(full, trajectory, arrow.effect) for trajectory in (free, moved))
    return (after - before) / max(abs(before), 1e-300)


def level_of(m: Model, trajectory: Trajectory, name: str) -> float:
    """Return a quantity over all districts in the last week."""
    if name == "militants":
        return float(sum(trajectory.series(stock)[0, -1] for stock in MILITANTS))
    if name in trajectory.quantities:
        return float(trajectory.series(name)[0, -1])
    return float(trajectory.by_district(Link(name, "*").input)[0, -1].sum())


def label(arrow: Arrow) -> str:
    return "-".join([arrow.cause, arrow.effect, *(name for name, _ in arrow.under)])


@pytest.mark.parametrize("arrow", ARROWS, ids=label)
def test_arrow__has_the_sign_that_the_description_gives_it(arrow):
    assert arrow.sign * effect_of(build_model(), arrow) > LEAST


@pytest.mark.parametrize(
    "arrow",
    # of sponsored men there are none below zero
    [a for a in ARROWS if len(a.under) == 1 and a.under[0][0] != "sponsored_share"],
    ids=label,
)
def test_arrow__turns_round_with_its_response_where_it_rests_on_one(arrow):
    """No answer is built in: the other sign of the response gives the other sign of the effect."""
    assert arrow.sign * effect_of(build_model(), arrow, side=-1.0) < -LEAST


def inverse(expression: sp.Expr) -> sp.Expr:
    return 1 / expression


def negative(expression: sp.Expr) -> sp.Expr:
    return -expression


WRONG = {
    "trust-discrimination": ("tips", lambda tips: 1 - tips),
    "operations-attacks-retaliation": ("retaliation_flow", negative),
    "raid_level-militants-recruitment_response": ("recruitment_coercion", negative),
    "grievance-sympathiser": ("grievance_level", inverse),
    "reactive_share-attacks-standing_response": ("ease", inverse),
    "damage_energy-service_level": ("left_for_services", inverse),
    "redress-kin_flow-redress_response-recruits_per_disappeared": ("relief", inverse),
    "raid_level-groups-splinter_response": ("splitting", inverse),
    "importation-attacks": ("arms", inverse),
    "discrimination-operation_deaths_civilian": ("bluntness_level", inverse),
}
"""By arrow, a definition on its way, and how a slip would turn it round."""


@cache
def slipped() -> Model:
    """Return the shipped model with every slip of `WRONG` in it."""
    m = copy(build_model())
    m.definitions = dict(m.definitions)
    for name, slip in WRONG.values():
        definition = m.definitions[name]
        m.definitions[name] = replace(definition, expression=slip(definition.expression))
    return m


@pytest.mark.parametrize("wanted", WRONG)
def test_arrow__with_a_wrong_sign_on_its_way_is_seen(wanted):
    arrow = next(arrow for arrow in ARROWS if label(arrow) == wanted)
    assert arrow.sign * effect_of(build_model(), arrow, model=slipped()) < -LEAST
