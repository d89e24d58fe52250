"""One more operation, paired with the same week without it."""

import numpy as np
import pytest

from tarazu.core.errors import ScenarioError
from tarazu.engine import Pulse, simulate
from tarazu.study.analysis.marginal_effect import _replacement, marginal_effect
from tarazu.study.setup.scenario import drawn_scenario
from tarazu.study.setup.zones import ALL_ZONES, ZONES, zones_around

HORIZONS = (2, 8)


@pytest.fixture(scope="module")
def table():
    scenario = drawn_scenario("full", "status-quo", weeks=20, draws=6, seed=5)
    return marginal_effect(scenario, "kech", week=4, horizons=HORIZONS, replicates=2, seed=2)


def test_marginal__has_every_quantity_zone_and_horizon(table):
    counted = table[table["quantity"] != "replacement ratio"]
    assert len(counted) == 4 * len(ALL_ZONES) * len(HORIZONS)
    assert set(counted["weeks"]) == set(HORIZONS)
    assert (table["n_draws"] == 6).all()


def test_zones__every_district_is_in_one_and_neighbours_of_all_struck_are_next_door():
    road = np.diag(np.full(5, 0.5), 1)  # six districts in a row
    masks = zones_around(road + road.T, np.array([True, True, False, False, False, True]))
    assert masks["next door"].tolist() == [False, False, True, False, True, False]
    assert masks["elsewhere"].tolist() == [False, False, False, True, False, False]
    assert (np.sum([masks[zone] for zone in ZONES], axis=0) == 1).all()
    assert masks["everywhere"].all()


def test_marginal__zones_add_up_to_everywhere(table):
    wide = table[table["quantity"] != "replacement ratio"].pivot(
        index=["quantity", "weeks"], columns="zone", values="effect"
    )
    parts = wide[["here", "next door", "elsewhere"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(wide["everywhere"].to_numpy(), abs=1e-9)


def test_marginal__intervals_hold_their_means(table):
    known = table.dropna(subset=["effect", "effect_low"])
    assert (known["effect_low"] <= known["effect"] + 1e-12).all()
    assert (known["effect"] <= known["effect_high"] + 1e-12).all()


def test_marginal__never_counts_dead_militants_as_an_effect(table):
    assert set(table["quantity"]) == {
        "attacks",
        "civilians killed",
        "security forces killed",
        "militants",
        "replacement ratio",
    }


def test_marginal__makes_good_what_is_no_longer_missing(table):
    """Of the men removed, 1 - replaced are missing at the horizon."""
    everywhere = table[table["zone"] == "everywhere"].set_index(["quantity", "weeks"])["effect"]
    early, late = HORIZONS
    fewer = {weeks: -everywhere["militants", weeks] for weeks in HORIZONS}
    left = {weeks: 1.0 - everywhere["replacement ratio", weeks] for weeks in HORIZONS}
    assert fewer[early] > 0
    assert fewer[early] / left[early] == pytest.approx(fewer[late] / left[late])


def test_marginal__counts_whom_the_operation_kills_itself(table):
    scenario = drawn_scenario("full", "status-quo", weeks=20, draws=6, seed=5)
    kech = scenario.districts.names.index("kech")

    def deaths(draw, pulses):  # (R, T, D)
        run = simulate(
            scenario.model,
            scenario.parameters[draw],
            scenario.levers,
            districts=scenario.districts,
            seed=2,
            members=np.array([2 * draw, 2 * draw + 1]),
            weeks=20,
            pulses=pulses,
            keep=["operation_deaths_civilian", "attack_deaths_civilian", "attacks"],
        )
        civilians = [run.by_district(f"{of}_deaths_civilian") for of in ("operation", "attack")]
        return sum(civilians), run.by_district("attacks")

    pairs = [
        [deaths(draw, pulses) for pulses in ([Pulse("operations", 4, kech, count=1)], [])]
        for draw in range(6)
    ]
    more = np.array([(first[0] - second[0]).mean(axis=0) for first, second in pairs])
    attacks = np.array([first[1] - second[1] for first, second in pairs])
    assert not more[:, :4].any()  # shared luck: nothing differs before the operation
    assert not attacks[:, :, :5].any()  # nor do attacks in its own week
    assert more[:, 4].sum() > 0  # but people are killed in it
    counted = table[(table["quantity"] == "civilians killed") & (table["zone"] == "here")]
    for horizon in HORIZONS:
        (effect,) = counted.loc[counted["weeks"] == horizon, "effect"]
        assert effect == pytest.approx(more[:, 4 : 5 + horizon, kech].sum(axis=1).mean())


def test_replacement__is_one_where_all_removed_are_made_good():
    removed = np.array([3.0, 1.0, 2.0, 2.0])
    assert _replacement(removed, np.zeros(4), 12)["effect"] == 1.0
    assert _replacement(removed, removed, 12)["effect"] == 0.0
    assert _replacement(removed, -removed, 12)["effect"] == 2.0  # twice as many came
    assert np.isnan(_replacement(np.zeros(4), removed, 12)["effect"])


def test_replacement__interval_covers_the_ratio_of_means():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        removed = rng.gamma(4.0, 1.0, 40)
        missing = removed * 0.3 + rng.normal(0.0, 1.0, 40)
        row = _replacement(removed, missing, 4)
        covered += row["effect_low"] <= 0.7 <= row["effect_high"]
    assert 255 <= covered <= 285  # 270 expected, standard deviation 5.2: three of them


def test_marginal__names_what_is_wrong():
    scenario = drawn_scenario("full", "status-quo", weeks=10, draws=2, seed=5)
    with pytest.raises(ScenarioError, match="no district 'kalam'"):
        marginal_effect(scenario, "kalam", week=1, horizons=(2,))
    with pytest.raises(ScenarioError, match="weeks"):
        marginal_effect(scenario, "kech", week=4, horizons=(52,))
