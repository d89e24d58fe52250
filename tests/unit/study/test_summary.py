"""The answer of a study in one table, against the same numbers by hand."""

import pandas as pd
import pytest
from tests.unit.study.cases import make_operation_study, make_study

from tarazu.core.errors import ScenarioError
from tarazu.study import run_study


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return run_study(make_study(), tmp_path_factory.mktemp("run") / "out")


def of_draws(result, policy: str, outcome: str, weeks: int) -> pd.Series:
    m = result.metrics
    rows = m[(m["policy"] == policy) & (m["weeks"] == weeks)]
    return rows.groupby(["hypothesis", "draw"], observed=True)[outcome].mean()


@pytest.mark.parametrize("outcome", ["deaths_civilian", "trust"])
@pytest.mark.parametrize("weeks", [12, 60])
def test_to_frame__is_the_median_and_the_paired_change(result, outcome, weeks):
    every = result.to_frame([outcome], weeks=weeks)
    hypothesis = every["hypothesis"].iloc[0]
    table = every[every["hypothesis"] == hypothesis].set_index("policy")
    today, surge = (
        of_draws(result, p, outcome, weeks).loc[hypothesis] for p in ("status-quo", "surge")
    )
    assert table.loc["surge", "n_draws"] == 5
    assert table.loc["surge", "median"] == pytest.approx(surge.median())
    assert table.loc["surge", "change_median"] == pytest.approx((surge - today).median())
    assert table.loc["surge", "change_q95"] == pytest.approx((surge - today).quantile(0.95))
    assert table.loc["surge", "share_lower"] == pytest.approx((surge < today).mean())
    assert table.loc["surge", "share_lower_low"] <= table.loc["surge", "share_lower"]


def test_to_frame__baseline_has_a_level_and_no_change(result):
    rows = result.to_frame().set_index(["outcome", "policy"]).loc[("attacks", "status-quo")]
    assert (rows["median"] > 0).all()
    assert rows[["change_median", "share_lower"]].isna().all(axis=None)


def test_to_frame__has_each_hypothesis_by_itself_the_unrestricted_first(result):
    names = [hypothesis.name for hypothesis in result.hypotheses]
    found = list(result.to_frame()["hypothesis"].unique())
    assert sorted(found) == sorted(names)
    assert found[0] == "full" or "full" not in names


def test_to_frame__without_names_has_civilians_first_at_the_longest_horizon(result):
    table = result.to_frame()
    assert list(table["outcome"].unique()) == ["deaths_civilian", "attacks"]
    assert set(table["weeks"]) == {60}


def test_to_frame__of_an_extra_operation_compares_with_none(tmp_path):
    result = run_study(make_operation_study(), tmp_path / "out")
    table = result.to_frame(["attacks"]).set_index("policy")
    assert table.loc[["no extra sweep"], "change_median"].isna().all()
    assert not table.loc[["sweep"], "change_median"].isna().any()
    assert "baseline" in result._repr_html_()


def test_to_frame__unknown_outcome_or_horizon_is_an_error(result):
    with pytest.raises(ScenarioError, match=r"no outcome 'atacks'.*Did you mean 'attacks'"):
        result.to_frame(["atacks"])
    with pytest.raises(ScenarioError, match=r"no horizon of 13 weeks.*expected one of 12, 60"):
        result.to_frame(weeks=13)
    with pytest.raises(TypeError, match=r"outcomes is 5 \(int\); expected names of outcomes"):
        result.to_frame(5)


def test_compare__is_a_method_of_the_result(result):
    tables = result.compare(["attacks"])
    assert set(tables.outcomes["policy"]) == {"status-quo", "surge"}
    assert len(tables.leaders) == 3 * 2  # two hypotheses and pooled, two horizons


def test_experiments__holds_inputs_and_outcomes_in_one_frame(result):
    frame = result.experiments
    assert len(frame) == len(result.metrics)
    assert {"policy", "attacks", "retaliation"} <= {*frame.columns}
