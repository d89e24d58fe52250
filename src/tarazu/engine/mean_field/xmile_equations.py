"""Equations of the mean field in XMILE's language, and their units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import sympy as sp
from sympy.printing.str import StrPrinter

from tarazu.engine.compiler.equations import Equation, Equations
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.step_functions import (
    STEP,
    SUMS,
    AtMost,
    Departing,
    Leaving,
    Relaxing,
    Shared,
)
from tarazu.engine.compiler.subexpressions import names_in, symbol
from tarazu.model.checks import units_of_names
from tarazu.model.units import Unit, UnitMismatch, parse_unit, unit_of, write_unit

STEP_LENGTH: Final = "step_length"
"""Name of the variable that holds the length of a step."""
_SMALL: Final = sp.Float(0.01)  # below it the series is exact to a rounding
_WEEK: Final = parse_unit("week")

RESERVED: Final = frozenset(
    [
        "abs",
        "and",
        "arccos",
        "arcsin",
        "arctan",
        "cos",
        "delay",
        "delay1",
        "delay3",
        "delayn",
        "dt",
        "else",
        "exp",
        "exprnd",
        "forcst",
        "if",
        "inf",
        "init",
        "int",
        "ln",
        "log10",
        "lognormal",
        "max",
        "min",
        "mod",
        "normal",
        "not",
        "or",
        "pi",
        "poisson",
        "previous",
        "pulse",
        "ramp",
        "random",
        "self",
        "sin",
        "smth1",
        "smth3",
        "smthn",
        "sqrt",
        "starttime",
        "step",
        "stoptime",
        "tan",
        "then",
        "time",
        "trend",
        "uniform",
    ]
)
"""Words of XMILE's language (OASIS XMILE 1.0, section 3), whatever their case."""


@dataclass(frozen=True, slots=True)
class FileEquation:
    """One variable of each district.

    Attributes
    ----------
    reads : names of what its equation reads, but for parameters and what is common.
    """

    name: str
    expression: sp.Expr
    unit: str
    meaning: str

    @property
    def reads(self) -> set[str]:
        """Names that the expression reads."""
        return names_in([self.expression])


def file_equations(program: Program, equations: Equations) -> list[FileEquation]:
    """Return what a file holds of the equations, in order: flows, and what they are made from.

    Functions of a step are written out; (1 - exp(-x)) / x becomes two variables, x and the share.

    Raises
    ------
    UnitMismatch
        An equation adds or compares different units, or its unit is not the declared one.
    """
    model = program.model
    names = [*model.definitions, *model.events, *model.transfers]
    for flows in (*equations.inflows.values(), *equations.outflows.values()):
        names += flows
    units: dict[str, Unit] = {**units_of_names(model), STEP_LENGTH: _WEEK}
    found = []
    for line in _spelled_out(equations.behind(names)):
        unit = _unit(line, units)
        units[line.name] = unit
        meaning = line.meaning
        if line.name in model.transfers:
            meaning = model.transfers[line.name].meaning
        found.append(FileEquation(line.name, line.expression, write_unit(unit), meaning))
    return found


def _unit(line: Equation, units: Mapping[str, Unit]) -> Unit:
    expression = line.expression
    try:
        if isinstance(expression, SUMS):
            return units[str(expression.args[0])]
        if isinstance(expression, sp.Piecewise):  # of the share that departs: pure numbers
            found = unit_of(sp.Add(*(value for value, _ in expression.args)), units)
        else:
            found = unit_of(expression.replace(Shared, lambda a, b: a / b), units)
    except UnitMismatch as error:
        msg = f"equation of '{line.name}': {error}"
        raise UnitMismatch(msg) from error
    if line.unit and dict(parse_unit(line.unit)) != dict(found) and not expression.is_zero:
        msg = f"'{line.name}' is in {write_unit(found)}; expected {line.unit}"
        raise UnitMismatch(msg)
    return parse_unit(line.unit) if line.unit else found


def _spelled_out(lines: Iterable[Equation]) -> Iterable[Equation]:
    """Yield the equations without functions of a step, each after what it reads."""
    step = symbol(STEP_LENGTH)
    for line in lines:
        if line.name.startswith("leaving_") and isinstance(line.expression, Leaving):
            continue  # of the weekly map; the flows hold the same
        expression = line.expression.xreplace({STEP: step})
        made: list[Equation] = []
        expression = _expanded(expression, line.name, made)
        yield from made
        yield replace(line, expression=expression)


