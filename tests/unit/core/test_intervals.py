from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.intervals import wilson_interval

Z_95 = 1.959963984540054  # 97.5 % quantile of the normal distribution


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval__solves_its_score_equation(counts: tuple[int, int]) -> None:
    right, total = counts
    share = right / total
    low, high = wilson_interval(share, total, Z_95)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:  # at an end the score statistic is the normal quantile
            assert isclose((share - end) ** 2 * total, Z_95**2 * end * (1 - end), rel_tol=1e-6)


@pytest.mark.parametrize(("share", "n"), [(0.0, 0), (1.5, 2), (-0.5, 2), (float("nan"), 2)])
def test_wilson_interval__refuses_what_is_no_share(share: float, n: int) -> None:
    with pytest.raises(ValueError, match="expected a share"):
        wilson_interval(share, n, Z_95)
