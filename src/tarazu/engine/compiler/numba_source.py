"""Readable numba source of a week's passes: one function that runs one member."""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import sympy as sp

from tarazu.engine.compiler.draw_calls import TABLES, DrawCalls
from tarazu.engine.compiler.planner import plan_week
from tarazu.engine.compiler.printer import Printer
from tarazu.engine.compiler.program import PULSES, Program
from tarazu.engine.compiler.subexpressions import Line, names_in
from tarazu.engine.compiler.week_plan import (
    Check,
    DistrictLoop,
    EventDraw,
    Everywhere,
    ExitDraw,
    Mode,
    Neighbours,
    Pass,
    ShockDraw,
    Week,
)
from tarazu.model.declaration import ModelError

ARGUMENTS: Final = ("inputs", "m", "scratch", "national", "district")
# Fields of `Inputs` and `Scratch` that the code reads by their own names.
_OF_INPUTS: Final = (
    "levers",
    "lever_change",
    "first",
    "neighbour",
    "weight",
    "first_in",
    "neighbour_in",
    "weight_in",
    "keys",
    "streams",
    "first_week",
    "pulse_row",
    "pulse_expected",
    "pulse_count",
    "pulse_known",
    "known_share",
    "is_mean",
    "people_share",
    "keep",
)
_OF_SCRATCH: Final = ("x", "states", "work")

