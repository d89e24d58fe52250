"""A model described from its own declaration: equations, parameter table, signed influences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tarazu.core.quantities import Prior
from tarazu.model.declaration import PLACE_UNITS, Model
from tarazu.model.places.attributes import PLACES

Sign = Literal["+", "-", "±"]
Kind = Literal["definition", "event", "shock", "transfer", "change"]

Spread: TypeAlias = Prior | tuple[float, float] | Literal["people", "residents"]
"""Where a quantity is sampled: its prior, evenly from low to high, or a number of persons."""
SAMPLES = 64
"""Points of prior and state at which the sign of an influence is looked at."""
# Otherwise printed as cases, of which SymPy simplifies the conditions: a third of the time.
STEPS = {"Heaviside": np.heaviside}


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of the model: what it says in words, plain text and LaTeX.

    Attributes
    ----------
    kind : ``definition``, ``event``, ``shock``, ``transfer`` or ``change``.
    quantity : what it gives.
    unit : of the right-hand side.
    text, latex : the right-hand side.
    """

    kind: Kind
    quantity: str
    unit: str
    text: str
    latex: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One line of the parameter table."""

    name: str
    unit: str
    prior: str
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One quantity that moves another directly.

    Attributes
    ----------
    sign : of the derivative over prior and state: ``±`` where it takes both signs.
    """

    source: str
    target: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Description:
    """What a model declares, ready to print or draw.

    Attributes
    ----------
    stocks : (name, kind, unit, meaning) each.
    levers : (name, unit, low, high, default, stock that it moves, meaning) each; None where
        an experiment sets it, and no policy.
    equations, parameters, edges : in order of declaration.
    """

    name: str
    stocks: tuple[tuple[str, str, str, str], ...]
    levers: tuple[tuple[str, str, float, float, float, str | None, str], ...]
    equations: tuple[Equation, ...]
    parameters: tuple[ParameterRow, ...]
    edges: tuple[Edge, ...]


def describe(model: Model) -> Description:
    """Return stocks, equations, the parameter table and signed influences of a model."""
    return Description(
        name=model.name,
        stocks=tuple((s.name, s.kind, s.unit, s.meaning) for s in model.stocks.values()),
        levers=tuple(
            (name, lv.unit, lv.low, lv.high, lv.default, lv.moves, lv.meaning)
            for name, lv in model.levers.items()
        ),
        equations=tuple(equations_of(model)),
        parameters=tuple(
            ParameterRow(
                name, p.unit, p.prior.describe(), str(p.source), is_assumed=p.source.is_assumed
            )
            for name, p in model.parameters.items()
        ),
        edges=tuple(_edges(model)),
    )


def equations_of(model: Model) -> Iterator[Equation]:
    """Yield every equation of a model in the order of its declaration."""
    for d in model.definitions.values():
        yield _equation("definition", d.name, d.unit, d.expression, d.meaning)
    for e in model.events.values():
        yield _equation("event", e.name, f"{e.unit}/week", e.mean, e.meaning)
    for s in model.shocks.values():
        chance = sp.Symbol("chance", real=True)
        level = sp.exp(s.spread * chance - s.spread**2 / 2)
        where = "one for all districts" if s.is_common else "one for each district"
        meaning = f"{s.meaning}; {where}; chance is standard normal and fades by {s.fade} a week"
        yield _equation("shock", s.name, "1", level, meaning)
    for t in model.transfers.values():
        gives = t.hazard if t.hazard is not None else model[str(t.count)] / model[t.source]
        yield _equation("transfer", t.name, "1/week", gives, t.meaning)
    for name, gives, meaning in _weekly_changes(model):
        yield _equation("change", name, f"{model.stocks[name].unit}/week", gives, meaning)


def _equation(
    kind: Kind,
    quantity: str,
    unit: str,
    expression: sp.Expr,
    meaning: str,
) -> Equation:
    return Equation(kind, quantity, unit, str(expression), _latex(expression), meaning)


