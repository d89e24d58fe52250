"""Futures of the lab are the numbers of the Python interface."""

import numpy as np
import pytest
from tests.unit.app.labs import shipped_lab

import tarazu as tz
from tarazu.app.futures import EXPECTED_DRAWS, Futures
from tarazu.app.lab import SEED
from tarazu.app.runs import Runs
from tarazu.app.service import Service
from tarazu.app.state import State, check_state, policy_of

TOLERANCE = 1e-9  # relative; the same numbers, summed in another order
LAB = shipped_lab()
STATE = check_state(State(hypothesis="backlash", years=1, levers={"operational_tempo": 0.5}), LAB)


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(LAB, Runs())


def assert_same(futures: Futures, mode: str) -> None:
    run = {"draws": futures.members, "weeks": 52, "seed": SEED, "mode": mode, "progress": False}
    policy = tz.simulate(policy_of(STATE, LAB), "backlash", by_district=["attacks"], **run)
    today = tz.simulate("status-quo", "backlash", by_district=["attacks"], **run)
    for one in futures.outcomes:
        change = (policy[one.name] - today[one.name]).sum("week")
        assert one.change.median == pytest.approx(change.median().item(), rel=TOLERANCE)
        assert one.change.low == pytest.approx(change.quantile(0.05).item(), rel=TOLERANCE)
        assert one.change.fewer == int((change < 0).sum())
        quarters = policy[one.name].coarsen(week=13).sum()
        expected = quarters.quantile(0.95, ["draw", "replicate"]).values
        np.testing.assert_allclose(one.policy.q95, expected, rtol=TOLERANCE)
    local = (policy.attacks_by_district - today.attacks_by_district).sum("week")
    medians = local.median(["draw", "replicate"]).values
    np.testing.assert_allclose([d.change for d in futures.districts], medians, rtol=TOLERANCE)


def test_expected_paths__are_those_of_simulate(service: Service) -> None:
    futures = service.expected(STATE)
    assert futures.members == EXPECTED_DRAWS
    assert_same(futures, "mean")


@pytest.mark.slow
def test_members__are_those_of_simulate(service: Service) -> None:
    reports = []
    result = service.stages(STATE)[0](reports.append)
    assert [report.done for report in reports] == [8, 16, 8, 16]  # today's practice, the policy
    assert_same(Futures.model_validate(result), "stochastic")


def test_todays_practice__changes_nothing(service: Service) -> None:
    futures = service.expected(State(years=1))
    assert all(one.change.equal == futures.members for one in futures.outcomes)
    assert all(one.policy == one.today for one in futures.outcomes)
    assert futures.extra_cost == 0.0


def test_run__that_is_ended_keeps_nothing(service: Service) -> None:
    class GoneError(Exception):
        pass

    def gone(_: object) -> None:
        raise GoneError

    state = STATE.model_copy(update={"hypothesis": "deterrence"})
    with pytest.raises(GoneError):
        service.stages(state)[0](gone)
    assert service.stages(state)[0](lambda _: None)["members"] == 16
