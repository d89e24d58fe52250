"""The XMILE export, run in PySD: another tool gives the engine's own trajectory."""

import re
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp

from tarazu.core.quantities import Fixed, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.mean_field.continuous_time import solve
from tarazu.engine.mean_field.xmile import NAMESPACE, variable_name, write_xmile
from tarazu.engine.mean_field.xmile_layout import STOCK_HEIGHT, STOCK_WIDTH
from tarazu.engine.trajectory import Districts
from tarazu.model import build_model
from tarazu.model.declaration import Model
from tarazu.model.units import UnitMismatch

WEEKS = 30
AGREEMENT = 1e-12  # relative, of every stock in every week; seen: 2e-15
DISTRICTS = Districts(
    ("hub", "valley", "port"),
    np.array([3e5, 8e4, 1.2e6]),
    np.array([0.1, 0.0, 0.6]),
    np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
)


def medians(model):
    return np.array([float(np.asarray(p.prior.quantile(0.5))) for p in model.parameters.values()])


def settings(model):
    """Levers at their defaults, the first raised everywhere later, the second in one district."""
    levers = np.array([np.full((WEEKS, 3), lever.default) for lever in model.levers.values()])
    first, second, *_ = model.levers.values()
    levers[0, 5:] = first.high
    levers[1, 3:20, 1] = second.low + 0.25 * (second.high - second.low)
    return levers


def pysd_levels(run, model):
    """Return (S, D, T) levels of a run of PySD."""
    districts = range(len(DISTRICTS.names))
    return np.array(
        [[run[variable_name(s, d)].to_numpy() for d in districts] for s in model.stocks]
    )


@pytest.fixture(scope="module")
def in_pysd(tmp_path_factory):
    """Return the shipped model, its parameters and levers, and its file as read by PySD."""
    model = build_model()
    parameters, levers = medians(model), settings(model)
    path = tmp_path_factory.mktemp("xmile") / "model.xmile"
    text = write_xmile(model, parameters, levers, districts=DISTRICTS, weeks=WEEKS)
    path.write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PySD and what it imports
        import pysd

        return model, parameters, levers, pysd.read_xmile(str(path))


def run_in_pysd(in_pysd, **options):
    model, _, _, tool = in_pysd
    columns = [variable_name(name, d) for name in model.stocks for d in range(len(DISTRICTS.names))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pysd_levels(tool.run(return_columns=columns, **options), model)


@pytest.mark.heavy
def test_xmile__with_a_step_of_a_week_gives_the_mean_field(in_pysd):
    model, parameters, levers, _ = in_pysd
    own = simulate(
        model,
        parameters,
        levers,
        districts=DISTRICTS,
        seed=0,
        members=np.array([0]),
        weeks=WEEKS,
        keep=list(model.stocks),
        mode="mean",
    )
    theirs = run_in_pysd(in_pysd)
    for s, name in enumerate(model.stocks):
        found = theirs[s, :, 1:].T
        assert found == pytest.approx(own.by_district(name)[0], rel=AGREEMENT, abs=1e-12), name


@pytest.mark.heavy
def test_xmile__with_short_steps_comes_to_the_differential_equations(in_pysd):
    model, parameters, levers, _ = in_pysd
    weeks = 4  # the file's second lever changes in the week that begins at time 3
    times = np.arange(weeks, dtype=float)
    exact = solve(model, parameters, levers[:, 0], districts=DISTRICTS, times=times, rtol=1e-12)
    exact = exact.levels.transpose(1, 2, 0)
    scale = np.maximum(np.abs(exact).max(axis=(1, 2)), 1e-12)
    off = []
    for step in (0.25, 0.125, 0.0625):
        options = {"time_step": step, "saveper": 1.0, "final_time": weeks - 1}
        levels = run_in_pysd(in_pysd, **options)
        off.append(np.abs(levels - exact).max(axis=(1, 2)) / scale)
    moved = off[0] > 2.5e-7  # of their level: by then rounding of the solution plays no part
    assert moved.sum() > 20
    np.testing.assert_allclose(off[1][moved], off[0][moved] / 2, rtol=0.1)
    np.testing.assert_allclose(off[2][moved], off[1][moved] / 2, rtol=0.1)


def test_xmile__every_flow_belongs_to_a_stock_and_every_name_is_written_once():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)
    variables = ElementTree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}variables")
    names = [variable.get("name") for variable in variables]
    assert len(names) == len({name.lower() for name in names})  # XMILE does not tell case apart
    flows = {v.get("name") for v in variables if v.tag.endswith("flow")}
    used = {end.text for v in variables for end in v if end.tag.endswith(("inflow", "outflow"))}
    assert used == flows
    assert "STEP(" in text


