"""For each mechanism, what follows from it in one small world, over weeks.

Mean field, parameters at their medians but for those named; a contrast moves one thing. The sign of
each single term is held by `test_model_signs`.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import Pulse, simulate
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.model import build_model, today
from tarazu.model.stocks import CLASSES, FACTIONS, MILITANTS

WEEKS = 30
ARREST_TOLERANCE = 1e-4  # of the published value, printed with four digits
UNHARMED = {"killed_per_operation": 1e-9, "militants_among_taken": 1e-9}  # nobody is removed
SILENT = {"recruits_per_killed": 0.0, "recruits_per_detained": 0.0, "recruits_per_disappeared": 0.0}
"""Kin whom harm neither brings nor keeps away."""


def end(quantity, *, pulses=(), levers=None, weeks=WEEKS, total=False, **parameters):
    """Level of a quantity after the last week (or its sum over weeks), by district."""
    names = MILITANTS if quantity == "militants" else (quantity,)
    run = _run(tuple(pulses), _items(levers or {}), weeks, _items(parameters))
    series = np.sum([run.by_district(name)[0] for name in names], axis=0)
    return series.sum(axis=0) if total else series[-1]


def _items(values):
    return tuple(sorted(values.items()))


# Most tests compare with one of few runs, and read several quantities of one.
@lru_cache(maxsize=32)
def _run(pulses, levers, weeks, parameters):
    m = build_model()
    return simulate(
        m,
        medians(m, **dict(parameters)),
        default_levers(m, weeks, 3, **dict(levers)),
        districts=line_of_districts(3, 200_000.0),
        seed=0,
        members=np.array([0]),
        weeks=weeks,
        pulses=pulses,
        keep=program_of(m).quantities,
        mode="mean",
        engine="numpy",
    )


def sweep(count=5, week=2, district=1):
    return [Pulse("operations", week, district, count=count)]


def attack(kind="urban", count=10, week=2, district=1):
    return [Pulse(f"attacks_{kind}", week, district, count=count)]


def test_operations__remove_militants_by_death():
    without = {"killed_per_operation": 1e-9}
    assert end("militants", pulses=sweep())[1] < end("militants")[1] - 1.0
    assert end("militants", pulses=sweep(), **without)[1] > end("militants", **without)[1] - 1.0


def test_operations__remove_militants_by_capture_in_raids():
    tempo = {"operational_tempo": 10.0}
    assert np.all(
        end("militants", levers=tempo, militants_among_taken=0.3)
        < end("militants", levers=tempo, militants_among_taken=1e-9) - 1.0
    )


@pytest.mark.parametrize("event", ["raids", "operations"])
def test_operations__follow_tempo(event):
    slow, fast = (end(event, levers={"operational_tempo": x}) for x in (0.5, 2.0))
    assert np.all(fast > 2.0 * slow)


@pytest.mark.parametrize("event", ["raids", "operations"])
def test_operations__react_to_attacks(event):
    reacted = end(event, pulses=attack(), total=True) / end(event, total=True)
    assert reacted[1] > 1.2


def test_operations__cannot_exceed_what_the_mobile_force_carries():
    tempo = {"operational_tempo": 10.0}
    usual = end("raids")
    assert np.all(end("raids", levers=tempo, surge_capacity=0.5) < 1.5 * usual)
    guarding = tempo | {f"protection_{kind}": 0.24 for kind in CLASSES}
    assert np.all(end("raids", levers=guarding) < end("raids", levers=tempo))


def test_operations__kill_only_where_there_are_militants_to_find():
    few, many = (end("operations", militants_today=1e-4, weeks=1) for _ in range(2))
    np.testing.assert_array_equal(few, many)  # today's number of them is a rate by head
    held = {"renewal": 0.01, "desertion_rate": 0.2, "relapse_rate": 1e-9}
    left = end("militants", **held) / end("militants")
    assert np.all(left < 0.1)
    fewer = end("operations", **held) / end("operations")
    assert np.all(fewer < 0.3)
    assert np.all(end("raids", **held) / end("raids") > fewer)


def test_record__sees_a_share_of_operations_raids_and_disappearances():
    shares = {
        "operations_recorded": ("operations", 0.6, {"operations_recorded_share": 0.6}),
        "disappearances_reported": ("disappeared", 0.5, {"disappearances_reported_share": 0.5}),
        "raids_claimed": ("raids", 4.0, {"raids_per_claim": 0.25}),
    }
    for seen, (happened, share, values) in shares.items():
        ratio = end(seen, total=True, **values) / end(happened, total=True, **values)
        assert ratio == pytest.approx(share, rel=1e-9)


def test_arrest_probability__is_epsteins_at_one_cop_for_each_active():
    """Epstein (2002), https://doi.org/10.1073/pnas.092080199: 1 - exp(-2.3) at a ratio of one."""
    m = build_model()
    chance = m.definitions["find_chance"].expression
    values = {"engaged_share": 0.5, "mobile_force": 200.0, "militants": 100.0}
    found = float(chance.subs({m[name]: value for name, value in values.items()}))
    assert found == pytest.approx(0.8997, abs=ARREST_TOLERANCE)


