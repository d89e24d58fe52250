"""The equations of the mean field: steps of any length, and the limit of short ones."""

import numpy as np
import pytest
import sympy as sp
from tests.unit.worlds import line_of_districts

from tarazu.engine.compiler.equations import equations_of
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.step_functions import (
    AtMost,
    Departing,
    Leaving,
    Relaxing,
    Shared,
)
from tarazu.engine.mean_field.numpy_source import departing, departing_slope, write_values
from tarazu.engine.mean_field.weekly_map import sums_over
from tarazu.model import build_model
from tarazu.model.declaration import Model, ModelError

ROUNDING = 1e-12  # of the largest flow or level of a stock, relative
DISTRICTS = 3


def random_case(model, seed=1):
    """Return stocks, and what else the equations of the shipped model read."""
    rng, districts = np.random.default_rng(seed), line_of_districts(DISTRICTS, 50_000.0)
    stocks = []
    for stock in model.stocks.values():
        scale = {"people": 1_000.0, "share": 1.0, "memory": 10.0}[stock.kind]
        stocks.append(scale * rng.random(DISTRICTS))
    uniforms = rng.random(len(model.parameters))
    parameters = tuple(
        float(p.prior.quantile(u)) for p, u in zip(model.parameters.values(), uniforms, strict=True)
    )
    levers = tuple(
        lever.low + (lever.high - lever.low) * rng.random(DISTRICTS)
        for lever in model.levers.values()
    )
    own = tuple(districts.places())
    return tuple(stocks), (own, parameters, levers, *sums_over(districts.weights))


def evaluated(program, equations, names, stocks, given):
    values = write_values(program, equations.behind(names), names)(stocks, *given)
    return dict(zip(names, (np.broadcast_to(v, (DISTRICTS,)) for v in values), strict=True))


def flows_of(equations):
    both = (*equations.inflows.values(), *equations.outflows.values())
    return list(dict.fromkeys(name for names in both for name in names))


def net(equations, stock, values):
    change = sum((values[name] for name in equations.inflows[stock]), np.zeros(DISTRICTS))
    return change - sum((values[name] for name in equations.outflows[stock]), np.zeros(DISTRICTS))


@pytest.mark.parametrize("step", [1, sp.Rational(1, 4)])
def test_equations__levels_after_a_step_are_levels_before_plus_flows(step):
    model = build_model()
    program, (stocks, given) = program_of(model), random_case(model)
    equations = equations_of(program).at_step(step)
    names = [*flows_of(equations), *equations.after.values()]
    values = evaluated(program, equations, names, stocks, given)
    for stock, before in zip(model.stocks, stocks, strict=True):
        after = before + float(step) * net(equations, stock, values)
        scale = max(np.abs(before).max(), 1e-3)
        np.testing.assert_allclose(
            values[equations.after[stock]], after, rtol=0, atol=ROUNDING * scale, err_msg=stock
        )


def test_equations__flows_of_a_short_step_come_to_those_of_the_limit():
    model = build_model()
    program, (stocks, given) = program_of(model), random_case(model)
    symbolic = equations_of(program)
    names = flows_of(symbolic)
    limit = evaluated(program, symbolic.at_step(0), names, stocks, given)
    off = []
    for one in (100, 1_000):
        found = evaluated(program, symbolic.at_step(sp.Rational(1, one)), names, stocks, given)
        off.append({name: np.abs(found[name] - limit[name]).max() for name in names})
    changed = [name for name in names if off[0][name] > 1e-6 * np.abs(limit[name]).max()]
    assert len(changed) > 20
    for name in changed:  # ten times the steps, a tenth of the error
        assert off[1][name] == pytest.approx(0.1 * off[0][name], rel=0.1), name


def test_equations__people_who_move_are_neither_lost_nor_made():
    model = build_model()
    program, (stocks, given) = program_of(model), random_case(model)
    equations = equations_of(program).at_step(1)
    names = [equations.after[stock] for stock in program.people]
    after = evaluated(program, equations, names, stocks, given)
    before = sum(stocks[[*model.stocks].index(stock)].sum() for stock in program.people)
    assert sum(after[name].sum() for name in names) == pytest.approx(before, rel=ROUNDING)


def test_equations__functions_have_their_limits_at_a_step_of_0():
    x, y, z = sp.symbols("x y z", positive=True)
    assert Leaving(0 * x) == 0
    assert Departing(0 * x) == 1
    assert AtMost(x, y, sp.Integer(0)) == x
    assert Relaxing(x, y, z, sp.Integer(0)) == y - z * x


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        (Leaving, lambda x: 1 - sp.exp(-x)),
        (Departing, lambda x: (1 - sp.exp(-x)) / x),
        (lambda x: Relaxing(0.3, x, 0.7, 0.5), lambda x: (x / 0.7 - 0.3) * 2 * (1 - sp.exp(-0.35))),
        (
            lambda x: Relaxing(0.3, 0.2, x, 0.5),
            lambda x: (0.2 / x - 0.3) * 2 * (1 - sp.exp(-0.5 * x)),
        ),
        (lambda x: Relaxing(x, 0.2, 0.7, 0.5), lambda x: (0.2 / 0.7 - x) * 2 * (1 - sp.exp(-0.35))),
        (lambda x: Shared(0.4, x), lambda x: 0.4 / x),
        (lambda x: Shared(x, 0.4), lambda x: x / 0.4),
    ],
)
def test_equations__functions_have_the_derivatives_of_what_they_stand_for(expression, plain):
    x = sp.Symbol("x", positive=True)
    found = sp.diff(expression(x), x).subs(x, 0.6)
    numbers = {
        Departing: lambda h: sp.Float(float(departing(np.float64(h)))),
        type(sp.diff(Departing(x), x)): lambda h: sp.Float(float(departing_slope(np.float64(h)))),
        Shared: lambda a, b: a / b,
    }
    for _ in range(3):
        for function, form in numbers.items():
            found = found.replace(function, form)
    assert float(found) == pytest.approx(float(sp.diff(plain(x), x).subs(x, 0.6)), rel=1e-9)


def test_equations__a_quantity_cannot_take_the_name_of_an_equation():
    m = Model("odd")
    level = m.stock("level", "memory", unit="1", initial=1.0, meaning="a level")
    m.define("fading_level", level, meaning="a word of the equations")
    with pytest.raises(ModelError, match="'fading_level' cannot name a quantity"):
        equations_of(program_of(m))
