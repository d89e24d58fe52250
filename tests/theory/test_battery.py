"""Error rates of the battery's joint test on dates, on simulated records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.theory.worlds import World, frame, simulate_record

from tarazu.evidence.battery import max_t_adjust
from tarazu.evidence.daily import DailyCounts
from tarazu.evidence.joint_dates import SUMS, sum_jointly

ROOT = Path(__file__).parents[2]
SEED = 20260801
MOVES = 299
LEVEL = 0.05
AFTER = tuple(name for name in SUMS if name != "reaction")
# Nominal 5 % and two points, and two standard errors of a share of 5 % among 200 records.
LARGEST_SIZE = 0.07 + 2 * np.sqrt(0.05 * 0.95 / 200)
ROWS = {
    "no effect, all on": (World(), AFTER, 200),
    "no effect, all on, operations do not follow attacks": (
        World(reaction=0.0, reaction_next_door=0.0),
        tuple(SUMS),
        200,
    ),
    "no effect, 5 % of initiators wrong": (World(misclassified=0.05), AFTER, 100),
    "+1 attack per operation": (World(effect=1.0), AFTER, 100),
    "+1 attack next door per operation": (World(next_door_effect=1.0), AFTER, 100),
    "operations prevent all attacks": (World(suppression=1.0), AFTER, 100),
}


def measure(world, names, records):
    """Share of records in which any sum, and each sum, is found at 5 % together."""
    place, found = frame(), np.zeros((records, len(names)), dtype=bool)
    for i in range(records):
        attacks, operations = simulate_record(world, place, SEED + i)
        used = {"attacks": int(attacks.sum()), "operations": int(operations.sum())}
        counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, used, {})
        # Militants killed: mostly one to three, now and then many; they do nothing here.
        doses = np.floor(np.random.default_rng(SEED + i).pareto(1.8, used["operations"]) + 1)
        dates = sum_jointly(counts, np.minimum(doses, 40), moves=MOVES)
        p = max_t_adjust(dates, names)
        found[i] = [p[name] < LEVEL for name in names]
    return found


@pytest.fixture(scope="module")
def table():
    rows = {name: measure(*row) for name, row in ROWS.items()}
    page = [
        "# The battery's joint test on dates: measured error rates",
        "",
        "Written by `make theory` (tests/theory/test_battery.py); not edited by hand. Seeds "
        f"{SEED} and up, {MOVES} sets of moved dates. Share of records in which max-T over the "
        "family finds anything at 5 % (any), and by sum. In the first row operations follow "
        "attacks, so that `reaction` is true and left out of the family.",
        "",
        "| world | records | any | " + " | ".join(SUMS) + " |",
        "|---" * (3 + len(SUMS)) + "|",
    ]
    for name, found in rows.items():
        names = ROWS[name][1]
        cells = [f"{found[:, names.index(s)].mean():.1%}" if s in names else "-" for s in SUMS]
        share = f"{found.any(axis=1).mean():.1%}"
        page.append(f"| {name} | {len(found)} | {share} | " + " | ".join(cells) + " |")
    text = "\n".join(page) + "\n"
    (ROOT / "docs/validation/battery.md").write_text(text, encoding="utf-8")
    return {name: found.any(axis=1).mean() for name, found in rows.items()}


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith("no effect, all on")])
def test_joint_dates__a_false_finding_anywhere_is_as_rare_as_said(table, name):
    assert table[name] <= LARGEST_SIZE


@pytest.mark.parametrize("name", ["+1 attack per operation", "+1 attack next door per operation"])
def test_joint_dates__large_effects_are_found(table, name):
    assert table[name] >= 0.8
