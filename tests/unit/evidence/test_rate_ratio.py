"""The rate ratio after operations and its posterior: signs, limits, and where nothing is known."""

import numpy as np
import pytest
from tests.unit.evidence.worlds import HORIZON, plant_after, quiet_ring, remove_after

from tarazu.evidence.point_process import rate_ratio
from tarazu.evidence.point_process.rate_ratio import lay_out_loglinear, measure_rate_ratio
from tarazu.evidence.retaliation.posterior import PRIOR_SD, weigh_effect

SEEDS = (0, 1, 2)
SUMMED = 1e-8  # window sums of a run may differ by 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_ratio__is_above_one_where_attacks_follow_operations(seed):
    found = measure_rate_ratio(plant_after(quiet_ring(seed), seed, effect=2.0).counts())
    assert found.converged
    assert found.interval[0] > 1
    assert found.interval[0] < found.estimate < found.interval[1]
    assert found.p_value < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_ratio__is_below_one_where_attacks_vanish(seed):
    found = measure_rate_ratio(remove_after(quiet_ring(seed, attack_rate=0.06)).counts())
    assert found.interval[1] < 1
    assert found.p_value < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_ratio__is_that_of_the_crude_rates_where_nothing_else_happens(seed):
    world = plant_after(quiet_ring(seed, attack_rate=0.05), seed, effect=4.0)
    exposed = np.zeros(world.attacks.shape, dtype=bool)
    for day, district in np.argwhere(world.operations > 0):
        exposed[day + 1 : day + HORIZON + 1, district] = True
    crude = world.attacks[exposed].mean() / world.attacks[~exposed].mean()
    # Past attacks and bursts share in it: the sd of its log is 0.1.
    assert measure_rate_ratio(world.counts()).estimate == pytest.approx(crude, rel=0.35)


def test_layout__keeps_every_day_and_attack():
    counts = quiet_ring(1).counts()
    design = lay_out_loglinear(counts)
    assert design.days.sum() == counts.attacks.size
    assert design.counts.sum() == counts.attacks.sum()
    assert set(np.unique(design.features[:, -1])) == {0.0, 1.0}


def parts(evaluation) -> tuple:
    _, gradient, blocks = evaluation
    return *gradient, *blocks.write_out()


def test_layout__of_runs_has_the_likelihood_of_single_days(monkeypatch):
    counts = plant_after(quiet_ring(2), 2, effect=1.0).counts()
    runs = lay_out_loglinear(counts)
    monkeypatch.setattr(rate_ratio, "ROUNDING", -1.0)  # no two days are the same
    days = lay_out_loglinear(counts)
    assert len(runs.rows) < 0.6 * len(days.rows)
    rng = np.random.default_rng(1)
    local = rng.normal(size=runs.local_shape.shape)
    border = 0.1 * rng.normal(size=len(runs.border_shape))
    found, expected = (rate_ratio.LogPosterior(one)(local, border) for one in (runs, days))
    assert found[0] == pytest.approx(expected[0], rel=SUMMED)
    for mine, other in zip(*(parts(one) for one in (found, expected)), strict=True):
        assert mine == pytest.approx(other, rel=SUMMED, abs=SUMMED)


def test_posterior__is_the_prior_where_no_operation_was_made():
    design = lay_out_loglinear(quiet_ring(1, operation_rate=0.0).counts())
    belief = weigh_effect(design, 0)
    assert belief.backlash == pytest.approx(0.5, abs=0.01)
    assert belief.below(PRIOR_SD) == pytest.approx(0.8413, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_posterior__takes_the_side_of_the_record(seed):
    quiet = quiet_ring(seed, attack_rate=0.06)
    for world, side in ((plant_after(quiet, seed, effect=3.0), 1), (remove_after(quiet), -1)):
        design = lay_out_loglinear(world.counts())
        belief = weigh_effect(design, int(world.operations.sum()))
        assert belief.backlash + belief.deterrence == pytest.approx(1.0)
        assert (belief.backlash > 0.95) == (side > 0)
        assert (belief.deterrence > 0.95) == (side < 0)
        assert belief.interval[0] < belief.interval[1]
        assert (np.diff(belief.cumulated) >= 0).all()


def test_posterior__small_is_likely_where_much_was_seen_and_nothing_happened():
    world = quiet_ring(3, years=30, attack_rate=0.003, operation_rate=0.003)
    belief = weigh_effect(lay_out_loglinear(world.counts()), int(world.operations.sum()))
    assert belief.small > 0.8
