import numpy as np
import pytest
from tests.unit.study.cases import make_operation_study, make_study

from tarazu.core.errors import ScenarioError
from tarazu.record import load_record
from tarazu.report import write_annex
from tarazu.report.annex.operation_section import short_sentence
from tarazu.study import OUTCOMES, compare, paired_differences, paired_draws, regret, run_study
from tarazu.study.analysis.uncertainty import mean_of, quantile_of, share_of

KEYS = ["subset", "hypothesis", "outcome", "weeks"]
SIMULATED = 2_000  # repeated studies; 90 % intervals must cover in 86 to 94 % of them (6 SE)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("compare") / "out"
    study = make_study(policies=("status-quo", "surge", "withdrawal"), draws=12)
    return run_study(study, record=load_record(), out=out, workers=2)


@pytest.fixture(scope="module")
def comparison(result):
    return compare(result)


@pytest.fixture(scope="module")
def operation(tmp_path_factory):
    out = tmp_path_factory.mktemp("operation") / "out"
    hypotheses = ("backlash", "deterrence", "sponsorship")
    study = make_operation_study(hypotheses=hypotheses, draws=12, block=6)
    return run_study(study, record=load_record(), out=out, workers=2)


def test_regret__is_never_negative_and_someone_has_least(comparison):
    table = comparison.regret
    assert (table["mean"] >= 0).all()
    assert (table["worst_decile"] >= 0).all()
    assert np.allclose(table.groupby(KEYS)["best_share"].sum(), 1.0)


def test_regret__differs_between_policies_as_their_means_do(comparison):
    """Regret is distance to one common best: differences of regret are differences of means."""
    outcomes = comparison.outcomes.set_index([*KEYS, "policy"])["mean"]
    regrets = comparison.regret.set_index([*KEYS, "policy"])["mean"]
    for outcome, sign in (("attacks", 1.0), ("trust", -1.0)):
        at = ("all", "pooled", outcome, 60)
        difference = outcomes[(*at, "surge")] - outcomes[(*at, "withdrawal")]
        assert regrets[(*at, "surge")] - regrets[(*at, "withdrawal")] == pytest.approx(
            sign * difference
        )


def test_regret__of_one_policy_among_its_own_is_none(tmp_path):
    alone = run_study(make_study(policies=("status-quo",)), out=tmp_path / "out")
    table = regret(alone, "attacks")
    assert (table["mean"] == 0).all()
    assert (table["best_share"] == 1).all()
    assert compare(alone, ["attacks"]).leaders.empty


@pytest.mark.parametrize("name", [n for n, o in OUTCOMES.items() if o.better == "none"])
def test_ranking__by_what_killing_moves_is_refused(result, comparison, name):
    with pytest.raises(ValueError, match="never ranked"):
        regret(result, name)
    reported = comparison.outcomes
    assert name in set(reported["outcome"])
    assert reported.loc[reported["outcome"] == name, "worst_decile"].isna().all()
    for table in (comparison.regret, comparison.pairs, comparison.leaders):
        assert name not in set(table["outcome"])


def test_comparison__shows_itself_in_one_line(comparison):
    assert len(repr(comparison)) < 120
    assert f".leaders ({len(comparison.leaders)} rows)" in repr(comparison)


def test_compare__unknown_outcome_is_an_error(result):
    with pytest.raises(ScenarioError, match="no outcome 'body_count'"):
        compare(result, ["body_count"])
    with pytest.raises(ScenarioError, match=r"no outcome 'attaks'.*Did you mean 'attacks'"):
        compare(result, "attaks")
    with pytest.raises(TypeError, match=r"outcomes is 5 \(int\); expected names of outcomes"):
        compare(result, 5)


def test_pairs__beat_or_lose_or_tie(result, comparison):
    pairs = comparison.pairs
    assert ((pairs["p_better"] + pairs["p_equal"]) <= 1 + 1e-12).all()
    m = result.metrics
    m = m[(m["weeks"] == 60) & (m["hypothesis"] == "full")]
    a, b = (m[m["policy"] == n]["attacks"].to_numpy() for n in ("status-quo", "surge"))
    row = pairs.set_index([*KEYS, "policy_a", "policy_b"]).loc[
        ("all", "full", "attacks", 60, "status-quo", "surge")
    ]
    assert row["p_better"] == pytest.approx((a < b).mean())
    assert row["p_equal"] == pytest.approx((a == b).mean())
    assert row["difference"] == pytest.approx((a - b).mean())


def test_pairs__higher_trust_is_better(result, comparison):
    m = result.metrics
    m = m[(m["weeks"] == 60) & (m["hypothesis"] == "full")]
    a, b = (m[m["policy"] == n]["trust"].to_numpy() for n in ("status-quo", "surge"))
    row = comparison.pairs.set_index([*KEYS, "policy_a", "policy_b"]).loc[
        ("all", "full", "trust", 60, "status-quo", "surge")
    ]
    assert row["p_better"] == pytest.approx((a > b).mean())


def test_outcomes__exceed_todays_worst_tenth_in_a_tenth_of_members_today(comparison):
    table = comparison.outcomes
    today = table[(table["policy"] == "status-quo") & (table["hypothesis"] == "pooled")]
    today = today[(today["subset"] == "all") & (today["outcome"] == "attacks")]
    assert today["exceedance"].between(0.05, 0.1 + 1 / 48).all()  # 48 members, and ties


def test_outcomes__pooled_is_the_mean_of_hypotheses(comparison):
    table = comparison.outcomes.set_index([*KEYS, "policy"])["mean"]
    parts = [table["all", name, "attacks", 60, "surge"] for name in ("full", "deterrence")]
    assert table["all", "pooled", "attacks", 60, "surge"] == pytest.approx(np.mean(parts))