_CALLED: Final = {
    "stochastic": (
        "fill_states",
        "draw_negative_binomial",
        "draw_poisson",
        "draw_tailed",
        "draw_shock",
        "settle",
    ),
    "mean": (),
}
_ALWAYS_CALLED: Final = ("all_fine", "record_week", "set_rows", "set_shares")
_OWN: Final = {
    *ARGUMENTS,
    *_OF_INPUTS,
    *_OF_SCRATCH,
    "parameters",
    *_CALLED["stochastic"],
    *_ALWAYS_CALLED,
    *(
        "draw_exits",
        "bare_kernel",
        "np",
        "i",
        "run_member",
        "member_state",
        "exp",
        "expm1",
        "math",
        "range",
        "max",
        "min",
    ),
    *(f"rows_of_{function}" for function in TABLES),
    *("t", "d", "n", "row", "state", "fine", "STRIDE", "DISTRICTS", "INFINITY"),
}
LANES: Final = 4
"""Rows are padded to a multiple of this, so that loops need no rest; 4 doubles are 256 bits."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a kernel, and the rows of the scratch array that it works on.

    Attributes
    ----------
    text : Python source. offsets : by name of the row, where it begins in `x`.
    stride : doubles from one row to the next.
    """

    text: str
    offsets: dict[str, int]
    stride: int

    @property
    def size(self) -> int:
        """Doubles in the scratch array."""
        return len(self.offsets) * self.stride

    @property
    def digest(self) -> str:
        """Content hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def write_source(program: Program, mode: Mode, districts: int) -> Source:
    """Return the kernel of a program for a number of districts, as Python source.

    Raises
    ------
    ModelError
        A quantity is named as something that the generated code needs for itself.
    """
    refuse_names(program, lambda name: name in _OWN or name.startswith("at_"))
    week = plan_week(program, mode)
    stride = -(-districts // LANES) * LANES
    offsets = {row: i * stride for i, row in enumerate(week.rows)}
    writer = _Writer(week, districts, stride, offsets)
    return Source("\n".join([*writer.module()]) + "\n", offsets, stride)


def refuse_names(program: Program, is_taken: Callable[[str], bool]) -> None:
    """Refuse a model with a quantity named as a word that generated code needs for itself.

    Raises
    ------
    ModelError
        There is one.
    """
    for name in program.model.names():
        if keyword.iskeyword(name) or is_taken(name):
            msg = f"'{name}' cannot name a quantity: generated code uses that word; take another"
            raise ModelError(msg)


class _Writer:
    """Writes the lines of one module."""

    def __init__(self, week: Week, districts: int, stride: int, offsets: dict[str, int]) -> None:
        self.week, self.program = week, week.program
        self.districts, self.stride, self.offsets = districts, stride, offsets
        self.draws = DrawCalls(self.program.drawn)
        self.code = Printer({"fully_qualified_modules": False}).doprint

    def module(self) -> Iterator[str]:
        model, stochastic = self.program.model, self.week.mode == "stochastic"
        kind = "whole people, drawn events" if stochastic else "expectations"
        body = [*_indent(1, self.member())]
        called = [*_CALLED[self.week.mode], *_ALWAYS_CALLED]
        used = [name for name in called if any(f"{name}(" in line for line in body)]
        yield f'"""The model \'{model.name}\' by the week, {self.districts} districts: {kind}.'
        yield ""
        yield "Written by Tarazu from the declaration; change that, not this file."
        yield '"""'
        yield ""
        if any(self.draws.rows_of.values()):
            yield "import numpy as np"
            yield ""
        yield "from tarazu.core.random.exponential import exp, expm1"
        yield "from tarazu.core.jit import bare_kernel"
        if stochastic:
            yield "from tarazu.core.random.streams import member_state"
        if any("draw_exits(" in line for line in body):
            yield "from tarazu.engine.compiler.exit_kernels import draw_exits"
        yield f"from tarazu.engine.compiler.kernels import {', '.join(sorted(used))}"
        yield ""
        yield f"DISTRICTS, STRIDE, INFINITY = {self.districts}, {self.stride}, float('inf')"
        yield "# Where the row of each quantity begins in the scratch array x."
        for name, offset in self.offsets.items():
            yield f"at_{name} = {offset}"
        yield from self.draws.tables()
        yield ""
        yield ""
        yield "# contract: a product and a sum in one rounding, x0.4 time of exp (bench_engine)"
        yield '@bare_kernel(fastmath={"contract", "nsz"})'
        yield f"def run_member({', '.join(ARGUMENTS)}):"
        yield from body

    def member(self) -> Iterator[str]:
        yield '"""Run member m; return the week in which a value left its range, or -1.'
        yield ""
        yield "inputs : `Inputs`. scratch : `Scratch`: the levels before the run; overwritten."
        yield "Writes national (T, Q) and district (T, K, D)."
        yield '"""'
        body = [*self.weeks()]
        words = set(re.findall(r"\w+", " ".join(body)))
        yield "parameters = inputs.parameters[m]"
        for given, names in (("inputs", _OF_INPUTS), ("scratch", _OF_SCRATCH)):
            for name in names:
                if name in words:
                    yield f"{name} = {given}.{name}"
        yield from body

    def weeks(self) -> Iterator[str]:
        read = self._parameters_read()
        for p, name in enumerate(self.program.model.parameters):
            if name in read:
                yield f"{name} = parameters[{p}]"
        for line in self.week.constants:
            yield f"{line.name} = {self.code(line.expression)}"
        if self.week.mode == "stochastic":
            for name, shock in self.program.model.shocks.items():
                yield f"spread_of_{name} = {self.code(shock.spread)}"
                yield f"kept_of_{name} = {self.code(sp.exp(-shock.fade))}"
            yield "state = member_state(inputs.seed, inputs.members[m])"
        yield f"for d in range({self.stride}):"
        yield "    x[at_fine + d] = 1.0"
        yield "for t in range(national.shape[0]):"
        if self.week.mode == "stochastic":
            yield "    fill_states(state, streams, first_week + t, states)"
        yield from _indent(1, self.one_week())
        yield "return -1"

    def _parameters_read(self) -> set[str]:
        loops = [one for one in self.week.passes if isinstance(one, DistrictLoop)]
        lines = [*self.week.constants, *(line for loop in loops for line in loop.lines)]
        values = [value for loop in loops for _, value in loop.stores]
        moving = [e for s in self.program.model.shocks.values() for e in (s.spread, s.fade)]
        read = names_in([line.expression for line in lines] + values)
        read |= names_in(moving if self.week.mode == "stochastic" else [])
        return read | names_in([line.expression for line in self.week.settings.lines])

    def one_week(self) -> Iterator[str]:
        model = self.program.model
        if model.levers:
            yield "if lever_change[t] >= 0:"
            yield f"    set_rows(x, at_{next(iter(model.levers))}, STRIDE, levers[lever_change[t]])"
            yield from _indent(1, self.loop(self.week.settings))
        elif self.week.settings.lines:
            yield "if t == 0:"
            yield from _indent(1, self.loop(self.week.settings))
        if model.events:
            event = next(iter(model.events))
            yield "row = pulse_row[t]"
            yield "if row >= 0:"
            yield f"    set_rows(x, at_expected_pulse_{event}, STRIDE, pulse_expected[row])"
            yield f"    set_rows(x, at_count_pulse_{event}, STRIDE, pulse_count[row])"
            shares = "pulse_known[row], known_share[m]"
            yield f"    set_shares(x, at_known_pulse_{event}, STRIDE, {shares})"
        for one in self.week.passes:
            yield from self.one_pass(one)
        if model.events:
            event = next(iter(model.events))
            yield "if row >= 0:"
            yield f"    for d in range({len(PULSES) * len(model.events) * self.stride}):"
            yield f"        x[at_expected_pulse_{event} + d] = 0.0"
        yield "record_week(x, STRIDE, is_mean, people_share, keep, national[t], district[t])"

    def one_pass(self, one: Pass) -> Iterator[str]:
        if isinstance(one, DistrictLoop):
            yield from self.loop(one)
        elif isinstance(one, Everywhere):
            yield from self.everywhere(one)
        elif isinstance(one, Neighbours):
            yield from self.neighbours(one)
        elif isinstance(one, EventDraw):
            yield from self.draws.events(one)
        elif isinstance(one, ShockDraw):
            yield from self.draws.shocks(one)
        elif isinstance(one, ExitDraw):
            yield from self.draws.exits(one)
        else:
            yield from self.draws.settle(one)

    def loop(self, loop: DistrictLoop) -> Iterator[str]:
        if not loop.stores:
            return
        yield f"for d in range({self.stride}):"
        for name in loop.loads(self.week.scalars):
            yield f"    {name} = x[at_{name} + d]"
        for line in loop.lines:
            yield from _indent(1, self.line(line))
        if loop.checks:
            yield "    fine = x[at_fine + d]"
            for check in loop.checks:
                yield f"    fine = fine if {_condition(check)} else 0.0"
            yield "    x[at_fine + d] = fine"
        for row, value in loop.stores:
            yield f"    x[at_{row} + d] = {self.code(value)}"
        if loop.checks:
            yield "if not all_fine(x, at_fine, DISTRICTS):"
            yield "    return t"

    def line(self, line: Line) -> Iterator[str]:
        if line.meaning:
            yield f"# {line.meaning}"
        yield f"{line.name} = {self.code(line.expression)}"

    def everywhere(self, one: Everywhere) -> Iterator[str]:
        for _, name in one.sums:
            yield f"{name} = 0.0"
        yield "for d in range(DISTRICTS):"
        for row, name in one.sums:
            yield f"    {name} += x[at_{row} + d]"

    def neighbours(self, one: Neighbours) -> Iterator[str]:
        suffix = "_in" if one.inward else ""
        yield "for d in range(DISTRICTS):"
        for _, row in one.sums:
            yield f"    {row} = 0.0"
        yield f"    for n in range(first{suffix}[d], first{suffix}[d + 1]):"
        for source, row in one.sums:
            at = f"x[at_{source} + neighbour{suffix}[n]]"
            yield f"        {row} += weight{suffix}[n] * {at}"
        for _, row in one.sums:
            yield f"    x[at_{row} + d] = {row}"


def _condition(check: Check) -> str:
    highest = "INFINITY" if check.highest == float("inf") else repr(check.highest)
    low = ">" if check.only_if else ">="
    condition = f"({check.name} {low} 0.0) & ({check.name} < {highest})"
    return f"({condition}) | ({check.only_if} <= 0.0)" if check.only_if else condition


def _indent(depth: int, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield "    " * depth + line if line else line
