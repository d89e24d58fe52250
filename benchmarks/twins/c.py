"""A C program of the same passes: xoshiro256++, standard samplers, gcc."""

import ctypes
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sympy.printing.c import C99CodePrinter

from tarazu.engine.compiler.subexpressions import names_in
from tarazu.engine.compiler.week_plan import (
    DistrictLoop,
    EventDraw,
    Everywhere,
    ExitDraw,
    Neighbours,
    Settle,
    ShockDraw,
    Week,
)
from tarazu.model.declaration import PLACE_UNITS

SAMPLERS = Path(__file__).parent / "samplers.h"
STRICT = ("-O3", "-march=native")
FAST = (*STRICT, "-ffast-math")

FIELDS = (
    ("parameters", "double"),
    ("levers", "double"),
    ("lever_change", "long"),
    ("first", "long"),
    ("neighbour", "long"),
    ("weight", "double"),
    ("first_in", "long"),
    ("neighbour_in", "long"),
    ("weight_in", "double"),
    ("is_mean", "long"),
    ("people_share", "double"),
)
"""What the program reads, as fields of `Inputs` (parameters: of one member), and their C types."""


class _Inputs(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name, _ in FIELDS]


class _Printer(C99CodePrinter):
    def _print_Max(self, expr):  # noqa: N802 - sympy\'s name
        return self._nested("MORE", expr)

    def _print_Min(self, expr):  # noqa: N802 - sympy\'s name
        return self._nested("LESS", expr)

    def _nested(self, macro, expr):
        text, *others = [self._print(argument) for argument in expr.args]
        for other in others:
            text = f"{macro}({text}, {other})"
        return text