def test_operations__discriminate_with_trust_and_intelligence():
    base = end("discrimination", weeks=1)
    assert np.all(end("discrimination", weeks=1, trust_today=0.9) > base + 0.05)
    better = {"technical_intelligence": 0.8}
    assert np.all(end("discrimination", weeks=1, levers=better) > base + 0.05)
    assert np.all(end("discrimination", weeks=1, sympathisers_today=0.5) < base)


def test_operations__find_more_militants_with_intelligence():
    blunt, sharp = (
        end("militants", pulses=sweep(), levers={"technical_intelligence": x}) for x in (0.0, 0.9)
    )
    assert sharp[1] < blunt[1] - 1.0


@pytest.mark.parametrize("reactive", [0.0, 0.4, 1.0])
def test_force__is_one_total_wherever_it_goes(reactive):
    force = end("force", pulses=attack(), weeks=4, levers={"reactive_share": reactive})
    population = line_of_districts(3, 200_000.0).population
    assert force.sum() == pytest.approx(float(today.FORCE) * population.sum(), rel=1e-12)


def test_force__goes_where_attacks_were():
    standing, reactive = (
        end("force", pulses=attack(), weeks=4, levers={"reactive_share": x}) for x in (0.0, 1.0)
    )
    assert reactive[1] > 1.2 * standing[1]
    assert reactive[0] < standing[0]


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_force__that_stands_eases_or_hinders_attacks(response):
    standing, reactive = (
        end("attacks", weeks=1, standing_response=response, levers={"reactive_share": x})
        for x in (0.0, 0.9)
    )
    assert np.all((reactive - standing) * response > 0.0)


def test_harm__falls_with_discrimination_and_strict_rules():
    for lever in ("technical_intelligence", "discrimination_rules"):
        blunt, sharp = (
            end("operation_deaths_civilian", total=True, levers={lever: x}) for x in (0.0, 1.0)
        )
        assert np.all(sharp < 0.6 * blunt), lever


@pytest.mark.parametrize("stock", ["missing_weeks", "missing_years"])
def test_custody__due_process_turns_disappearance_into_detention(stock):
    lawless, lawful = ({"due_process": x} for x in (0.0, 1.0))
    assert np.all(end(stock, levers=lawful) < end(stock, levers=lawless))
    for held in ("custody", "prison"):
        assert np.all(end(held, levers=lawful) > end(held, levers=lawless))


def test_custody__due_process_covers_militants_too():
    values = {"militants_among_taken": 0.99, "taken_per_operation": 1e-9}
    lawless, lawful = (end("disappeared", levers={"due_process": x}, **values) for x in (0.0, 1.0))
    assert np.all(lawless > 0.0)
    assert np.all(lawful == 0.0)


