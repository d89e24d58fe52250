"""The equations of a mean-field week as a BPTK-Py model, which its Rust engine runs.

The Rust engine knows no arrays (BPTK-Py hands it every element of one by itself), so districts are
written out, and neighbour sums name the neighbours only.
"""

import numpy as np
import sympy as sp
from BPTK_Py import Model, sd_functions
from sympy.printing.pycode import PythonCodePrinter

from benchmarks.twins.equations import Equation, equations_of
from benchmarks.twins.world import World
from tarazu.engine.compiler.week_plan import Week
from tarazu.model.declaration import PLACE_UNITS


class _Printer(PythonCodePrinter):
    def _print_Max(self, expr):  # noqa: N802 - sympy's name
        return self._nested("max", expr)

    def _print_Min(self, expr):  # noqa: N802 - sympy's name
        return self._nested("min", expr)

    def _nested(self, function, expr):
        text, *others = [self._print(argument) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text

    def _print_exp(self, expr):
        return f"exp({self._print(expr.args[0])})"

    def _print_expm1(self, expr):
        return f"(exp({self._print(expr.args[0])}) - 1.0)"

    def _print_Integer(self, expr):  # noqa: N802 - sympy's name
        return f"{expr.p}.0"


def build(week: Week, world: World) -> Model:
    """Return the mean field of a world; a stock of a district is ``stock_d0``, ``stock_d1``..."""
    model, districts = week.program.model, world.districts
    whole = Model(starttime=0.0, stoptime=float(world.weeks), dt=1.0, name="world")
    functions = {name: getattr(sd_functions, name) for name in ("max", "min", "exp")}
    code = _Printer({"fully_qualified_modules": False}).doprint
    known = dict(functions)

    def put(space: dict, name: str, own: str, value) -> None:
        fixed = isinstance(value, float)
        space[name] = element = whole.constant(own) if fixed else whole.converter(own)
        element.equation = value

    for name, value in zip(model.parameters, world.parameters.tolist(), strict=True):
        put(known, name, name, value)
    for name, setting in zip(model.levers, world.levers, strict=True):
        assert (setting == setting[0, 0]).all()
        put(known, name, name, float(setting[0, 0]))
    equations = equations_of(week)
    spaces = [dict[str, object]() for _ in districts.names]
    start = world.inputs(1, "mean").start[0]
    for d, space in enumerate(spaces):
        for name, values in zip(PLACE_UNITS, districts.places(), strict=True):
            put(space, name, f"{name}_d{d}", float(values[d]))
        for s, stock in enumerate(model.stocks):
            space[stock] = whole.stock(f"{stock}_d{d}")
            space[stock].initial_value = float(start[s, d])
    for one in (*equations.fixed, *equations.lines):
        if not isinstance(one.expression, sp.Expr):
            _add_up(one, put, known, spaces, districts.weights)
            continue
        text = compile(code(one.expression), one.name, "eval")
        if one.common:
            put(known, one.name, one.name, eval(text, known))
        else:
            for d, space in enumerate(spaces):
                put(space, one.name, f"{one.name}_d{d}", eval(text, known, space))
    for space in spaces:
        for stock, level in equations.after.items():
            space[stock].equation = space[level] - space[stock]
    return whole


def _add_up(one: Equation, put, known: dict, spaces: list[dict], weights: np.ndarray) -> None:
    row = one.expression
    if one.common:
        put(known, one.name, one.name, sum((s[row] for s in spaces[1:]), spaces[0][row]))
        return
    for d, space in enumerate(spaces):
        near = weights[d] if one.weight == "weights" else weights[:, d]
        terms = [float(near[j]) * spaces[j][row] for j in np.flatnonzero(near)]
        put(space, one.name, f"{one.name}_d{d}", sum(terms[1:], terms[0]))
