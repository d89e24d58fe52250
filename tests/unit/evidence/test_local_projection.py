"""Local projections against dummies in plain least squares, and what re-dealing does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.panel_regression import design, sum_weeks
from tests.unit.evidence.worlds import ring

from tarazu.core.errors import ResourceError
from tarazu.core.limits import MEMORY
from tarazu.evidence.dose import local_projection
from tarazu.evidence.dose.effect import HEADLINE, measure_bins, measure_dose
from tarazu.evidence.dose.exchanged_doses import redeal_doses
from tarazu.evidence.dose.local_projection import (
    HISTORY,
    MOVE_WEEKS,
    REACH_WEEKS,
    STRATA,
    exchange_doses,
    move_weeks,
    newey_west,
    project,
    redeal,
)
from tarazu.evidence.dose.local_projection_kernels import deal_by_rank
from tarazu.evidence.dose.panel import DosePanel, within_reach

WEEKS, DISTRICTS = 150, 5


def panel(seed: int, *, operations: int = 30, weeks: int = WEEKS) -> DosePanel:
    rng = np.random.default_rng(seed)
    when = rng.integers(0, weeks, operations)
    return within_reach(
        DosePanel(
            attacks=rng.poisson(0.3, (weeks, DISTRICTS)),
            weeks=when,
            districts=rng.integers(0, DISTRICTS, operations),
            doses=rng.geometric(0.2, operations).astype(float),
            neighbours=ring(DISTRICTS),
            n_used={},
            n_dropped={},
        )
    )


def treatments(p: DosePanel) -> np.ndarray:
    """(T', D, 2): dose and operations, at home only."""
    own = np.zeros((len(p.attacks), DISTRICTS, 2))
    np.add.at(own, (p.weeks, p.districts), np.column_stack([p.doses, np.ones(len(p.doses))]))
    return own[REACH_WEEKS:-REACH_WEEKS]


def plain(p: DosePanel):
    x = design(p.attacks, p.weeks, p.districts, p.doses, p.neighbours, HISTORY, REACH_WEEKS)
    y = sum_weeks(p.attacks, *HEADLINE)[REACH_WEEKS:-REACH_WEEKS].ravel()
    return y, x


@pytest.mark.parametrize("seed", range(3))
def test_project__equals_least_squares_with_all_dummies(seed):
    p = panel(seed)
    y, x = plain(p)
    expected = np.linalg.lstsq(x, y, rcond=None)[0][0]
    assert measure_dose(p, exchanges=1).coefficients[0] == pytest.approx(expected, rel=1e-8)


def test_project__hac_errors_are_those_of_statsmodels():
    import statsmodels.api as sm  # slow to import

    p = panel(4, weeks=180)
    y, x = plain(p)
    rows = np.arange(len(y)).reshape(-1, DISTRICTS).T.ravel()  # district by district, in time
    fit = sm.OLS(y[rows], x[rows]).fit(
        cov_type="hac-panel",
        cov_kwds={
            "groups": np.repeat(np.arange(DISTRICTS), len(y) // DISTRICTS),
            "maxlags": REACH_WEEKS,
            "use_correction": False,
        },
    )
    assert measure_dose(p, exchanges=1).hac[0] == pytest.approx(fit.bse[0], rel=1e-6)


def test_newey_west__without_lags_is_the_sum_of_squares():
    scores = np.random.default_rng(0).normal(size=(20, 3))
    assert newey_west(scores, 0) == pytest.approx((scores**2).sum())


def test_redeal__of_the_doses_as_they_are_is_the_estimate():
    p = panel(5)
    weeks = p.weeks - REACH_WEEKS
    fit = project(p.attacks, _all_treatments(p), p.neighbours, ((1, 4), HEADLINE))
    again = redeal(fit, weeks[None], p.districts, p.doses[None], p.neighbours)
    assert again[0] == pytest.approx(fit.coefficients[0], rel=1e-9)


def test_redeal__of_other_doses_is_the_estimate_with_those_doses():
    p = panel(6)
    dealt = p.doses[::-1].copy()
    fit = project(p.attacks, _all_treatments(p), p.neighbours, (HEADLINE,))
    weeks = (p.weeks - REACH_WEEKS)[None]
    found = redeal(fit, weeks, p.districts, dealt[None], p.neighbours)[0, 0]
    y, x = plain(
        DosePanel(p.attacks, p.weeks, p.districts, dealt, p.neighbours, p.n_used, p.n_dropped)
    )
    assert found == pytest.approx(np.linalg.lstsq(x, y, rcond=None)[0][0], rel=1e-8)


def _all_treatments(p: DosePanel) -> np.ndarray:
    own = treatments(p)
    spread = p.neighbours / p.neighbours.sum(axis=1)[:, None]
    return np.concatenate([own, np.einsum("tdm,de->tem", own, spread)], axis=2)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_exchange__keeps_doses_within_their_stratum(seed, n):
    rng = np.random.default_rng(seed)
    doses, prognosis = rng.integers(0, 9, n).astype(float), rng.normal(size=n)
    dealt = exchange_doses(doses, prognosis, replicates=5, seed=seed)
    for stratum in np.array_split(np.argsort(prognosis, kind="stable"), STRATA):
        for row in dealt:
            assert sorted(row[stratum]) == sorted(doses[stratum])


@given(seed=st.integers(0, 10**6), n_weeks=st.integers(60, 300))
@settings(max_examples=30, deadline=None)
def test_move_weeks__stays_near_and_inside(seed, n_weeks):
    weeks = np.random.default_rng(seed).integers(0, n_weeks, 20)
    moved = move_weeks(weeks, n_weeks=n_weeks, replicates=9, seed=seed)
    assert moved.min() >= 0
    assert moved.max() < n_weeks
    assert np.abs(moved - weeks).max() <= MOVE_WEEKS


def plant(p: DosePanel, per_death: int) -> DosePanel:
    """Add attacks in week 20 after each operation, in exact proportion to its dose."""
    attacks = p.attacks.copy()
    for week, district, dose in zip(p.weeks, p.districts, p.doses, strict=True):
        attacks[week + 20, district] += int(per_death * dose)
    return DosePanel(attacks, p.weeks, p.districts, p.doses, p.neighbours, p.n_used, p.n_dropped)


def test_dose__planted_effect_is_found_with_its_sign_and_size():
    p = panel(7, operations=40, weeks=600)
    found = measure_dose(plant(p, 3), ((1, 4), HEADLINE, (1, 52)), exchanges=199)
    assert found.estimates[1:] == pytest.approx([3.0, 3.0], abs=0.5)
    assert abs(found.estimates[0]) < 0.3
    assert found.p_values[1] == pytest.approx(1 / 200)
    assert found.intervals[1, 0] > 0


def test_dose__leads_do_not_see_what_comes_after():
    p = panel(8, operations=40, weeks=600)
    leads = ((-4, -1), (-12, -1))
    before = measure_dose(p, leads, history_ends=12, exchanges=9).estimates
    quiet = DosePanel(*(getattr(plant(p, 0), name) for name in DosePanel.__slots__))
    assert measure_dose(quiet, leads, history_ends=12, exchanges=9).estimates == pytest.approx(
        before
    )


def test_dose__adjusted_p_values_are_no_smaller():
    found = measure_dose(panel(9), (HEADLINE, (1, 4), (1, 12)), exchanges=99)
    assert (found.adjusted >= found.p_values).all()
    assert (found.p_values >= 0.01).all()


def test_dose__does_not_depend_on_the_names_of_districts():
    p = panel(10)
    order = np.random.default_rng(1).permutation(DISTRICTS)
    place = np.argsort(order)
    renamed = DosePanel(
        p.attacks[:, order],
        p.weeks,
        place[p.districts],
        p.doses,
        p.neighbours[np.ix_(order, order)],
        {},
        {},
    )
    mine, theirs = measure_dose(p, exchanges=99), measure_dose(renamed, exchanges=99)
    assert theirs.estimates == pytest.approx(mine.estimates, rel=1e-9)
    assert theirs.intervals == pytest.approx(mine.intervals, rel=1e-9)
    assert theirs.p_values.tolist() == mine.p_values.tolist()


def test_bins__of_an_exact_step_are_its_height():
    """Attacks added only after operations of eleven or more killed show in that bin alone."""
    p = panel(11, operations=60, weeks=900)
    attacks = p.attacks * 0
    for week, district in zip(p.weeks[p.doses >= 11], p.districts[p.doses >= 11], strict=True):
        attacks[week + 30, district] += 50
    fit = measure_bins(
        DosePanel(attacks, p.weeks, p.districts, p.doses, p.neighbours, p.n_used, p.n_dropped)
    )
    assert fit.coefficients[4, 0] == pytest.approx(50, abs=12)
    assert np.abs(fit.coefficients[1:4, 0]).max() < 12


@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.booleans())
@settings(deadline=None)  # compiles
def test_deal__is_in_the_order_of_the_uniforms(seed, n, crowded):
    rng = np.random.default_rng(seed)
    uniforms = rng.random((3, n)) ** (9 if crowded else 1)  # crowded near 0
    doses, dealt = rng.poisson(2.0, n).astype(float), np.empty((3, n))
    deal_by_rank(uniforms, doses, dealt)
    assert (dealt == doses[uniforms.argsort(axis=1)]).all()


def test_exchanges__in_pieces_are_those_of_the_whole(monkeypatch):
    doses, prognosis = np.arange(40.0), np.sin(np.arange(40.0))
    whole = exchange_doses(doses, prognosis, replicates=30, seed=2)
    monkeypatch.setattr(local_projection, "CELLS_AT_ONCE", 70)
    assert np.array_equal(exchange_doses(doses, prognosis, replicates=30, seed=2), whole)


def test_redeal__in_pieces_is_that_of_the_whole(monkeypatch):
    p = panel(7)
    fit = project(p.attacks, _all_treatments(p), p.neighbours, (HEADLINE,))
    weeks = p.weeks - REACH_WEEKS
    dealt = exchange_doses(p.doses, np.zeros(len(p.doses)), replicates=7, seed=2)
    arguments = (fit, np.broadcast_to(weeks, dealt.shape), p.districts, dealt, p.neighbours)
    whole = redeal(*arguments)
    monkeypatch.setattr(local_projection, "CELLS_AT_ONCE", 1)
    assert np.array_equal(redeal(*arguments), whole)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("operations", [1, 12, 200])
def test_exchanged_doses__have_the_coefficients_of_operations_dealt_anew(operations, alone):
    p = panel(12, operations=3 * operations)
    neighbours = p.neighbours & (not alone)
    windows = (HEADLINE, (1, 4))
    fit = project(p.attacks, _all_treatments(p), neighbours, windows)
    weeks = p.weeks - REACH_WEEKS
    dealt = np.random.default_rng(operations).permuted(np.tile(p.doses, (9, 1)), axis=1)
    expected = redeal(fit, np.broadcast_to(weeks, dealt.shape), p.districts, dealt, neighbours)
    found = redeal_doses(fit, weeks, p.districts, dealt, neighbours)
    assert found == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert np.isnan(found).all() == (operations == 1)  # one operation and its dose are one thing


def test_exchanged_doses__in_pieces_are_those_of_the_whole(monkeypatch):
    p = panel(7)
    fit = project(p.attacks, _all_treatments(p), p.neighbours, (HEADLINE,))
    dealt = exchange_doses(p.doses, np.zeros(len(p.doses)), replicates=7, seed=2)
    arguments = (fit, p.weeks - REACH_WEEKS, p.districts, dealt, p.neighbours)
    whole = redeal_doses(*arguments)
    monkeypatch.setattr(local_projection, "CELLS_AT_ONCE", 1)
    assert np.array_equal(redeal_doses(*arguments), whole)


def test_exchanges__beyond_the_memory_are_refused(monkeypatch):
    monkeypatch.setenv(MEMORY, "0.0001")
    with pytest.raises(ResourceError, match="Reduce the number of exchanges"):
        exchange_doses(np.ones(500), np.ones(500), replicates=999, seed=0)