def test_custody__ends_in_release_or_a_sentence():
    kept, freed = (end("custody", charged_share=0.5, custody_rate=x) for x in (0.01, 0.5))
    assert np.all(freed != kept)
    assert np.all(end("prison", charged_share=0.9) > 2.0 * end("prison", charged_share=0.1))


def test_custody__the_missing_come_back_within_weeks_or_stay_for_years_or_die():
    few, many = (end("missing_years", long_share=x) for x in (0.1, 0.9))
    assert np.all(many > few)
    lost, found = (end("missing_years", levers={"accounting": x}) for x in (0.0, 1.0))
    assert np.all(found < lost)
    spared, killed = (
        end("deaths_in_custody", total=True, custody_death_share=x) for x in (0.01, 0.3)
    )
    assert np.all(killed > 10.0 * spared)


@pytest.mark.parametrize(("quantity", "sign"), [("grievance_repression", 1), ("trust", -1)])
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_alienation__responds_to_harm_with_its_sign(quantity, sign, response):
    values = {"alienation_response": response}
    change = end(quantity, pulses=sweep(), **values) - end(quantity, **values)
    assert change[1] * sign * response > 0.0


KINDS = {
    "recruits_per_killed": {"killed_per_operation": 1e-9, "taken_per_operation": 1e-9},
    "recruits_per_detained": {"killed_per_operation": 1e-9, "deaths_per_operation": 1e-9},
    "recruits_per_disappeared": {"killed_per_operation": 1e-9, "deaths_per_operation": 1e-9},
}
"""By kind of harm, what keeps the others out of a sweep."""


@pytest.mark.parametrize("kind", [*KINDS])
@pytest.mark.parametrize("response", [0.5, -0.5])
def test_kin__each_kind_of_harm_brings_recruits_or_keeps_them_away(kind, response):
    values = {**SILENT, **KINDS[kind], kind: response, "retaliation": 0.0}
    lawful = 1.0 if kind == "recruits_per_detained" else 0.0
    levers = {"due_process": lawful}
    quiet, harmed = (
        end("militants", weeks=104, pulses=pulses, levers=levers, **values)
        for pulses in ((), sweep(20))
    )
    assert (harmed - quiet)[1] * response > 0.0
    calm, turned = (
        end("sympathiser", weeks=104, pulses=pulses, levers=levers, **values)
        for pulses in ((), sweep(20))
    )
    assert (turned - calm)[1] * response > 0.0


def test_kin__decide_later():
    values = {**SILENT, **KINDS["recruits_per_killed"], "recruits_per_killed": 1.0}
    early, late = (
        end("kin_flow", weeks=w, total=True, pulses=sweep(20), **values)
        - end("kin_flow", weeks=w, total=True, **values)
        for w in (4, 104)
    )
    assert 0.0 < early[1] < 0.2 * late[1]


def test_kin__harm_that_returns_to_the_same_families_brings_fewer():
    values = {**SILENT, "recruits_per_killed": 1.0, "kin_decay": 0.5}
    spread, returned = (
        end("kin_flow", kin_targeting=x, pulses=sweep(200), weeks=104, total=True, **values)
        / end(
            "operation_deaths_civilian",
            kin_targeting=x,
            pulses=sweep(200),
            weeks=104,
            total=True,
            **values,
        )
        for x in (0.01, 0.99)
    )
    assert returned[1] < 0.95 * spread[1]


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_kin__redress_moves_recruits_against_the_sign_of_its_response(response):
    values = {**SILENT, "recruits_per_killed": 0.5, "redress_response": response}
    none, paid = (end("kin_flow", levers={"redress": x}, **values) for x in (0.0, 1.0))
    assert np.all((paid - none) * response < 0.0)


def test_grievance__without_response_is_untouched_by_harm():
    swept = end("grievance_repression", pulses=sweep(), alienation_response=0.0)
    np.testing.assert_array_equal(swept, end("grievance_repression", alienation_response=0.0))


