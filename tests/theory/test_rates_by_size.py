"""Error rates at three sizes of record: against nominal, shipped and stored ones.

See `tests.theory.rates_by_size`, which measures the stored ones.
"""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from tests.theory.pages import table_path
from tests.theory.rates_by_size import (
    NAMES,
    PAGE,
    SIZES,
    TABLE,
    differ_at_99,
    measure,
    page,
    wilson_99,
)

from tarazu.evidence.error_rates import SIZE
from tarazu.evidence.simulated.planted import HEADLINE_SHARE

STORED = json.loads(TABLE.read_text(encoding="utf-8"))
NOMINAL = 0.05
SHIPPED_SIZE = "Balochistan, 30 years"
OTHER_SEED = 20270101
AGAIN = ("retaliation", "wake")
RECORDS = 20  # measured again at each size


def rows(size: str, name: str) -> dict[str, tuple[int, int]]:
    """Return hits and records of false positives and power, by name of the rate."""
    return {
        row["name"]: (row["hits"], row["records"])
        for row in STORED[size]["rates"][name]
        if row["name"] == SIZE or row["name"].startswith("power")
    }


def shipped_power(name: str, effect: float) -> tuple[float, int] | None:
    """Return the share found at an effect, between those that ship, and the records it rests on."""
    shipped = json.loads(table_path(name).read_text(encoding="utf-8"))["power"]
    curve = sorted((row["effect"], row["found"], row["records"]) for row in shipped)
    for (low, below, n), (high, above, other) in pairwise(curve):
        if low <= effect <= high:
            return below + (above - below) * (effect - low) / (high - low), min(n, other)
    return None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_false_positives__include_the_nominal_rate(name: str, size: str) -> None:
    low, high = wilson_99(*rows(size, name)[SIZE])
    assert low <= NOMINAL <= high


@pytest.mark.parametrize("name", NAMES)
def test_false_positives__at_the_shipped_size_are_those_that_ship(name: str) -> None:
    shipped = json.loads(table_path(name).read_text(encoding="utf-8"))["power"]
    null = next(row for row in shipped if row["effect"] == 0.0)
    others = round(null["found"] * null["records"])
    assert not differ_at_99(*rows(SHIPPED_SIZE, name)[SIZE], others, null["records"])


@pytest.mark.parametrize("name", ["retaliation", "wake", "severity", "dose"])
def test_power__at_the_shipped_size_is_the_one_that_ships(name: str) -> None:
    compared = 0
    for title, (hits, records) in rows(SHIPPED_SIZE, name).items():
        if not title.startswith("power, +"):
            continue
        effect = float(title.removeprefix("power, +").split()[0])
        # The shipped table has effects of the dose over all 52 weeks, not over the headline's.
        found = shipped_power(name, effect / HEADLINE_SHARE if name == "dose" else effect)
        if found is not None:
            share, n = found
            assert not differ_at_99(hits, records, round(share * n), n), title
            compared += 1
    assert compared


@pytest.mark.parametrize("size", SIZES)
def test_rates__of_other_records_are_the_stored_ones(size: str) -> None:
    found = measure(size, RECORDS, OTHER_SEED, AGAIN)
    compared = 0
    for name in AGAIN:
        stored = rows(size, name)
        for rate in found.rates[name]:
            if rate.name in stored:
                assert not differ_at_99(rate.hits, rate.records, *stored[rate.name]), rate.name
                compared += 1
    assert compared == sum(len(rows(size, name)) for name in AGAIN)


def test_page__is_of_the_stored_rates() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(STORED)


def test_differ__sees_a_difference_and_no_more() -> None:
    assert not differ_at_99(2, 40, 5, 100)
    assert not differ_at_99(6, 40, 5, 100)
    assert differ_at_99(20, 40, 5, 100)
