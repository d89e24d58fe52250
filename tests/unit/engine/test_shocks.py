"""What comes and goes by itself: its size and memory, its own stream, nothing at spread 0."""

from functools import cache

import numpy as np
import pytest
from tests.unit.worlds import RATES, declare_toy, default_levers, line_of_districts, medians

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.compiler.equations import equations_of
from tarazu.engine.compiler.program import compile_program
from tarazu.model import Model, ModelError
from tarazu.model.checks import checked
from tarazu.model.description import describe

DISTRICTS, WEEKS, MEMBERS = 4, 120, 40
SPREADS = {"common_spread": 0.6, "own_spread": 0.8}
FADE = 0.1


@cache
def toy(*, shocked: bool = True) -> Model:
    """The toy, whose raids come in campaigns; or the same with the levels written in as 1."""
    m = declare_toy()
    p = m.declare(
        {
            name: Parameter(unit, LogNormal(FADE, 2), source=ASSUMED)
            for name, unit in (("common_spread", "1"), ("own_spread", "1"), ("fade", "1/week"))
        }
    )
    for name, is_common, spread in (
        ("common", True, p.common_spread),
        ("own", False, p.own_spread),
    ):
        if shocked:
            m.shock(name, is_common=is_common, spread=spread, fade=p.fade, meaning="tempo")
        else:
            m.define(name, 1 + 0 * spread, meaning="tempo")
        m.define(f"{name}_seen", 1 * m[name], reported=True, meaning="tempo, written down")
        m.event(
            f"{name}_raids",
            unit="raids",
            mean=m["raid_rate"] * m["active"] * m[name],
            meaning="raids that come in campaigns",
        )
    return checked(m)


def run(mode="stochastic", engine="numba", model=None, members=MEMBERS, weeks=WEEKS, **values):
    m = model or toy()
    return simulate(
        m,
        medians(m, **({"fade": FADE} | SPREADS | values)),
        default_levers(m, weeks, DISTRICTS),
        districts=line_of_districts(DISTRICTS, 100_000.0),
        seed=5,
        members=np.arange(members),
        weeks=weeks,
        keep=("common_seen", "own_seen", "raids", "active", "common_raids", "own_raids"),
        mode=mode,
        engine=engine,
    )


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_shocks_of_spread_0__leave_every_number_as_it_was_to_the_last_bit(mode):
    still = run(mode, model=toy(shocked=False), members=5)
    none = run(mode, common_spread=0.0, own_spread=0.0, members=5)
    assert none.national.tobytes() == still.national.tobytes()
    assert none.district.tobytes() == still.district.tobytes()


def test_shocks__negative_control_a_spread_above_0_moves_numbers():
    assert run(members=2).national.tobytes() != run(members=2, own_spread=0.0).national.tobytes()


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_engines__agree_on_shocks(mode):
    kernel, oracle = run(mode, members=3, weeks=30), run(mode, "numpy", members=3, weeks=30)
    np.testing.assert_allclose(kernel.district, oracle.district, rtol=1e-12, atol=1e-12)


def test_level__has_mean_one_its_spread_and_its_memory_from_the_first_week_on():
    seen = run(members=4_000, weeks=30)
    for name, spread in (("common", 0.6), ("own", 0.8)):
        level = seen.by_district(f"{name}_seen")[:, :, 0]
        z = np.log(level) / spread + spread / 2
        for week in (0, 29):
            assert z[:, week].mean() == pytest.approx(0.0, abs=0.06)  # 4 standard errors
            assert z[:, week].std() == pytest.approx(1.0, abs=0.05)
            assert level[:, week].mean() == pytest.approx(1.0, abs=0.07)
        kept = np.corrcoef(z[:, 20], z[:, 25])[0, 1]
        assert kept == pytest.approx(np.exp(-5 * FADE), abs=0.05)


def test_common_level__is_one_and_the_others_are_each_district_s_own():
    seen = run(members=2_000, weeks=2)
    common, own = seen.by_district("common_seen")[:, 1], seen.by_district("own_seen")[:, 1]
    assert (common == common[:, :1]).all()
    between = np.corrcoef(np.log(own).T)[np.triu_indices(DISTRICTS, 1)]
    assert np.abs(between).max() < 0.09


def test_mean_field__holds_levels_at_their_mean():
    held = run("mean", members=1)
    assert (held.by_district("common_seen") == 1.0).all()
    assert (held.by_district("own_seen") == 1.0).all()
    lines = {line.name: line.expression for line in equations_of(compile_program(toy())).lines}
    assert lines["common"] == 1


def test_shocks__move_no_other_stream():
    plain, shocked = checked(declare_toy()), compile_program(toy())
    streams = compile_program(plain).streams
    assert streams.items() <= shocked.streams.items()


def test_description__says_what_comes_and_goes():
    said = {e.quantity: e for e in describe(toy()).equations if e.kind == "shock"}
    assert set(said) == {"common", "own"}
    assert "one for all districts" in said["common"].meaning


def test_shock__reads_parameters_only():
    m = Model("odd")
    p = m.declare({"fading": RATES["fading"]})
    m.stock("fear", "share", unit="1", initial=0, meaning="fear")
    m.shock("tempo", is_common=True, spread=m["fear"], fade=p.fading, meaning="tempo")
    m.change("fear", rise=p.fading, fall=p.fading, meaning="moves")
    with pytest.raises(ModelError, match="spread of the shock 'tempo' reads 'fear'"):
        checked(m)