def test_grievance__needs_harm():
    values = {"alienation_response": 1.0}
    harmless = end("grievance_repression", levers={"operation_harm": 0.0}, **values)
    assert np.all(harmless < end("grievance_repression", **values))


def test_grievance__wears_trust_down():
    values = {"project_response": 2.0, "trust_response": 4.0}
    calm, aggrieved = (
        end("trust", weeks=104, levers={"project_scale": x}, **values) for x in (0.0, 5.0)
    )
    assert np.all(aggrieved < calm)


def test_contagion__grievance_makes_sympathisers_and_recruits():
    values = {"project_response": 2.0}
    low, high = ({"levers": {"project_scale": x}, "weeks": 104, **values} for x in (0.0, 5.0))
    assert np.all(end("sympathiser", **high) > end("sympathiser", **low))
    assert np.all(end("militants", **high) > end("militants", **low))


def test_contagion__spreads_by_contact_and_cools():
    aggrieved = {"project_response": 2.0, "weeks": 208, "levers": {"project_scale": 5.0}}
    lonely, met = (end("sympathiser", contact_share=x, **aggrieved) for x in (0.01, 0.9))
    assert np.all(met > lonely)  # where there are more than today, contact makes more of them


def test_contagion__cools_by_itself():
    values = {**SILENT, "recruits_per_killed": 1.0, "kin_sympathy": 200.0, "weeks": 104}
    slow, fast = (
        end("sympathiser", pulses=sweep(50), cooling_rate=x, **values)
        - end("sympathiser", cooling_rate=x, **values)
        for x in (1e-3, 0.1)
    )
    assert 0.0 < fast[1] < 0.5 * slow[1]


@pytest.mark.parametrize("response", [2.0, -2.0])
def test_contagion__militants_own_harm_moves_sympathy_against_its_response(response):
    values = {"toll_response": response, **SILENT}
    change = end("sympathiser", pulses=attack(), **values) - end("sympathiser", **values)
    assert change[1] * response < 0.0


@pytest.mark.parametrize("kind", ["", "_harm"])
@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__responds_to_raids_and_their_harm_each_on_its_own(kind, response):
    other = {"": "_harm", "_harm": ""}[kind]
    values = {
        f"recruitment_response{kind}": response,
        f"recruitment_response{other}": 0.0,
        **SILENT,
        **UNHARMED,
    }
    usual, more = (end("militants", levers={"operational_tempo": x}, **values) for x in (1.0, 5.0))
    assert np.all((more - usual) * response > 0.0)


def test_recruitment__of_islamists_responds_to_coercion_by_their_own_sensitivity():
    values = {"recruitment_response": 1.0, "islamist_sensitivity": -1.0, **SILENT, **UNHARMED}
    for faction, sign in (("hardline", 1.0), ("islamist", -1.0)):
        usual, more = (
            end(f"militant_{faction}", levers={"operational_tempo": x}, **values)
            for x in (1.0, 5.0)
        )
        assert np.all((more - usual) * sign > 0.0)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__falls_or_rises_with_investment(response):
    values = {"opportunity_response": response, "flight_share": 0.9, "investment_rate": 0.1}
    hit = attack("energy", count=30)
    change = end("militant_nationalist", pulses=hit, **values)
    change = change - end("militant_nationalist", pulses=hit, **values | {"flight_share": 0.01})
    assert change[1] * response > 0.0  # where investment left, men join, or do not


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_recruitment__responds_to_the_missing(response):
    values = {"absence_response": response, **SILENT}
    lost, found = (
        end("militants", weeks=104, levers={"accounting": x}, **values) for x in (0.0, 1.0)
    )
    assert np.all((found - lost) * response < 0.0)


