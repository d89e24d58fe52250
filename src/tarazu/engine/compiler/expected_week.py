"""The passes of a week of expectations, from the equations of the mean field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import sympy as sp
from sympy.codegen.cfunctions import expm1

from tarazu.engine.compiler import step_functions as steps
from tarazu.engine.compiler.equations import Equation, Equations, equations_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.step_functions import SUMS
from tarazu.engine.compiler.subexpressions import Line, stable, symbol
from tarazu.engine.compiler.week_plan import Check, DistrictLoop, Everywhere, Neighbours, Pass

_TINY: Final = sp.Float("1e-300")  # keeps 0 / 0 out: 0 / tiny is 0


def plan_expected(program: Program) -> list[Pass]:
    """Return the passes of a week of expectations."""
    week = equations_of(program, pulses=True).at_step(1)
    recorded = set(program.quantities) - set(program.model.stocks)
    return cut(week, week.behind([*recorded, *week.after.values()]), program)


def plan_sums(week: Equations, program: Program) -> list[Pass]:
    """Return the passes that sum, before a week, what neighbours and the whole region show."""
    model = program.model
    sums = (*model.nearby, *model.everywhere, *(f"total_pull_of_{t.name}" for t in program.movers))
    return cut(week, week.behind(sums), program)


def cut(week: Equations, lines: Sequence[Equation], program: Program) -> list[Pass]:
    """Return lines as loops over districts, cut where a sum over districts is needed."""
    cutter = _Cutter(week, program)
    for line in lines:
        if isinstance(line.expression, SUMS):
            cutter.add_up(line)
        else:
            cutter.compute(line)
    return cutter.finish()


class _Cutter:
    def __init__(self, week: Equations, program: Program) -> None:
        self.passes: list[Pass] = []
        self.loop: list[Equation] = []
        self.stock_of = {line: stock for stock, line in week.after.items() if line != stock}
        people = set(program.people)
        levels = {name for name, stock in self.stock_of.items() if stock in people}
        # Sums of people: nothing reads them within the loop, so they are stored as they are.
        self.levels = levels | {f"home_{name}" for name in people}
        self.recorded = set(program.quantities) - set(program.model.stocks)

    def add_up(self, line: Equation) -> None:
        source = str(line.expression.args[0])
        self.close()
        sums = ((source, line.name),)
        last = self.passes[-1]
        if isinstance(line.expression, steps.Everywhere):
            if isinstance(last, Everywhere):
                self.passes[-1] = replace(last, sums=last.sums + sums)
            else:
                self.passes.append(Everywhere(sums))
            return
        inward = isinstance(line.expression, steps.Inward)
        if isinstance(last, Neighbours) and last.inward == inward:
            self.passes[-1] = replace(last, sums=last.sums + sums)
        else:
            self.passes.append(Neighbours(sums, inward))

    def compute(self, line: Equation) -> None:
        self.loop.append(line)

    def finish(self) -> list[Pass]:
        self.close()
        sources = {
            row
            for one in self.passes
            if isinstance(one, Everywhere | Neighbours)
            for row, _ in one.sums
        }
        return [
            _with_stores(one, sources) if isinstance(one, DistrictLoop) else one
            for one in self.passes
        ]

    def close(self) -> None:
        """End the loop, if there is one."""
        if not self.loop:
            return
        lines = lower([line for line in self.loop if line.name not in self.levels])
        stores = [
            (self.stock_of.get(line.name, line.name), _value(line, self.levels))
            for line in self.loop
            if line.name in self.levels or line.name in self.stock_of or line.name in self.recorded
        ]
        self.passes.append(DistrictLoop(tuple(lines), tuple(checks_of(self.loop)), tuple(stores)))
        self.loop = []


def _value(line: Equation, levels: Iterable[str]) -> sp.Expr:
    return line.expression if line.name in levels else symbol(line.name)


def _with_stores(loop: DistrictLoop, sources: set[str]) -> DistrictLoop:
    """Return a loop that stores what is summed over districts."""
    rows = [line.name for line in loop.lines if line.name in sources]
    return replace(loop, stores=(*loop.stores, *((row, symbol(row)) for row in rows)))


def checks_of(lines: Iterable[Equation]) -> list[Check]:
    """Return the checks of some equations."""
    return [Check(line.name, line.highest) for line in lines if line.highest is not None]


def lower(equations: Iterable[Equation]) -> list[Line]:
    """Return lines of plain arithmetic for a step of one week."""
    shares: dict[sp.Expr, sp.Symbol] = {}
    lines = []
    for one in equations:
        lines.append(Line(one.name, stable(_plain(one.expression, shares)), one.meaning))
        if isinstance(one.expression, steps.Leaving):
            shares[one.expression.args[0]] = symbol(one.name)
    return lines


def _plain(expression: sp.Expr, shares: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """Return an expression without functions of the equations; none divides by 0."""

    def leaving(hazard: sp.Expr) -> sp.Expr:
        return shares.get(hazard, -expm1(-hazard))

    forms = {
        steps.Leaving: leaving,
        steps.Departing: lambda hazard: leaving(hazard) / sp.Max(hazard, _TINY),
        steps.AtMost: lambda count, persons, _: sp.Min(count, persons, evaluate=False),
        steps.Relaxing: lambda level, rise, rate, _: (
            (rise / sp.Max(rate, _TINY) - level) * leaving(rate)
        ),
        steps.Shared: lambda number, divisor: number / sp.Max(divisor, _TINY),
    }
    for function, form in forms.items():
        if expression.has(function):
            expression = expression.replace(function, form)
    return expression
