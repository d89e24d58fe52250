"""Deaths drawn as they might be: the law against SciPy's, and averages against plain loops."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.unit.evidence.test_local_projection import panel
from tests.unit.evidence.test_severity import months_and_deaths

from tarazu.evidence.dose.effect import measure_dose, measure_imputed
from tarazu.evidence.finding import Analysis
from tarazu.evidence.methods.change_points_kernels import shuffle
from tarazu.evidence.methods.deaths import (
    MODELS,
    SOURCE_RANGE,
    WIDER_RANGE,
    Imputed,
    draw_deaths,
)
from tarazu.evidence.sensitivity import pool
from tarazu.evidence.severity.trend import BLOCK_MONTHS, compare_halves, compare_imputed

CERTAIN = replace(SOURCE_RANGE, odds=(1e3, 0.0))  # the reported number is right
EXACT = 1e-9  # sums of logarithms in another order
ALPHA = 1e-6


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_draws__are_the_reported_number_or_gumbel(model):
    right, location, scale = (float(x[0]) for x in model.parameters(np.array([400.0])))
    drawn = draw_deaths(np.full(50, 400), model, imputations=400).ravel()
    law = stats.gumbel_r(location, scale)
    at = law.cdf(400.5) - law.cdf(399.5)  # drawn, and equal to the reported number all the same

    def without_reported(x):
        taken = np.clip(law.cdf(x) - law.cdf(399.5), 0.0, at)
        return (law.cdf(x) - taken) / (1 - at)

    n = int((drawn == 400).sum())
    assert stats.binomtest(n, len(drawn), right + (1 - right) * at).pvalue > ALPHA
    others = drawn[drawn != 400]
    spread = others + np.random.default_rng(1).uniform(-0.5, 0.5, len(others))
    assert stats.kstest(spread, without_reported).pvalue > ALPHA


def test_mean__is_that_of_the_mixture():
    reported = np.array([300.0])
    drawn = draw_deaths(np.full(20_000, 300), WIDER_RANGE, imputations=1)
    right, location, scale = (float(x[0]) for x in WIDER_RANGE.parameters(reported))
    law = stats.gumbel_r(location, scale)
    mean = right * 300 + (1 - right) * law.mean()
    spread = (right * 300**2 + (1 - right) * (law.var() + law.mean() ** 2) - mean**2) ** 0.5
    assert WIDER_RANGE.mean(reported)[0] == pytest.approx(mean)
    assert drawn.mean() == pytest.approx(mean, abs=5 * spread / 20_000**0.5)
    assert drawn.std() == pytest.approx(spread, rel=0.1)


def test_draws__keep_one_death_of_a_lethal_event_and_none_of_others():
    drawn = draw_deaths(np.array([0, 1, 2]), WIDER_RANGE, imputations=200)
    assert (drawn[:, 0] == 0).all()
    assert (drawn[:, 1:] >= 1).all()
    assert (drawn == np.rint(drawn)).all()


def test_wider_range__is_wider_and_higher():
    reported = np.full(500, 20)
    narrow, wide = (draw_deaths(reported, model) for model in (SOURCE_RANGE, WIDER_RANGE))
    assert wide.std() > 2 * narrow.std()
    assert wide.mean() > narrow.mean()


def test_severity__with_certain_deaths_is_that_of_the_reported_ones():
    deaths, months = months_and_deaths(1, rise=1.3)
    step = compare_halves(deaths, months, replicates=99)
    found = compare_imputed(draw_deaths(deaths, CERTAIN, imputations=4), months, replicates=99)
    assert np.exp(found.estimate) == pytest.approx(step.ratio, rel=EXACT)
    assert np.exp(found.interval) == pytest.approx(step.interval, rel=EXACT)
    assert found.p_value == step.p_value
    assert found.between == pytest.approx(0.0, abs=EXACT)


def test_severity__averages_over_imputations_and_then_permutes():
    deaths, months = months_and_deaths(2, rise=1.2)
    imputed = draw_deaths(deaths, WIDER_RANGE, imputations=3)
    found = compare_imputed(imputed, months, replicates=39)
    blocks = np.unique(months // BLOCK_MONTHS)
    order, statistics = np.arange(len(blocks)), []
    for r in range(-1, 39):
        if r >= 0:
            shuffle(order, 0, r)
        ratios = []
        for one in imputed:
            parts = [np.log(one[months // BLOCK_MONTHS == blocks[b]]) for b in order]
            sides = [parts[: len(parts) // 2], parts[len(parts) // 2 :]]  # of equal size here
            means = [np.concatenate(side).mean() for side in sides]
            variance = 0.0
            for side, mean in zip(sides, means, strict=True):
                sums = sum((part.sum() - len(part) * mean) ** 2 for part in side)
                variance += sums / sum(map(len, side)) ** 2 * len(side) / (len(side) - 1)
            ratios.append((means[1] - means[0]) / variance**0.5)
        statistics.append(np.mean(ratios))
    extreme = sum(abs(s) >= abs(statistics[0]) - EXACT for s in statistics)
    assert found.p_value == pytest.approx(extreme / 40)
    assert found.between > 0


def test_dose__with_certain_deaths_is_that_of_the_reported_ones():
    p = panel(1)
    effect = measure_dose(p, exchanges=99)
    found = measure_imputed(p, draw_deaths(p.doses, CERTAIN, imputations=4), exchanges=99)
    assert found.estimate == pytest.approx(effect.estimates[0], rel=EXACT)
    assert found.interval == pytest.approx(tuple(effect.intervals[0]), rel=EXACT)
    assert found.p_value == effect.p_values[0]


def test_dose__averages_the_estimates_of_single_imputations():
    p = panel(2)
    doses = draw_deaths(p.doses, WIDER_RANGE, imputations=3)
    alone = [measure_dose(replace(p, doses=one), exchanges=99).coefficients[0] for one in doses]
    found = measure_imputed(p, doses, exchanges=99)
    assert found.between == pytest.approx(np.var(alone, ddof=1), rel=1e-6)


def test_rubin__adds_the_variance_between_imputations_as_pool_does():
    rng = np.random.default_rng(3)
    estimates, error = rng.normal(1.0, 0.5, 8), 0.4
    z = stats.norm.ppf(0.975)
    parts = [Analysis(e, (e - z * error, e + z * error), 0.1, {"n": 1}) for e in estimates]
    pooled = pool(parts, 0.95)
    found = Imputed(0.0, (0.0, 0.0), 1.0, error**2, float(np.var(estimates, ddof=1)), 8)
    assert np.diff(pooled.interval)[0] / (2 * z) == pytest.approx(found.total**0.5)
    assert found.share == pytest.approx(1 - error**2 / found.total)