def test_recruitment__stops_where_nobody_willing_is_left():
    many = {"renewal": 50.0, "filled_today": 0.5, "relocation_rate": 1e-9, "relapse_rate": 1e-9}
    militants = end("militants", weeks=520, **many)
    willing = (
        end("sympathiser", weeks=520, **many) * 1.5e-4 / 0.5 / medians_of("sympathisers_today")
    )
    assert np.all(militants < 1.01 * willing)
    assert np.all(militants > 0.8 * willing)


def medians_of(name):
    return build_model().parameters[name].median


def test_recruitment__goes_on_without_militants_through_importation_alone():
    spontaneous = {"spontaneous_share": 0.5, "desertion_rate": 0.5, "relapse_rate": 1e-9, **SILENT}
    quiet, imported = (
        end("militants", weeks=400, levers={"importation": x}, renewal=0.1, **spontaneous)
        for x in (0.0, 1.0)
    )
    assert np.all(imported > 10.0 * quiet)


def test_sponsorship__adds_militants_that_grievance_does_not_bring():
    values = {"renewal": 0.5, "desertion_rate": 0.05}
    paid, unpaid = (
        end("militant_islamist", weeks=260, sponsored_share=x, **values) for x in (0.9, 0.0)
    )
    assert np.all(paid > 1.5 * unpaid)


def test_sponsorship__arms_do_not_follow_the_number_of_men():
    values = {"renewal": 0.5, "desertion_rate": 0.02}
    armed, alone = (end("attacks", weeks=104, sponsored_arms=x, **values) for x in (0.8, 1e-9))
    assert np.all(armed > 1.2 * alone)
    at_start = [end("attacks", weeks=1, sponsored_arms=x) for x in (0.8, 1e-9)]
    np.testing.assert_allclose(at_start[0], at_start[1], rtol=1e-3)


@pytest.mark.parametrize("kind", ["", "_harm"])
@pytest.mark.parametrize("response", [0.5, -0.5])
def test_attacks__respond_to_operations_and_their_harm_each_on_its_own(kind, response):
    values = {f"retaliation{kind}": response, **SILENT, **UNHARMED, "attacks_today": 1e-6}
    swept = end("attacks", total=True, pulses=sweep(), **values)
    change = (swept - end("attacks", total=True, **values))[1]
    assert change * response > 0.0
    if kind == "":  # in attacks by operation, and what these bring in turn
        assert abs(change) > 0.8 * 5 * abs(response)


def test_attacks__bring_attacks():
    few, many = (
        end("attacks", total=True, pulses=attack(), momentum=x)
        - end("attacks", total=True, momentum=x)
        for x in (0.01, 0.6)
    )
    assert many[1] > 1.5 * few[1]


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_attacks__spoilers_respond_to_talks_with_the_sign_of_their_response(response):
    values = {"spoiler_response": response, "dialogue_response": 0.0}
    quiet, talks = (
        end("attacks", total=True, levers={"dialogue": x}, **values) for x in (0.0, 1.0)
    )
    assert np.all((talks - quiet) * response > 0.0)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_attacks__respond_to_the_number_of_groups(response):
    values = {"splinter_response": 2.0, "group_turnover": 0.2, **UNHARMED, **SILENT}
    levers = {"operational_tempo": 5.0}
    change = end("attacks", levers=levers, outbidding_response=response, **values)
    change = change - end("attacks", levers=levers, outbidding_response=0.0, **values)
    assert np.all(change * response > 0.0)


def test_attacks__follow_militants():
    fewer = end("attacks", weeks=104, renewal=0.1, desertion_rate=0.03)
    assert np.all(fewer < 0.5 * end("attacks", weeks=1))


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
        end("attacks", weeks=1, levers={"protection_security": x}, substitution=1e-9)
        for x in (0.0, 0.25)
    )
    assert np.all(guarded < open_)


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_targets__cells_in_cities_grow_or_wither_over_years(response):
    values = {"seeding_response": response, "weeks": 260}
    still, moved = (
        end("attacks_urban", **values | {"seeding_response": x})
        / end("attacks", **values | {"seeding_response": x})
        for x in (0.0, response)
    )
    assert np.all((moved - still) * response > 0.0)
    assert np.all(np.diff(abs(moved - still)) > 0.0)  # districts are more and more urban