def test_outcomes__kept_are_those_of_kept_draws(result, comparison):
    m = result.metrics
    kept = m[(m["weeks"] == 60) & (m["policy"] == "surge") & (m["kept"] == True)]  # noqa: E712  # nullable
    table = comparison.outcomes.set_index([*KEYS, "policy"])["mean"]
    assert table["kept", "pooled", "attacks", 60, "surge"] == pytest.approx(kept["attacks"].mean())


def test_leaders__lead_the_means(comparison):
    outcomes = comparison.outcomes
    for row in comparison.leaders.itertuples():
        same = outcomes[
            (outcomes["subset"] == row.subset)
            & (outcomes["hypothesis"] == row.hypothesis)
            & (outcomes["outcome"] == row.outcome)
            & (outcomes["weeks"] == row.weeks)
        ].set_index("policy")["mean"]
        best = same.max() if OUTCOMES[row.outcome].better == "higher" else same.min()
        assert same[row.leader] == best
        assert row.difference == pytest.approx(same[row.leader] - same[row.runner_up])


@pytest.mark.parametrize("n", [20, 200])
def test_intervals__cover_as_often_as_they_say(n):
    rng = np.random.default_rng(7)
    hits = {"mean": 0, "share": 0, "quantile": 0}
    for _ in range(SIMULATED):
        draws = rng.normal(size=n)
        mean, share = mean_of(draws), share_of((draws < 0.5).astype(float))
        worst = quantile_of(draws, 0.75)
        hits["mean"] += mean.low <= 0.0 <= mean.high
        hits["share"] += share.low <= 0.6914624612740131 <= share.high
        hits["quantile"] += worst.low <= 0.6744897501960817 <= worst.high
    coverage = {name: count / SIMULATED for name, count in hits.items()}
    assert 0.86 < coverage["mean"] < 0.94
    assert 0.86 < coverage["share"] < 0.94
    assert coverage["quantile"] > 0.88  # order statistics cover at least


def test_quantile__without_enough_draws_has_no_bound():
    assert np.isnan(quantile_of(np.arange(5.0), 0.9).high)


def test_paired__zones_add_up(operation):
    zones = {
        zone: paired_draws(operation, "sweep", zone) for zone in ("here", "next door", "elsewhere")
    }
    whole = paired_draws(operation, "sweep", "everywhere")
    for measure in ("attacks", "expected_attacks", "expected_militants"):
        parts = sum(zone[measure] for zone in zones.values())
        assert np.allclose(parts, whole[measure], atol=1e-9)


def test_paired__contrasts_add_up(operation):
    sweep, harmless, harm = (
        paired_draws(operation, name, "everywhere")["expected_attacks"]
        for name in ("sweep", "sweep without harm", "harm alone")
    )
    assert np.allclose(sweep, harmless + harm, atol=1e-9)


def test_paired__sweep_removes_militants_at_first(operation):
    draws = paired_draws(operation, "sweep without harm", "everywhere")  # here some may be pinned
    early = draws[(draws["weeks"] == 12) & draws["is_dosed"]]
    assert (early["expected_militants"] < 0).mean() > 0.9


@pytest.mark.parametrize(("hypothesis", "sign"), [("backlash", 1), ("deterrence", -1)])
def test_paired__harm_has_the_sign_of_the_hypothesis(operation, hypothesis, sign):
    draws = paired_draws(operation, "harm alone", "everywhere")
    draws = draws[(draws["weeks"] == 60) & (draws["hypothesis"] == hypothesis)]
    assert (sign * draws["expected_attacks"] >= -1e-6).mean() > 0.9
    assert sign * draws["expected_attacks"].sum() > 0


NO_FEEDBACK = """
title = "Harm does nothing"
meaning = "A test."
[restrictions]
alienation_response = 0.0
recruits_per_killed = 0.0
recruits_per_detained = 0.0
recruits_per_disappeared = 0.0
absence_response = 0.0
recruitment_response_harm = 0.0
retaliation_harm = 0.0
"""


def test_paired__without_feedback_harm_changes_next_to_nothing(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text(NO_FEEDBACK)
    study = make_operation_study(hypotheses=(str(world),))
    draws = paired_draws(run_study(study, out=tmp_path / "study"), "harm alone", "everywhere")
    assert draws["expected_attacks"].abs().max() < 0.05


def test_paired__table_counts_every_draw(operation):
    table = paired_differences(operation)
    everyone = table[(table["subset"] == "all") & (table["hypothesis"] != "pooled")]
    assert (everyone["n_draws"] + everyone["n_short"] == operation.draws).all()
    assert (
        (table["effect_low"] <= table["effect"]) & (table["effect"] <= table["effect_high"])
    ).all()


def test_paired__no_draw_that_reaches_the_dose_leaves_an_empty_table_and_a_sentence(tmp_path):
    """A dose that no draw reaches is a result: every reader of the table finds its columns."""
    operation = {"week": 1, "militant_deaths": 1e6, "split": {"kech": 1.0}, "most_operations": 1}
    study = make_operation_study(
        operation=operation, weeks=8, horizons=(2,), series_weeks=2, draws=2, hypotheses=("full",)
    )
    result = run_study(study, out=tmp_path / "study")
    table = paired_differences(result)
    assert len(table) == 0
    assert {"contrast", "zone", "weeks", "n_short", "effect", "p_more_high"} <= {*table.columns}
    assert "In 2 of 2 draws" in short_sentence(result)
    write_annex(load_record(), (), tmp_path / "b.html", studies=(result,), question="Why?")


def test_paired__needs_an_operation(result):
    with pytest.raises(ValueError, match="no \\[operation\\]"):
        paired_differences(result)