def test_xmile__a_parameter_named_as_a_function_of_the_language_gets_another_name():
    model = build_model()
    assert "step" in model.parameters
    names = {v.get("name") for v in variables_of(text_of_shipped(model))}
    assert "step_" in names
    assert "step" not in names


def text_of_shipped(model):
    return write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)


def variables_of(text):
    return ElementTree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}variables")


def test_xmile__every_variable_has_a_unit():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)
    for variable in variables_of(text):
        assert variable.findtext(f"{{{NAMESPACE}}}units"), variable.get("name")


def test_xmile__compares_flows_with_flows():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)
    found = {v.get("name"): v.findtext(f"{{{NAMESPACE}}}eqn") for v in variables_of(text)}
    assert found["killed_transport_d0"] == "MIN(deaths_transport_d0, passive_d0/step_length)"


def test_xmile__refuses_an_equation_whose_units_do_not_fit():
    model = Model("odd")
    model.stock("level", "memory", unit="1", initial=1.0, meaning="a level")
    model.change("level", inflow=model["level"], meaning="not per week")
    with pytest.raises(UnitMismatch, match="'new_level' is in 1; expected 1/week"):
        write_xmile(model, np.zeros(0), np.zeros((0, 4, 3)), districts=DISTRICTS, weeks=4)


def test_xmile__the_length_of_a_step_has_the_name_that_a_tool_gives_it():
    model = build_model()
    given = model, medians(model), settings(model)
    text = write_xmile(*given, districts=DISTRICTS, weeks=WEEKS, step_name="DT")
    (step,) = [v for v in variables_of(text) if v.get("name") == "step_length"]
    assert step.findtext(f"{{{NAMESPACE}}}eqn") == "DT"


def test_xmile__every_variable_stands_in_the_diagram_at_a_place_of_its_own():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)
    view = ElementTree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}view")
    drawn = [e for e in view if not e.tag.endswith("connector")]
    names = [e.get("name") for e in drawn]
    assert sorted(names) == sorted(v.get("name") for v in variables_of(text))
    places = [(float(e.get("x")), float(e.get("y"))) for e in drawn]
    assert len(set(places)) == len(places)


def test_xmile__flows_and_connectors_join_what_they_are_about():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS)
    view = ElementTree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}view")
    elements = {e.get("name"): e for e in view if e.get("name")}
    equations = {v.get("name"): v.findtext(f"{{{NAMESPACE}}}eqn") for v in variables_of(text)}
    joined = [
        (e.findtext(f"{{{NAMESPACE}}}from"), e.findtext(f"{{{NAMESPACE}}}to"))
        for e in view
        if e.tag.endswith("connector")
    ]
    assert len(joined) > 500
    for source, target in joined:
        assert re.search(rf"\b{source}\b", equations[target]), (source, target)
    flow, stocks = elements["sympathised_d1"], (elements["passive_d1"], elements["sympathiser_d1"])
    points = flow.findall(f".//{{{NAMESPACE}}}pt")
    for point, stock in zip((points[0], points[-1]), stocks, strict=True):
        assert abs(float(point.get("x")) - float(stock.get("x"))) <= STOCK_WIDTH / 2
        assert abs(float(point.get("y")) - float(stock.get("y"))) <= STOCK_HEIGHT / 2


def test_xmile__is_the_same_text_every_time():
    model = build_model()
    arguments = (model, medians(model), settings(model))
    assert len({write_xmile(*arguments, districts=DISTRICTS, weeks=WEEKS) for _ in range(2)}) == 1


def test_xmile__names_a_function_that_the_format_lacks():
    model = Model("odd")
    model.stock("level", "memory", unit="1", initial=1.0, meaning="a level")
    model.declare({"rate": Parameter("1/week", Fixed(0.1), source=ASSUMED)})
    inflow = model["rate"] * sp.besselj(0, model["level"])
    model.change("level", inflow=inflow, meaning="not in XMILE")
    with pytest.raises(ValueError, match="besselj"):
        write_xmile(model, np.full(1, 0.1), np.zeros((0, 4, 3)), districts=DISTRICTS, weeks=4)


def test_xmile__wants_levers_for_every_week():
    model = build_model()
    with pytest.raises(ValueError, match="expected"):
        write_xmile(model, medians(model), settings(model), districts=DISTRICTS, weeks=WEEKS + 1)