def _expanded(expression: sp.Expr, name: str, made: list[Equation]) -> sp.Expr:
    """Return an expression in XMILE's functions; `made` gets the variables that it needs."""
    shares: dict[sp.Expr, sp.Symbol] = {}

    def departing(exposure: sp.Expr) -> sp.Expr:
        if exposure not in shares:
            suffix = f"_{len(shares) + 1}" if shares else ""
            x = symbol(f"exposure_of_{name}{suffix}")
            meaning = "hazard times length of a step"
            made.append(Equation(x.name, exposure, "1", meaning))
            share = symbol(f"departing_of_{name}{suffix}")
            meaning = "(1 - exp(-x)) / x of the exposure x: tends to 1 for short steps"
            made.append(Equation(share.name, _departing(x), "1", meaning))
            shares[exposure] = share
        return shares[exposure]

    forms: dict[Any, Callable[..., sp.Expr]] = {
        AtMost: lambda count, persons, step: sp.Min(count, persons / step, evaluate=False),
        Relaxing: lambda level, rise, rate, step: (rise - rate * level) * Departing(step * rate),
        Departing: departing,
    }
    for function, form in forms.items():
        if expression.has(function):
            expression = expression.replace(function, form)
    return expression


def _departing(x: sp.Symbol) -> sp.Expr:
    """Return (1 - exp(-x)) / x without a loss of digits where x is small, and 1 at 0."""
    series: sp.Expr = sp.Integer(1)
    for k in range(6, 1, -1):
        series = 1 - x / k * series
    return sp.Piecewise((series, x < _SMALL), ((1 - sp.exp(-x)) / sp.Max(x, _SMALL), True))


class EquationPrinter(StrPrinter):  # type: ignore[misc]  # sympy has no types
    """Prints expressions in XMILE's language; names of districts' quantities get their number.

    Parameters
    ----------
    common : names that are the same for all districts.
    """

    def __init__(self, common: frozenset[str]) -> None:
        super().__init__({"full_prec": False})
        self.common, self.district = common, 0

    def of(self, expression: sp.Expr, district: int) -> str:
        """Return the text of an expression for a district."""
        self.district = district
        return str(self.doprint(expression))

    def name(self, quantity: str, district: int) -> str:
        """Return the name of a district's quantity in the file."""
        if quantity in self.common:
            return common_name(quantity)
        return variable_name(quantity, district)

    def _print_Symbol(self, expr: sp.Symbol) -> str:  # noqa: N802 - sympy's name
        return self.name(expr.name, self.district)

    def _print_Pow(self, expr: sp.Expr, rational: bool = False) -> str:  # noqa: N802
        return f"(({self._print(expr.base)}) ^ ({self._print(expr.exp)}))"

    def _print_Rational(self, expr: sp.Rational) -> str:  # noqa: N802
        return f"({expr.p} / {expr.q})"

    def _print_Float(self, expr: sp.Float) -> str:  # noqa: N802
        return repr(float(expr))

    def _print_Max(self, expr: sp.Expr) -> str:  # noqa: N802
        return self._nested("MAX", expr)

    def _print_Min(self, expr: sp.Expr) -> str:  # noqa: N802
        return self._nested("MIN", expr)

    def _nested(self, function: str, expr: sp.Expr) -> str:
        text, *others = [str(self._print(argument)) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text

    def _print_Shared(self, expr: Shared) -> str:  # noqa: N802
        number, divisor = (self._print(argument) for argument in expr.args)
        return f"(IF {divisor} > 0 THEN {number} / {divisor} ELSE 0)"

    def _print_Function(self, expr: sp.Expr) -> str:  # noqa: N802
        known = {"exp": "EXP", "log": "LN", "Abs": "ABS", "sin": "SIN", "cos": "COS"}
        name = type(expr).__name__
        if name not in known:
            msg = f"XMILE has no function '{name}'; expected one of {', '.join(known)}"
            raise ValueError(msg)
        return f"{known[name]}({self._print(expr.args[0])})"

    _print_exp = _print_log = _print_Abs = _print_Function  # noqa: N815

    def _print_Piecewise(self, expr: sp.Expr) -> str:  # noqa: N802
        *cases, (last, _) = expr.args
        text = str(self._print(last))
        for value, condition in reversed(cases):
            text = f"(IF {self._print(condition)} THEN {self._print(value)} ELSE {text})"
        return text


def common_name(quantity: str) -> str:
    """Return the name in the file of a quantity that is the same for all districts.

    A name that is a word of XMILE's language is read as that word: `step` as the function STEP.
    """
    return f"{quantity}_" if quantity.casefold() in RESERVED else quantity


def variable_name(quantity: str, district: int) -> str:
    """Return the name of a district's quantity in the file."""
    return f"{quantity}_d{district}"
