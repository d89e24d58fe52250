"""The XMILE export, run in PySD: another tool gives the engine's own trajectory."""

import warnings
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp

from tarazu.engine import simulate
from tarazu.engine.mean_field.xmile import NAMESPACE, variable_name, write_xmile
from tarazu.engine.trajectory import Districts
from tarazu.model import build_model
from tarazu.model.declaration import Model

WEEKS = 30
AGREEMENT = 1e-6  # relative, of every stock in every week
PLACES = Districts(
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


@pytest.mark.slow
def test_xmile__run_in_pysd_gives_the_mean_field(tmp_path):
    model = build_model()
    parameters, levers = medians(model), settings(model)
    path = tmp_path / "model.xmile"
    path.write_text(
        write_xmile(model, parameters, levers, districts=PLACES, weeks=WEEKS), encoding="utf-8"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PySD and what it imports
        import pysd

        run = pysd.read_xmile(str(path)).run(
            return_columns=[variable_name(name, d) for name in model.stocks for d in range(3)]
        )
    own = simulate(
        model,
        parameters,
        levers,
        districts=PLACES,
        seed=0,
        members=np.array([0]),
        weeks=WEEKS,
        keep=list(model.stocks),
        mode="mean",
    )
    for name in model.stocks:
        theirs = run[[variable_name(name, d) for d in range(3)]].to_numpy()[1:]
        assert theirs == pytest.approx(own.by_district(name)[0], rel=AGREEMENT, abs=1e-9), name


def test_xmile__every_flow_belongs_to_a_stock_and_every_name_is_written_once():
    model = build_model()
    text = write_xmile(model, medians(model), settings(model), districts=PLACES, weeks=WEEKS)
    variables = ElementTree.fromstring(text.encode()).find(f".//{{{NAMESPACE}}}variables")
    names = [variable.get("name") for variable in variables]
    assert len(names) == len({name.lower() for name in names})  # XMILE does not tell case apart
    flows = {v.get("name") for v in variables if v.tag.endswith("flow")}
    used = {end.text for v in variables for end in v if end.tag.endswith(("inflow", "outflow"))}
    assert used == flows
    assert "STEP(" in text


def test_xmile__is_the_same_text_every_time():
    model = build_model()
    arguments = (model, medians(model), settings(model))
    assert len({write_xmile(*arguments, districts=PLACES, weeks=WEEKS) for _ in range(2)}) == 1


def test_xmile__names_a_function_that_the_format_lacks():
    model = Model("odd")
    model.stock("level", "memory", unit="1", initial=1.0, meaning="a level")
    model.change("level", inflow=sp.besselj(0, model["level"]), meaning="not in XMILE")
    with pytest.raises(ValueError, match="besselj"):
        write_xmile(model, np.zeros(0), np.zeros((0, 4, 3)), districts=PLACES, weeks=4)


def test_xmile__wants_levers_for_every_week():
    model = build_model()
    with pytest.raises(ValueError, match="expected"):
        write_xmile(model, medians(model), settings(model), districts=PLACES, weeks=WEEKS + 1)
