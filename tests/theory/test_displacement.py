"""Error rates of the other designs of `displacement`; writes docs/validation/displacement.md."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from tests.theory.pages import write_page
from tests.theory.worlds import ALL_OFF, Frame, World, frame, simulate_record

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.displacement.rings import RINGS, TOTAL, study_rings

SEED = 20260601
MANY, SOME = 100, 40
SIGNIFICANCE, LEVEL, HORIZON = 0.05, 0.95, 42
# 100 records: 7% and two standard errors
LARGEST_SIZE = 0.07 + 0.051
ROWS = (
    f"{RINGS[1]}, 1-{HORIZON} days after",
    f"{TOTAL}, 1-{HORIZON} days after",
    f"{RINGS[0]}, 112-85 days before",
    f"{RINGS[1]}, 112-85 days before",
)

ON = World()
WORLDS = {
    "no effect, all on": (ON, MANY),
    "no effect, all on and 5% of initiators wrong": (replace(ON, misclassified=0.05), SOME),
    "no effect, no nuisance but excitation and reaction": (World(**ALL_OFF), SOME),
    "+1 attack at home per operation": (replace(ON, effect=1.0), MANY),
    "+1 attack next door per operation": (replace(ON, next_door_effect=1.0), SOME),
    "operations prevent all attacks at home": (replace(ON, suppression=1.0), SOME),
}


@dataclass(frozen=True)
class Rates:
    records: int
    mean: np.ndarray
    sd: np.ndarray
    zero_covered: np.ndarray
    found: np.ndarray


def measure_one(world: World, place: Frame, seed: int) -> np.ndarray:
    attacks, operations = simulate_record(world, place, seed)
    counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, {}, {})
    found = study_rings(counts, horizon=HORIZON, level=LEVEL)
    if found is None:
        return np.full((len(ROWS), 4), np.nan)
    at = [found.names.index(name) for name in ROWS]
    return np.column_stack([found.estimate, found.interval, found.p_value])[at]


@pytest.fixture(scope="module")
def laboratory() -> dict[str, Rates]:
    """Measure every world and leave the table in the docs."""
    place = frame()
    table = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (world, records) in WORLDS.items():
            seeds = range(SEED, SEED + records)
            rows = np.array(list(pool.map(partial(measure_one, world, place), seeds, chunksize=5)))
            table[name] = Rates(
                records=records,
                mean=np.nanmean(rows[:, :, 0], axis=0),
                sd=np.nanstd(rows[:, :, 0], axis=0),
                zero_covered=((rows[:, :, 1] <= 0) & (rows[:, :, 2] >= 0)).mean(axis=0),
                found=(rows[:, :, 3] < SIGNIFICANCE).mean(axis=0),
            )
            print(name, table[name], flush=True)  # noqa: T201 - the run takes minutes
    write_table(table)
    return table


def write_table(table: dict[str, Rates]) -> None:
    rows = [
        f"| {name} | {r.records} | "
        + " | ".join(
            f"{r.mean[k]:+.2f} | {r.sd[k]:.2f} | {r.zero_covered[k]:.0%} | {r.found[k]:.1%}"
            for k in (0, 1)
        )
        + f" | {r.found[2]:.1%} | {r.found[3]:.1%} |"
        for name, r in table.items()
    ]
    page = [
        "The test itself is measured with retaliation (retaliation.md); here are "
        "the rows of the event study by ring, against matched days. Associational.",
        "",
        "Units: attacks per operation within 42 days, those that attacks bring included, so that "
        "+1 at home is about +1.3 at home and +0.1 next door. 0 covered: share of 95% intervals "
        "that hold no effect. Found: p < 0.05. The last two columns are placebos, 85 to 112 days "
        "before the operation; an effect pulls them away from 0.",
        "",
        "| world | records | next door: mean | sd | 0 covered | found | total: mean | sd | "
        "0 covered | found | placebo at home: found | placebo next door: found |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    write_page(
        "displacement", "Displacement: measured error rates of its alternative designs", SEED, page
    )


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_rings__find_no_effect_where_there_is_none(laboratory, row):
    assert laboratory["no effect, all on"].found[row] <= LARGEST_SIZE


def test_rings__do_not_take_attacks_at_home_for_displacement(laboratory):
    assert laboratory["+1 attack at home per operation"].found[0] <= LARGEST_SIZE


def test_rings__total_finds_attacks_at_home_and_next_door(laboratory):
    for world in ("+1 attack at home per operation", "+1 attack next door per operation"):
        assert laboratory[world].found[1] >= 0.5
        assert laboratory[world].mean[1] > 0.8
