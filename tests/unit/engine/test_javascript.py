"""The mean field in JavaScript gives the numbers of the generated kernel."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians, toy_model

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import Districts, Pulse, simulate
from tarazu.engine.compiler.program import compile_program
from tarazu.engine.inputs import prepare
from tarazu.engine.mean_field.javascript import write_javascript
from tarazu.model import Model
from tarazu.model.checks import checked
from tarazu.model.places.attributes import PLACES
from tarazu.study.setup.scenario import drawn_scenario

TOLERANCE = 1e-9  # relative
WEEKS = 60
RUN = """
import { readFileSync } from "node:fs";
import * as model from "./model.mjs";
const input = JSON.parse(readFileSync("input.json", "utf8"));
const floats = ["parameters", "levers", "pulse_expected", "pulse_count", "people_share"];
for (const name of floats) input[name] = Float64Array.from(input[name]);
input.start = model.start(input.parameters, input.place);
const { national, districts, failed } = model.run(input);
const start = [...input.start];
const numbers = { start, national: [...national], districts: [...districts], failed };
console.log(JSON.stringify(numbers));
"""

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")


def in_node(folder: Path, model: Model, districts: Districts, **given: object) -> dict[str, object]:
    """Run one member of a model in node; return start, series and the week that failed."""
    program = compile_program(model)
    seed, members = 0, np.array([0])
    inputs = prepare(program, districts=districts, seed=seed, members=members, whole=False, **given)
    fields = {
        name: np.asarray(value).ravel().tolist()
        for name, value in inputs._asdict().items()
        if name != "start"
    }
    del fields["places"]
    fields["place"] = dict(zip(PLACES, inputs.places.tolist(), strict=True))
    fields["weeks"] = given["weeks"]
    (folder / "model.mjs").write_text(write_javascript(program, len(districts.names)))
    (folder / "input.json").write_text(json.dumps(fields))
    (folder / "run.mjs").write_text(RUN)
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, check=True, capture_output=True, text=True, timeout=120
    )
    return {name: np.array(value) for name, value in json.loads(done.stdout).items()}


def assert_same(folder: Path, model: Model, districts: Districts, **given: object) -> None:
    found = in_node(folder, model, districts, **given)
    run = simulate(model, districts=districts, seed=0, members=np.array([0]), mode="mean", **given)
    assert found["failed"] == -1
    np.testing.assert_allclose(found["national"], run.national.ravel(), rtol=TOLERANCE, atol=1e-12)
    kept = np.moveaxis(run.district, 3, 2).ravel()  # weeks, kept, districts
    np.testing.assert_allclose(found["districts"], kept, rtol=TOLERANCE, atol=1e-12)


@needs_node
def test_javascript__gives_the_numbers_of_the_toy(tmp_path: Path) -> None:
    m, districts = toy_model(), line_of_districts(3)
    pulse = Pulse(event=next(iter(m.events)), week=2, district=1, count=3.0, expected=0.5)
    assert_same(
        tmp_path,
        m,
        districts,
        parameters=medians(m),
        levers=default_levers(m, WEEKS, 3),
        weeks=WEEKS,
        pulses=[pulse],
        keep=[*m.stocks],
    )


@needs_node
@pytest.mark.parametrize("policy", ["status-quo", "surge", "withdrawal"])
def test_javascript__gives_the_numbers_of_the_shipped_model(tmp_path: Path, policy: str) -> None:
    world = drawn_scenario("full", policy, weeks=WEEKS, draws=3, seed=5)
    assert_same(
        tmp_path,
        world.model,
        world.districts,
        parameters=world.parameters[1],
        levers=world.levers,
        weeks=WEEKS,
        pulses=world.policy.pulses,
        keep=["trust", *world.model.events],
    )


@needs_node
def test_javascript__names_the_week_in_which_a_value_left_its_range(tmp_path: Path) -> None:
    m, districts = toy_model(), line_of_districts(2)
    enormous = Pulse(event=next(iter(m.events)), week=7, district=1, expected=1e12)
    found = in_node(
        tmp_path,
        m,
        districts,
        parameters=medians(m),
        levers=default_levers(m, 20, 2),
        weeks=20,
        pulses=[enormous],
        keep=[],
    )
    assert found["failed"] == 7


@needs_node
def test_javascript__takes_quantities_named_as_words_of_the_language(tmp_path: Path) -> None:
    m = Model("words")
    p = m.declare({"var": Parameter("1/week", LogNormal(0.1, 2), source=ASSUMED)})
    free = m.stock("free", "people", unit="persons", initial=None, meaning="not held")
    m.stock("new", "people", unit="persons", initial=0, meaning="held")
    share = m.define("function", free / m["population"], meaning="share")
    m.transfer("delete", "free", "new", hazard=share * p.var, meaning="are taken")
    assert_same(
        tmp_path,
        checked(m),
        line_of_districts(2),
        parameters=medians(m),
        levers=np.zeros((0, 9, 2)),
        weeks=9,
        pulses=[],
        keep=["new"],
    )
