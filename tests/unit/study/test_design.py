from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.study.cases import make_study

from tarazu.core.random.streams import poisson_quantile, uniform
from tarazu.engine import Pulse
from tarazu.engine.compiler.program import stream_number
from tarazu.model import draw_parameters, load_hypothesis
from tarazu.study.runner.run import make_plan
from tarazu.study.setup.design import JITTER, ORDER, latin_hypercube, member_ids
from tarazu.study.setup.sizing import _solve, size_operation

STANDARD_ERRORS = 5.0  # a false alarm in 2 million runs; seeds are fixed


@given(draws=st.integers(1, 60), seed=st.integers(0, 2**31 - 1))
def test_design__every_stratum_is_drawn_once(draws, seed):
    uniforms = latin_hypercube(["a", "b"], draws, seed)
    strata = np.floor(uniforms * draws).astype(int)
    assert (np.sort(strata, axis=0) == np.arange(draws)[:, None]).all()
    assert ((uniforms > 0) & (uniforms < 1)).all()


def test_design__a_column_hangs_on_its_name_only():
    alone = latin_hypercube(["b"], 20, 1)
    assert np.array_equal(latin_hypercube(["a", "b", "c"], 20, 1)[:, 1:2], alone)
    assert not np.array_equal(latin_hypercube(["c"], 20, 1), alone)


def test_design__columns_are_not_correlated():
    uniforms = latin_hypercube([f"p{i}" for i in range(20)], 400, 2)
    off = np.corrcoef(uniforms.T) - np.eye(20)
    assert np.abs(off).max() < STANDARD_ERRORS / np.sqrt(400)


def test_design__members_of_blocks_are_those_of_the_whole():
    parts = [member_ids(range(a, a + 2), 3) for a in (0, 2, 4)]
    assert np.array_equal(np.concatenate(parts), member_ids(range(6), 3))


@pytest.mark.parametrize("target", [0.2, 3.4, 9.0])
def test_sizing__solves_the_expectation_over_poisson_counts(target):
    """Each operation of a Poisson number kills 0.5: the mean must be twice the target."""
    extra = (0.5 * np.arange(91))[:, None, None]
    operations, killed = _solve(extra, np.array([target]), most=30)
    assert operations[0, 0] == pytest.approx(2.0 * target, rel=1e-6)
    assert killed[0, 0] == pytest.approx(target, rel=1e-6)


def test_sizing__counts_the_spread_of_the_number_of_operations():
    """With 8 militants of whom n operations find 1 - 0.8^n, a mean of m finds 1 - exp(-0.2 m)."""
    extra = (8.0 * (1.0 - 0.8 ** np.arange(91)))[:, None, None]
    operations, _ = _solve(extra, np.array([4.0]), most=30)
    assert operations[0, 0] == pytest.approx(np.log(2.0) / 0.2, rel=1e-6)


def test_sizing__stops_at_the_most_operations():
    extra = np.minimum(np.arange(91), 2.0)[:, None, None]
    operations, killed = _solve(extra, np.array([5.0]), most=30)
    assert operations[0, 0] == 30.0
    assert killed[0, 0] == pytest.approx(2.0)


def test_sizing__militants_killed_in_stochastic_runs_match_the_dose():
    study = make_study(policies=("status-quo",), weeks=2, horizons=(1,), series_weeks=1)
    uniforms = np.full((1, len(study.model.parameters)), 0.5)
    values = draw_parameters(study.model, load_hypothesis("full"), uniforms)
    scenario = replace(make_plan(study).scenarios["full"], parameters=values)
    kech = study.district("kech")
    operations, killed = size_operation(scenario, week=1, targets={kech: 6.8}, most=30)
    assert killed[0, 0] == pytest.approx(6.8, rel=1e-6)
    pulse = Pulse("operations", 1, kech, expected=float(operations[0, 0]))
    members = np.arange(4_000)
    deaths = []
    for pulses in ((pulse,), ()):
        run = scenario.run(0, members, seed=5, pulses=pulses)
        dead = run.series("dead")[:, 1] - run.series("dead")[:, 0]
        civilians = run.series("attack_deaths_civilian") + run.series("operation_deaths_civilian")
        deaths.append(dead - civilians[:, 1])
    difference = deaths[0] - deaths[1]
    standard_error = difference.std(ddof=1) / np.sqrt(len(members))
    assert standard_error < 0.02 * 6.8
    # 2 %: the mean field's militants after one week are not the mean of the drawn ones' hazards
    assert abs(difference.mean() - 6.8) < STANDARD_ERRORS * standard_error + 0.02 * 6.8


def test_streams__pair_policies():
    """The same address gives the same luck, and more expected never gives fewer."""
    counts = [poisson_quantile(uniform(1, 2, 3, 4, 5, 0), mean) for mean in (0.5, 1.0, 2.0, 4.0)]
    assert counts == sorted(counts)


def test_design__is_that_of_single_uniforms():
    stream, draws = stream_number("design of a"), range(50)
    order = [uniform(7, draw, stream, 0, 0, ORDER) for draw in draws]
    jitter = np.array([uniform(7, draw, stream, 0, 0, JITTER) for draw in draws])
    expected = (np.argsort(np.argsort(order)) + jitter) / 50
    assert np.array_equal(latin_hypercube(["a"], 50, 7)[:, 0], expected)
