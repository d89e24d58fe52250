"""What each mechanism claims, sign by sign, and how a declaration is held to it.

A claim says in which direction a quantity moves with everything that its expression reads, where
every parameter of either sign is above zero. `signs_of` reads the same off a declaration.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from tarazu.model import Model
from tarazu.model.declaration import PLACE_UNITS

SAMPLES = 48
EITHER_SIGN = ("kin_flow", "kin_pull", "kin_today", "recruitment_coercion", "retaliation_flow")
SCALES = {"support": 0.05, "operations_today": 1e-8, "recruits_today": 10.0, "attack_level": 2.0}
"""Sizes at which a term does not drown the others of its sum."""
STEP = 1e-4  # relative, of one symbol at a time
NOISE = 1e-12  # relative to the largest value: what rounding may move


def parts_of(m: Model) -> Iterator[tuple[str, sp.Expr]]:
    """Everything that a model declares, by a name that says which part of what it is."""
    for name, stock in m.stocks.items():
        if stock.initial is not None and stock.initial.free_symbols:
            yield f"start of {name}", stock.initial
    for name, expression in (*m.nearby.items(), *m.everywhere.items()):
        yield name, expression
    for shock in m.shocks.values():
        yield f"spread of {shock.name}", shock.spread
        yield f"fade of {shock.name}", shock.fade
    for definition in m.definitions.values():
        yield definition.name, definition.expression
    for event in m.events.values():
        yield event.name, event.mean
        if event.size is not None:
            yield f"size of {event.name}", event.size
        if event.tail is not None:
            yield f"tail of {event.name}", event.tail.exponent + event.tail.largest
    for transfer in m.transfers.values():
        if transfer.hazard is not None:
            yield transfer.name, transfer.hazard
        if transfer.attraction is not None:
            yield f"attraction of {transfer.name}", transfer.attraction
    for stock in m.stocks:
        for part in ("rise", "fall", "push", "inflow"):
            whole = sp.Add(*(getattr(c, part) for c in m.changes if c.stock == stock))
            if whole.free_symbols:
                yield f"{part} of {stock}", whole


def signs_of(m: Model, part: str, expression: sp.Expr, side: float = 1.0) -> str:
    """Return `+a -b ±c` for what an expression reads, sorted.

    `<0` comes first if it may be negative, `<=1` if it is a pure number that never exceeds 1.

    side : 1 or -1, the sign that parameters of either sign take, and what they add up to.
    """
    names = sorted(symbol.name for symbol in expression.free_symbols)
    luck = np.random.default_rng(1)
    at = [_sample(m, name, luck, side) for name in names]
    function = sp.lambdify([m[name] for name in names], expression, "numpy")
    base = np.broadcast_to(function(*at), SAMPLES)
    found = ["<0"] if base.min() < -NOISE else []
    is_pure = part in m.nearby or (part in m.definitions and m.definitions[part].unit == "1")
    found += ["<=1"] if is_pure and base.max() <= 1.0 else []
    for i, name in enumerate(names):
        moved = [x + STEP * abs(x) if k == i else x for k, x in enumerate(at)]
        change = function(*moved) - base
        rises, falls = (change > NOISE * abs(base)).any(), (change < -NOISE * abs(base)).any()
        found.append(("±" if rises and falls else "+" if rises else "-" if falls else "0") + name)
    return " ".join(found)


def _sample(m: Model, name: str, luck: np.random.Generator, side: float) -> np.ndarray:
    if name in m.parameters:
        prior = m.parameters[name].prior
        values = np.maximum(abs(prior.quantile(luck.uniform(0.02, 0.98, SAMPLES))), 1e-9)
        return side * values if prior.support[0] < 0.0 else values
    if name in EITHER_SIGN:
        return side * luck.uniform(0.02, 0.98, SAMPLES)
    if name in m.levers:
        lever = m.levers[name]
        return luck.uniform(lever.low + 0.02 * (lever.high - lever.low), lever.high, SAMPLES)
    if name == "population":
        return 10.0 ** luck.uniform(4.8, 6.0, SAMPLES)
    if name in m.stocks and m.stocks[name].kind == "people":
        return 10.0 ** luck.uniform(1.0, 5.0, SAMPLES)
    if name in m.stocks or name in PLACE_UNITS:
        return luck.uniform(0.02, 0.98, SAMPLES)
    if name in SCALES:
        return SCALES[name] * luck.uniform(0.02, 0.98, SAMPLES)
    persons = {"civilians": 5.0, "militants": 2.0, "mobile_force": 3.0, "force": 3.0}
    persons |= {"militant_base": 5.0, "attack_base": 5.0}
    large = {
        f"{name}_everywhere": 7.0 for name in ("people", "nationalist_roots", "islamist_roots")
    }
    large |= {"nationalist_targets_everywhere": 7.0, "islamist_targets_everywhere": 7.0}
    large |= {"militants_everywhere": 3.0, "reactive_pool": 6.0}
    scale = (persons | large).get(name, 0.0)
    return 10.0**scale * luck.uniform(0.02, 0.98, SAMPLES)


def flips_of(expression: sp.Expr) -> Iterator[sp.Expr]:
    """Every expression in which one term of one sum, or one exponent, has the other sign.

    A `response` is flipped inside its pull only, by exp(-pull) too: its form has tests of its own.
    """
    nodes = {*sp.preorder_traversal(expression)}
    form = {part for node in nodes if _is_response(node) for part in (node, node.args[0])}
    for node in sorted(nodes - form, key=str):
        if isinstance(node, sp.Add):
            of_response = _is_inside(node, form)
            for term in node.args:
                if not of_response:
                    yield expression.xreplace({node: node - 2 * term})
        elif isinstance(node, sp.exp):
            yield expression.xreplace({node: sp.exp(-node.exp)})
    if not isinstance(expression, sp.Add):
        yield -expression


def _is_response(node: sp.Expr) -> bool:
    """Whether a node is exp(4 / (1 + exp(-pull)) - 2)."""
    if not (isinstance(node, sp.exp) and isinstance(node.exp, sp.Add)):
        return False
    number, rest = node.exp.as_coeff_Add()
    return bool(number == -2 and rest.as_coeff_Mul()[0] == 4)


def _is_inside(node: sp.Expr, form: set[sp.Expr]) -> bool:
    """Whether a sum is the 1 + exp(-pull) of a response."""
    return any(isinstance(whole, sp.Add) and whole.has(4 / node) for whole in form)
