import numpy as np
import pytest

from tarazu.core.bisection import bisect


def test_bisect__finds_each_change_from_either_side():
    changes = np.array([0.3, -1.7])
    rising = bisect(lambda x: x >= changes, np.full(2, -2.0), np.full(2, 2.0))
    falling = bisect(lambda x: x <= changes, np.full(2, 2.0), np.full(2, -2.0))
    assert rising == pytest.approx(changes, abs=1e-15)
    assert falling == pytest.approx(changes, abs=1e-15)
    assert (rising >= changes).all()
    assert (falling <= changes).all()


def test_bisect__stops_at_the_tolerance_on_the_side_where_it_holds():
    found = bisect(lambda x: x >= 0.3, np.zeros(1), np.ones(1), tolerance=0.1)
    assert found == pytest.approx([0.3125])  # 1/16 wide: the first bracket below 0.1


def test_bisect__where_it_holds_nowhere_returns_the_inner_end():
    assert bisect(lambda x: x > 2.0, np.zeros(1), np.ones(1)) == pytest.approx([1.0])
