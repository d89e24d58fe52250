"""The mean field as an XMILE file (OASIS XMILE 1.0), which Stella, Simlin, Vensim and PySD open.

XMILE's arrays are read differently by different tools, so the file is flat: every quantity of
every district is a variable of its own, named quantity_d0, quantity_d1, ... Parameters and
levers that are the same everywhere stand once.

Flows are per week and hold the length of the step: who leaves a stock at a hazard h within a step
is stock * (1 - exp(-h * step)), divided by the step. So Euler's method with a step of one week
gives the engine's own trajectory, and short steps come to the differential equations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from tarazu.engine.compiler.equations import equations_of
from tarazu.engine.compiler.program import Program, compile_program
from tarazu.engine.compiler.step_functions import SUMS, Everywhere, Inward
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.xmile_equations import (
    STEP_LENGTH,
    EquationPrinter,
    FileEquation,
    common_name,
    file_equations,
    variable_name,
)
from tarazu.engine.mean_field.xmile_layout import Block, draw_view, ends_of_flows
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import PLACE_UNITS, Model

__all__ = ["NAMESPACE", "StepName", "variable_name", "write_xmile"]

NAMESPACE: Final = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
TIME_UNIT: Final = "week"
StepName = Literal["TIME_STEP", "DT"]


def write_xmile(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    weeks: int,
    name: str | None = None,
    step_name: StepName = "TIME_STEP",
) -> str:
    """Return the mean field of a model, with these parameters and levers, as an XMILE document.

    Parameters
    ----------
    parameters : (P,) values in the order of ``model.parameters``.
    levers : (L, T, D) settings in the order of ``model.levers``, T = `weeks`; what changes over
        time becomes a sum of steps.
    weeks : T >= 1, the length of the run.
    name : of the model in the file.
    step_name : the tool's own name of the length of a step. The standard and Stella say ``DT``,
        PySD and Vensim ``TIME_STEP``; Simlin reads both.

    Raises
    ------
    ValueError
        Arrays of the wrong shape, a function that XMILE does not have, units that do not fit.
    ModelError
        A quantity is named as an equation that the declaration has no name for.
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
    body = SubElement(document, "model")
    variables = SubElement(body, "variables")
    writer = _Writer(compile_program(model), parameters, levers, districts)
    for variable in writer.variables(step_name):
        variables.append(variable)
    body.append(draw_view(writer.blocks))
    indent(document)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(document, encoding="unicode")