class CTwin:
    """The passes of a week as a shared library; `run` gives one member's national series."""

    def __init__(self, week: Week, districts: int, flags: tuple[str, ...], folder: Path) -> None:
        self.week, self.districts = week, districts
        self.offsets = {row: i * districts for i, row in enumerate(week.rows)}
        self.code = _Printer().doprint
        source = folder / f"{week.mode}{''.join(flags)}.c"
        source.write_text("\n".join(self.lines()), encoding="utf-8")
        library = source.with_suffix(".so")
        made = source.with_suffix(".o")
        command = ["gcc", *flags, "-c", "-fPIC", f"-I{SAMPLERS.parent}", "-o", str(made)]
        subprocess.run([*command, str(source)], check=True)
        # Linked without the flags: fast-math would make the whole process flush small numbers to 0.
        link = ["gcc", "-shared", "-o", str(library), str(made), "-lm"]
        subprocess.run(link, check=True)
        self.function = ctypes.CDLL(str(library)).run_member
        self.function.restype = ctypes.c_int

    def run(self, inputs, m: int) -> np.ndarray:
        x = np.zeros(len(self.week.rows) * self.districts)
        table = x.reshape(-1, self.districts)
        table[: inputs.start.shape[1]] = inputs.start[m]
        for name, values in zip(PLACE_UNITS, inputs.places, strict=True):
            table[self.week.rows.index(name)] = values
        weeks = len(inputs.lever_change)
        national = np.empty((weeks, len(self.week.program.quantities)))
        given = {"parameters": inputs.parameters[m]}
        given |= {name: getattr(inputs, name) for name, _ in FIELDS[1:]}
        seed = ctypes.c_uint64(int(inputs.members[m]))
        pointers = _Inputs(*(ctypes.c_void_p(given[name].ctypes.data) for name, _ in FIELDS))
        outputs = [ctypes.c_void_p(array.ctypes.data) for array in (x, national)]
        failed = self.function(ctypes.byref(pointers), *outputs, ctypes.c_long(weeks), seed)
        assert failed < 0, f"a value left its range in week {failed}"
        return national

    def lines(self) -> Iterator[str]:
        model = self.week.program.model
        yield '#include "samplers.h"'
        quantities = len(self.week.program.quantities)
        yield f"enum {{ DISTRICTS = {self.districts}, QUANTITIES = {quantities} }};"
        yield "#define EACH for (long d = 0; d < DISTRICTS; d++)"
        yield "struct inputs {"
        for name, kind in FIELDS:
            yield f"const {kind} *{name};"
        yield "};"
        yield (
            "int run_member(const struct inputs *given, double *restrict x,"
            " double *restrict national, long weeks, uint64_t seed) {"
        )
        for name, kind in FIELDS:
            yield f"const {kind} *{name} = given->{name};"
        yield "seed_stream(seed);"
        for p, name in enumerate(model.parameters):
            yield f"const double {name} = parameters[{p}];"
        for line in self.week.constants:
            yield f"const double {line.name} = {self.code(line.expression)};"
        for one in self.week.passes:
            for shock in one.shocks if isinstance(one, ShockDraw) else ():
                yield f"const double spread_of_{shock.name} = {self.code(shock.spread)};"
                yield f"const double kept_of_{shock.name} = exp(-({self.code(shock.fade)}));"
        yield "for (long t = 0; t < weeks; t++) {"
        if model.levers:
            first = self.offsets[next(iter(model.levers))]
            size = len(model.levers) * self.districts
            copied = f"x + {first}, levers + lever_change[t] * {size}, {8 * size}"
            yield f"if (lever_change[t] >= 0) {{ memcpy({copied});"
        else:
            yield "if (t == 0) {"
        yield from self.loop(self.week.settings)
        yield "}"
        for one in self.week.passes:
            yield from self.one_pass(one)
        yield "for (long q = 0; q < QUANTITIES; q++) {"
        yield "double total = 0.0; const double *row = x + q * DISTRICTS;"
        yield "if (is_mean[q]) EACH total += row[d] * people_share[d]; else EACH total += row[d];"
        yield "national[t * QUANTITIES + q] = total; } }"
        yield "return -1; }"

    def one_pass(self, one) -> Iterator[str]:
        if isinstance(one, DistrictLoop):
            yield from self.loop(one)
        elif isinstance(one, Everywhere):
            for row, name in one.sums:
                yield f"double {name} = 0.0; EACH {name} += x[{self.offsets[row]} + d];"
        elif isinstance(one, Neighbours):
            end = "_in" if one.inward else ""
            yield "EACH {"
            for _, row in one.sums:
                yield f"double {row} = 0.0;"
            yield f"for (long n = first{end}[d]; n < first{end}[d + 1]; n++) {{"
            for source, row in one.sums:
                at = f"x[{self.offsets[source]} + neighbour{end}[n]]"
                yield f"{row} += weight{end}[n] * {at};"
            yield "}"
            for _, row in one.sums:
                yield f"x[{self.offsets[row]} + d] = {row};"
            yield "}"
        elif isinstance(one, EventDraw):
            for event in one.events:
                yield from self.event(event)
        elif isinstance(one, ExitDraw):
            for exits in one.exits:
                yield from self.exits(exits)
        elif isinstance(one, ShockDraw):
            for shock in one.shocks:
                name, common = shock.name, int(shock.is_common)
                at = [f"x + {self.offsets[row]}" for row in (f"chance_of_{name}", name)]
                how = f"spread_of_{name}, kept_of_{name}, {common}, t, DISTRICTS"
                yield f"shock({', '.join(at)}, {how});"
        elif isinstance(one, Settle):
            name = one.transfer.name
            at = [self.offsets[row] for row in (name, f"pull_of_{name}", f"arrived_{name}")]
            yield f"EACH x[{at[2]} + d] = 0.0;"
            yield (
                f"EACH if (x[{at[0]} + d] > 0.0) settle(d, x + {at[0]}, x + {at[1]}, x + {at[2]},"
                " first, neighbour, weight);"
            )

    def loop(self, loop: DistrictLoop) -> Iterator[str]:
        if not loop.stores:
            return
        read = names_in([line.expression for line in loop.lines])
        read |= names_in([value for _, value in loop.stores])
        yield "{ int bad = 0; EACH {"
        for name in loop.loads(self.week.scalars):
            yield f"const double {name} = x[{self.offsets[name]} + d];"
        for line in loop.lines:
            yield f"const double {line.name} = {self.code(line.expression)};"
        for check in loop.checks:
            high = "INFINITY" if check.highest == float("inf") else repr(check.highest)
            low = ">" if check.only_if else ">="
            bad = f"!(({check.name} {low} 0.0) & ({check.name} < {high}))"
            if check.only_if:
                bad = f"({check.only_if} > 0.0) & {bad}"
            yield f"bad |= {bad};"
        for row, value in loop.stores:
            yield f"x[{self.offsets[row]} + d] = {self.code(value)};"
        yield "} if (bad) return (int)t; }"

    def event(self, event) -> Iterator[str]:
        at = self.offsets
        mean, drawn = f"x[{at[f'mean_of_{event.name}']} + d]", f"x[{at[event.name]} + d]"
        if event.tail is not None:
            of = f"x[{at[event.tail.of]} + d]"
            shape = ", ".join(
                f"x[{at[f'{word}_of_{event.name}']} + d]" for word in ("exponent", "largest")
            )
            yield f"EACH {drawn} = {of} > 0.0 ? tailed({of}, {mean}, {shape}) : 0.0;"
        elif event.size is not None:
            size = f"x[{at[f'size_of_{event.name}']} + d]"
            yield f"EACH {drawn} = {mean} > 0.0 ? negative_binomial({mean}, {size}) : 0.0;"
        else:
            yield f"EACH {drawn} = poisson({mean});"

    def exits(self, exits) -> Iterator[str]:
        at, names = self.offsets, [transfer.name for transfer in exits.hazards]
        yield (
            f"EACH leave(d, x + {at[f'staying_{exits.stock}']},"
            f" x + {at[f'hazard_of_{exits.stock}']},"
            f" x + {at[f'leaving_{exits.stock}']}, x + {at[f'h_{names[0]}']},"
            f" x + {at[f'rest_of_{names[0]}']}, x + {at[names[0]]}, {len(names)}, DISTRICTS);"
        )
