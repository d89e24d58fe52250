"""Progress curves: exact laws, ties, pooling, and what clusters do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence.few import FEW

from tarazu.evidence.battery import assess
from tarazu.evidence.daily_counts import to_daily_counts
from tarazu.evidence.escalation.estimator import (
    FEWEST_GAPS,
    VERDICTS,
    agreed_p_value,
    district_days,
    escalation,
    measure_escalation,
    verdict_of,
)
from tarazu.evidence.escalation.progress_curve import fit_progress_curve, pool_exponents
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.record import load_record


def law(exponent: float, n: int, first: float = 10_000.0) -> np.ndarray:
    return np.round(first * np.arange(1, n + 1) ** -exponent).astype(np.int64)


def find(record):
    return escalation(record, **FEW["escalation"])


@pytest.mark.parametrize("exponent", [-0.5, 0.0, 0.8])
def test_progress_curve__recovers_an_exact_law(exponent):
    fit = fit_progress_curve(law(exponent, 60))
    assert fit.exponent == pytest.approx(exponent, abs=1e-3)
    assert fit.exponent_likelihood == pytest.approx(exponent, abs=1e-3)
    assert fit.first_gap == pytest.approx(10_000, rel=0.01)


@given(seed=st.integers(0, 10**6), n=st.integers(4, 80))
@settings(max_examples=25, deadline=None)
def test_progress_curve__equals_ordinary_least_squares(seed, n):
    import statsmodels.api as sm  # slow to import

    gaps = np.random.default_rng(seed).geometric(0.05, n)
    x = sm.add_constant(np.log(np.arange(1, n + 1)))
    twin = sm.OLS(np.log(gaps), x).fit()
    fit = fit_progress_curve(gaps)
    assert fit.exponent == pytest.approx(-twin.params[1], abs=1e-9)
    assert fit.standard_error == pytest.approx(twin.bse[1], abs=1e-9)
    low, high = -twin.conf_int()[1][::-1]
    assert (fit.low, fit.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@pytest.mark.parametrize("seed", range(3))
def test_progress_curve__likelihood_is_that_of_a_gamma_regression(seed):
    import statsmodels.api as sm  # slow to import

    gaps = np.random.default_rng(seed).geometric(0.03, 50)
    x = sm.add_constant(np.log(np.arange(1, 51)))
    link = sm.families.links.Log()
    twin = sm.GLM(gaps, x, family=sm.families.Gamma(link=link)).fit(tol=1e-12)
    fit = fit_progress_curve(gaps)
    assert fit.exponent_likelihood == pytest.approx(-twin.params[1], abs=1e-6)


@pytest.mark.parametrize("gaps", [[3, 4], [5, 0, 7, 9]])
def test_progress_curve__refuses_too_few_gaps_and_ties(gaps):
    with pytest.raises(ValueError, match="at least 3 gaps of 1 day"):
        fit_progress_curve(np.array(gaps))


def test_pool__equals_hartung_and_knapp_of_statsmodels():
    from statsmodels.stats.meta_analysis import combine_effects  # slow to import

    exponents, errors = [0.1, 0.6, 0.9, -0.2], [0.2, 0.1, 0.3, 0.25]
    twin = combine_effects(np.array(exponents), np.array(errors) ** 2, method_re="dl")
    row = twin.summary_frame().loc["random effect"]
    pooled = pool_exponents(exponents, errors)
    assert pooled.exponent == pytest.approx(row["eff"])
    assert pooled.spread == pytest.approx(np.sqrt(twin.tau2))
    half = (pooled.high - pooled.low) / 2
    assert half == pytest.approx(
        np.sqrt(twin.var_hksj_re) * 3.182446305284263  # 97.5 % of t with 3 degrees of freedom
    )


def test_pool__refuses_one_unit():
    with pytest.raises(ValueError, match="at least 2"):
        pool_exponents([0.3], [0.1])


def days(*gaps: np.ndarray) -> dict[str, np.ndarray]:
    return {str(i): np.concatenate([[0], np.cumsum(g)]) for i, g in enumerate(gaps)}


def test_escalation__units_with_few_gaps_are_left_out():
    found = measure_escalation(days(law(0.5, 9), law(0.5, FEWEST_GAPS), law(0.5, 40)))
    assert set(found.curves) == {"1", "2"}
    assert found.pooled is None
    assert agreed_p_value(found) == 1.0


def scattered(exponent: float, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [
        np.ceil(300 * np.arange(1, 41) ** -exponent * rng.exponential(size=40)).astype(int)
        for _ in range(8)
    ]


@pytest.mark.parametrize("exponent", [-0.8, 0.8])
def test_escalation__planted_acceleration_is_found_with_its_sign(exponent):
    found = measure_escalation(days(*scattered(exponent, 1)))
    assert agreed_p_value(found) < 0.01
    assert np.sign(found.pooled.exponent) == np.sign(exponent)


def test_escalation__attacks_that_gather_in_pairs_do_not_come_faster():
    """In the second half pairs a day apart, then twice the gap: the same rate, a shorter median."""
    rng = np.random.default_rng(3)
    units = []
    for _ in range(8):
        first = rng.integers(90, 111, 20)
        second = np.stack([np.ones(20, dtype=int), rng.integers(180, 221, 20)], axis=1).ravel()
        units.append(np.concatenate([first, second]))
    found = measure_escalation(days(*units))
    assert found.pooled.low > 0  # the typical gap says faster
    assert agreed_p_value(found) > 0.05


def test_escalation__verdicts_rest_on_the_p_values_it_states():
    record = load_record()
    finding = find(record)
    districts = measure_escalation(district_days(to_daily_counts(record), record.region.slugs))
    assert finding.p_value == agreed_p_value(districts)
    told = [finding, *finding.sensitivity]
    assert {one.verdict for one in told} <= set(VERDICTS)
    assert [one.verdict for one in told] == [verdict_of(one.estimate, one.p_value) for one in told]
    assert ("cannot tell" in finding.sentence) == (finding.verdict == CANNOT_TELL)


def test_escalation__figure_says_of_each_district_what_its_interval_says():
    rows = find(load_record()).figures[0].data
    assert min(rows["low"]) < 0 < max(rows["low"])  # some districts can tell, some cannot
    for low, high, word in zip(rows["low"], rows["high"], rows["verdict"], strict=True):
        assert word == (VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else CANNOT_TELL)


def test_escalation__counts_among_the_tests_of_the_battery():
    (row,) = assess([find(load_record())]).rows
    assert (row["kind"], row["p_holm"]) == ("test", row["p_value"])
