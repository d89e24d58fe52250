"""The same passes with Mesa: districts as agents, each week's passes done by all agents in turn."""

import math

import mesa
import numpy as np
import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

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


class DistrictAgent(mesa.Agent):
    """A district: its rows as a dictionary of numbers."""

    def __init__(self, model, values):
        super().__init__(model)
        self.x, self.near = values, []

    def loop(self, function):
        function(self.x, self.model.sums)

    def sum_neighbours(self, sums, inward):
        near = self.near_in if inward else self.near
        for source, row in sums:
            self.x[row] = sum(weight * agent.x[source] for weight, agent in near)

    def happen(self, event):
        x, rng, mean = self.x, self.model.rng, self.x[f"mean_of_{event.name}"]
        drawn = 0.0
        if event.tail is not None:
            happened = int(x[event.tail.of])
            if happened and mean > 0.0:
                a, big = x[f"exponent_of_{event.name}"], x[f"largest_of_{event.name}"]
                cut = (1.0 + big) ** -a
                expected = ((1 - (1 + big) * cut) / (a - 1) - big * cut) / (1 - cut)
                u = rng.random(happened)
                total = ((1.0 - u * (1.0 - cut)) ** (-1.0 / a) - 1.0).sum()
                drawn = float(rng.poisson(mean * total / (happened * expected)))
        elif event.size is not None:
            if mean > 0.0:
                size = x[f"size_of_{event.name}"]
                drawn = float(rng.poisson(rng.gamma(size) * mean / size))
        else:
            drawn = float(rng.poisson(mean))
        x[event.name] = drawn

    def move_shock(self, name, spread, kept, common):
        """Move a level that comes and goes by itself; `common` is the luck of all, if there is."""
        z = self.model.rng.standard_normal() if common is None else common
        before = self.x[f"chance_of_{name}"]
        chance = z if self.model.week_number == 0 else kept * before + math.sqrt(1 - kept**2) * z
        self.x[f"chance_of_{name}"] = chance
        self.x[name] = math.exp(spread * chance - 0.5 * spread**2)

    def leave(self, exits):
        x, rng, stock = self.x, self.model.rng, exits.stock
        share = -math.expm1(-x[f"hazard_of_{stock}"])
        left = int(rng.binomial(int(x[f"staying_{stock}"]), share))
        x[f"leaving_{stock}"] = float(left)
        for transfer in exits.hazards[:-1]:
            hazard, part = x[f"h_{transfer.name}"], 0
            if left and hazard > 0.0:
                part = int(rng.binomial(left, min(hazard / x[f"rest_of_{transfer.name}"], 1.0)))
            x[transfer.name] = float(part)
            left -= part
        x[exits.hazards[-1].name] = float(left)

    def settle(self, name):
        moved = int(self.x[name])
        if moved:
            parts = np.array([w * a.x[f"pull_of_{name}"] for w, a in self.near])
            if not parts.sum() > 0.0:
                self.x[f"arrived_{name}"] += moved
                return
            for (_, agent), going in zip(
                self.near, self.model.rng.multinomial(moved, parts / parts.sum()), strict=True
            ):
                agent.x[f"arrived_{name}"] += float(going)


class Country(mesa.Model):
    """All districts, and the passes of a week as calls of them."""

    def __init__(self, week: Week, parameters, inputs, districts, seed=1):
        super().__init__(rng=seed)
        self.week, self.sums, self.is_mean = week, {}, inputs.is_mean
        self.share = inputs.people_share
        code = PythonCodePrinter({"fully_qualified_modules": False}).doprint
        scalars = dict(zip(week.program.model.parameters, parameters.tolist(), strict=True))
        self.space = {name: getattr(math, name) for name in ("exp", "expm1", "sqrt")} | scalars
        exec(
            "\n".join(f"{line.name} = {code(line.expression)}" for line in week.constants),
            self.space,
        )
        shocks = week.program.model.shocks.values()
        self.week_number = 0
        self.shocks = [
            tuple(eval(code(sp.sympify(e)), self.space) for e in (s.spread, sp.exp(-s.fade)))
            for s in shocks
        ]
        self.districts = []
        for d in range(len(districts.names)):
            values = dict.fromkeys(week.rows, 0.0)
            values |= {
                n: float(inputs.start[0, s, d]) for s, n in enumerate(week.program.model.stocks)
            }
            values |= {
                n: float(inputs.levers[0, at, d]) for at, n in enumerate(week.program.model.levers)
            }
            values |= {n: float(inputs.places[a, d]) for a, n in enumerate(PLACE_UNITS)}
            self.districts.append(DistrictAgent(self, values))
        for d, agent in enumerate(self.districts):
            weights = districts.weights
            agent.near = [(weights[d, j], self.districts[j]) for j in np.flatnonzero(weights[d])]
            agent.near_in = [
                (weights[j, d], self.districts[j]) for j in np.flatnonzero(weights[:, d])
            ]
        self.functions = {
            id(one): self._function(one, code)
            for one in week.passes
            if isinstance(one, DistrictLoop)
        }
        settings = self._function(week.settings, code)
        for agent in self.districts:
            agent.loop(settings)

    def _function(self, loop, code):
        sums = set(self.week.program.model.everywhere)
        lines = [f"{name} = x['{name}']" for name in loop.loads(self.week.scalars)]
        read = names_in([line.expression for line in loop.lines])
        read |= names_in([value for _, value in loop.stores])
        lines += [f"{name} = sums['{name}']" for name in sorted(sums & read)]
        lines += [f"{line.name} = {code(line.expression)}" for line in loop.lines]
        lines += [f"x['{row}'] = {code(value)}" for row, value in loop.stores] or ["pass"]
        space = dict(self.space)
        exec("def loop(x, sums):\n" + "\n".join(f"    {line}" for line in lines), space)
        return space["loop"]

    def step(self):
        for one in self.week.passes:
            if isinstance(one, DistrictLoop):
                self.agents.do("loop", self.functions[id(one)])
            elif isinstance(one, Everywhere):
                for row, name in one.sums:
                    self.sums[name] = sum(agent.x[row] for agent in self.districts)
            elif isinstance(one, Neighbours):
                self.agents.do("sum_neighbours", one.sums, one.inward)
            elif isinstance(one, EventDraw):
                for event in one.events:
                    self.agents.do("happen", event)
            elif isinstance(one, ExitDraw):
                for exits in one.exits:
                    self.agents.do("leave", exits)
            elif isinstance(one, ShockDraw):
                for shock, (spread, kept) in zip(one.shocks, self.shocks, strict=True):
                    common = self.rng.standard_normal() if shock.is_common else None
                    self.agents.do("move_shock", shock.name, spread, kept, common)
            elif isinstance(one, Settle):
                name = one.transfer.name
                for agent in self.districts:
                    agent.x[f"arrived_{name}"] = 0.0
                self.agents.do("settle", name)

        self.week_number += 1

    def national(self):
        """Return the quantities of the week, added up over districts."""
        return [
            sum(
                a.x[name] * (self.share[d] if self.is_mean[q] else 1.0)
                for d, a in enumerate(self.districts)
            )
            for q, name in enumerate(self.week.program.quantities)
        ]
