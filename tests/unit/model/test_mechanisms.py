"""For each mechanism, what follows from it in one small world, over weeks.

Mean field, parameters at their medians but for those named; a contrast moves one thing. The sign of
each single term is held by `test_model_signs`.
"""

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import Pulse, simulate
from tarazu.model import build_model
from tarazu.model.stocks import CLASSES, FACTIONS, MILITANTS

WEEKS = 30
ARREST_TOLERANCE = 1e-4  # of the published value, printed with four digits
UNHARMED = {"reach_killed": 1e-9, "reach_captured": 1e-9}  # operations remove nobody


def end(quantity, *, pulses=(), levers=None, weeks=WEEKS, total=False, **parameters):
    """Level of a quantity after the last week (or its sum over weeks), by district."""
    m = build_model()
    names = MILITANTS if quantity == "militants" else (quantity,)
    run = simulate(
        m,
        medians(m, **parameters),
        default_levers(m, weeks, 3, **(levers or {})),
        districts=line_of_districts(3, 200_000.0),
        seed=0,
        members=np.array([0]),
        weeks=weeks,
        pulses=pulses,
        keep=names,
        mode="mean",
        engine="numpy",
    )
    series = np.sum([run.by_district(name)[0] for name in names], axis=0)
    return series.sum(axis=0) if total else series[-1]


def sweep(count=5, week=2, district=1):
    return [Pulse("operations", week, district, count=count)]


def attack(kind="urban", count=10, week=2, district=1):
    return [Pulse(f"attacks_{kind}", week, district, count=count)]


@pytest.mark.parametrize("other", ["reach_killed", "reach_captured"])
def test_operations__remove_militants_by_death_and_by_capture(other):
    without = {other: 1e-9}
    assert end("militants", pulses=sweep(), **without)[1] < end("militants", **without)[1] - 1.0


def test_operations__follow_tempo():
    slow, fast = (end("operations", levers={"operational_tempo": x}) for x in (0.5, 2.0))
    assert np.all(fast > 2.0 * slow)


def test_operations__react_to_attacks():
    reacted = end("operations", pulses=attack(), total=True) / end("operations", total=True)
    assert reacted[1] > 1.5


def test_operations__cannot_exceed_what_the_mobile_force_carries():
    few = {"operation_capacity": 1e-7}
    tempo = {"operational_tempo": 10.0}
    assert np.all(end("operations", levers=tempo, **few) < 1e-7 * end("force", levers=tempo))


def test_arrest_probability__is_epsteins_at_one_cop_for_each_active():
    """Epstein (2002), https://doi.org/10.1073/pnas.092080199: 1 - exp(-2.3) at a ratio of one."""
    m = build_model()
    chance = m.definitions["find_chance"].expression
    values = {"engaged_share": 0.5, "mobile_force": 200.0, "militants": 100.0}
    values["arrest_constant"] = m.parameters["arrest_constant"].median
    found = float(chance.subs({m[name]: value for name, value in values.items()}))
    assert found == pytest.approx(0.8997, abs=ARREST_TOLERANCE)


def test_operations__discriminate_with_trust_and_intelligence():
    base = end("discrimination", weeks=1)
    assert np.all(end("discrimination", weeks=1, initial_trust=0.9) > base + 0.05)
    better = {"technical_intelligence": 0.8}
    assert np.all(end("discrimination", weeks=1, levers=better) > base + 0.05)
    assert np.all(end("discrimination", weeks=1, initial_sympathisers=0.5) < base)


def test_operations__find_more_militants_with_intelligence():
    blunt, sharp = (
        end("militants", pulses=sweep(), levers={"technical_intelligence": x}) for x in (0.0, 0.9)
    )
    assert sharp[1] < blunt[1] - 1.0


@pytest.mark.parametrize("reactive", [0.0, 0.4, 1.0])
def test_force__is_one_total_wherever_it_goes(reactive):
    force = end("force", pulses=attack(), weeks=4, levers={"reactive_share": reactive})
    population = line_of_districts(3, 200_000.0).population
    assert force.sum() == pytest.approx(6e-3 * population.sum(), rel=1e-12)


def test_force__goes_where_attacks_were():
    standing, reactive = (
        end("force", pulses=attack(), weeks=4, levers={"reactive_share": x}) for x in (0.0, 1.0)
    )
    assert reactive[1] > 1.5 * standing[1]
    assert reactive[0] < standing[0]


