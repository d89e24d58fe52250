"""For each mechanism, what it claims in one small world: a flipped sign fails here.

Mean field, parameters at their medians but for those named; a contrast moves one thing.
"""

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import Pulse, simulate
from tarazu.model import build_model

WEEKS = 30


def end(quantity, *, pulses=(), levers=None, weeks=WEEKS, total=False, **parameters):
    """Level of a quantity after the last week (or its sum over weeks), by district."""
    m = build_model()
    run = simulate(
        m,
        medians(m, **parameters),
        default_levers(m, weeks, 3, **(levers or {})),
        places=line_of_districts(3, 200_000.0),
        seed=0,
        members=np.array([0]),
        weeks=weeks,
        pulses=pulses,
        keep=[quantity],
        mode="mean",
        engine="numpy",
    )
    series = run.by_district(quantity)[0]
    return series.sum(axis=0) if total else series[-1]


def sweep(count=5, week=2, district=1):
    return [Pulse("operations", week, district, count=count)]


@pytest.mark.parametrize("other", ["kills_per_operation", "captures_per_operation"])
def test_operations__remove_militants_by_death_and_by_capture(other):
    without = {other: 1e-9}
    assert end("militant", pulses=sweep(), **without)[1] < end("militant", **without)[1] - 1.0


def test_operations__follow_tempo():
    slow, fast = (end("operations", levers={"operational_tempo": x}) for x in (0.5, 2.0))
    assert np.all(fast > 2.0 * slow)


def test_operations__react_to_attacks():
    attack = [Pulse("attacks", 2, 1, count=10)]
    operations = end("operations", pulses=attack, total=True) / end("operations", total=True)
    assert operations[1] > 1.5


def test_operations__discriminate_with_trust_and_intelligence():
    base = end("discrimination", weeks=1)
    assert np.all(end("discrimination", weeks=1, initial_trust=0.9) > base + 0.05)
    better = {"technical_intelligence": 0.8}
    assert np.all(end("discrimination", weeks=1, levers=better) > base + 0.05)
    assert np.all(end("discrimination", weeks=1, initial_sympathisers=0.5) < base)


def test_operations__find_more_militants_with_intelligence():
    blunt, sharp = (
        end("militant", pulses=sweep(), levers={"technical_intelligence": x}) for x in (0.0, 0.9)
    )
    assert sharp[1] < blunt[1] - 1.0


def test_harm__falls_with_discrimination():
    blunt, sharp = (
        end("operation_deaths_civilian", total=True, levers={"technical_intelligence": x})
        for x in (0.0, 0.9)
    )
    assert np.all(sharp < 0.5 * blunt)


def test_harm__rises_with_cities():
    spared, hit = (end("operation_deaths_civilian", total=True, urban_harm=x) for x in (0.01, 3.0))
    ratio = hit / spared
    assert np.all(np.diff(ratio) > 0.0)  # districts are more and more urban


def test_custody__due_process_turns_disappearance_into_detention():
    lawless, lawful = ({"due_process": x} for x in (0.0, 1.0))
    swept = {"pulses": sweep()}
    assert (
        end("unaccounted", levers=lawful, **swept)[1]
        < end("unaccounted", levers=lawless, **swept)[1]
    )
    assert end("custody", levers=lawful, **swept)[1] > end("custody", levers=lawless, **swept)[1]


def test_custody__due_process_covers_militants_too():
    values = {"bystanders_per_blunt_operation": 1e-9, "accounting_rate": 1e-9}
    lawless, lawful = (
        end("unaccounted", pulses=sweep(), levers={"due_process": x}, **values) for x in (0.0, 1.0)
    )
    assert lawful[1] < lawless[1] - 1.0


def test_custody__ends():
    held, freed = (end("custody", release_rate=x) for x in (0.001, 0.2))
    assert np.all(freed < held)
    lost, found = (end("unaccounted", accounting_rate=x) for x in (0.001, 0.2))
    assert np.all(found < lost)


@pytest.mark.parametrize(
    ("quantity", "sign"),
    [("grievance_repression", 1), ("trust", -1), ("sympathiser", 1)],
)
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_grievance__answers_harm_with_the_sign_of_its_response(quantity, sign, response):
    change = end(quantity, pulses=sweep(), grievance_response=response)
    change = change - end(quantity, grievance_response=response)
    assert change[1] * sign * response > 0.0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_kin__turn_to_the_militants_or_away_with_the_sign_of_the_response(response):
    nobody_else = {"sympathy_rate": 1e-12, "contact_rate": 1e-12, "initial_sympathisers": 0.3}
    values = {"grievance_response": response, "kin_size": 1e4} | nobody_else
    change = end("sympathiser", pulses=sweep(), **values) - end("sympathiser", **values)
    assert change[1] * response > 10.0


def test_grievance__without_response_is_untouched_by_harm():
    swept = end("grievance_repression", pulses=sweep(), grievance_response=0.0)
    np.testing.assert_array_equal(swept, end("grievance_repression", grievance_response=0.0))


def test_grievance__needs_harm():
    harmless = end("grievance_repression", levers={"operation_harm": 0.0}, grievance_response=1.0)
    assert np.all(harmless < end("grievance_repression", grievance_response=1.0))


def test_grievance__wears_trust_down():
    assert np.all(end("trust", initial_extraction=0.9) < end("trust", initial_extraction=0.1))


def test_mobilisation__grievance_makes_sympathisers_and_recruits():
    low, high = ({"initial_extraction": x} for x in (0.1, 0.9))
    assert np.all(end("sympathiser", **high) > end("sympathiser", **low))
    assert np.all(end("militant", **high) > end("militant", **low))


def test_mobilisation__spreads_by_contact_here_and_nearby():
    lonely, met = (end("sympathiser", contact_rate=x) for x in (1e-6, 0.05))
    assert np.all(met > lonely)


