"""One road from names to a scenario, for studies and for analyses."""

import numpy as np
import pytest
from tests.unit.study.cases import make_study

from tarazu.core.errors import ScenarioError
from tarazu.engine import Pulse, simulate
from tarazu.model.hold import parse_link, with_holds
from tarazu.study.runner.run import make_plan
from tarazu.study.setup.scenario import drawn_scenario

WEEKS = 6


@pytest.fixture(scope="module")
def scenario():
    return drawn_scenario("deterrence", "surge", weeks=WEEKS, draws=3, seed=3)


def test_scenario__of_names_is_the_one_of_a_study():
    study = make_study(draws=5, weeks=60)
    plan = make_plan(study)
    named = drawn_scenario("deterrence", "surge", weeks=60, draws=5, seed=study.spec.seed)
    planned = plan.scenarios["deterrence"]
    assert np.array_equal(named.parameters, planned.parameters)
    assert np.array_equal(named.levers, plan.policies[1].levers)
    assert named.districts.names == planned.districts.names


def test_scenario__runs_as_the_engine_does(scenario):
    draws, members = np.array([2, 0]), np.array([7, 8])
    pulses = [Pulse("operations", 1, 0, count=1), Pulse("operations", 5, 0, count=1)]
    run = scenario.run(draws, members, seed=1, weeks=4, pulses=pulses[:1])
    expected = simulate(
        scenario.model,
        scenario.parameters[draws],
        scenario.levers[:, :4],
        districts=scenario.districts,
        seed=1,
        members=members,
        weeks=4,
        pulses=pulses[:1],
    )
    assert np.array_equal(run.national, expected.national)


def test_scenario__sets_one_lever_in_some_weeks(scenario):
    moved = scenario.with_lever("operational_tempo", 0.5, slice(2, 4))
    changed = moved.levers != scenario.levers
    row = [*scenario.model.levers].index("operational_tempo")
    assert changed[row, 2:4].all()
    assert changed.sum() == 2 * len(scenario.districts.names)


def test_scenario__of_a_model_with_more_levers_has_them_at_defaults(scenario):
    model = with_holds(scenario.model, [parse_link("trust>*")])
    wider = scenario.with_model(model)
    assert len(wider.levers) == len(model.levers) > len(scenario.levers)
    assert np.array_equal(wider.levers[: len(scenario.levers)], scenario.levers)
    added = [*model.levers.values()][len(scenario.levers) :]
    for row, lever in zip(wider.levers[len(scenario.levers) :], added, strict=True):
        assert (row == lever.default).all()


def test_scenario__of_a_policy_that_does_not_fit_is_refused(tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        'title = "W"\nmeaning = "A test."\n[[settings]]\nlever = "dialogue"\nvalue = 7.0\n'
    )
    with pytest.raises(ScenarioError, match="dialogue is 7"):
        drawn_scenario("full", str(wrong), weeks=2, draws=2, seed=0)
