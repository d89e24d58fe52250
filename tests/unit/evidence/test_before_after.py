"""Treated against untreated units: a permutation test and the interval that inverts it."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tarazu as tz
from tarazu.core.errors import DataError, FitError
from tarazu.evidence import BeforeAfter

COLUMNS = {"treated": "treated", "before": "before", "after": "after"}


def villages(seed: int, *, effect: float = 0.0, n: int = 40, drift: float = 1.0) -> pd.DataFrame:
    """Return units of two valleys, in one of which more are treated and attacks rise."""
    rng = np.random.default_rng(seed)
    valley = rng.integers(0, 2, n)
    treated = rng.random(n) < 0.3 + 0.4 * valley
    treated[:2], treated[-2:] = (True, False), (True, False)
    before = rng.poisson(2.0 + valley)
    after = rng.poisson(2.0 + (1 + drift) * valley) + effect * treated
    return pd.DataFrame({"valley": valley, "treated": treated, "before": before, "after": after})


def compare(units: pd.DataFrame, **options: object) -> BeforeAfter:
    return tz.before_after(units, **COLUMNS, **({"strata": ["valley"]} | options))  # type: ignore[arg-type]


def test_before_after__is_the_difference_in_differences_without_strata() -> None:
    units = villages(1)
    change = units["after"] - units["before"]
    expected = change[units["treated"]].mean() - change[~units["treated"]].mean()
    assert compare(units, strata=[]).estimate == pytest.approx(expected, rel=1e-12)


def test_before_after__has_the_p_value_of_all_permutations() -> None:
    units = pd.DataFrame(
        {"treated": [1, 1, 1, 0, 0, 0, 0], "before": 0, "after": [5, 3, 4, 1, 2, 3, 2]}
    )
    after = units["after"].to_numpy()
    statistics = []
    for who in combinations(range(7), 3):
        chosen = np.isin(np.arange(7), who)
        statistics.append(after[chosen].mean() - after[~chosen].mean())
    exact = np.mean(np.abs(statistics) >= 2.0 - 1e-9)
    found = compare(units, strata=[], permutations=99_999)
    assert found.estimate == pytest.approx(2.0)
    assert found.p_value == pytest.approx(exact, abs=4 * math.sqrt(exact / 99_999))


@pytest.mark.parametrize("seed", range(40))
def test_before_after__excludes_zero_exactly_where_it_rejects(seed: int) -> None:
    units = villages(seed, effect=0.7)
    found = compare(units, permutations=399, level=0.9)
    low, high = found.interval
    assert (low <= 0 <= high) == (found.p_value > 0.1)
    # Each end is the last effect that is not rejected: take it off the treated and test again.
    for end, beyond in ((low, -0.01), (high, 0.01)):
        taken = units.assign(after=units["after"] - (end + beyond) * units["treated"])
        assert compare(taken, permutations=399).p_value <= 0.1
        taken = units.assign(after=units["after"] - (end - beyond) * units["treated"])
        assert compare(taken, permutations=399).p_value > 0.1


def test_before_after__moves_with_what_is_added_to_the_treated() -> None:
    zero, added = compare(villages(3)), compare(villages(3, effect=-1.5))
    assert added.estimate == pytest.approx(zero.estimate - 1.5)
    assert added.interval == pytest.approx([end - 1.5 for end in zero.interval])
    assert added.relative < zero.relative


def test_before_after__rejects_at_its_level_within_strata_and_too_often_across() -> None:
    """More is treated where attacks rise: without strata that is taken for an effect."""
    records = [villages(seed, drift=3.0) for seed in range(400)]
    within = [compare(units, permutations=199).p_value <= 0.1 for units in records]
    across = [compare(units, permutations=199, strata=[]).p_value <= 0.1 for units in records]
    assert 0.06 < np.mean(within) < 0.145  # 99% of binomial(400, 0.1)
    assert np.mean(across) > np.mean(within) + 0.1


def test_before_after__counts_units_without_a_counterpart() -> None:
    lone = pd.DataFrame(
        {"valley": [7, 7, 8], "treated": [1, 1, 0], "before": [0, 0, 0], "after": [9, 9, 9]}
    )
    units = villages(1)
    found = compare(pd.concat([units, lone]))
    assert found.n_alone == (2, 1)
    assert found.estimate == compare(units).estimate
    assert found.n_treated + found.n_untreated == len(units)


def test_before_after__gives_no_end_where_permutations_cannot() -> None:
    assert compare(villages(1), permutations=5).interval == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"treated": 2}, DataError, "column 'treated': 2 in row 1; expected 0 or 1 in each row"),
        ({"before": np.nan}, DataError, "column 'before': nan in row 1"),
        ({"after": "many"}, DataError, "column 'after': holds what is not a number"),
        ({"valley": range(40)}, FitError, "no stratum of valley has a treated and an untreated"),
    ],
)
def test_before_after__says_what_is_wrong(
    change: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        compare(villages(1).assign(**change))


def test_before_after__names_a_missing_column() -> None:
    with pytest.raises(DataError, match="column 'after': is missing; expected one of valley"):
        compare(villages(1).drop(columns="after"))


def test_before_after__shows_itself() -> None:
    found = compare(villages(1))
    assert repr(found).startswith("<BeforeAfter: ")
    assert len(repr(found)) < 160
    assert found._repr_html_().startswith("<table")
    assert found.to_frame()["estimate"].item() == found.estimate