def test_mobilisation__cools_and_deserts():
    assert np.all(end("sympathiser", cooling_rate=0.05) < end("sympathiser"))
    assert np.all(end("militant", desertion_rate=0.05) < end("militant"))


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__answers_operations_with_the_sign_of_its_response(response):
    no_one_removed = {"kills_per_operation": 1e-9, "captures_per_operation": 1e-9}
    values = {"recruitment_response": response, "grievance_response": 0.0} | no_one_removed
    assert (end("militant", pulses=sweep(), **values) - end("militant", **values))[1] * response > 0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__answers_the_unaccounted_with_the_same_sign(response):
    few, many = (
        end("militant", recruitment_response=response, initial_unaccounted=x) for x in (1e-6, 1e-2)
    )
    assert np.all((many - few) * response > 0.0)


def test_sponsorship__adds_militants_whatever_the_grievance():
    content = {"initial_extraction": 0.0, "initial_exclusion": 0.0, "initial_repression": 0.0}
    paid, unpaid = (end("militant", sponsorship_rate=x, **content) for x in (1e-5, 0.0))
    assert np.all(paid > unpaid + 10.0)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_attacks__answer_operations_with_the_sign_of_their_response(response):
    values = {"attack_response": response, "kills_per_operation": 1e-9}
    swept = end("attacks", total=True, pulses=sweep(), **values)
    assert (swept - end("attacks", total=True, **values))[1] * response > 0.0


def test_attacks__follow_militants_up_to_a_capacity():
    few, many = (end("attacks", initial_militants=x, weeks=1) for x in (1e-4, 1e-3))
    assert np.all(many > few)
    assert np.all(many < 10.0 * few)


def test_attacks__kill_civilians():
    attack = [Pulse("attacks", 2, 1, count=10)]
    deaths = {"civilians_per_attack": 2.0, "reaction": 1e-9}
    more = end("dead", pulses=attack, **deaths) - end("dead", **deaths)
    assert more[1] == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_relocation__operations_push_or_pin(response):
    values = {"relocation_response": response, "kills_per_operation": 1e-9}
    values |= {"captures_per_operation": 1e-9}
    swept = end("relocations", total=True, pulses=sweep(), **values)
    assert (swept - end("relocations", total=True, **values))[1] * response > 0.0


def test_relocation__goes_where_support_is():
    harmless_to_militants = {"kills_per_operation": 1e-9, "captures_per_operation": 1e-9}
    values = {"grievance_response": 1.0, "kin_size": 1e4} | harmless_to_militants
    aggrieved = [Pulse("operations", 0, 2, count=50)]
    drawn, even = (end("militant", pulses=aggrieved, support_pull=x, **values) for x in (50.0, 0.0))
    assert drawn[2] > even[2] + 1.0
    assert drawn[0] < even[0] - 1.0


def test_relocation__goes_to_cities():
    towards_cities = end("militant", urban_pull=20.0) - end("militant", urban_pull=1e-9)
    assert towards_cities[2] > 0.0 > towards_cities[0]


@pytest.mark.parametrize("response", [5e-3, -5e-3])
def test_development__projects_move_grievance_with_the_sign_of_their_response(response):
    values = {"project_response": response}
    small, large = (
        end("grievance_extraction", levers={"project_scale": x}, **values) for x in (0.5, 3.0)
    )
    assert np.all((large - small) * response > 0.0)


@pytest.mark.parametrize("lever", ["local_revenue_share", "local_agency"])
def test_development__a_local_share_softens_the_effect_of_projects(lever):
    outside, local = (
        end("grievance_extraction", levers={lever: x}, project_response=5e-3) for x in (0.0, 0.9)
    )
    assert np.all(local < outside)


@pytest.mark.parametrize("lever", ["services", "local_revenue_share"])
def test_development__builds_services(lever):
    low, high = (end("service_level", levers={lever: x}) for x in (0.0, 1.0))
    assert np.all(high > low)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_development__services_move_sympathy_against_the_sign_of_their_response(response):
    values = {"services_response": response}
    low, high = (end("sympathiser", levers={"services": x}, **values) for x in (0.0, 1.0))
    assert np.all((high - low) * response < 0.0)


@pytest.mark.parametrize("response", [5e-3, -5e-3])
def test_politics__agency_moves_exclusion_against_the_sign_of_its_response(response):
    values = {"agency_response": response}
    none, full = (
        end("grievance_exclusion", levers={"local_agency": x}, **values) for x in (0.0, 1.0)
    )
    assert np.all((full - none) * response < 0.0)


@pytest.mark.parametrize("response", [1e-2, -1e-2])
def test_politics__dialogue_brings_militants_back_or_spoilers_in(response):
    values = {"dialogue_response": response}
    none, talks = (end("militant", levers={"dialogue": x}, **values) for x in (0.0, 1.0))
    assert np.all((talks - none) * response < 0.0)


def test_politics__trust_helps_talks():
    values = {"dialogue_response": 1e-2, "tip_value": 1e-9}
    low, high = (
        end("militant", levers={"dialogue": 1.0}, initial_trust=x, **values) for x in (0.1, 0.9)
    )
    assert np.all(high < low)


@pytest.mark.parametrize("name", [*build_model().levers])
def test_lever__moves_the_stock_that_it_names(name):
    lever = build_model().levers[name]
    active = {"grievance_response": 1.0, "dialogue_response": 1e-2, "agency_response": 5e-3}
    low, high = (
        end(lever.moves, levers={"operational_tempo": 5.0} | {name: x}, **active)
        for x in (lever.low, lever.high)
    )
    assert np.all(np.abs(high - low) > 1e-6 * np.abs(low))
