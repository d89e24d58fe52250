"""The mean field as an XMILE file (OASIS XMILE 1.0), which Stella, Vensim and PySD open.

XMILE's arrays are read differently by different tools, so the file is flat: every quantity of
every district is a variable of its own, named quantity_d0, quantity_d1, ... Parameters and
levers that are the same everywhere stand once. One step is one week; the equations are those of
the weekly map, so Euler's method with a step of 1 gives the engine's own trajectory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
import sympy as sp
from sympy.printing.str import StrPrinter

from tarazu.engine.compiler.program import Exits, Program, compile_program
from tarazu.engine.inputs import array_function
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import PLACE_UNITS, Model
from tarazu.model.quantities import Definition, Event, Transfer

NAMESPACE: Final = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
TIME_UNIT: Final = "week"
_TINY: Final = "1e-300"  # keeps 0 / 0 out: 0 / tiny is 0


def write_xmile(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    weeks: int,
    name: str | None = None,
) -> str:
    """Return the mean field of a model, with these parameters and levers, as an XMILE document.

    Parameters
    ----------
    parameters : (P,) values in the order of ``model.parameters``.
    levers : (L, T, D) settings in the order of ``model.levers``, T = `weeks`; what changes over
        time becomes a sum of steps.
    weeks : T >= 1, the length of the run.
    name : of the model in the file.

    Raises
    ------
    ValueError
        Arrays of the wrong shape.
    """
    expected = (len(model.levers), weeks, len(districts.names))
    if parameters.shape != (len(model.parameters),) or levers.shape != expected:
        msg = (
            f"parameters {parameters.shape} and levers {levers.shape}; expected "
            f"({len(model.parameters)},) and {expected}"
        )
        raise ValueError(msg)
    document = Element("xmile", version="1.0", xmlns=NAMESPACE)
    header = SubElement(document, "header")
    SubElement(header, "vendor").text = "Tarazu"
    SubElement(header, "product", version="1.0").text = "Tarazu"
    SubElement(header, "name").text = name or f"{model.name}, {len(districts.names)} districts"
    times = SubElement(document, "sim_specs", method="Euler", time_units=TIME_UNIT)
    for tag, value in (("start", 0), ("stop", weeks), ("dt", 1)):
        SubElement(times, tag).text = str(value)
    variables = SubElement(SubElement(document, "model"), "variables")
    for variable in _Flat(compile_program(model), parameters, levers, districts).variables():
        variables.append(variable)
    indent(document)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(document, encoding="unicode")


def variable_name(quantity: str, district: int) -> str:
    """Return the name of a district's quantity in the file."""
    return f"{quantity}_d{district}"


