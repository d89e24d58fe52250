"""The move that flips a ranking: known by hand, the same from both sides, the same bytes twice."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from tests.unit.study.ranking_worlds import DISTRICTS, WEEKS, scenario_of, tempo_model

from tarazu.core.errors import ScenarioError
from tarazu.report.figures.tipping_points import (
    tipping_only,
    tipping_points_figure,
    tipping_points_over_draws_figure,
)
from tarazu.report.pages.figure_pages import write_pages
from tarazu.study.analysis.ranking import Ranking, ranked_outcome
from tarazu.study.analysis.sign_changes import TOLERANCE
from tarazu.study.analysis.tipping_point_check import (
    LEVEL,
    START,
    check_sentence,
    check_tipping_points,
)
from tarazu.study.analysis.tipping_points import find_tipping_points, tipping_points_over_draws
from tarazu.study.setup.scenario import median_scenario

CALM = scenario_of(tempo_model(), "calm", tempo=1.0)
BUSY = scenario_of(tempo_model(), "busy", tempo=2.0)


@pytest.fixture(scope="module")
def flips():
    return find_tipping_points(CALM, BUSY)


def row_of(flips, name):
    return flips.table.set_index("parameter").loc[name]


def test_flips__effect_at_the_medians_is_known(flips):
    assert flips.effect == pytest.approx(-1.0 * WEEKS * DISTRICTS)


@pytest.mark.parametrize(
    ("name", "value", "quantile"),
    [
        ("relief", 4.0, 0.4),
        ("provocation", 5.0, norm.cdf(np.log(5.0 / 4.0) / np.log(2.0))),
    ],
)
def test_flips__are_where_the_two_are_level(flips, name, value, quantile):
    row = row_of(flips, name)
    assert row["tips"]
    assert row["tipping_quantile"] == pytest.approx(quantile, abs=TOLERANCE)
    assert row["tipping_value"] == pytest.approx(value, rel=1e-3)
    assert row["distance"] == pytest.approx(abs(quantile - 0.5), abs=TOLERANCE)


def test_flips__a_parameter_both_policies_share_does_not_flip(flips):
    row = row_of(flips, "level")
    assert not row["tips"]
    assert np.isnan(row["tipping_value"])
    assert row["effect_least"] == pytest.approx(row["effect_most"])


def test_flips__a_ranking_that_turns_back_is_counted(flips):
    row = row_of(flips, "bend")
    assert abs(row["tipping_value"]) == pytest.approx(1.0, abs=4.0 * TOLERANCE)
    assert row["n_changes"] == 2
    assert not row["is_monotone"]
    assert (flips.table["n_changes"] > 1).sum() == 1


def test_flips__skip_and_count_what_is_fixed(flips):
    assert flips.n_fixed == 1
    assert "bend_size" not in set(flips.table["parameter"])


def test_flips__nearest_comes_first_and_is_named(flips):
    known = flips.table["distance"].dropna()
    assert known.is_monotonic_increasing
    assert flips.table["parameter"][0] == "relief"
    sentence = flips.sentence()
    assert "'busy' beats 'calm' at the prior medians (−12 attacks over 6 weeks)" in sentence
    assert "ranking changes if relief falls below 4 (prior quantile 0.400)" in sentence
    assert "3 of 4 parameters" in sentence


def test_flips__swapped_policies_flip_at_the_same_values_with_the_opposite_sign(flips):
    mirror = find_tipping_points(BUSY, CALM)
    assert mirror.effect == -flips.effect
    assert mirror.sentence() == flips.sentence()
    same = ["parameter", "tipping_value", "tipping_quantile", "beyond_quantile", "n_changes"]
    assert mirror.table[same].equals(flips.table[same])
    assert (mirror.table["effect_low"] == -flips.table["effect_low"]).all()
    assert (mirror.table["effect_least"] == -flips.table["effect_most"]).all()


def test_flips__at_the_value_found_the_other_policy_is_ahead(flips):
    names = [*CALM.model.parameters]
    for row in flips.table[flips.table["tips"]].to_dict("records"):
        at = np.full((2, len(names)), 0.5)
        back = np.sign(0.5 - row["tipping_quantile"]) * 2 * TOLERANCE
        at[:, names.index(row["parameter"])] = [
            row["tipping_quantile"],
            row["tipping_quantile"] + back,
        ]
        there, before = Ranking(CALM, BUSY, flips.outcome).expected(at)
        assert there > 0.0 > before


def test_flips__are_the_same_bytes_twice_and_for_any_number_of_threads(flips):
    again = find_tipping_points(CALM, BUSY, workers=3)
    assert again.table.to_csv() == flips.table.to_csv()


def test_flips__a_policy_that_is_the_baseline_has_no_ranking_to_flip():
    level = find_tipping_points(CALM, CALM)
    assert level.effect == 0.0
    assert level.n_tipping == 0
    assert "no ranking to change" in level.sentence()


def test_flips__from_a_level_start_name_what_makes_a_ranking_and_what_to_ask():
    quiet = find_tipping_points(CALM, CALM)
    assert quiet.ranks == ()
    assert "None of the 4 parameters tried" in quiet.sentence()
    found = find_tipping_points(CALM, BUSY)
    table = found.table.assign(
        effect_least=[0.0, -2.0, 0.0, 0.0], effect_most=[0.0, 3.0, 0.0, 1e-30]
    )
    level = replace(found, effect=0.0, table=table)
    assert level.ranks == (table["parameter"][1], table["parameter"][3])
    sentence = level.sentence()
    assert f"these 2 put one of the two ahead: {', '.join(level.ranks)}." in sentence
    assert "--draws" in sentence


def test_flips__none_within_reach_is_said():
    far = scenario_of(tempo_model(), "far", tempo=1.0 + 1e-12)
    assert find_tipping_points(CALM, far).n_tipping == 0  # rounding ranks nothing


def test_checks__drawn_events_agree_where_the_effect_is_large(flips):
    checks = check_tipping_points(flips, CALM, BUSY, replicates=60)
    assert list(checks["parameter"])[:2] == [START, "relief"]
    assert len(checks) == 4
    assert checks["agrees"].all()
    assert list(checks["ahead"]) == ["busy", "calm", "calm", "calm"]
    assert (checks["effect_low"] < checks["effect"]).all()
    assert "'calm' is ahead" in check_sentence(checks)


def test_checks__too_few_runs_do_not_separate():
    near = scenario_of(tempo_model(), "near", tempo=1.001)
    checks = check_tipping_points(find_tipping_points(CALM, near), CALM, near, replicates=5)
    assert checks["ahead"][0] == LEVEL
    assert not checks["agrees"][0]
    assert "not separated" in check_sentence(checks)
    assert "not confirmed" not in check_sentence(checks)  # nor refuted


def test_checks__drawn_events_that_say_the_opposite_do_not_bear_a_flip_out(flips):
    checks = check_tipping_points(flips, CALM, BUSY, replicates=60)
    assert "not confirmed" not in check_sentence(checks)
    wrong = checks.assign(agrees=[True, False, True, True])
    assert check_sentence(wrong).count("not confirmed") == 1


def test_draws__count_where_each_parameter_flips_alone():
    often = tipping_points_over_draws(CALM, BUSY, draws=12, seed=4)
    table = often.table.set_index("parameter")
    assert (table["n_draws"] == 12).all()
    assert table.loc["level", "n_tipping"] == 0
    assert table.loc["relief", "n_tipping"] >= 10  # unless provocation is drawn beyond 10
    assert often.table["n_tipping"].is_monotonic_decreasing
    assert 0.0 < often.ahead.value < 1.0
    mirror = tipping_points_over_draws(BUSY, CALM, draws=12, seed=4)
    assert mirror.ahead.value == pytest.approx(1.0 - often.ahead.value)
    assert mirror.table.equals(often.table)


def test_outcome__that_killing_would_move_ranks_nothing():
    with pytest.raises(ScenarioError, match="never ranked"):
        ranked_outcome("deaths_militant")
    with pytest.raises(ScenarioError, match="never ranked"):
        ranked_outcome("militants")
    with pytest.raises(ScenarioError, match="unknown"):
        ranked_outcome("morale")
    with pytest.raises(ScenarioError, match="Did you mean 'attacks'"):
        ranked_outcome("attaks")


def test_ranking__wants_cases_that_differ_in_the_policy_alone():
    other = scenario_of(tempo_model(), "calm", weeks=WEEKS + 1)
    with pytest.raises(ScenarioError, match="policy"):
        find_tipping_points(CALM, other)


def test_figures__count_what_leaves_the_difference_as_it_is(flips):
    figure = tipping_points_figure(flips)
    assert {row[0] for row in figure.table.rows} == {"relief", "provocation", "bend"}
    notes = " ".join(figure.notes)
    assert "1 of 4 parameters, moved alone, leave the difference" in notes
    assert "1 of 4 parameters change the sign more than once" in notes
    assert "4 parameters, 3 of which change the difference" in figure.n


def test_figures__for_the_terminal_count_what_does_not_flip(flips):
    shown = tipping_only(tipping_points_figure(flips), flips)
    assert {row[3] != "does not flip" for row in shown.table.rows} == {True}
    assert len(shown.table.rows) == flips.n_tipping
    others = int(flips.moves.sum()) - flips.n_tipping
    assert shown.notes[0].startswith(f"{others} parameters change the difference and do not flip")


def test_figures__of_a_policy_beside_itself_show_no_row_and_say_why():
    figure = tipping_points_figure(find_tipping_points(CALM, CALM))
    assert figure.table.rows == ()
    notes = " ".join(figure.notes)
    assert "no ranking to change" in notes
    assert "--draws" in notes
    assert "more than once" not in notes


def test_figures__name_what_changes_the_difference_and_open_as_pages(flips, tmp_path):
    figure = tipping_points_figure(flips)
    assert ("bend", "does not flip") not in {row[:4:3] for row in figure.table.rows}
    assert "below 4" in {row[3] for row in figure.table.rows}
    assert {trace.type for trace in figure.to_plotly().data} == {"bar", "scatter"}
    often = tipping_points_over_draws_figure(tipping_points_over_draws(CALM, BUSY, draws=2))
    assert "2 draws" in often.n
    write_pages([figure, often], tmp_path)
    assert (tmp_path / "flip.html").exists()
    assert (tmp_path / "flip-draws.csv").exists()


@pytest.mark.slow
def test_flips__of_the_shipped_model_hold_in_the_shipped_model():
    scenarios = [
        median_scenario("deterrence", name, weeks=60) for name in ("status-quo", "withdrawal")
    ]
    found = find_tipping_points(*scenarios, workers=2)
    assert len(found.table) + found.n_fixed == len(scenarios[0].model.parameters)
    fixed = {"sponsored_share", "sponsored_arms"}  # by the hypothesis
    assert not fixed & set(found.table["parameter"])