def test_harm__falls_with_discrimination_and_strict_rules():
    for lever in ("technical_intelligence", "discrimination_rules"):
        blunt, sharp = (
            end("operation_deaths_civilian", total=True, levers={lever: x}) for x in (0.0, 1.0)
        )
        assert np.all(sharp < 0.6 * blunt), lever


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
    lost, found = (end("unaccounted", levers={"accounting": x}) for x in (0.0, 1.0))
    assert np.all(found < lost)


@pytest.mark.parametrize(
    ("quantity", "sign"),
    [("grievance_repression", 1), ("trust", -1), ("sympathiser", 1)],
)
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_kin__answer_harm_with_the_sign_of_their_response(quantity, sign, response):
    values = {"harm_response": response, "absence_response": 0.0}
    change = end(quantity, pulses=sweep(), **values) - end(quantity, **values)
    assert change[1] * sign * response > 0.0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_kin__answer_disappearance_with_a_response_of_its_own(response):
    few, many = (
        end("sympathiser", absence_response=response, kin_size=1e3, initial_unaccounted=x)
        for x in (1e-6, 1e-3)
    )
    assert np.all((many - few) * response > 0.0)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_kin__redress_moves_mourning_against_the_sign_of_its_response(response):
    none, paid = (
        end("mourned", pulses=sweep(), redress_response=response, levers={"redress": x})
        for x in (0.0, 1.0)
    )
    assert (paid - none)[1] * response < 0.0


def test_grievance__without_response_is_untouched_by_harm():
    silent = {"harm_response": 0.0, "absence_response": 0.0}
    swept = end("grievance_repression", pulses=sweep(), **silent)
    np.testing.assert_array_equal(swept, end("grievance_repression", **silent))


def test_grievance__needs_harm():
    values = {"harm_response": 1.0, "initial_unaccounted": 1e-12}
    harmless = end("grievance_repression", levers={"operation_harm": 0.0}, **values)
    assert np.all(harmless < end("grievance_repression", **values))


def test_grievance__wears_trust_down():
    assert np.all(end("trust", initial_extraction=0.9) < end("trust", initial_extraction=0.1))


def test_contagion__grievance_makes_sympathisers_and_recruits():
    low, high = ({"initial_extraction": x} for x in (0.1, 0.9))
    assert np.all(end("sympathiser", **high) > end("sympathiser", **low))
    assert np.all(end("militants", **high) > end("militants", **low))


def test_contagion__spreads_by_contact_and_cools():
    lonely, met = (end("sympathiser", contact_rate=x) for x in (1e-6, 0.05))
    assert np.all(met > lonely)
    assert np.all(end("sympathiser", cooling_rate=0.05) < end("sympathiser"))


@pytest.mark.parametrize("response", [2.0, -2.0])
def test_contagion__militants_own_harm_moves_sympathy_against_its_response(response):
    values = {"toll_response": response, "services_response": 0.0, "reaction": 1e-12}
    change = end("sympathiser", pulses=attack(), **values) - end("sympathiser", **values)
    assert change[1] * response < 0.0


@pytest.mark.parametrize("kind", ["", "_harm"])
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__answers_operations_and_their_harm_each_on_its_own(kind, response):
    other = {"": "_harm", "_harm": ""}[kind]
    values = {
        f"recruitment_response{kind}": response,
        f"recruitment_response{other}": 0.0,
        "harm_response": 0.0,
        "absence_response": 0.0,
        **UNHARMED,
    }
    levers = {"technical_intelligence": 0.5}
    change = end("militants", pulses=sweep(), levers=levers, **values)
    change = change - end("militants", levers=levers, **values)
    assert change[1] * response > 0.0


def test_recruitment__of_islamists_answers_coercion_by_their_own_sensitivity():
    values = {"recruitment_response": 1.0, "islamist_sensitivity": -1.0, **UNHARMED}
    for faction, sign in (("hardline", 1.0), ("islamist", -1.0)):
        stock = f"militant_{faction}"
        change = end(stock, pulses=sweep(), **values) - end(stock, **values)
        assert change[1] * sign > 0.0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__falls_or_rises_with_investment(response):
    poor, rich = (
        end("militants", opportunity_response=response, initial_investment=x) for x in (0.1, 0.9)
    )
    assert np.all((rich - poor) * response < 0.0)


def test_sponsorship__adds_militants_whatever_the_grievance():
    content = {"initial_extraction": 0.0, "initial_exclusion": 0.0, "initial_repression": 0.0}
    paid, unpaid = (end("militants", sponsorship_rate=x, **content) for x in (1e-5, 0.0))
    assert np.all(paid > unpaid + 10.0)


