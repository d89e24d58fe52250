"""The same passes on whole arrays, members by districts: NumPy, and JAX compiled by XLA."""

from collections.abc import Callable

import numpy as np
from sympy.printing.pycode import PythonCodePrinter

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


class _Printer(PythonCodePrinter):
    def _print_Max(self, expr):  # noqa: N802 - sympy\'s name
        return self._nested("maximum", expr)

    def _print_Min(self, expr):  # noqa: N802 - sympy\'s name
        return self._nested("minimum", expr)

    def _nested(self, function, expr):
        text, *others = [self._print(argument) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text

    def _print_exp(self, expr):
        return f"exp({self._print(expr.args[0])})"

    def _print_expm1(self, expr):
        return f"expm1({self._print(expr.args[0])})"


def _lines(loop: DistrictLoop, week: Week, code: Callable) -> list[str]:
    lines = [f"{name} = x['{name}']" for name in loop.loads(week.scalars)]
    lines += [f"{line.name} = {code(line.expression)}" for line in loop.lines]
    return lines + [f"x['{row}'] = {code(value)}" for row, value in loop.stores]


def week_function(week: Week, parameters: np.ndarray, xp, draws) -> Callable:
    """Return ``advance(x, weights, random)``: x, rows (M, D) by name, is changed in place."""
    code = _Printer({"fully_qualified_modules": False}).doprint
    text = ["def advance(x, weights, random):"]
    scalars = dict(zip(week.program.model.parameters, parameters.tolist(), strict=True))
    space = {"draws": draws, "passes": week.passes, **scalars}
    space |= {name: getattr(xp, name) for name in ("exp", "expm1", "maximum", "minimum")}
    exec("\n".join(f"{line.name} = {code(line.expression)}" for line in week.constants), space)
    for at, one in enumerate(week.passes):
        if isinstance(one, DistrictLoop):
            text += _lines(one, week, code)
        elif isinstance(one, Everywhere):
            text += [f"{name} = x['{row}'].sum(axis=1, keepdims=True)" for row, name in one.sums]
        elif isinstance(one, Neighbours):
            matrix = "weights" if one.inward else "weights.T"
            text += [f"x['{row}'] = x['{source}'] @ {matrix}" for source, row in one.sums]
        elif isinstance(one, EventDraw):
            text.append(f"draws.happen(random, x, passes[{at}].events)")
        elif isinstance(one, ExitDraw):
            text.append(f"draws.leave(random, x, passes[{at}].exits)")
        elif isinstance(one, ShockDraw):
            text += [
                f"draws.shock(random, x, '{s.name}', {code(s.spread)}, exp(-({code(s.fade)})), "
                f"{s.is_common})"
                for s in one.shocks
            ]
        elif isinstance(one, Settle):
            text.append(f"draws.settle(random, x, passes[{at}].transfer.name, weights)")
    body = "\n".join(f"    {line}" for line in text[1:])
    exec(f"{text[0]}\n{body}\n    return x", space)
    settings = "\n".join(_lines(week.settings, week, code)) or "pass"

    def advance(x, weights, random):
        return space["advance"](x, weights, random)

    def settle_levers(x):
        exec(settings, space | {"x": x})

    advance.settings = settle_levers
    return advance


def start_rows(week: Week, inputs, xp) -> dict:
    """Return the rows (M, D) before the first week."""
    shape = (len(inputs.members), len(inputs.population))
    x = {row: np.zeros(shape) for row in week.rows}
    for s, name in enumerate(week.program.model.stocks):
        x[name] = inputs.start[:, s].copy()
    for a, name in enumerate(PLACE_UNITS):
        x[name] = np.broadcast_to(inputs.places[a], shape).copy()
    luck = np.random.default_rng(0)
    for name, shock in week.program.model.shocks.items():  # at its long-run spread, as later
        drawn = (shape[0], 1) if shock.is_common else shape
        x[f"chance_of_{name}"] = np.broadcast_to(luck.standard_normal(drawn), shape).copy()
    for at, name in enumerate(week.program.model.levers):
        x[name] = np.broadcast_to(inputs.levers[0, at], shape).copy()
    return {name: xp.asarray(value) for name, value in x.items()}


class NumPyDraws:
    """NumPy's own samplers; rows are changed in place."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))

    def happen(self, random, x, events):
        for event in events:
            mean = x[f"mean_of_{event.name}"]
            if event.tail is not None:
                shape = x[f"exponent_of_{event.name}"], x[f"largest_of_{event.name}"]
                x[event.name] = self.tailed(x[event.tail.of], mean, *shape)
            elif event.size is not None:
                x[event.name] = self.negative_binomial(mean, x[f"size_of_{event.name}"])
            else:
                x[event.name] = self.rng.poisson(mean).astype(float)

    def shock(self, random, x, name, spread, kept, is_common):
        shape = x["population"].shape
        z = self.rng.standard_normal((shape[0], 1) if is_common else shape)
        chance = kept * x[f"chance_of_{name}"] + np.sqrt(1.0 - kept**2) * z
        x[f"chance_of_{name}"] = chance
        x[name] = np.exp(spread * chance - 0.5 * spread**2)

    def leave(self, random, x, exits):
        for one in exits:
            names = [transfer.name for transfer in one.hazards]
            share = -np.expm1(-x[f"hazard_of_{one.stock}"])
            left = self.binomial(x[f"staying_{one.stock}"], share)
            x[f"leaving_{one.stock}"] = left
            for name in names[:-1]:
                share = x[f"h_{name}"] / np.maximum(x[f"rest_of_{name}"], 1e-300)
                x[name] = self.binomial(left, np.minimum(share, 1.0))
                left = left - x[name]
            x[names[-1]] = left

    def settle(self, random, x, name, weights):
        moved, parts = x[name], weights * x[f"pull_of_{name}"][:, None, :]
        totals = parts.sum(axis=2, keepdims=True)
        stay = np.eye(weights.shape[0])
        shares = np.where(totals > 0.0, parts / np.maximum(totals, 1e-300), stay)
        arrived = np.zeros_like(moved)
        for m, d in np.argwhere(moved > 0.0):
            arrived[m] += self.rng.multinomial(int(moved[m, d]), shares[m, d])
        x[f"arrived_{name}"] = arrived

    def binomial(self, n, p):
        return self.rng.binomial(n.astype(np.int64), p).astype(float)

    def negative_binomial(self, mean, size):
        some, size = mean > 0.0, np.broadcast_to(size, mean.shape)
        result = np.zeros_like(mean)
        rate = self.rng.gamma(size[some]) * mean[some] / size[some]
        result[some] = self.rng.poisson(rate)
        return result

    def tailed(self, happened, mean, exponent, largest):
        result = np.zeros_like(mean)
        some = (happened > 0.0) & (mean > 0.0)
        exponent, largest = (np.broadcast_to(v, mean.shape) for v in (exponent, largest))
        n, a, big = happened[some], exponent[some], largest[some]
        cut = (1.0 + big) ** -a
        expected = ((1.0 - (1.0 + big) * cut) / (a - 1.0) - big * cut) / (1.0 - cut)
        total = np.zeros_like(n)
        for i in range(int(n.max(initial=0.0))):
            toll = (1.0 - self.rng.random(n.shape) * (1.0 - cut)) ** (-1.0 / a) - 1.0
            total += np.where(i < n, toll, 0.0)
        result[some] = self.rng.poisson(mean[some] * total / (n * expected))
        return result


def run_numpy(week: Week, parameters: np.ndarray, inputs, districts) -> np.ndarray:
    """Return national series (T, Q, M) of a batch."""
    advance = week_function(week, parameters, np, NumPyDraws(1))
    x = start_rows(week, inputs, np)
    advance.settings(x)
    quantities, weeks = week.program.quantities, len(inputs.lever_change)
    national = np.empty((weeks, len(quantities), len(inputs.members)))
    with np.errstate(all="ignore"):
        for t in range(weeks):
            advance(x, districts.weights, None)
            for q, name in enumerate(quantities):
                row = x[name]
                national[t, q] = row @ inputs.people_share if inputs.is_mean[q] else row.sum(axis=1)
    return national