def _latex(expression: sp.Expr) -> str:
    """Return LaTeX with names as words: SymPy reads an accent into ``technical`` (``cal``)."""
    words = {s: rf"\text{{{s.name.replace('_', ' ')}}}" for s in expression.free_symbols}
    return str(sp.latex(expression, symbol_names=words, mul_symbol="dot"))


def _weekly_changes(model: Model) -> Iterator[tuple[str, sp.Expr, str]]:
    """Yield each change of a share or memory as a rate of that stock."""
    for change in model.changes:
        level = model[change.stock]
        if model.stocks[change.stock].kind == "memory":
            rate = change.inflow - change.fall * level
        else:
            up, down = sp.Max(change.push, 0), sp.Max(-change.push, 0)
            rate = (change.rise + up) * (1 - level) - (change.fall + down) * level
        yield change.stock, rate, change.meaning


def _edges(model: Model) -> Iterator[Edge]:
    for name, expression in (*model.nearby.items(), *model.everywhere.items()):
        yield from _influences(model, expression, name)
    for definition in model.definitions.values():
        yield from _influences(model, definition.expression, definition.name)
    for event in model.events.values():
        yield from _influences(model, event.mean, event.name)
    for transfer in model.transfers.values():
        people = model[transfer.source]
        flow = model[str(transfer.count)] if transfer.hazard is None else transfer.hazard * people
        yield from _influences(model, flow, transfer.name)
        if transfer.attraction is None:
            yield Edge(transfer.name, transfer.source, "-")
            yield Edge(transfer.name, transfer.target, "+")
    for stock in model.stocks:
        rates = [rate for name, rate, _ in _weekly_changes(model) if name == stock]
        yield from _influences(model, sp.Add(*rates), stock)


def _influences(model: Model, expression: sp.Expr, target: str) -> Iterator[Edge]:
    """Yield what an expression reads, with the sign of each derivative."""
    for name in sorted(symbol.name for symbol in expression.free_symbols):
        if name in model.parameters or name in PLACE_UNITS or name == target:
            continue
        sign = _sign(model, sp.diff(expression, model[name]))
        if sign is not None:
            yield Edge(name, target, sign)


def _sign(model: Model, derivative: sp.Expr) -> Sign | None:
    """Return the sign of a derivative over random priors and states; None if it is always 0."""
    names = sorted(symbol.name for symbol in derivative.free_symbols)
    return _sign_over(derivative, tuple((name, _spread(model, name)) for name in names))


# The annex and its diagram describe one model each, and most models of a process share most lines.
@lru_cache(maxsize=4096)
def _sign_over(derivative: sp.Expr, spreads: tuple[tuple[str, Spread], ...]) -> Sign | None:
    random = np.random.default_rng(1)
    values = [_sample(spread, random) for _, spread in spreads]
    symbols = [sp.Symbol(name, real=True) for name, _ in spreads]
    computed = sp.lambdify(symbols, derivative, [STEPS, "numpy"])(*values)
    rates = np.broadcast_to(computed, SAMPLES)
    rates = rates[np.isfinite(rates)]
    if (rates > 0.0).any() and (rates < 0.0).any():
        return "±"
    if (rates > 0.0).any():
        return "+"
    return "-" if (rates < 0.0).any() else None


def _spread(model: Model, name: str) -> Spread:
    if name in model.parameters:
        return model.parameters[name].prior
    if name in model.levers:
        return model.levers[name].low, model.levers[name].high
    if name == "population":
        return "residents"
    if name in PLACE_UNITS:
        return max(PLACES[name].low, -2.0), min(PLACES[name].high, 2.0)
    if name in model.stocks and model.stocks[name].kind == "people":
        return "people"
    return 0.0, 1.0


def _sample(spread: Spread, random: np.random.Generator) -> NDArray[np.float64]:
    if spread == "residents":
        return np.full(SAMPLES, 4e5)
    if spread == "people":
        return 10.0 ** random.uniform(1.0, 5.0, SAMPLES)
    if isinstance(spread, tuple):
        return random.uniform(*spread, SAMPLES)
    return spread.quantile(random.uniform(1e-6, 1.0 - 1e-6, SAMPLES))
