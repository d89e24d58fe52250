"""The mean field as a JavaScript module, for pages that run a model without Python.

Written from the passes that the generated kernel is written from, so both compute the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

import sympy as sp
from sympy.printing.jscode import JavascriptCodePrinter

from tarazu.engine.compiler.planner import plan_week
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.subexpressions import names_in, stable
from tarazu.engine.compiler.week_plan import Check, DistrictLoop, Everywhere, Neighbours, Pass
from tarazu.model.declaration import PLACE_UNITS, Model

# Words of the language, and those that the written code uses itself: a quantity of such a name
# gets a dollar sign after it.
_TAKEN: Final = frozenset(
    re.findall(
        r"\w+",
        """
        arguments await break case catch class const continue debugger default delete do else enum
        eval export extends false finally for function if implements import in instanceof interface
        let new null package private protected public return static super switch this throw true
        try typeof undefined var void while with yield
        D Float64Array Infinity Math c d e fine n p x
        """,
    )
)


def write_javascript(program: Program, districts: int) -> str:
    """Return the mean field of a model, for a number of districts, as the text of an ES module.

    It exports the names of what goes in and comes out (``PARAMETERS``, ``LEVERS``, ``PLACE``,
    ``STOCKS``, ``EVENTS``, ``QUANTITIES``, ``MEANS``: those that districts average), and two
    functions:

    ``start(p, place)`` -> levels before week 0, rows of districts, in the order of ``STOCKS``.

    ``run(input)`` -> ``{national, districts, failed}``: series (weeks, quantities) of the
    region, those of the quantities numbered in ``input.keep`` by district (weeks, kept, districts),
    and the week in which a value left its range, or -1. Series of quantities that are not numbered
    in ``input.sums``, if it is there, are 0. The other fields of ``input`` are those of
    `tarazu.engine.inputs.Inputs` for one member.
    """
    return "\n".join(_Writer(program, districts).module()) + "\n"


class _Printer(JavascriptCodePrinter):  # type: ignore[misc]  # sympy has no types
    """Prints expressions of numbers on one line."""

    def _print_Symbol(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return _name(expr.name)

    def _print_expm1(self, expr: sp.Expr) -> str:
        return f"Math.expm1({self._print(expr.args[0])})"

    def _print_Piecewise(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        *choices, (last, _) = expr.args
        text = f"({self._print(last)})"
        for value, condition in reversed(choices):
            text = f"(({self._print(condition)}) ? ({self._print(value)}) : {text})"
        return text

    def _print_Pow(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        power = int(expr.exp) if expr.exp.is_Integer else 0
        if not 2 <= abs(power) <= 8:
            return str(super()._print_Pow(expr))
        product = " * ".join([f"({self._print(expr.base)})"] * abs(power))
        return f"({product})" if power > 0 else f"(1 / ({product}))"


def _behind(model: Model, expressions: Iterable[sp.Expr]) -> dict[str, sp.Expr]:
    """Return the definitions and sums that expressions read, each after those that it reads."""
    found: dict[str, sp.Expr] = {}
    for name in sorted(names_in(expressions)):
        if name in model.definitions:
            own = stable(model.definitions[name].expression)
        elif name in model.everywhere:
            own = stable(model.everywhere[name])
        else:
            continue
        found |= {**_behind(model, [own]), name: own}
    return found


def _still(name: str) -> str:
    return f"still_{name}"


def _name(name: str) -> str:
    return f"{name}$" if name in _TAKEN else name


class _Writer:
    """Writes the lines of one module: a function for each pass, small enough to be optimised."""

    def __init__(self, program: Program, districts: int) -> None:
        self.program, self.model, self.districts = program, program.model, districts
        self.week = plan_week(program, "mean")
        self.place = {row: i * districts for i, row in enumerate(self.week.rows)}
        self.scalars = {line.name: i for i, line in enumerate(self.week.constants)}
        self.sums = {name: i for i, name in enumerate(self.model.everywhere)}
        self.parameters = {name: i for i, name in enumerate(self.model.parameters)}
        self.code = _Printer().doprint

    def module(self) -> Iterator[str]:
        model, program = self.model, self.program
        yield f"// The mean field of the model '{model.name}' by the week, for {self.districts}"
        yield "// districts. Written by Tarazu from the declaration; change that, not this file."
        yield ""
        means = [q for q, total in enumerate(program.totals) if total == "mean"]
        exported = {
            "PARAMETERS": [*model.parameters],
            "LEVERS": [*model.levers],
            "PLACE": [*PLACE_UNITS],
            "STOCKS": [*model.stocks],
            "EVENTS": [*model.events],
            "QUANTITIES": [*program.quantities],
            "MEANS": means,
        }
        for name, value in exported.items():
            yield f"export const {name} = {json.dumps(value)};"
        yield f"const D = {self.districts};"
        yield ""
        yield from self.start()
        yield ""
        yield "// What parameters alone give, once for a run."
        yield "function constants(p, c) {"
        lines = self.week.constants
        yield from self.read(names_in([line.expression for line in lines]) & {*self.parameters})
        for line in lines:
            yield f"  const {_name(line.name)} = {self.code(line.expression)};"
            yield f"  c[{self.scalars[line.name]}] = {_name(line.name)};"
        yield "}"
        passes = [self.week.settings, *self.week.passes]
        for number, one in enumerate(passes):
            yield ""
            yield f"function pass{number}(x, p, c, e, input) {{"
            yield from self.one_pass(one)
            yield "  return true;"
            yield "}"
        yield ""
        yield from self.run(len(passes))

    def start(self) -> Iterator[str]:
        """Write the levels before week 0; the stock without an initial share is what is left."""
        model, program = self.model, self.program
        rows = [*model.stocks]
        initial = {
            name: stable(stock.initial)
            for name, stock in model.stocks.items()
            if stock.initial is not None
        }
        still = _behind(model, initial.values())
        read = names_in([*initial.values(), *still.values()])
        yield "// Levels before week 0, rows of districts."
        yield "export function start(p, place) {"
        yield f"  const x = new Float64Array({len(rows)} * D);"
        yield from self.read(read & {*self.parameters})
        for name, expression in still.items():
            yield from self.standing(name, expression)
        yield "  for (let d = 0; d < D; d++) {"
        yield from self.standing_of(names_in(initial.values()) | {"population"})
        for name, level in initial.items():
            yield f"    x[{rows.index(name)} * D + d] = {self.code(level)};"
        if program.people:
            others = [rows.index(name) for name in program.people if name != program.rest]
            rest = "".join(f" - x[{other} * D + d]" for other in others)
            yield f"    x[{rows.index(program.rest)} * D + d] = population{rest};"
        yield "  }"
        yield "  return x;"
        yield "}"

    def standing(self, name: str, expression: sp.Expr) -> Iterator[str]:
        """Write what stands still through a run: by district, or summed over all of them."""
        is_sum = name in self.sums
        kept = "0" if is_sum else "new Float64Array(D)"
        yield f"  let {_still(name)} = {kept};" if is_sum else f"  const {_still(name)} = {kept};"
        yield "  for (let d = 0; d < D; d++) {"
        yield from self.standing_of(names_in([expression]))
        yield f"    {_still(name)}{' +=' if is_sum else '[d] ='} {self.code(expression)};"
        yield "  }"

    def standing_of(self, names: set[str]) -> Iterator[str]:
        """Write what brings places, and what was written before, into a loop over districts."""
        for name in sorted(names):
            if name in PLACE_UNITS:
                yield f"    const {_name(name)} = place.{name}[d];"
            elif name in self.sums:
                yield f"    const {_name(name)} = {_still(name)};"
            elif name in self.model.definitions:
                yield f"    const {_name(name)} = {_still(name)}[d];"

    def read(self, names: Iterable[str]) -> Iterator[str]:
        """Write what brings parameters, constants and sums over all districts into a function."""
        for name in sorted(names):
            for array, known in (("p", self.parameters), ("c", self.scalars), ("e", self.sums)):
                if name in known:
                    yield f"  const {_name(name)} = {array}[{known[name]}];"

    def one_pass(self, one: Pass) -> Iterator[str]:
        if isinstance(one, DistrictLoop):
            yield from self.loop(one)
        elif isinstance(one, Everywhere):
            for row, name in one.sums:
                yield f"  e[{self.sums[name]}] = 0;"
                yield f"  for (let d = 0; d < D; d++) e[{self.sums[name]}] += {self.cell(row)};"
        elif isinstance(one, Neighbours):
            yield from self.neighbours(one)

    def loop(self, loop: DistrictLoop) -> Iterator[str]:
        if not loop.stores:
            return
        read = names_in([line.expression for line in loop.lines])
        read |= names_in([value for _, value in loop.stores])
        yield from self.read(read & {*self.parameters, *self.scalars, *self.sums})
        if loop.checks:
            yield "  let fine = true;"
        yield "  for (let d = 0; d < D; d++) {"
        for name in loop.loads(self.week.scalars):
            yield f"    const {_name(name)} = {self.cell(name)};"
        for line in loop.lines:
            if line.meaning:
                yield f"    // {line.meaning}"
            yield f"    const {_name(line.name)} = {self.code(line.expression)};"
        for check in loop.checks:
            yield f"    fine = fine && {_condition(check)};"
        for row, value in loop.stores:
            yield f"    {self.cell(row)} = {self.code(value)};"
        yield "  }"
        if loop.checks:
            yield "  if (!fine) return false;"

    def neighbours(self, one: Neighbours) -> Iterator[str]:
        suffix = "_in" if one.inward else ""
        names = (f"first{suffix}", f"neighbour{suffix}", f"weight{suffix}")
        yield f"  const first = input.{names[0]}, near = input.{names[1]}, by = input.{names[2]};"
        for source, row in one.sums:
            yield "  for (let d = 0; d < D; d++) {"
            yield "    let sum = 0;"
            yield "    for (let n = first[d]; n < first[d + 1]; n++) {"
            yield f"      sum += by[n] * x[{self.place[source]} + near[n]];"
            yield "    }"
            yield f"    {self.cell(row)} = sum;"
            yield "  }"

    def cell(self, row: str) -> str:
        return f"x[{self.place[row]} + d]"

    def run(self, passes: int) -> Iterator[str]:
        model = self.model
        size = f"{len(model.levers)} * D"
        first_lever = self.place[next(iter(model.levers))] if model.levers else 0
        yield "export function run(input) {"
        yield "  const Q = QUANTITIES.length, K = input.keep.length, T = input.weeks;"
        yield f"  const x = new Float64Array({len(self.place)} * D);"
        yield f"  const c = new Float64Array({len(self.scalars)});"
        yield f"  const e = new Float64Array({len(self.sums)});"
        yield "  const national = new Float64Array(T * Q);"
        yield "  const sums = input.sums ?? QUANTITIES.map((name, q) => q);"
        yield "  const districts = new Float64Array(T * K * D);"
        yield "  const p = input.parameters;"
        yield "  x.set(input.start);"
        for name in PLACE_UNITS:
            yield f"  x.set(input.place.{name}, {self.place[name]});"
        yield "  constants(p, c);"
        yield "  for (let t = 0; t < T; t++) {"
        yield "    if (input.lever_change[t] >= 0) {"
        yield f"      const from = input.lever_change[t] * {size};"
        yield f"      x.set(input.levers.subarray(from, from + {size}), {first_lever});"
        yield "      pass0(x, p, c, e, input);"
        yield "    }"
        yield from self.pulses()
        calls = [f"pass{number}(x, p, c, e, input)" for number in range(1, passes)]
        yield "    const fine ="
        yield from (f"      {call} &&" for call in calls[:-1])
        yield f"      {calls[-1]};"
        yield "    if (!fine) return { national, districts, failed: t };"
        yield "    for (const q of sums) {"
        yield "      let sum = 0;"
        yield "      if (MEANS.includes(q)) {"
        yield "        for (let d = 0; d < D; d++) sum += x[q * D + d] * input.people_share[d];"
        yield "      } else {"
        yield "        for (let d = 0; d < D; d++) sum += x[q * D + d];"
        yield "      }"
        yield "      national[t * Q + q] = sum;"
        yield "    }"
        yield "    for (let k = 0; k < K; k++) {"
        yield "      const from = input.keep[k] * D;"
        yield "      districts.set(x.subarray(from, from + D), (t * K + k) * D);"
        yield "    }"
        yield "  }"
        yield "  return { national, districts, failed: -1 };"
        yield "}"

    def pulses(self) -> Iterator[str]:
        """Write the additions to events from outside, of one week only."""
        events = [*self.model.events]
        if not events:
            return
        size = f"{len(events)} * D"
        for kind in ("expected", "count"):
            at = self.place[f"{kind}_pulse_{events[0]}"]
            yield f"    x.fill(0, {at}, {at} + {size});"
        yield "    if (input.pulse_row[t] >= 0) {"
        yield f"      const from = input.pulse_row[t] * {size};"
        for kind in ("expected", "count"):
            at = self.place[f"{kind}_pulse_{events[0]}"]
            yield f"      x.set(input.pulse_{kind}.subarray(from, from + {size}), {at});"
        yield "    }"


def _condition(check: Check) -> str:
    highest = "Infinity" if check.highest == float("inf") else repr(check.highest)
    return f"{_name(check.name)} >= 0 && {_name(check.name)} < {highest}"
