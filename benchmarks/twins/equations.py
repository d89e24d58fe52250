"""The passes of a mean-field week as equations: every name stands for one value, in any order.

This is what tools of system dynamics take. A row that several passes write becomes several names,
and the last of them is the level after the week. Pulses are left out: nobody sends any here.
"""

from dataclasses import dataclass

import sympy as sp

from tarazu.engine.compiler.subexpressions import names_in, symbol
from tarazu.engine.compiler.week_plan import DistrictLoop, Everywhere, Neighbours, Week


@dataclass(frozen=True)
class Equation:
    """A value worked out every week; for all districts alike if it is `common`.

    Attributes
    ----------
    expression : of the names it reads; or the name of the row that is added up: over all
        districts if it is common, else over the neighbours by `weight`, a district's
        ("weights") or theirs for it ("weights_in").
    """

    name: str
    expression: sp.Expr | str
    common: bool = False
    weight: str = ""


@dataclass(frozen=True)
class Equations:
    """A week.

    Attributes
    ----------
    fixed, lines : in order; `fixed` reads nothing that changes from week to week.
    after : stock -> the name of its level after the week.
    """

    fixed: tuple[Equation, ...]
    lines: tuple[Equation, ...]
    after: dict[str, str]


def equations_of(week: Week) -> Equations:
    """Return the equations of a mean-field week."""
    assert week.mode == "mean"
    model = week.program.model
    now = _Now({f"{word}_pulse_{name}" for word in ("expected", "count") for name in model.events})
    fixed = [Equation(line.name, line.expression, common=True) for line in week.constants]
    fixed += now.looped(week.settings)
    lines: list[Equation] = []
    for one in week.passes:
        if isinstance(one, DistrictLoop):
            lines += now.looped(one)
        elif isinstance(one, Everywhere):
            lines += [Equation(name, now.of(row), common=True) for row, name in one.sums]
        else:
            assert isinstance(one, Neighbours)
            weight = "weights_in" if one.inward else "weights"
            read = [(now.of(source), row) for source, row in one.sums]
            lines += [Equation(now.new(row), source, weight=weight) for source, row in read]
    after = {stock: now.of(stock) for stock in model.stocks}
    return Equations(tuple(fixed), tuple(lines), after)


class _Now:
    """The name that stands for a row at this point of the week; `pulses` are rows of zeros."""

    def __init__(self, pulses: set[str]) -> None:
        self.pulses, self.names = pulses, dict[str, str]()

    def of(self, row: str) -> str:
        return self.names.get(row, row)

    def new(self, row: str) -> str:
        self.names[row] = f"{self.names.get(row, 'new')}_{row}"
        return self.names[row]

    def looped(self, loop: DistrictLoop) -> list[Equation]:
        made = {line.name for line in loop.lines}
        found = [Equation(line.name, self._read(line.expression, made)) for line in loop.lines]
        values = [(row, self._read(value, made)) for row, value in loop.stores]
        for row, value in values:
            if value == symbol(row) and row in made:
                self.names[row] = row
            else:
                found.append(Equation(self.new(row), value))
        return found

    def _read(self, expression: sp.Expr, made: set[str]) -> sp.Expr:
        names = {name: self.of(name) for name in names_in([expression]) - made}
        return expression.xreplace(
            {
                symbol(name): 0 if name in self.pulses else symbol(to)
                for name, to in names.items()
                if to != name or name in self.pulses
            }
        )