def test_lethality__kills_civilians():
    deaths = {"deaths_per_attack_urban": 2.0, "following_share": 1e-9, "momentum": 1e-9}
    levers = {"reactive_share": 0.0}
    more = end("dead", pulses=attack(), levers=levers, **deaths) - end(
        "dead", levers=levers, **deaths
    )
    assert more[1] == pytest.approx(20.0, rel=0.02)


@pytest.mark.parametrize("response", [0.3, -0.3])
def test_relocation__operations_scatter_or_pin(response):
    values = {"scatter": response, "relocation_rate": 0.05, **UNHARMED}
    swept = end("relocations", total=True, pulses=sweep(), **values)
    assert (swept - end("relocations", total=True, **values))[1] * response > 0.0


def test_relocation__an_operation_moves_its_share_within_weeks():
    values = {"scatter": 0.3, "relocation_rate": 1e-9, **UNHARMED, **SILENT}
    left = end("relocations", weeks=12, total=True, pulses=sweep(1), **values)
    assert left[1] == pytest.approx(0.25 * end("militants", **values)[1], rel=0.2)


def test_relocation__goes_where_support_is():
    values = {"relocation_rate": 0.05, "weeks": 52}
    drawn, even = (end("militants", support_pull=x, **values) for x in (1e-2, 1e-9))
    assert drawn[2] > even[2] + 1.0  # districts hold more and more people
    assert drawn[0] < even[0] - 1.0


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_factions__split_under_pressure_or_close_ranks(response):
    values = {"splinter_response": response, "splinter_rate": 0.01, "group_turnover": 0.05}
    for quantity, sign in (("militant_nationalist", -1.0), ("groups", 1.0)):
        usual, pressed = (
            end(quantity, levers={"operational_tempo": x}, **values, **UNHARMED, **SILENT)
            for x in (1.0, 5.0)
        )
        assert np.all((pressed - usual) * response * sign > 0.0)


def test_factions__a_record_names_the_groups_that_attack():
    quiet, active = (end("groups_active", weeks=1, attacks_today=x) for x in (3e-8, 3e-8))
    np.testing.assert_array_equal(quiet, active)  # attacks by group are as today's
    assert np.all(end("groups_active", renewal=0.01, desertion_rate=0.2) < 0.7 * quiet)


@pytest.mark.parametrize("kind", ["transport", "energy"])
def test_economy__attacks_leave_damage_that_takes_from_services(kind):
    values = {"following_share": 1e-9, "flight_share": 1e-9}
    hit = attack(kind, count=50)
    damage = end(f"damage_{kind}", pulses=hit, **values) - end(f"damage_{kind}", **values)
    assert damage[1] > 1.0
    services = end("service_level", pulses=hit, **values) - end("service_level", **values)
    assert services[1] < 0.0


def test_economy__lost_investment_takes_from_services():
    values = {"flight_share": 0.9, "investment_rate": 0.1, "repair_share": 1e-9}
    hit = attack("urban", count=30)
    free, bound = (
        end("service_level", pulses=hit, fiscal_dependence=x, **values) for x in (0.01, 0.9)
    )
    assert bound[1] < free[1]


def test_economy__investment_leaves_after_attacks_and_comes_back():
    fall = end("investment", pulses=attack(count=30)) / end("investment")
    assert fall[1] < 0.95
    later = end("investment", pulses=attack(count=30), weeks=400) / end("investment", weeks=400)
    assert fall[1] < later[1]


@pytest.mark.parametrize("response", [1.0, -1.0])
def test_development__projects_move_grievance_with_the_sign_of_their_response(response):
    values = {"project_response": response}
    small, large = (
        end("grievance_extraction", levers={"project_scale": x}, **values) for x in (0.5, 3.0)
    )
    assert np.all((large - small) * response > 0.0)