@pytest.mark.parametrize("kind", ["", "_harm"])
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_attacks__answer_operations_and_their_harm_each_on_its_own(kind, response):
    values = {f"attack_response{kind}": response, "absence_response": 0.0, **UNHARMED}
    swept = end("attacks", total=True, pulses=sweep(), **values)
    assert (swept - end("attacks", total=True, **values))[1] * response > 0.0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_attacks__spoilers_answer_talks_with_the_sign_of_their_response(response):
    values = {"spoiler_response": response, "dialogue_response": 0.0}
    quiet, talks = (
        end("attacks", total=True, levers={"dialogue": x}, **values) for x in (0.0, 1.0)
    )
    assert np.all((talks - quiet) * response > 0.0)


def test_attacks__follow_militants_up_to_a_capacity():
    few, many = (end("attacks", initial_militants=x, weeks=1) for x in (1e-4, 1e-3))
    assert np.all(many > few)
    assert np.all(many < 10.0 * few)


@pytest.mark.parametrize("kind", CLASSES)
def test_targets__guarding_one_class_moves_attacks_to_the_others(kind):
    open_, guarded = (
        {
            other: end(
                f"attacks_{other}", weeks=1, levers={f"protection_{kind}": x}, substitution=1.0
            )
            for other in CLASSES
        }
        for x in (0.0, 0.25)
    )
    assert np.all(guarded[kind] < open_[kind])
    for other in set(CLASSES) - {kind}:
        assert np.all(guarded[other] > open_[other])
    before, after = sum(open_.values()), sum(guarded.values())
    np.testing.assert_allclose(after, before, rtol=1e-9)  # all of them move, none is prevented


def test_targets__guards_may_draw_attacks():
    open_, guarded = (
        end("attacks_urban", weeks=1, levers={"protection_urban": x}, hardening=-3.0)
        for x in (0.0, 0.25)
    )
    assert np.all(guarded > open_)


def test_targets__guards_prevent_attacks_where_nothing_is_substituted():
    open_, guarded = (
        end("attacks", weeks=1, levers={"protection_security": x}, substitution=0.0)
        for x in (0.0, 0.25)
    )
    assert np.all(guarded < open_)


def test_lethality__kills_civilians():
    deaths = {"deaths_per_attack_urban": 2.0, "reaction": 1e-9}
    more = end("dead", pulses=attack(), **deaths) - end("dead", **deaths)
    assert more[1] == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_relocation__operations_push_or_pin(response):
    values = {"relocation_response": response, **UNHARMED}
    swept = end("relocations", total=True, pulses=sweep(), **values)
    assert (swept - end("relocations", total=True, **values))[1] * response > 0.0


def test_relocation__goes_where_support_is():
    values = {"harm_response": 1.0, "kin_size": 1e4, "danger_pull": 0.0, **UNHARMED}
    aggrieved = [Pulse("operations", 0, 2, count=50)]
    drawn, even = (
        end("militants", pulses=aggrieved, support_pull=x, **values) for x in (50.0, 0.0)
    )
    assert drawn[2] > even[2] + 1.0
    assert drawn[0] < even[0] - 1.0


def test_relocation__goes_to_cities():
    towards_cities = end("militants", urban_pull=20.0) - end("militants", urban_pull=1e-9)
    assert towards_cities[2] > 0.0 > towards_cities[0]


def test_relocation__seeds_cells_in_cities_from_the_whole_network():
    none, seeded = (end("militant_hardline", seeding_rate=x) for x in (1e-9, 0.05))
    assert np.all(np.diff(seeded - none) > 0.0)  # districts are more and more urban


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_factions__split_under_pressure_or_close_ranks(response):
    values = {"splinter_response": response, "splinter_rate": 0.01, **UNHARMED}
    change = end("militant_nationalist", pulses=sweep(), **values)
    change = change - end("militant_nationalist", **values)
    assert change[1] * response < 0.0


def test_factions__enter_where_support_is_unserved():
    values = {"entry_rate": 1e-3, "sponsorship_rate": 0.0, "recruit_rate": 1e-12}
    served, unserved = (
        end("militant_hardline", weeks=2, initial_militants=x, **values)
        - end("militant_hardline", weeks=2, initial_militants=x, **values | {"entry_rate": 1e-12})
        for x in (1e-3, 1e-6)
    )
    assert np.all(unserved > served)


