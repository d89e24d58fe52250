"""Error rates of `wake` on simulated records; writes docs/validation/wake.md."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from tests.theory.pages import write_page, write_rates
from tests.theory.worlds import ALL_OFF, HORIZON, Frame, World, frame, simulate_record

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.comparison_days import measure_days
from tarazu.evidence.wake.estimator import HORIZON_DAYS, attacks_after, compare, summarise

SEED = 20260401
HEADLINE, MANY, SOME = 1000, 200, 60
PERMUTATIONS = 299
SIGNIFICANCE = 0.05
LARGEST_SIZE = 0.07  # of a test at 5%: the project's promise, two points for 500 records
SMALLEST_COVERAGE = 0.92
SMALLEST_POWER = 0.80
MEASURED = ("compare", "summarise", "future", "measure_days")

ON = World()
REACTION = {"reaction": 0.0, "reaction_next_door": 0.0}
EXCITATION = {"excitation": 0.0, "contagion": 0.0}
QUIET = World(**(ALL_OFF | REACTION | EXCITATION))
WRONG = 0.05
WORLDS = {
    "no effect, all on": (ON, HEADLINE),
    "no effect, all on and 5% of initiators wrong": (replace(ON, misclassified=WRONG), MANY),
    "no effect, all off": (QUIET, SOME),
    "no effect, self-excitation alone": (replace(QUIET, excitation=0.3, contagion=0.08), SOME),
    "no effect, reaction alone": (replace(QUIET, reaction=0.12, reaction_next_door=0.05), SOME),
    "no effect, drift alone": (replace(QUIET, drift=0.6), SOME),
    "no effect, bursts alone": (replace(QUIET, bursts=60), SOME),
    "no effect, ties alone": (replace(QUIET, ties=0.08), SOME),
    "no effect, gaps alone": (replace(QUIET, gaps=True), SOME),
    "no effect, 5% of initiators wrong alone": (replace(QUIET, misclassified=WRONG), SOME),
    "+0.5 attacks per operation": (replace(ON, effect=0.5), MANY),
    "+1 attack per operation": (replace(ON, effect=1.0), MANY),
    "+1 attack per operation, no gaps": (replace(ON, effect=1.0, gaps=False), MANY),
    "+1 attack next door per operation": (replace(ON, next_door_effect=1.0), SOME),
    "operations prevent 24% of attacks": (replace(ON, suppression=0.24), SOME),
    "operations prevent all attacks": (replace(ON, suppression=1.0), SOME),
}


@dataclass(frozen=True)
class Rates:
    records: int
    matched: float
    truth: float
    mean: float
    sd: float
    covered: float
    found: float
    spread: float


def total_effect(world: World) -> float:
    """Attacks within the horizon that an operation adds, those that they bring included.

    Planted attacks fall evenly on the horizon; each brings `excitation` more with a mean lag of 10
    days, each of those with ties, and so on. Gaps, which hide some of all attacks, are left out.
    """
    ratio = world.excitation / (1 - world.ties)
    rate = (1 - ratio) / 10.0
    brought = ratio / (1 - ratio) * (1 - (1 - np.exp(-rate * HORIZON)) / (rate * HORIZON))
    return world.effect * (1 + brought)


def measure_one(world: World, place: Frame, seed: int) -> list[float]:
    attacks, operations = simulate_record(world, place, seed)
    used = {"attacks": int(attacks.sum()), "operations": int(operations.sum())}
    counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, used, {})
    contrasts = compare(counts, partial(attacks_after, counts, HORIZON_DAYS))
    if contrasts is None:
        return [np.nan, np.nan, np.nan, 1.0, np.nan, 0.0]
    found = summarise(contrasts, measure_days(contrasts, replicates=PERMUTATIONS, seed=0))
    share = contrasts.n_operations / contrasts.n_all
    return [found.estimate, *found.interval, found.p_value, found.spread, share]


def summarise_rows(world: World, rows: np.ndarray) -> Rates:
    truth = total_effect(world)
    return Rates(
        records=len(rows),
        matched=float(rows[:, 5].mean()),
        truth=truth,
        mean=float(np.nanmean(rows[:, 0])),
        sd=float(np.nanstd(rows[:, 0], ddof=1)),
        covered=float(((rows[:, 1] <= truth) & (truth <= rows[:, 2])).mean()),
        found=float((rows[:, 3] < SIGNIFICANCE).mean()),  # "cannot tell" is not found
        spread=float(np.nanmean(rows[:, 4])),
    )


def fingerprint() -> list[float]:
    place = frame()
    worlds = (ON, replace(ON, effect=1.0), replace(ON, suppression=1.0))
    return [x for world in worlds for x in measure_one(world, place, SEED)]


@pytest.fixture(scope="module")
def laboratory() -> dict[str, Rates]:
    """Measure every world and leave the table where the finding and the docs read it."""
    place = frame()
    table = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (world, records) in WORLDS.items():
            seeds = range(SEED, SEED + records)
            rows = np.array(list(pool.map(partial(measure_one, world, place), seeds, chunksize=10)))
            table[name] = summarise_rows(world, rows)
            print(name, table[name], flush=True)  # noqa: T201 - the run takes minutes
    write_table(table)
    return table


def write_table(table: dict[str, Rates]) -> None:
    null, one = table["no effect, all on"], table["+1 attack per operation"]
    wrong = table["no effect, all on and 5% of initiators wrong"]
    power = [
        {"effect": effect, "found": round(table[name].found, 3), "records": table[name].records}
        for effect, name in [
            (0.0, "no effect, all on"),
            (0.5, "+0.5 attacks per operation"),
            (1.0, "+1 attack per operation"),
        ]
    ]
    shipped = {
        "summary": {
            "false positives at 5%": round(null.found, 3),
            "coverage of 95% intervals, no effect": round(null.covered, 3),
            "coverage of 95% intervals, +1 attack per operation": round(one.covered, 3),
            "power, +1 attack per operation": round(one.found, 3),
            "power, operations prevent 24% of attacks": round(
                table["operations prevent 24% of attacks"].found, 3
            ),
            "false positives at 5%, 5% of initiators wrong": round(wrong.found, 3),
            "records": f"{null.records} without effect, {one.records} with, seed {SEED}",
        },
        "power": power,
    }
    write_rates("wake", shipped, MEASURED, fingerprint())
    rows = [
        f"| {name} | {r.records} | {r.matched:.0%} | "
        f"{'-' if 'prevent' in name else f'{r.truth:+.2f}'} | {r.mean:+.3f} | {r.sd:.3f} | "
        f"{'-' if 'prevent' in name else f'{r.covered:.1%}'} | {r.found:.1%} | "
        f"{2.802 * r.spread:.2f} |"
        for name, r in table.items()
    ]
    page = [
        "Records are simulated by src/tarazu/evidence/simulated/world.py, "
        "which shares no code with the "
        "estimator, with the districts, yearly level and size of the record of Balochistan; "
        f"{PERMUTATIONS} permutations a record. Associational: matching makes days alike in the "
        "attacks before them, not in what is not on record.",
        "",
        '"True" is what an operation adds within 42 days with the attacks that those attacks '
        "bring, before gaps hide some. A 95% interval should cover it in 95%. "
        '"Found" counts p < 0.05; a record that cannot tell counts as not found.',
        "",
        "| world | records | operations matched | true | mean | sd | covered | found | "
        "smallest effect found in 80% |",
        "|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        'Rows "operations prevent" have no one true number: what is prevented depends on what '
        "would have happened.",
        "",
    ]
    write_page("wake", "Wake: measured error rates", SEED, page)


def test_wake__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory["no effect, all on"].records >= HEADLINE
    assert laboratory["no effect, all on"].found <= LARGEST_SIZE


@pytest.mark.parametrize("world", [name for name in WORLDS if "alone" in name or "off" in name])
def test_wake__keeps_its_size_with_each_trouble_alone(laboratory, world):
    # 60 records: two standard errors of 7% are 6.6 points
    assert laboratory[world].found <= LARGEST_SIZE + 0.066


def test_wake__intervals_cover_where_there_is_no_effect(laboratory):
    assert laboratory["no effect, all on"].covered >= SMALLEST_COVERAGE


def test_wake__finds_one_more_attack_per_operation(laboratory):
    assert laboratory["+1 attack per operation"].found >= SMALLEST_POWER


def test_wake__finds_deterrence_where_operations_prevent_all_attacks(laboratory):
    assert laboratory["operations prevent all attacks"].mean < 0


def test_wake__is_seen_to_fail_where_initiators_are_wrong(laboratory):
    """Negative control: the laboratory must be able to see a broken estimator."""
    wrong = laboratory["no effect, all on and 5% of initiators wrong"]
    assert wrong.mean > 3 * wrong.sd / np.sqrt(wrong.records)
