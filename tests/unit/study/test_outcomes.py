import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.study.setup.outcomes import OUTCOMES, SERIES, coarse_series, measure

YEAR = 52


def weekly(weeks: int, **given_series: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.zeros((1, weeks)) for name in SERIES} | given_series


def outcome(series, name: str, horizon: int, origin: int = 0) -> float:
    return measure(series, [horizon], origin)[0, 0, list(OUTCOMES).index(name)]


def test_outcomes__nothing_that_killing_or_detaining_moves_is_ranked():
    unranked = {name for name, o in OUTCOMES.items() if o.better == "none"}
    assert {"deaths_militant", "militants", "sympathisers", "operations"} <= unranked


def test_outcomes__civilians_come_first():
    assert next(iter(OUTCOMES)) == "deaths_civilian"


def test_measure__totals_count_from_the_origin():
    series = weekly(10, attacks=np.arange(10.0)[None])
    assert outcome(series, "attacks", 3, origin=2) == 2 + 3 + 4


def test_measure__levels_are_those_of_the_last_week():
    series = weekly(10, trust=np.arange(10.0)[None])
    assert outcome(series, "trust", 3, origin=2) == 4


@pytest.mark.parametrize(
    ("attacks_in", "quiet"),
    [((), 1.0), ((0, 53), 1.0), ((0, 52), 0.0), ((51, 103), 0.0), ((51,), 1.0), ((40, 60), 0.0)],
)
def test_measure__a_quiet_year_is_52_weeks_in_a_row(attacks_in, quiet):
    attacks = np.zeros((1, 2 * YEAR))
    attacks[0, list(attacks_in)] = 1.0
    series = weekly(2 * YEAR, attacks=attacks)
    horizon = 104 if attacks_in != (40, 60) else 92
    assert outcome(series, "quiet_year", horizon) == quiet


def test_measure__less_than_a_year_cannot_be_quiet():
    assert np.isnan(outcome(weekly(YEAR), "quiet_year", YEAR - 1))


@given(weeks=st.integers(1, 40), step=st.integers(1, 13))
def test_coarse_series__keeps_totals_and_last_levels(weeks, step):
    if step > weeks:
        return
    values = np.arange(1.0, weeks + 1)[None]
    coarse = coarse_series({"attacks": values, "trust": values}, step)
    whole = weeks // step * step
    assert coarse["attacks"].sum() == values[0, :whole].sum()
    assert coarse["trust"][0, -1] == values[0, whole - 1]
