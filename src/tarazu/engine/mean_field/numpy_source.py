"""NumPy source of a week of the mean field and of its derivatives, made once for a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.printing.numpy import NumPyPrinter

from tarazu.engine.compiler.equations import Equation, equations_of
from tarazu.engine.compiler.numba_source import refuse_names
from tarazu.engine.compiler.printer import Printer
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.step_functions import SUMS
from tarazu.engine.compiler.subexpressions import (
    Hoist,
    Line,
    Names,
    names_in,
    share_work,
    stable,
    symbol,
)
from tarazu.engine.trajectory import FloatArray
from tarazu.model.declaration import PLACE_UNITS

_SUMS: Final = "Nearby, Inward, Everywhere"
# With capitals, as quantities are seldom named.
_GIVEN: Final = ("Stocks", "Tangents", "Still", "Settled", "Districts", "Parameters", "Levers")


@dataclass(frozen=True, slots=True)
class WeekFunctions:
    """A week as functions of arrays; districts are the last axis of all of them.

    Attributes
    ----------
    flows : names of sums, definitions, events and transfers, in the order of their values.
    text : source of the functions.
    settle : (districts, parameters, levers, sums) -> what does not change while those do not.
    linearise : (stocks, tangents, still, settled, sums) -> levels after, their tangents, values of
        the flows, their tangents; tangents are (N, D), and `still` is one of zeros.
    """

    flows: tuple[str, ...]
    text: str
    settle: Callable[..., tuple[Any, ...]]
    linearise: Callable[..., tuple[tuple[FloatArray, ...], ...]]


def write_functions(program: Program) -> WeekFunctions:
    """Return the functions of a model's week.

    Raises
    ------
    ModelError
        A quantity is named as a word that the functions need for themselves.
    """
    week, model = equations_of(program).at_step(1), program.model
    refuse_names(program, lambda name: name in _TAKEN)
    flows = (*model.nearby, *model.everywhere, *model.definitions, *model.events, *model.transfers)
    after = [week.after[stock] for stock in model.stocks]
    lines = [Line(one.name, one.expression) for one in week.behind([*flows, *after])]
    text = "\n".join(_Writer(program, lines, after, flows).module()) + "\n"
    space = _run(text, f"<week of {model.name}>")
    return WeekFunctions(flows, text, space["settle"], space["linearise"])


def write_values(
    program: Program, equations: Sequence[Equation], values: Sequence[str]
) -> Callable[..., tuple[FloatArray, ...]]:
    """Return (stocks, districts, parameters, levers, sums) -> values of some equations."""
    model, code = program.model, _Printer().doprint
    given = {
        "Stocks": [*model.stocks],
        "Districts": [*PLACE_UNITS],
        "Parameters": [*model.parameters],
        "Levers": [*model.levers],
    }
    lines = [f"def compute({', '.join(given)}, {_SUMS}):"]
    lines += [_unpacked(names, word) for word, names in given.items()]
    lines += [f"    {one.name} = {code(stable(one.expression))}" for one in equations]
    lines.append(f"    return {_tuple(values)}")
    compute: Callable[..., tuple[FloatArray, ...]] = _run(
        "\n".join(lines) + "\n", f"<values of {model.name}>"
    )["compute"]
    return compute


def _run(text: str, name: str) -> dict[str, Any]:
    space: dict[str, Any] = dict(_CALLED)
    exec(compile(text, name, "exec"), space)
    return space


def departing(hazard: NDArray[np.float64]) -> FloatArray:
    """Return (1 - exp(-h)) / h, smooth at 0."""
    small = hazard < _SMALL
    h = np.where(small, 1.0, hazard)
    return np.where(small, 1.0 - hazard / 2.0, -np.expm1(-h) / h)


def departing_slope(hazard: NDArray[np.float64]) -> FloatArray:
    """Return the derivative of `departing`."""
    small = hazard < _SMALL
    h = np.where(small, 1.0, hazard)
    return np.where(small, -0.5 + hazard / 3.0, (np.exp(-h) * (1.0 + h) - 1.0) / h**2)


def relaxing(level: FloatArray, rise: FloatArray, rate: FloatArray, step: float) -> FloatArray:
    """Return the change per week of a level that moves by dx/dt = rise - rate * x."""
    return (rise - rate * level) * departing(step * rate)


def shared(number: FloatArray, divisor: FloatArray) -> FloatArray:
    """Return number / divisor, 0 where the divisor is 0."""
    is_some = divisor != 0.0
    return np.where(is_some, number / np.where(is_some, divisor, 1.0), 0.0)


_SMALL: Final = 1e-6  # of a hazard; below it the first two terms of the series are exact
_CALLED: Final = {
    "numpy": np,
    "exp": np.exp,
    "expm1": np.expm1,
    "Leaving": lambda x: -np.expm1(-x),
    "Departing": departing,
    "DepartingSlope": departing_slope,
    "AtMost": lambda count, persons, step: np.minimum(count, persons / step),
    "Relaxing": relaxing,
    "Shared": shared,
}
_TAKEN: Final = {*_GIVEN, *_CALLED, *_SUMS.split(", ")}


class _Printer(Printer, NumPyPrinter):  # type: ignore[misc]  # sympy has no types
    """Prints expressions of arrays: choices as calls of two, an order faster on short ones."""

    def _print_Piecewise(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        *choices, (last, _) = expr.args
        text = str(self._print(last))
        for value, condition in reversed(choices):
            text = f"numpy.where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Function(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        arguments = ", ".join(str(self._print(argument)) for argument in expr.args)
        return f"{expr.func.__name__}({arguments})"

    def _nested(self, function: str, expr: sp.Expr) -> str:
        return super()._nested(f"numpy.{function}imum", expr)


class _Writer:
    """Writes the two functions.

    What reads no stock, not even by way of other lines, is settled once for all weeks.
    """

    def __init__(
        self, program: Program, lines: Sequence[Line], after: Sequence[str], flows: Sequence[str]
    ) -> None:
        self.model, self.after, self.flows = program.model, after, flows
        self.moving = _moving(program, lines)
        self.names = Names({*program.model.names(), *(line.name for line in lines)})
        self.code = _Printer().doprint
        hoist = Hoist(self.names, lambda name: name not in self.moving)
        self.settled = [_stable(line) for line in lines if line.name not in self.moving]
        values = [line for line in lines if line.name in self.moving]
        partials = {line.name: [*self._partials(line)] for line in values}
        self.tangents = {
            line.name: [(read, symbol(partial.name)) for read, partial in partials[line.name]]
            for line in values
        }
        self.sums = {
            line.name: line.expression for line in values if isinstance(line.expression, SUMS)
        }
        self.values = [_hoisted(line, hoist) for line in values]
        self.partials = [
            _hoisted(partial, hoist) for found in partials.values() for _, partial in found
        ]
        self.hoisted = share_work([*hoist.lines.values()], self.names)

    def module(self) -> Iterator[str]:
        model = self.model
        after, flows = [*map(symbol, self.after)], [*map(symbol, self.flows)]
        lines = share_work([*self.values, *self.partials], self.names)
        read = names_in([line.expression for line in lines]) | {*self.flows}
        made = [line.name for line in (*self.settled, *self.hoisted)]
        known = (*PLACE_UNITS, *model.parameters, *model.levers)
        kept = [name for name in (*known, *made) if name in read - self.moving]
        yield f"def settle(Districts, Parameters, Levers, {_SUMS}):"
        yield _unpacked(PLACE_UNITS, "Districts")
        yield _unpacked(model.parameters, "Parameters")
        yield _unpacked(model.levers, "Levers")
        yield from map(self._assign, (*self.settled, *self.hoisted))
        yield f"    return {_tuple(kept)}"
        yield ""
        yield f"def linearise(Stocks, Tangents, Still, Settled, {_SUMS}):"
        yield _unpacked(model.stocks, "Stocks")
        yield _unpacked([f"d_{name}" for name in model.stocks], "Tangents")
        yield _unpacked(kept, "Settled")
        yield from map(self._assign, lines)
        yield from map(self._tangent, self.tangents)
        given = (
            _tuple(after),
            _tuple([self._slope_of(one.name) for one in after]),
            _tuple(flows),
            _tuple([self._slope_of(one.name) for one in flows]),
        )
        yield f"    return {', '.join(given)}"

    def _slope_of(self, name: str) -> str:
        return f"d_{name}" if name in self.moving else "Still"

    def _assign(self, line: Line) -> str:
        return f"    {line.name} = {self.code(line.expression)}"

    def _partials(self, line: Line) -> Iterator[tuple[str, Line]]:
        """Yield the derivative of a line by each name that it reads and that moves."""
        if isinstance(line.expression, SUMS):
            return
        for name in sorted(names_in([line.expression]) & self.moving):
            slope = _one_sided(sp.diff(line.expression, symbol(name)))
            if slope != 0:
                yield name, _stable(Line(self._name(f"{line.name}_by_{name}"), slope))

    def _tangent(self, name: str) -> str:
        if name in self.sums:
            over = self.sums[name]
            return f"    d_{name} = {type(over).__name__}(d_{over.args[0]})"
        terms = [f"{partial} * d_{read}" for read, partial in self.tangents[name]]
        return f"    d_{name} = {' + '.join(terms) or 'Still'}"

    def _name(self, word: str) -> str:
        self.names.taken.add(word)
        return word


def _moving(program: Program, lines: Sequence[Line]) -> set[str]:
    """Return the stocks, and the lines that change when they do."""
    moving = set(program.model.stocks)
    for line in lines:
        if names_in([line.expression]) & moving:
            moving.add(line.name)
    return moving


def _stable(line: Line) -> Line:
    return replace(line, expression=stable(line.expression))


def _hoisted(line: Line, hoist: Hoist) -> Line:
    return replace(line, expression=hoist.out_of(_stable(line).expression))


def _one_sided(derivative: sp.Expr) -> sp.Expr:
    """Return a derivative whose steps are plain comparisons: 1 above the kink, 0 at and below."""
    return derivative.replace(
        sp.Heaviside, lambda x, *_: sp.Piecewise((sp.Integer(1), x > 0), (sp.Integer(0), True))
    )


def _unpacked(names: Iterable[str], given: str) -> str:
    listed = [*names]
    return f"    {_tuple(listed)} = {given}" if listed else f"    # no {given}"


def _tuple(names: Sequence[str | sp.Symbol]) -> str:
    return f"({', '.join(map(str, names))}{',' if len(names) == 1 else ''})"
