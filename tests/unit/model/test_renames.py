"""A new name changes no number: draws are addressed by id."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.unit.model.renames import renamed
from tests.unit.worlds import declare_toy, default_levers, line_of_districts, toy_model

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.compiler.program import compile_program
from tarazu.model import ModelError, build_model
from tarazu.study.setup.design import latin_hypercube

# SymPy adds the terms of a sum in the order of their names: the last bit of an expectation may
# differ. The draws are equal to the bit.
ROUNDING = 1e-13
DISTRICTS, WEEKS = 3, 80
PINNED = Path(__file__).with_name("stream_ids.json")
RENAMED = ["contact", "raid_rate", "raids", "deaths", "calmed", "travelled", "active"]


def run(model, mode="stochastic", engine="numpy"):
    uniforms = latin_hypercube(model.design_ids.values(), 3, 5)
    priors = [parameter.prior for parameter in model.parameters.values()]
    columns = [prior.quantile(uniforms[:, p]) for p, prior in enumerate(priors)]
    return simulate(
        model,
        np.column_stack(columns),
        default_levers(model, WEEKS, DISTRICTS),
        districts=line_of_districts(DISTRICTS),
        seed=7,
        members=np.arange(3),
        weeks=WEEKS,
        mode=mode,
        engine=engine,
    ).national


@pytest.mark.parametrize("name", RENAMED)
def test_rename__that_keeps_the_id_changes_no_number(name):
    other = renamed(toy_model(), name, f"zz_{name}", stream_id=name)
    assert np.array_equal(run(other), run(toy_model()))
    np.testing.assert_allclose(run(other, "mean"), run(toy_model(), "mean"), rtol=ROUNDING)


@pytest.mark.parametrize("name", ["contact", "raids", "calmed"])
def test_rename__that_keeps_the_id_changes_no_number_of_the_kernel(name):
    other = renamed(toy_model(), name, f"zz_{name}", stream_id=name)
    assert np.array_equal(run(other, engine="numba"), run(toy_model(), engine="numba"))


@pytest.mark.parametrize("name", RENAMED)
def test_rename__without_the_id_changes_the_numbers(name):
    """Negative control: the test above must be able to see other draws."""
    other = renamed(toy_model(), name, f"zz_{name}", stream_id=None)
    assert not np.array_equal(run(other), run(toy_model()))


def test_stream_id__of_two_quantities_is_an_error():
    m = declare_toy()
    with pytest.raises(ModelError, match=r"'more' and 'raids' have the same stream id 'raids'"):
        m.event("more", unit="raids", mean=m["raids"], meaning="twice", stream_id="raids")
    parameter = Parameter("1", LogNormal(1, 2), source=ASSUMED, stream_id="contact")
    with pytest.raises(ModelError, match=r"'touch' and 'contact' have the same stream id"):
        m.declare({"touch": parameter})


@pytest.mark.parametrize("kind", ["event", "stock", "transfer"])
def test_stream_id__is_taken_by_every_declaration(kind):
    m = declare_toy()
    if kind == "event":
        m.event("more", unit="raids", mean=m["raids"], meaning="more", stream_id="old")
    elif kind == "stock":
        m.stock("more", "people", unit="persons", initial=0, meaning="more", stream_id="old")
    else:
        m.transfer("more", "calm", "gone", hazard=m["fading"], meaning="more", stream_id="old")
    streams = compile_program(m).streams
    assert m.stream_ids["more"] == "old"
    old = renamed(toy_model(), "raids", "old", stream_id=None)
    assert streams["more"] == compile_program(old).streams["old"]


@pytest.mark.parametrize("kind", ["events, stocks and transfers", "parameters"])
def test_stream_ids__of_the_shipped_model_stay(kind):
    pinned = set(json.loads(PINNED.read_text(encoding="utf-8"))[kind])
    model = build_model()
    ids = set((model.design_ids if kind == "parameters" else model.stream_ids).values())
    gone, new = sorted(pinned - ids), sorted(ids - pinned)
    assert not gone, (
        f"no quantity of the model has the stream id {gone}. If one was renamed (perhaps to one of "
        f"{new}), declare it with stream_id= its first name: else its random numbers change. If it "
        f"was removed, remove its id from {PINNED.name} and say under 'Numbers changed' what moved."
    )
    assert not new, f"add the stream ids of the new quantities to {PINNED.name}: {new}"
