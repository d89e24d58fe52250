"""Readable numba source of a program: one function that runs one member."""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from tarazu.engine.program import Exits, Program
from tarazu.model.declaration import PLACE_UNITS, ModelError
from tarazu.model.quantities import Definition, Event, Transfer

Mode = Literal["stochastic", "mean"]

ARGUMENTS = (
    "parameters",
    "levers",
    "populations",
    "urban_shares",
    "first",
    "neighbour",
    "weight",
    "keys",
    "pulse_row",
    "pulse_expected",
    "pulse_count",
    "seed",
    "member",
    "is_mean",
    "people_share",
    "keep",
    "now",
    "nearby",
    "pull",
    "arrivals",
    "streams",
    "luck",
    "hazards",
    "moved",
    "national",
    "district",
)

_PLACES = {"population": "populations", "urban_share": "urban_shares"}

_OWN = {
    *ARGUMENTS,
    *("math", "kernel", "record_week", "settle", "spread", "draw_luck", "draw_exits", "run_member"),
    *("poisson_quantile", "negative_binomial_quantile"),
    *("min", "max", "float", "range", "abs", "t", "d", "n", "row"),
    *("int", "staying", "leaving", "hazard", "expected", "size", "rise", "fall", "rate", "level"),
}

LARGEST = 1e9
"""An expected count a week beyond this is a failure, not a number."""


@dataclass(frozen=True, slots=True)
class Check:
    """One place where a kernel may stop.

    Attributes
    ----------
    quantity : what left its range, as an error says it.
    reads : names that its expression reads.
    """

    quantity: str
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a kernel and what its failure codes mean."""

    text: str
    checks: tuple[Check, ...]

    @property
    def digest(self) -> str:
        """Content hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def write_source(program: Program, mode: Mode) -> Source:
    """Return the kernel of a program as Python source.

    Raises
    ------
    ModelError
        A quantity is named as something that the generated code needs for itself.
    """
    model = program.model
    made = {f"h_{name}" for name in model.transfers}
    made |= {f"{prefix}_{name}" for name in model.stocks for prefix in ("next", "staying")}
    for name in model.names():
        if name in _OWN | made or keyword.iskeyword(name):
            msg = f"'{name}' cannot name a quantity: generated code uses that word; take another"
            raise ModelError(msg)
    writer = _Writer(program, mode)
    text = "\n".join([*writer.module()]) + "\n"
    return Source(text, tuple(writer.checks))