class _Equation(StrPrinter):  # type: ignore[misc]  # sympy has no types
    """Prints expressions in XMILE's language; names of districts' quantities get their number."""

    def __init__(self, common: frozenset[str]) -> None:
        super().__init__({"full_prec": False})
        self.common, self.district = common, 0

    def of(self, expression: sp.Expr, district: int) -> str:
        self.district = district
        return str(self.doprint(expression))

    def _print_Symbol(self, expr: sp.Symbol) -> str:  # noqa: N802 - sympy's name
        return expr.name if expr.name in self.common else variable_name(expr.name, self.district)

    def _print_Pow(self, expr: sp.Expr, rational: bool = False) -> str:  # noqa: N802
        return f"(({self._print(expr.base)}) ^ ({self._print(expr.exp)}))"

    def _print_Rational(self, expr: sp.Rational) -> str:  # noqa: N802
        return f"({expr.p} / {expr.q})"

    def _print_Float(self, expr: sp.Float) -> str:  # noqa: N802
        return repr(float(expr))

    def _print_Max(self, expr: sp.Expr) -> str:  # noqa: N802
        return self._nested("MAX", expr)

    def _print_Min(self, expr: sp.Expr) -> str:  # noqa: N802
        return self._nested("MIN", expr)

    def _nested(self, function: str, expr: sp.Expr) -> str:
        text, *others = [str(self._print(argument)) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text

    def _print_Function(self, expr: sp.Expr) -> str:  # noqa: N802
        known = {"exp": "EXP", "log": "LN", "Abs": "ABS", "sin": "SIN", "cos": "COS"}
        name = type(expr).__name__
        if name not in known:
            msg = f"XMILE knows no function '{name}'; expected one of {', '.join(known)}"
            raise ValueError(msg)
        return f"{known[name]}({self._print(expr.args[0])})"

    _print_exp = _print_log = _print_Abs = _print_Function  # noqa: N815

    def _print_Piecewise(self, expr: sp.Expr) -> str:  # noqa: N802
        *cases, (last, _) = expr.args
        text = str(self._print(last))
        for value, condition in reversed(cases):
            text = f"(IF {self._print(condition)} THEN {self._print(value)} ELSE {text})"
        return text


class _Flat:
    """Writes the variables of every district."""

    def __init__(
        self, program: Program, parameters: FloatArray, levers: FloatArray, districts: Districts
    ) -> None:
        self.program, self.model, self.districts = program, program.model, districts
        self.parameters, self.levers = parameters, levers
        alike = [(levers[at] == levers[at, :, :1]).all() for at in range(len(levers))]
        self.common_levers = [n for n, same in zip(self.model.levers, alike, strict=True) if same]
        common = {*self.model.parameters, *self.common_levers, *self.model.everywhere}
        self.equation = _Equation(frozenset(common))

    def variables(self) -> Iterator[Element]:
        model, printer = self.model, self.equation
        for name, value in zip(model.parameters, self.parameters, strict=True):
            yield _auxiliary(name, repr(float(value)), model.parameters[name].unit)
        for name in self.common_levers:
            yield _auxiliary(name, self._steps(name, 0), model.levers[name].unit)
        for name, expression in model.everywhere.items():
            terms = [printer.of(expression, d) for d in range(len(self.districts.names))]
            yield _auxiliary(name, " + ".join(f"({term})" for term in terms))
        for d in range(len(self.districts.names)):
            yield from self._district(d)

    def _district(self, d: int) -> Iterator[Element]:
        model, printer, districts = self.model, self.equation, self.districts
        given = {"population": districts.population[d], "urban_share": districts.urban_share[d]}
        given["population"] = np.floor(given["population"] + 0.5)
        for name, unit in PLACE_UNITS.items():
            yield self._auxiliary(name, d, repr(float(given[name])), unit)
        for name, lever in model.levers.items():
            if name not in self.common_levers:
                yield self._auxiliary(name, d, self._steps(name, d), lever.unit)
        for name, expression in model.nearby.items():
            terms = [
                f"{float(districts.weights[d, j])!r} * ({printer.of(expression, j)})"
                for j in np.flatnonzero(districts.weights[d]).tolist()
            ]
            yield self._auxiliary(name, d, " + ".join(terms) or "0")
        for step in self.program.steps:
            if isinstance(step, Definition):
                text = printer.of(step.expression, d)
                yield self._auxiliary(step.name, d, text, step.unit, step.meaning)
            elif isinstance(step, Event):
                text = printer.of(step.mean, d)
                yield self._auxiliary(step.name, d, text, f"{step.unit}/week", step.meaning)
            else:
                yield from self._leave(step, d)
        yield from self._move(d)
        yield from self._stocks(d, given)

    def _leave(self, exits: Exits, d: int) -> Iterator[Element]:
        """Yield what leaves a people stock: counts first, then the hazards that compete."""
        people = variable_name(exits.stock, d)
        gone: list[str] = []
        for transfer in exits.counts:
            staying = " - ".join([people, *gone])
            event = variable_name(str(transfer.count), d)
            yield self._flow(transfer, d, f"MIN({event}, {staying})")
            gone.append(variable_name(transfer.name, d))
        if not exits.hazards:
            return
        hazards = [f"hazard_of_{transfer.name}" for transfer in exits.hazards]
        for name, transfer in zip(hazards, exits.hazards, strict=True):
            assert transfer.hazard is not None
            yield self._auxiliary(name, d, self.equation.of(transfer.hazard, d), "1/week")
        total = f"hazard_out_of_{exits.stock}"
        yield self._auxiliary(
            total, d, " + ".join(variable_name(name, d) for name in hazards), "1/week"
        )
        staying, rate = " - ".join([people, *gone]), variable_name(total, d)
        for name, transfer in zip(hazards, exits.hazards, strict=True):
            share = f"{variable_name(name, d)} / MAX({rate}, {_TINY})"
            yield self._flow(transfer, d, f"({staying}) * (1 - EXP(-{rate})) * {share}")

    def _move(self, d: int) -> Iterator[Element]:
        """Yield who arrives in a district from its neighbours."""
        for mover in self.program.movers:
            assert mover.attraction is not None
            pull = f"pull_of_{mover.name}"
            offer = f"offers_of_{mover.name}"
            yield self._auxiliary(pull, d, self.equation.of(mover.attraction, d))
            yield self._auxiliary(offer, d, self._offers(pull, d))
            arrivals = [
                f"{variable_name(mover.name, j)} * {float(self.districts.weights[j, d])!r} * "
                f"{variable_name(pull, d)} / MAX({variable_name(offer, j)}, {_TINY})"
                for j in np.flatnonzero(self.districts.weights[:, d]).tolist()
            ]
            stays = f"(IF {variable_name(offer, d)} > 0 THEN 0 ELSE {variable_name(mover.name, d)})"
            text = " + ".join([*arrivals, stays])
            yield _flow(variable_name(f"arrivals_by_{mover.name}", d), text, "persons/week")

    def _offers(self, pull: str, d: int) -> str:
        terms = [
            f"{float(self.districts.weights[d, j])!r} * {variable_name(pull, j)}"
            for j in np.flatnonzero(self.districts.weights[d]).tolist()
        ]
        return " + ".join(terms) or "0"

    def _stocks(self, d: int, given: dict[str, float]) -> Iterator[Element]:
        model, printer = self.model, self.equation
        shares = {share.stock: share for share in self.program.shares}
        memories = {memory.stock: memory for memory in self.program.memories}
        start = self._start(given)
        for name, stock in model.stocks.items():
            own, inflows, outflows = variable_name(name, d), list[str](), list[str]()
            if stock.kind == "people":
                inflows, outflows = self._people_flows(name, d)
            elif stock.kind == "share":
                rise = printer.of(shares[name].rise, d)
                fall = printer.of(shares[name].fall, d)
                yield self._auxiliary(f"rise_of_{name}", d, rise, "1/week")
                yield self._auxiliary(f"fall_of_{name}", d, fall, "1/week")
                up, down = (variable_name(f"{way}_of_{name}", d) for way in ("rise", "fall"))
                # x moves towards up / rate; with rate 0 it stays.
                text = f"({up} / MAX({up} + {down}, {_TINY}) - {own}) * (1 - EXP(-({up} + {down})))"
                inflows = [variable_name(f"change_of_{name}", d)]
                yield _flow(inflows[0], text, f"{stock.unit}/week")
            else:
                memory = memories[name]
                inflows = [variable_name(f"new_{name}", d)]
                outflows = [variable_name(f"fading_{name}", d)]
                yield _flow(inflows[0], printer.of(memory.inflow, d), f"{stock.unit}/week")
                fading = f"{own} * (1 - EXP(-({printer.of(memory.fall, d)})))"
                yield _flow(outflows[0], fading, f"{stock.unit}/week")
            yield _stock(own, start[name], inflows, outflows, stock.unit, stock.meaning)

    def _people_flows(self, stock: str, d: int) -> tuple[list[str], list[str]]:
        inflows, outflows = [], []
        for transfer in self.model.transfers.values():
            if transfer.source == stock:
                outflows.append(variable_name(transfer.name, d))
            if transfer.target == stock:
                arriving = transfer.attraction is not None
                name = f"arrivals_by_{transfer.name}" if arriving else transfer.name
                inflows.append(variable_name(name, d))
        return inflows, outflows

    def _start(self, given: dict[str, float]) -> dict[str, float]:
        known = {**given, **dict(zip(self.model.parameters, self.parameters, strict=True))}
        start = {}
        for name, stock in self.model.stocks.items():
            if stock.initial is not None:
                names, function = array_function(stock.initial)
                start[name] = float(function(*(known[n] for n in names)))
        if any(stock.kind == "people" for stock in self.model.stocks.values()):
            others = [start[name] for name in self.program.people if name in start]
            start[self.program.rest] = float(given["population"] - np.sum(others))
        return start

    def _steps(self, lever: str, d: int) -> str:
        """Return a lever's setting over time: where it starts, and a step at each change."""
        setting = self.levers[[*self.model.levers].index(lever), :, d]
        at = np.flatnonzero(np.diff(setting)) + 1
        steps = [f"STEP({float(setting[t] - setting[t - 1])!r}, {t})" for t in at.tolist()]
        return " + ".join([repr(float(setting[0])), *steps])

    def _flow(self, transfer: Transfer, d: int, text: str) -> Element:
        return _flow(variable_name(transfer.name, d), text, "persons/week", transfer.meaning)

    def _auxiliary(
        self, name: str, d: int, text: str, unit: str | None = None, meaning: str | None = None
    ) -> Element:
        return _auxiliary(variable_name(name, d), text, unit, meaning)


def _variable(tag: str, name: str, text: str, unit: str | None, meaning: str | None) -> Element:
    element = Element(tag, name=name)
    if meaning:
        SubElement(element, "doc").text = meaning
    SubElement(element, "eqn").text = text
    if unit:
        SubElement(element, "units").text = unit
    return element


def _auxiliary(
    name: str, text: str, unit: str | None = None, meaning: str | None = None
) -> Element:
    return _variable("aux", name, text, unit, meaning)


def _flow(name: str, text: str, unit: str, meaning: str | None = None) -> Element:
    return _variable("flow", name, text, unit, meaning)


def _stock(
    name: str,
    start: float,
    inflows: Sequence[str],
    outflows: Sequence[str],
    unit: str,
    meaning: str,
) -> Element:
    element = _variable("stock", name, repr(start), unit, meaning)
    for tag, flows in (("inflow", inflows), ("outflow", outflows)):
        for flow in flows:
            SubElement(element, tag).text = flow
    return element
