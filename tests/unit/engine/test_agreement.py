"""The generated kernel and the NumPy engine, from one declaration, give one answer."""

from pathlib import Path

import numpy as np
import pytest
from tests.reference.toy_week import toy_weeks
from tests.unit.worlds import (
    declare_toy,
    default_levers,
    line_of_districts,
    medians,
    toy_model,
)

from tarazu.core.errors import SimulationError
from tarazu.engine import Pulse, simulate
from tarazu.engine.compiler.kernel_files import build_kernel
from tarazu.model import Model, ModelError, build_model, draw_parameters, load_hypothesis
from tarazu.model.checks import checked

RTOL = 1e-12  # exp and the order of sums differ in the last bits
WEEKS, DISTRICTS, MEMBERS = 60, 4, 4
PULSES = (Pulse("operations", 5, 1, expected=3.0, count=2), Pulse("attacks_urban", 7, 2, count=1))


def both(m, parameters, mode, pulses=(), keep=("militant_hardline", "attacks", "trust"), **levers):
    runs = [
        simulate(
            m,
            parameters,
            default_levers(m, WEEKS, DISTRICTS, **levers),
            districts=line_of_districts(DISTRICTS, 150_000.0),
            seed=11,
            members=np.arange(3, 3 + MEMBERS),
            weeks=WEEKS,
            pulses=pulses,
            keep=keep,
            mode=mode,
            engine=engine,
        )
        for engine in ("numba", "numpy")
    ]
    return runs[0], runs[1]


@pytest.fixture(scope="module")
def draws():
    m = build_model()
    uniforms = np.random.default_rng(2).uniform(0.02, 0.98, (MEMBERS, len(m.parameters)))
    return draw_parameters(m, load_hypothesis("full"), uniforms)


@pytest.mark.parametrize("mode", ["mean", "stochastic"])
def test_engines__agree_on_the_shipped_model(mode, draws):
    kernel, oracle = both(build_model(), draws, mode, PULSES, dialogue=0.5, operational_tempo=3.0)
    np.testing.assert_allclose(kernel.national, oracle.national, rtol=RTOL, atol=RTOL)
    np.testing.assert_allclose(kernel.district, oracle.district, rtol=RTOL, atol=RTOL)
    np.testing.assert_allclose(kernel.start, oracle.start, rtol=RTOL)


def test_engines__draw_the_same_whole_numbers(draws):
    kernel, oracle = both(build_model(), draws, "stochastic", PULSES, operational_tempo=3.0)
    for name in ("militant_hardline", "attacks"):
        np.testing.assert_array_equal(kernel.by_district(name), oracle.by_district(name))


@pytest.mark.parametrize("mode", ["mean", "stochastic"])
def test_engines__agree_on_the_toy(mode):
    m = toy_model()
    kernel, oracle = both(
        m, medians(m, travel=0.5, raid_rate=0.1), mode, keep=[*m.stocks, *m.events]
    )
    np.testing.assert_allclose(kernel.district, oracle.district, rtol=RTOL, atol=RTOL)


@pytest.mark.parametrize("mode", ["mean", "stochastic"])
def test_engines__agree_where_only_a_level_reads_a_sum_over_districts(mode):
    m = declare_toy()
    everywhere = m.sum_everywhere("active_everywhere", m["active"])
    m.stock("dread", "share", unit="1", initial=0, meaning="dread of the active everywhere")
    rise = m["fading"] * everywhere / (everywhere + m["population"])
    m.change("dread", rise=rise, fall=m["fading"], meaning="the active spread dread")
    parameters = medians(checked(m))
    kernel, oracle = both(m, parameters, mode, keep=("active", "dread"))
    np.testing.assert_allclose(kernel.district, oracle.district, rtol=RTOL, atol=RTOL)
    assert kernel.by_district("dread")[:, -1].min() > 0


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_engines__agree_with_a_reading_by_hand(engine):
    m, districts = toy_model(), line_of_districts(3)
    parameters = medians(m, travel=0.3, raid_rate=0.05)
    stocks = [*m.stocks]
    run = simulate(
        m,
        parameters,
        default_levers(m, WEEKS, 3),
        districts=districts,
        seed=0,
        members=np.array([0]),
        weeks=WEEKS,
        keep=stocks,
        mode="mean",
        engine=engine,
    )
    by_name = dict(zip(m.parameters, parameters, strict=True))
    by_hand = toy_weeks(districts.population.tolist(), districts.weights.tolist(), by_name, WEEKS)
    np.testing.assert_allclose(run.district[0], by_hand, rtol=RTOL)


def test_generated_source__can_be_read_and_is_found_again():
    kernel = build_kernel(build_model(), "stochastic", DISTRICTS)
    text = Path(kernel.file).read_text(encoding="utf-8")
    assert "# militant attacks, as a record would count them" in text
    assert max(len(line) for line in text.splitlines() if "def run_member" not in line) < 500
    assert build_kernel(build_model(), "stochastic", DISTRICTS) is kernel


def test_name_that_generated_code_needs__is_an_error():
    m = declare_toy()
    m.define("scratch", m["fading"] / m["recovery"], meaning="a word of the generated code")
    with pytest.raises(ModelError, match="'scratch' cannot name a quantity"):
        build_kernel(checked(m), "mean", DISTRICTS)


def exploding() -> Model:
    m = declare_toy()
    m.transfer(
        "burst",
        "active",
        "calm",
        hazard=m["recovery"] / (1 - m["active"] / m["population"] * 20) ** 2,
        meaning="infinite where a twentieth is active",
    )
    return checked(m)


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_hazard_out_of_range__is_said_in_words(engine):
    m = exploding()
    with pytest.raises(SimulationError) as error:
        simulate(
            m,
            medians(m, initial_active=0.05),
            default_levers(m, 5, 2),
            districts=line_of_districts(2, 1_000.0),
            seed=0,
            members=np.array([4]),
            weeks=5,
            engine=engine,
        )
    failure = error.value
    assert (failure.quantity, failure.district, failure.week) == (
        "hazard of 'burst'",
        "district-0",
        0,
    )
    assert "is inf in member 4" in str(failure)
    assert "active = 50" in str(failure)
    assert "population = 1000" in str(failure)
    assert "recovery = 0.2" in str(failure)


def test_too_many_people_elsewhere__is_an_error_before_the_run():
    m = toy_model()
    with pytest.raises(SimulationError, match=r"calm.*'district-0'.*people are left"):
        simulate(
            m,
            medians(m, initial_active=1.5),
            default_levers(m, 5, 2),
            districts=line_of_districts(2),
            seed=0,
            members=np.array([0]),
            weeks=5,
        )