class _Writer:
    """Writes the variables of every district, and collects the blocks of the diagram."""

    def __init__(
        self, program: Program, parameters: FloatArray, levers: FloatArray, districts: Districts
    ) -> None:
        self.program, self.model, self.districts = program, program.model, districts
        self.parameters, self.levers = parameters, levers
        self.start = first_state(program.model, parameters, districts=districts)
        self.equations = equations_of(program)
        self.lines = file_equations(program, self.equations)
        self.ends = ends_of_flows(self.equations.inflows, self.equations.outflows)
        alike = [(levers[at] == levers[at, :, :1]).all() for at in range(len(levers))]
        self.common_levers = [n for n, same in zip(self.model.levers, alike, strict=True) if same]
        common = {*self.model.parameters, *self.common_levers, *self.model.everywhere, STEP_LENGTH}
        self.printer = EquationPrinter(frozenset(common))
        self.blocks: list[Block] = []

    def variables(self, step_name: StepName) -> Iterator[Element]:
        block = Block()
        for variable in self._common(step_name):
            block.auxiliaries.append(str(variable.get("name")))
            yield variable
        self.blocks.append(block)
        for d in range(len(self.districts.names)):
            self.blocks.append(Block())
            yield from self._district(d)

    def _common(self, step_name: StepName) -> Iterator[Element]:
        model = self.model
        meaning = "length of a step, the tool's own: DT in Stella, TIME_STEP in PySD and Vensim"
        yield _variable("aux", STEP_LENGTH, step_name, TIME_UNIT, meaning)
        for name, value in zip(model.parameters, self.parameters, strict=True):
            yield _variable(
                "aux", common_name(name), repr(float(value)), model.parameters[name].unit
            )
        for name in self.common_levers:
            lever = model.levers[name]
            yield _variable(
                "aux", common_name(name), self._steps(name, 0), lever.unit, lever.meaning
            )
        for line in self.lines:
            if isinstance(line.expression, Everywhere):
                yield _variable("aux", common_name(line.name), self._added_up(line, 0), line.unit)

    def _district(self, d: int) -> Iterator[Element]:
        block = self.blocks[-1]
        given = self._given(d)
        for name, unit in PLACE_UNITS.items():
            yield self._auxiliary(name, d, repr(given[name]), unit)
        for name, lever in self.model.levers.items():
            if name not in self.common_levers:
                yield self._auxiliary(name, d, self._steps(name, d), lever.unit, lever.meaning)
        own = {*PLACE_UNITS, *self.model.stocks, *self.model.levers} - set(self.common_levers)
        for line in self.lines:
            if isinstance(line.expression, Everywhere):
                continue
            own.add(line.name)
            is_sum = isinstance(line.expression, SUMS)
            text = self._added_up(line, d) if is_sum else self.printer.of(line.expression, d)
            if line.name in self.ends:
                name = variable_name(line.name, d)
                yield _variable("flow", name, text, line.unit, line.meaning)
                stocks = self.ends[line.name]
                source, target = (None if s is None else variable_name(s, d) for s in stocks)
                block.flows[name] = source, target
            else:
                yield self._auxiliary(line.name, d, text, line.unit, line.meaning)
            reads = [] if is_sum else sorted(line.reads & own)
            block.reads[variable_name(line.name, d)] = [variable_name(read, d) for read in reads]
        yield from self._stocks(d)

    def _added_up(self, line: FileEquation, d: int) -> str:
        """Return a sum over districts, or over the neighbours of one."""
        source = str(line.expression.args[0])
        if isinstance(line.expression, Everywhere):
            names = [variable_name(source, j) for j in range(len(self.districts.names))]
            return " + ".join(names)
        inward = isinstance(line.expression, Inward)
        weights = self.districts.weights[:, d] if inward else self.districts.weights[d]
        terms = [
            f"{float(weights[j])!r} * {variable_name(source, j)}"
            for j in np.flatnonzero(weights).tolist()
        ]
        return " + ".join(terms) or "0"

    def _given(self, d: int) -> dict[str, float]:
        return dict(zip(PLACE_UNITS, self.districts.places()[:, d].tolist(), strict=True))

    def _stocks(self, d: int) -> Iterator[Element]:
        start = dict(zip(self.model.stocks, self.start[:, d].tolist(), strict=True))
        for name, stock in self.model.stocks.items():
            own = variable_name(name, d)
            element = _variable("stock", own, repr(start[name]), stock.unit, stock.meaning)
            ways = (("inflow", self.equations.inflows), ("outflow", self.equations.outflows))
            for tag, flows in ways:
                for flow in flows[name]:
                    SubElement(element, tag).text = variable_name(flow, d)
            self.blocks[-1].stocks.append(own)
            yield element

    def _steps(self, lever: str, d: int) -> str:
        """Return a lever's setting over time: where it starts, and a step at each change."""
        setting = self.levers[[*self.model.levers].index(lever), :, d]
        at = np.flatnonzero(np.diff(setting)) + 1
        steps = [f"STEP({float(setting[t] - setting[t - 1])!r}, {t})" for t in at.tolist()]
        return " + ".join([repr(float(setting[0])), *steps])

    def _auxiliary(self, quantity: str, d: int, text: str, unit: str, meaning: str = "") -> Element:
        name = variable_name(quantity, d)
        self.blocks[-1].auxiliaries.append(name)
        return _variable("aux", name, text, unit, meaning)


def _variable(tag: str, name: str, text: str, unit: str, meaning: str = "") -> Element:
    element = Element(tag, name=name)
    if meaning:
        SubElement(element, "doc").text = meaning
    SubElement(element, "eqn").text = text
    SubElement(element, "units").text = unit
    return element