@pytest.mark.parametrize("lever", ["local_revenue_share", "local_agency"])
def test_development__a_local_share_softens_the_effect_of_projects(lever):
    outside, local = (
        end("grievance_extraction", levers={lever: x}, project_response=1.0) for x in (0.0, 0.9)
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
@pytest.mark.parametrize("response", [1.0, -1.0])
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
    values = {"splinter_rate": 1e-12, "relapse_rate": 1e-12}
    values["dialogue_response"] = 2e-2
    for other in FACTIONS:
        stock = f"militant_{other}"
        none, talks = (end(stock, levers={lever: x}, **values) for x in (0.0, 1.0))
        assert np.all(talks < 0.999 * none) == (other == faction)


def test_dialogue__needs_trust_leaders_and_a_word_that_is_kept():
    values = {"dialogue_response": 2e-2, "tip_value": 1e-9}
    held = {"dialogue": 1.0}
    base = end("reintegrated", levers=held, **values)
    assert np.all(end("reintegrated", levers=held, trust_today=0.9, **values) > base)
    assert np.all(end("reintegrated", levers=held | {"local_agency": 0.9}, **values) > base)
    broken = end("reintegrated", levers=held, breach=1.0, **values)
    assert np.all(broken < base)


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


@pytest.mark.parametrize("faction", FACTIONS)
@pytest.mark.parametrize("response", [0.1, pytest.param(-0.1, marks=pytest.mark.heavy)])
def test_dialogue__cannot_push_militants_beyond_the_willing(faction, response):
    lever = {"nationalist": "dialogue"}.get(faction, f"dialogue_{faction}")
    values = {"dialogue_response": response, "filled_today": 0.5, "trust_today": 0.9}
    levers = {lever: 1.0, "local_agency": 1.0}
    militants = end("militants", weeks=1_040, levers=levers, **values)
    willing = end("sympathiser", weeks=1_040, levers=levers, **values) * 1.5e-4 / 0.5
    assert np.all(militants < 1.2 * willing / medians_of("sympathisers_today"))


@pytest.mark.parametrize("name", [n for n, x in build_model().levers.items() if x.moves])
def test_lever__moves_the_stock_that_it_names(name):
    lever = build_model().levers[name]
    responses = {"agency": 1.0, "proxy": 1.0, "project": 1.0, "dialogue": 2e-2}
    responses |= {"alienation": 1.0, "redress": 0.5, "reintegration": 0.5, "services": 0.5}
    active = {f"{name}_response": value for name, value in responses.items()}
    active |= {"recruits_per_killed": 0.5}
    levers = {"operational_tempo": 5.0}
    low, high = (
        end(lever.moves, levers=levers | {name: x}, **active) for x in (lever.low, lever.high)
    )
    assert np.any(np.abs(high - low) > 1e-6 * np.abs(low))


@pytest.mark.parametrize("point", [1e-3, 1.0 - 1e-3])
def test_targets__hold_where_all_the_force_is_sent_to_a_hamlet(point):
    """One person in 50,000: guards that draw attacks there must not leave what numbers hold."""
    m = build_model()
    hamlet = replace(line_of_districts(3), population=np.array([7e6, 300.0, 8e6]))
    levers = {"reactive_share": 1.0, "protection_urban": 0.25, "protection_energy": 0.0}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        run = simulate(
            m,
            medians(m, hardening=float(m.parameters["hardening"].prior.quantile(point))),
            default_levers(m, WEEKS, 3, **levers),
            districts=hamlet,
            seed=0,
            members=np.array([0]),
            weeks=WEEKS,
            pulses=[Pulse("attacks_security", 1, 1, count=3_000)],
            keep=["attacks"],
            mode="mean",
            engine="numpy",
        )
    assert np.isfinite(run.by_district("attacks")).all()
