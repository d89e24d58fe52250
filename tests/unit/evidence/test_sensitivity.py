"""Sensitivity analyses, among them the one that allows for wrong initiators."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from scipy.special import ndtri

from tarazu.core.errors import FitError
from tarazu.evidence.finding import CANNOT_TELL, Analysis
from tarazu.evidence.misclassification import draw_initiators
from tarazu.evidence.registry import ESTIMATORS
from tarazu.evidence.sensitivity import (
    RANGED,
    REDRAWN,
    SENSITIVITY_ANALYSES,
    analyse_sensitivity,
    by_sign,
    pool,
    selections_of,
)
from tarazu.record import load_record
from tarazu.record.vocabulary import DEATHS

Z_90 = float(ndtri(0.95))


@pytest.fixture(scope="module")
def record():
    return load_record()


def sides(record):
    return record.events.groupby("initiator")["count"].sum()


def test_draw_initiators__moves_about_as_many_events_as_the_hand_did(record):
    # Headline sample: of events coded militant the hand gave 1 of 40 to the state, of those
    # coded unclear 2 of 10 to a side. So about 17 of 476 and some 30 of 103 events change.
    drawn = [sides(draw_initiators(record, r)) for r in range(40)]
    coded = sides(record)
    gained = np.mean([d["state"] for d in drawn]) - coded["state"]
    assert 5 < gained < 60
    assert all(d["other"] == coded["other"] for d in drawn)
    assert len({int(d["state"]) for d in drawn}) > 5  # the rates are drawn, not fixed


def test_draw_initiators__keeps_events_and_deaths(record):
    drawn = draw_initiators(record, 0)
    assert drawn.n_events == record.n_events
    assert set(drawn.events["count"]) == {1}
    for side in DEATHS:
        assert drawn.events[side].sum() == record.events[side].sum()


def test_draw_initiators__repeats_itself_and_ignores_the_order_of_rows(record):
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=3))
    first, again = draw_initiators(record, 4).events, draw_initiators(shuffled, 4).events
    columns = [c for c in first.columns if c != "event_id"]
    assert first[columns].equals(again[columns])
    assert not first["initiator"].equals(draw_initiators(record, 5).events["initiator"])


def test_draw_initiators__takes_a_stated_range_where_rates_are_not_measured(record):
    unmeasured = replace(record, rules_digest="of other rules")
    coded = record.events.loc[record.events.index.repeat(record.events["count"])]
    militant = int((coded["initiator"] == "militant").sum())
    lost = []
    for replicate in range(60):
        drawn = draw_initiators(unmeasured, replicate)
        found = sides(drawn)
        assert found.sum() == record.n_events
        assert "stated range" in drawn.selection[-1]
        only = replace(unmeasured, events=coded[coded["initiator"] == "militant"].assign(count=1))
        left = sides(draw_initiators(only, replicate)).get("militant", 0)
        lost.append(1 - left / militant)
    # Uniform on 0 to 30%: mean 15%, standard error of 60 draws 1.2 points; 5 of them.
    assert abs(np.mean(lost) - 0.15) < 0.06
    assert min(lost) < 0.05
    assert 0.25 < max(lost) < 0.40


def test_sensitivity__says_whether_error_rates_were_measured_or_assumed(record):
    verdict_of = by_sign("rises", "falls")

    def analyse(part):
        return Analysis(1.0, (0.5, 1.5), 0.01, {"attacks": 1})

    measured = analyse_sensitivity(record, analyse, verdict_of)
    elsewhere = replace(record, rules_digest="of other rules")
    assumed = analyse_sensitivity(elsewhere, analyse, verdict_of)
    assert measured[-1].name == REDRAWN
    assert assumed[-1].name == RANGED == "0% to 30% of initiators wrong, a stated range"


def test_pool__widens_the_interval_by_the_spread_of_the_draws():
    same = [Analysis(0.5, (0.5 - Z_90, 0.5 + Z_90), 0.6, {"attacks": 9})] * 5
    pooled = pool(same, 0.9)
    assert pooled.interval == pytest.approx((0.5 - Z_90, 0.5 + Z_90))
    spread = [replace(r, estimate=0.5 + d) for r, d in zip(same, (-2, -1, 0, 1, 2), strict=True)]
    # Rubin: within 1, between 2.5 with the factor 1 + 1/5, so a variance of 4.
    assert pool(spread, 0.9).interval == pytest.approx((0.5 - 2 * Z_90, 0.5 + 2 * Z_90))
    assert pool(spread, 0.9).estimate == 0.5


def test_pool__takes_the_median_p_value_without_intervals():
    analyses = [Analysis(1.0, None, p, {}) for p in (0.01, 0.2, 0.9)]
    assert pool(analyses, 0.9) == Analysis(1.0, None, 0.2, {})


def test_pool__of_analyses_that_do_not_vary_tests_nothing():
    assert pool([Analysis(0.0, (0.0, 0.0), None, {"events": 40})] * 2, 0.9) == Analysis(
        0.0, (0.0, 0.0), None, {"events": 40}
    )


def test_pool__needs_no_less_than_its_analyses_do():
    """An interval that reaches farther on the side of 0, as that of a test of two conditions."""
    analyses = [Analysis(5.0, (0.0, 6.0), p, {}) for p in (0.3, 0.4, 0.5)]
    assert pool(analyses, 0.9).p_value == pytest.approx(0.1)


def test_sensitivity__without_enough_events_cannot_tell(record):
    verdict_of = by_sign("rises", "falls")

    def analyse(part):
        if part.selection[-1:] == ("islamist groups only",):
            raise FitError("too few")
        if part.selection[-1:] == ("baloch groups only",):
            return None
        return Analysis(1.0, (0.5, 1.5), 0.01, {"attacks": 1})

    sensitivity = {v.name: v for v in analyse_sensitivity(record, analyse, verdict_of)}
    assert list(sensitivity) == list(SENSITIVITY_ANALYSES)
    for name in ("Baloch groups only", "Islamist groups only"):
        assert sensitivity[name].verdict == CANNOT_TELL
        assert sensitivity[name].estimate is None
        assert sensitivity[name].n["attacks"] > 0  # what there was is still said
    assert sensitivity["active years only"].verdict == "rises"
    assert sensitivity[REDRAWN].verdict == "rises"


def test_selections__of_a_movement_need_a_group_of_it_in_another_region(record):
    elsewhere = replace(record, region=replace(record.region, name="slavia", title="Slavia"))
    assert list(selections_of(elsewhere)) == list(selections_of(record))  # it has both movements
    events = elsewhere.events.assign(movement="")
    named = [name for name in selections_of(replace(elsewhere, events=events)) if "only" in name]
    assert named == ["active years only"]


def test_selections__of_another_region_are_those_that_change_the_record(record):
    elsewhere = replace(record, region=replace(record.region, name="slavia", title="Slavia"))
    events = elsewhere.events.assign(zero_best=False, group_site=False, active_year=True)
    events = events[events["initiator"] != "unclear"].assign(movement="islamist")
    assert not selections_of(replace(elsewhere, events=events))
    events.loc[events.index[0], "zero_best"] = True
    assert list(selections_of(replace(elsewhere, events=events))) == ["without best = 0"]


def test_selections__of_the_same_region_from_another_source_have_no_movement(record):
    assert "Baloch groups only" in selections_of(record)
    mapped = replace(record, events=record.events.assign(movement="other", group_site=False))
    found = selections_of(mapped)
    assert not {"Baloch groups only", "Islamist groups only"} & set(found)
    assert "without groups' own sites" not in found


def test_sensitivity__without_measured_initiators_draws_them_over_a_stated_range(record):
    elsewhere = replace(
        record,
        region=replace(record.region, name="slavia", title="Slavia"),
        rules_digest="of other rules",
    )
    found = analyse_sensitivity(
        elsewhere, lambda part: Analysis(1.0, (0.5, 1.5), 0.01, {}), by_sign("rises", "falls")
    )
    names = [analysis.name for analysis in found]
    assert REDRAWN not in names
    assert names == [*selections_of(elsewhere), RANGED]


@pytest.mark.parametrize(
    ("estimate", "p_value", "verdict"),
    [
        (1.0, 0.01, "rises"),
        (-1.0, 0.01, "falls"),
        (1.0, 0.05, CANNOT_TELL),
        (1.0, None, CANNOT_TELL),
    ],
)
def test_by_sign__takes_a_side_below_five_per_cent_only(estimate, p_value, verdict):
    assert by_sign("rises", "falls")(estimate, p_value) == verdict


SAME_NUMBERS = {  # of permutations, in the main and in a sensitivity analysis
    "retaliation": {"refits": 0, "moves": 9},
    "wake": {"replicates": 299, "sensitivity_replicates": 299},
    "near_repeat": {"replicates": 199, "sensitivity_replicates": 199},
    "tactics": {"replicates": 299, "sensitivity_replicates": 299},
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_sensitivity__analyses_what_the_finding_does(record, monkeypatch, name):
    def analyse_the_same(record, analyse, verdict_of, **options):
        main = analyse(record)
        verdict = verdict_of(main.estimate, main.p_value)
        same = replace(main, name="same", verdict=verdict)
        return (same,)

    monkeypatch.setattr(
        import_module(f"tarazu.evidence.{name}.estimator"), "analyse_sensitivity", analyse_the_same
    )
    options = SAME_NUMBERS.get(name, {})
    finding = ESTIMATORS[name](record, **options)
    # drawn deaths of dose and severity come beside, from the deaths and not from the record
    (again,) = [one for one in finding.sensitivity if one.name == "same"]
    assert again.estimate == pytest.approx(finding.estimate)
    assert again.interval == pytest.approx(finding.interval)
    assert again.verdict == finding.verdict