@pytest.mark.parametrize(("kind", "stock"), [("transport", "transport"), ("energy", "mining")])
def test_economy__attacks_leave_damage_that_takes_from_services(kind, stock):
    values = {"damage_half": 1e-6, "reaction": 1e-9, "investment_flight": 1e-9}
    hit = attack(kind, count=50)
    damage = end(f"damage_{stock}", pulses=hit, **values) - end(f"damage_{stock}", **values)
    assert damage[1] > 1.0
    services = end("service_level", pulses=hit, **values) - end("service_level", **values)
    assert services[1] < 0.0


def test_economy__investment_leaves_after_attacks_and_comes_back():
    fall = end("investment", pulses=attack(count=30)) / end("investment")
    assert fall[1] < 0.95
    later = end("investment", pulses=attack(count=30), weeks=400) / end("investment", weeks=400)
    assert fall[1] < later[1]


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


@pytest.mark.parametrize(
    ("lever", "parameter"),
    [("local_agency", "agency_response"), ("proxies", "proxy_response")],
)
@pytest.mark.parametrize("response", [5e-3, -5e-3])
def test_politics__say_moves_exclusion_against_the_sign_of_its_response(lever, parameter, response):
    values = {"agency_response": 0.0, "proxy_response": 0.0} | {parameter: response}
    none, full = (end("grievance_exclusion", levers={lever: x}, **values) for x in (0.0, 1.0))
    assert np.all((full - none) * response < 0.0)


@pytest.mark.parametrize("response", [2e-2, -2e-2])
def test_dialogue__brings_militants_back_or_spoilers_in(response):
    values = {"dialogue_response": response}
    none, talks = (end("militants", levers={"dialogue": x}, **values) for x in (0.0, 1.0))
    assert np.all((talks - none) * response < 0.0)


@pytest.mark.parametrize("faction", FACTIONS)
def test_dialogue__reaches_the_faction_that_it_is_held_with(faction):
    lever = {"nationalist": "dialogue"}.get(faction, f"dialogue_{faction}")
    values = {"softening_rate": 1e-12, "splinter_rate": 1e-12, "relapse_rate": 1e-12}
    values["dialogue_response"] = 2e-2
    for other in FACTIONS:
        stock = f"militant_{other}"
        none, talks = (end(stock, levers={lever: x}, **values) for x in (0.0, 1.0))
        assert np.all(talks < none - 0.01) == (other == faction)


def test_dialogue__needs_trust_leaders_and_a_word_that_is_kept():
    values = {"dialogue_response": 2e-2, "tip_value": 1e-9}
    held = {"dialogue": 1.0}
    base = end("reintegrated", levers=held, **values)
    assert np.all(end("reintegrated", levers=held, initial_trust=0.9, **values) > base)
    assert np.all(end("reintegrated", levers=held | {"local_agency": 0.9}, **values) > base)
    assert np.all(end("reintegrated", levers=held, pulses=sweep(), **values)[1] < base[1])


@pytest.mark.parametrize(("worth", "grows"), [(1.0, True), (0.0, False)])
def test_dialogue__through_proxies_is_worth_what_the_parameter_says(worth, grows):
    values = {"proxy_channel": worth}
    none, full = (
        end("credibility", levers={"dialogue": 1.0, "proxies": x}, **values) for x in (0.0, 1.0)
    )
    assert np.all(full > none) == grows


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_dialogue__support_keeps_former_militants_or_not(response):
    values = {"reintegration_response": response, "relapse_rate": 0.05}
    values["dialogue_response"] = 2e-2
    levers = {"dialogue": 1.0}
    left, helped = (
        end("reintegrated", levers=levers | {"reintegration_support": x}, **values)
        for x in (0.0, 1.0)
    )
    assert np.all((helped - left) * response > 0.0)


@pytest.mark.parametrize("name", [*build_model().levers])
def test_lever__moves_the_stock_that_it_names(name):
    lever = build_model().levers[name]
    responses = {"agency": 5e-3, "proxy": 5e-3, "project": 2e-3, "dialogue": 2e-2}
    responses |= {"harm": 1.0, "redress": 0.5, "reintegration": 0.5, "services": 0.5}
    active = {f"{name}_response": value for name, value in responses.items()}
    levers = {"operational_tempo": 5.0}
    if name == "reintegration_support":
        levers["dialogue"] = 1.0
    low, high = (
        end(lever.moves, levers=levers | {name: x}, **active) for x in (lever.low, lever.high)
    )
    assert np.any(np.abs(high - low) > 1e-6 * np.abs(low))