class _Printer(PythonCodePrinter):  # type: ignore[misc]  # sympy has no types
    """Prints Max and Min as functions of two, which numba compiles best."""

    def _print_Max(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return self._nested("max", expr)

    def _print_Min(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return self._nested("min", expr)

    def _print_Integer(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return f"{int(expr)}.0" if abs(int(expr)) < 10**15 else str(expr)

    def _nested(self, function: str, expr: sp.Expr) -> str:
        text, *others = [str(self._print(argument)) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text


class _Writer:
    """Writes the lines of one module; `checks` grows as it goes."""

    def __init__(self, program: Program, mode: Mode) -> None:
        self.program = program
        self.model = program.model
        self.mode = mode
        self.checks: list[Check] = []
        self.printer = _Printer({"fully_qualified_modules": True})
        self.row = {name: q for q, name in enumerate(program.quantities)}
        self.luck_row = {name: k for k, name in enumerate(program.luck)}

    def code(self, expression: sp.Expr) -> str:
        text: str = self.printer.doprint(expression)
        return text

    def check(self, condition: str, quantity: str, *reads: sp.Expr) -> Iterator[str]:
        names = {symbol.name for expression in reads for symbol in expression.free_symbols}
        self.checks.append(Check(quantity, frozenset(names)))
        yield f"if not ({condition}):"
        yield f"    return t, {len(self.checks) - 1}, d  # {quantity}"

    def module(self) -> Iterator[str]:
        kind = "whole people, drawn events" if self.mode == "stochastic" else "expectations"
        yield f'"""The model \'{self.model.name}\' by the week: {kind}.'
        yield ""
        yield "Written by Tarazu from the declaration; change that, not this file."
        yield '"""'
        yield ""
        yield "import math"
        yield ""
        yield "from tarazu.core.jit import kernel"
        if self.mode == "stochastic":
            yield "from tarazu.core.streams import negative_binomial_quantile, poisson_quantile"
            yield "from tarazu.engine.kernels import draw_exits, draw_luck, record_week, settle"
        else:
            yield "from tarazu.engine.kernels import record_week, spread"
        yield ""
        yield ""
        yield "@kernel"
        yield f"def run_member({', '.join(ARGUMENTS)}):"
        yield from _indent(1, self.member())

    def member(self) -> Iterator[str]:
        yield '"""Run one member; return (week, code, district) of a failure, or (-1, -1, -1)."""'
        for p, name in enumerate(self.model.parameters):
            yield f"{name} = parameters[{p}]"
        yield "for t in range(national.shape[0]):"
        yield from _indent(1, self.week())
        yield "return -1, -1, -1"

    def week(self) -> Iterator[str]:
        yield "row = pulse_row[t]"
        yield "arrivals[:, :] = 0.0"
        if self.mode == "stochastic":
            yield "draw_luck(seed, member, t, streams, keys, luck)"
        yield from self.before()
        yield "for d in range(populations.shape[0]):"
        yield from _indent(1, self.district())
        for v, mover in enumerate(self.program.movers):
            s = self.row[mover.target]
            yield "for d in range(populations.shape[0]):"
            yield f"    now[{s}, d] += arrivals[{v}, d]"
        yield "record_week(now, is_mean, people_share, keep, national[t], district[t])"

    def before(self) -> Iterator[str]:
        """Write sums over neighbours and attractions, from levels before the week."""
        wanted = [*self.model.nearby.values()]
        attractions = [t.attraction for t in self.program.movers if t.attraction is not None]
        if not wanted and not attractions:
            return
        yield "# what neighbours will see of each district: its level before the week"
        yield "for d in range(populations.shape[0]):"
        yield from _indent(1, self.load([*wanted, *attractions]))
        for b, expression in enumerate(wanted):
            yield f"    nearby[{b}, 0, d] = {self.code(expression)}"
        for v, expression in enumerate(attractions):
            yield f"    pull[{v}, d] = {self.code(expression)}"
        for b in range(len(wanted)):
            yield "for d in range(populations.shape[0]):"
            yield f"    nearby[{b}, 1, d] = 0.0"
            yield "    for n in range(first[d], first[d + 1]):"
            yield f"        nearby[{b}, 1, d] += weight[n] * nearby[{b}, 0, neighbour[n]]"

    def load(self, expressions: list[sp.Expr] | None) -> Iterator[str]:
        """Levels, places and levers as local names; all of them, or those that are read."""
        wanted = None
        if expressions is not None:
            wanted = {symbol.name for e in expressions for symbol in e.free_symbols}
        for s, name in enumerate(self.model.stocks):
            if wanted is None or name in wanted:
                yield f"{name} = now[{s}, d]"
        for at, name in enumerate(self.model.levers):
            if wanted is None or name in wanted:
                yield f"{name} = levers[{at}, t, d]"
        for name in PLACE_UNITS:
            if wanted is None or name in wanted:
                yield f"{name} = {_PLACES[name]}[d]"

    def district(self) -> Iterator[str]:
        yield from self.load(None)
        for b, name in enumerate(self.model.nearby):
            yield f"{name} = nearby[{b}, 1, d]"
        for step in self.program.steps:
            if isinstance(step, Definition):
                yield f"# {step.meaning}"
                yield f"{step.name} = {self.code(step.expression)}"
            elif isinstance(step, Event):
                yield from self.event(step)
            else:
                yield from self.exits(step)
        yield from self.updates()

    def event(self, event: Event) -> Iterator[str]:
        e = [*self.model.events].index(event.name)
        yield f"# {event.meaning}"
        yield f"expected = {self.code(event.mean)}"
        yield "if row >= 0:"
        yield f"    expected += pulse_expected[row, {e}, d]"
        what = f"expectation of '{event.name}'"
        yield from self.check(f"0.0 <= expected <= {LARGEST:g}", what, event.mean)
        luck = f"luck[{self.luck_row.get(event.name)}, d]"
        if self.mode == "mean":
            yield f"{event.name} = expected"
        elif event.size is None:
            yield f"{event.name} = 0.0"
            yield f"if {luck} > 1.0 - expected:  # else none: P(0) >= 1 - expected"
            yield f"    {event.name} = float(poisson_quantile({luck}, expected))"
        else:
            yield f"{event.name} = 0.0"
            yield "if expected > 0.0:"
            yield f"    size = {self.code(event.size)}"
            size = self.check("0.0 < size < math.inf", f"size of '{event.name}'", event.size)
            yield from _indent(1, size)
            yield f"    {event.name} = float(negative_binomial_quantile({luck}, expected, size))"
        yield "if row >= 0:"
        yield f"    {event.name} += pulse_count[row, {e}, d]"

    def exits(self, exits: Exits) -> Iterator[str]:
        yield f"# who leaves '{exits.stock}'"
        yield f"staying = {exits.stock}"
        for transfer in exits.counts:
            yield f"{transfer.name} = min({transfer.count}, staying)"
            yield f"staying -= {transfer.name}"
        for transfer in exits.hazards:
            yield f"h_{transfer.name} = {self.code(transfer.hazard)}"
            what = f"hazard of '{transfer.name}'"
            condition = f"0.0 <= h_{transfer.name} < math.inf"
            yield from self.check(condition, what, transfer.hazard)
        if self.mode == "mean":
            yield from self.expected_exits(exits)
        else:
            yield from self.drawn_exits(exits)
        yield f"staying_{exits.stock} = staying"

    def expected_exits(self, exits: Exits) -> Iterator[str]:
        names = [transfer.name for transfer in exits.hazards]
        if not names:
            return
        yield f"hazard = {' + '.join(f'h_{name}' for name in names)}"
        yield "leaving = -staying * math.expm1(-hazard)"
        yield "staying -= leaving"
        yield "if hazard > 0.0:"
        yield "    leaving /= hazard"
        for transfer in exits.hazards:
            yield f"{transfer.name} = leaving * h_{transfer.name}"
            yield from self.to_neighbours(transfer)

    def drawn_exits(self, exits: Exits) -> Iterator[str]:
        names = [transfer.name for transfer in exits.hazards]
        if not names:
            return
        for i, name in enumerate(names):
            yield f"hazards[{i}] = h_{name}"
        row = self.luck_row[exits.stock]
        yield f"staying -= draw_exits(staying, hazards, {len(names)}, luck, {row}, d, moved)"
        for i, transfer in enumerate(exits.hazards):
            yield f"{transfer.name} = moved[{i}]"
            yield from self.to_neighbours(transfer)

    def to_neighbours(self, transfer: Transfer) -> Iterator[str]:
        if transfer.attraction is None:
            return
        v = self.program.movers.index(transfer)
        at = f"d, first, neighbour, weight, pull[{v}], arrivals[{v}]"
        if self.mode == "mean":
            yield f"spread({transfer.name}, {at})"
        else:
            stream = self.program.streams[transfer.name]
            yield f"settle(int({transfer.name}), seed, member, {stream}, t, keys, {at})"

    def updates(self) -> Iterator[str]:
        leaves = {step.stock for step in self.program.steps if isinstance(step, Exits)}
        yield "# levels after the week"
        for share in self.program.shares:
            yield f"rise = {self.code(share.rise)}"
            yield f"fall = {self.code(share.fall)}"
            yield "rate = rise + fall"
            condition = "rise >= 0.0 and fall >= 0.0 and rate < math.inf"
            yield from self.check(condition, f"change of '{share.stock}'", share.rise, share.fall)
            yield f"next_{share.stock} = {share.stock}"
            yield "if rate > 0.0:"
            yield "    level = rise / rate"
            yield f"    next_{share.stock} = level + ({share.stock} - level) * math.exp(-rate)"
        for memory in self.program.memories:
            yield f"level = {memory.stock} * math.exp(-({self.code(memory.fall)}))"
            yield f"level += {self.code(memory.inflow)}"
            what = f"level of '{memory.stock}'"
            yield from self.check("0.0 <= level < math.inf", what, memory.inflow, memory.fall)
            yield f"next_{memory.stock} = level"
        for stock in self.program.people:
            arriving = [
                t.name
                for t in self.model.transfers.values()
                if t.target == stock and t.attraction is None
            ]
            level = " + ".join([f"staying_{stock}" if stock in leaves else stock, *arriving])
            yield f"next_{stock} = {level}"
        for stock in self.model.stocks:
            yield f"now[{self.row[stock]}, d] = next_{stock}"
        for name in self.program.quantities[len(self.model.stocks) :]:
            yield f"now[{self.row[name]}, d] = {name}"


def _indent(depth: int, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield "    " * depth + line if line else line
