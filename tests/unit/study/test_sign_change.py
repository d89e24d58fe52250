"""The nearest change of sign along a coordinate: exact, both sides, counted where it turns back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.study.analysis.sign_changes import GRID, RANGE, TOLERANCE, nearest_change, scan

START = np.array([0.5, 0.5])


def along_first(function):
    """Effects that the first of two coordinates makes alone."""
    return lambda points: np.array([function(x) for x in points[:, 0]])


def look(function, start=START):
    effect = along_first(function)
    found = scan(effect, start, np.array([0, 1]))
    return found, nearest_change(effect, start, found)


@given(st.floats(0.006, 0.994).filter(lambda x: abs(x - 0.5) > TOLERANCE))
def test_nearest_change__is_where_a_line_crosses_zero(root):
    _, change = look(lambda x: x - root)
    assert change[0] == pytest.approx(root, abs=TOLERANCE)
    assert (change[0] - root) * (0.5 - root) < 0.0  # on the far side, where the sign has changed
    assert np.isnan(change[1])


@pytest.mark.parametrize("root", [0.001, 0.999, -1.0, 2.0])
def test_nearest_change__outside_the_range_is_none(root):
    _, change = look(lambda x: x - root)
    assert np.isnan(change).all()


def test_nearest_change__takes_the_nearer_of_two_sides():
    _, change = look(lambda x: (x - 0.1) * (x - 0.8))
    assert change[0] == pytest.approx(0.8, abs=TOLERANCE)
    _, change = look(lambda x: (x - 0.3) * (x - 0.8))
    assert change[0] == pytest.approx(0.3, abs=TOLERANCE)


def test_nearest_change__starts_where_it_is_told():
    _, change = look(lambda x: (x - 0.1) * (x - 0.8), np.array([0.2, 0.5]))
    assert change[0] == pytest.approx(0.1, abs=TOLERANCE)


def test_nearest_change__only_a_sign_turned_round_counts():
    found, change = look(lambda x: max(0.7 - x, 0.0))  # level from 0.7 on, never turned
    assert np.isnan(change).all()
    assert found.n_changes(0) == 0
    _, change = look(lambda x: 0.0)
    assert np.isnan(change).all()


def test_scan__counts_signs_that_turn_back():
    found, change = look(lambda x: (x - 0.6) * (x - 0.9))
    assert change[0] == pytest.approx(0.6, abs=TOLERANCE)
    assert found.n_changes(0) == 2
    assert not found.is_monotone(0)
    assert found.is_monotone(1)
    assert found.beyond(0, change[0])[0] == 0.7  # of 0.7 and 0.85; past 0.9 it has turned back
    assert found.beyond(0, change[0])[1] == pytest.approx(-0.02)


def test_beyond__looks_away_from_the_start_on_either_side():
    found, change = look(lambda x: x - 0.2)
    assert found.beyond(0, change[0]) == (RANGE[0], pytest.approx(RANGE[0] - 0.2))
    found, change = look(lambda x: x - 0.8)
    assert found.beyond(0, change[0]) == (RANGE[1], pytest.approx(RANGE[1] - 0.8))


def test_scan__holds_all_others_at_the_start():
    seen = []

    def effect(points):
        seen.append(points)
        return points[:, 0] - 0.4

    start = np.array([0.5, 0.25, 0.6])
    found = scan(effect, start, np.array([2, 0]))
    moved = np.concatenate(seen)
    assert ((moved != start).sum(axis=1) <= 1).all()
    assert (moved[:, 1] == 0.25).all()
    assert found.points.shape == (2, len(GRID) + 1)
    assert found.points[np.arange(2), found.at_start].tolist() == [0.6, 0.5]
