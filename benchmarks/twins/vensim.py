"""The equations of a mean-field week as a Vensim file with the districts as a subscript."""

from collections.abc import Iterator

import sympy as sp
from sympy.printing.str import StrPrinter

from benchmarks.twins.equations import Equation, equations_of
from benchmarks.twins.world import World
from tarazu.engine.compiler.week_plan import Week
from tarazu.model.declaration import PLACE_UNITS


class _Printer(StrPrinter):
    """Prints in Vensim's language; `common` names are the same for all districts."""

    def __init__(self, common: set[str]) -> None:
        super().__init__({"full_prec": False})
        self.common = common

    def _print_Symbol(self, expr):  # noqa: N802 - sympy's name
        return expr.name if expr.name in self.common else f"{expr.name}[district]"

    def _print_Pow(self, expr, rational=False):  # noqa: N802 - sympy's name
        if expr.exp == -1:
            return f"(1 / ({self._print(expr.base)}))"
        return f"(({self._print(expr.base)}) ^ ({self._print(expr.exp)}))"

    def _print_Float(self, expr):  # noqa: N802 - sympy's name
        return repr(float(expr))

    def _print_exp(self, expr):
        return f"EXP({self._print(expr.args[0])})"

    def _print_expm1(self, expr):
        return f"(EXP({self._print(expr.args[0])}) - 1)"

    def _print_Max(self, expr):  # noqa: N802 - sympy's name
        return self._nested("MAX", expr)

    def _print_Min(self, expr):  # noqa: N802 - sympy's name
        return self._nested("MIN", expr)

    def _nested(self, function, expr):
        text, *others = [self._print(argument) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text


def write_vensim(week: Week, world: World) -> str:
    """Return the mean field of a world, one step a week, as the text of an .mdl file."""
    return "{UTF-8}\n" + "\n".join(f"{text} ~~|" for text in _lines(week, world)) + "\n"


def _lines(week: Week, world: World) -> Iterator[str]:
    model, districts = week.program.model, world.districts
    equations = equations_of(week)
    common = {*model.parameters, *model.levers}
    common |= {one.name for one in (*equations.fixed, *equations.lines) if one.common}
    code = _Printer(common).doprint
    yield f"district: (d1-d{len(districts.names)})"
    yield "other <-> district"
    for name, value in zip(model.parameters, world.parameters.tolist(), strict=True):
        yield f"{name} = {value!r}"
    for name, setting in zip(model.levers, world.levers, strict=True):
        assert (setting == setting[0, 0]).all()
        yield f"{name} = {float(setting[0, 0])!r}"
    rows = dict(zip(PLACE_UNITS, districts.places(), strict=True))
    inputs = world.inputs(1, "mean")
    rows |= {f"start_{stock}": inputs.start[0, s] for s, stock in enumerate(model.stocks)}
    for name, values in rows.items():
        yield f"{name}[district] = {', '.join(map(repr, values.tolist()))}"
    for name, matrix in (("weights", districts.weights), ("weights_in", districts.weights.T)):
        listed = "; ".join(", ".join(map(repr, row)) for row in matrix.tolist())
        yield f"{name}[district, other] = {listed};"
    for one in (*equations.fixed, *equations.lines):
        yield _equation(one, code)
    for stock, level in equations.after.items():
        change = f"{level}[district] - {stock}[district]"
        yield f"{stock}[district] = INTEG({change}, start_{stock}[district])"
    # PySD puts stocks that all have one shape into one array and then cannot read them.
    yield "weeks_passed = INTEG(1, 0)"
    for name, value in (("INITIAL TIME", 0), ("FINAL TIME", world.weeks), ("TIME STEP", 1)):
        yield f"{name} = {value}"
    yield "SAVEPER = TIME STEP"


def _equation(one: Equation, code) -> str:
    own = one.name if one.common else f"{one.name}[district]"
    if isinstance(one.expression, sp.Expr):
        return f"{own} = {code(one.expression)}"
    if one.common:
        return f"{own} = SUM({one.expression}[district!])"
    return f"{own} = SUM({one.weight}[district, other!] * {one.expression}[other!])"
