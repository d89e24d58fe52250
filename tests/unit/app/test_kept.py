"""Kept results: the newest stay, up to a number and a size."""

import numpy as np
import pytest

from tarazu.app.futures import Members
from tarazu.app.kept import Kept, size_of


def members(numbers: int) -> Members:
    return Members(np.zeros((1, 1, numbers)), np.zeros((1, 0)), np.zeros((1, 0)))


def test_result__is_made_once() -> None:
    kept, made = Kept(), list[int]()
    for _ in range(3):
        kept.get("a", lambda: made.append(1) or {"n": 1})
    assert made == [1]


def test_kept__drops_what_was_not_used_for_longest() -> None:
    kept = Kept(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: {"key": key})
    assert kept.get("a", lambda: pytest.fail("dropped")) == {"key": "a"}
    assert kept.get("b", lambda: {"key": "new"}) == {"key": "new"}


def test_kept__is_bound_by_bytes() -> None:
    kept = Kept(most_bytes=10_000)
    for key in range(5):
        kept.get(key, lambda: members(500))
    assert (len(kept), kept.bytes) == (2, 2 * size_of(members(500)))
    assert size_of(members(500)) == 4000
    kept.get("large", lambda: members(5_000))  # given, not kept
    assert (len(kept), kept.bytes) == (0, 0)
