"""Error rates of `retaliation` and `displacement` on simulated records; writes docs/validation."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from tests.theory.pages import write_page, write_rates
from tests.theory.retaliation_worlds import (
    AS_MEASURED,
    ONE_IN_20,
    ONE_IN_70,
    Mistakes,
    mistake_sides,
)
from tests.theory.worlds import ALL_OFF, Frame, World, frame, simulate_record

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.point_process.after_operations import LEVEL, fit_attacks
from tarazu.evidence.point_process.excess_events import measure_excess, measure_placebo
from tarazu.evidence.point_process.history import EARLIER, EXPOSED, LATER, NEXT_DOOR

SEED = 20260101
# Headline, all together, one trouble alone: standard errors at 5% of 0.7, 1.5 and 2.2 points.
MANY, MORE, SOME, FEW = 1000, 300, 200, 100
LARGEST_SIZE = 0.07  # of a test at 5%: the project's promise
# Of 95% intervals where the effect is interior. At +1 they cover more than the upper bound: the
# table shows it, and only the lower bound is asserted there.
SMALLEST_COVERAGE, LARGEST_COVERAGE = 0.925, 0.975
SMALLEST_POWER = 0.80
MEASURED = (
    "fit_attacks",
    "measure_excess",
    "measure_placebo",
    "measure_after:LEVEL",
    "SIGNIFICANCE",
)

ON = World()
RIGHT = Mistakes()
NULL, NULL_MISTAKEN = "no effect, all on", "no effect, all on, sides mistaken as measured"
BESIDE = "+1 attack next door per operation"
PREVENTED = {
    0.24: "operations prevent 24% of attacks",
    0.5: "operations prevent half of the attacks",
    1.0: "operations prevent all attacks",
}
ADDED = {effect: f"+{effect:g} attacks per operation" for effect in (0.25, 0.375, 0.5, 1.0)}
WORLDS = {
    NULL: (ON, RIGHT, MANY),
    NULL_MISTAKEN: (ON, AS_MEASURED, SOME),
    "no effect, all off": (World(**ALL_OFF), RIGHT, FEW),
    "no effect, drift alone": (World(**(ALL_OFF | {"drift": 0.6})), RIGHT, FEW),
    "no effect, bursts alone": (World(**(ALL_OFF | {"bursts": 60})), RIGHT, FEW),
    "no effect, ties alone": (World(**(ALL_OFF | {"ties": 0.08})), RIGHT, FEW),
    "no effect, gaps alone": (World(**(ALL_OFF | {"gaps": True})), RIGHT, FEW),
    "no effect, sides mistaken as measured alone": (World(**ALL_OFF), AS_MEASURED, FEW),
    "no effect, no reaction": (replace(ON, reaction=0.0, reaction_next_door=0.0), RIGHT, FEW),
    "no effect, no self-excitation": (replace(ON, excitation=0.0, contagion=0.0), RIGHT, FEW),
    **{name: (replace(ON, effect=x), RIGHT, FEW) for x, name in ADDED.items()},
    ADDED[0.5]: (replace(ON, effect=0.5), RIGHT, MORE),
    ADDED[1.0]: (replace(ON, effect=1.0), RIGHT, SOME),
    BESIDE: (replace(ON, next_door_effect=1.0), RIGHT, SOME),
    **{name: (replace(ON, suppression=x), RIGHT, FEW) for x, name in PREVENTED.items()},
    "not allowed for: 1.5% of attacks taken for operations": (ON, ONE_IN_70, SOME),
    "not allowed for: 5% of both sides mistaken": (ON, ONE_IN_20, FEW),
    "not allowed for: bursts of one district": (replace(ON, local_bursts=30), RIGHT, FEW),
    "not allowed for: operations burst with attacks": (
        replace(ON, operations_burst=True),
        RIGHT,
        FEW,
    ),
}


@dataclass(frozen=True)
class Rates:
    records: int
    attacks: float
    operations: float
    estimate: float
    bias: float
    sd: float
    covered: float
    found: float
    next_door_bias: float
    next_door_covered: float
    next_door_found: float
    later_failed: float
    earlier_ratio: float
    converged: float


def measure_one(world: World, mistakes: Mistakes, place: Frame, seed: int) -> list[float]:
    attacks, operations = simulate_record(world, place, seed)
    attacks, operations = mistake_sides(attacks, operations, mistakes, seed)
    counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, {}, {})
    fit = fit_attacks(counts)
    later = measure_placebo(fit, LATER)
    earlier = measure_placebo(fit, EARLIER)
    row = [float(attacks.sum()), float(operations.sum()), float(fit.converged)]
    row += [later.p_value, earlier.observed / earlier.expected]
    for condition in (EXPOSED, NEXT_DOOR):
        excess = measure_excess(fit, condition, level=LEVEL)
        row += [excess.estimate, *excess.interval, excess.p_value]
    return row


def summarise(world: World, rows: np.ndarray) -> Rates:
    here, next_door = rows[:, 5:9], rows[:, 9:13]

    def covered(part, truth):
        return float(((part[:, 1] <= truth) & (truth <= part[:, 2])).mean())

    return Rates(
        records=len(rows),
        attacks=float(rows[:, 0].mean()),
        operations=float(rows[:, 1].mean()),
        estimate=float(here[:, 0].mean()),
        bias=float(here[:, 0].mean() - world.effect),
        sd=float(here[:, 0].std(ddof=1)),
        covered=covered(here, world.effect),
        found=float((here[:, 3] < SIGNIFICANCE).mean()),
        next_door_bias=float(next_door[:, 0].mean() - world.next_door_effect),
        next_door_covered=covered(next_door, world.next_door_effect),
        next_door_found=float((next_door[:, 3] < SIGNIFICANCE).mean()),
        later_failed=float((rows[:, 3] < SIGNIFICANCE).mean()),
        earlier_ratio=float(np.median(rows[:, 4])),
        converged=float(rows[:, 2].mean()),
    )


def fingerprint() -> list[float]:
    place = frame()
    worlds = ((ON, RIGHT), (replace(ON, effect=1.0, next_door_effect=1.0), AS_MEASURED))
    return [x for world in worlds for s in (0, 1) for x in measure_one(*world, place, SEED + s)]


@pytest.fixture(scope="module")
def laboratory() -> dict[str, Rates]:
    """Measure every world and leave the table where the finding and the docs read it."""
    place = frame()
    table = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (world, mistakes, records) in WORLDS.items():
            seeds = range(SEED, SEED + records)
            measure = partial(measure_one, world, mistakes, place)
            rows = np.array(list(pool.map(measure, seeds, chunksize=10)))
            table[name] = summarise(world, rows)
            print(name, table[name], flush=True)  # noqa: T201 - the run takes minutes
    write_table(table)
    return table


def operations_needed(row: Rates) -> int:
    """Operations, in as many records like these, for 80% power at 5%: normal, errors 1/sqrt(n).

    An estimate of mean m and standard deviation s is found in 80% where m / s is 1.96 + 0.84.
    """
    return int(np.ceil(row.operations * ((1.96 + 0.84) * row.sd / row.estimate) ** 2 / 10) * 10)


def write_table(table: dict[str, Rates]) -> None:
    null, half = table[NULL], table[ADDED[0.5]]
    one, beside = table[ADDED[1.0]], table[BESIDE]
    curve = [(0.0, NULL), *((x, name) for x, name in ADDED.items())]
    curve += [(round(table[name].estimate, 3), name) for name in PREVENTED.values()]
    shipped = {
        "retaliation": {
            "summary": {
                "false positives at 5%": round(null.found, 3),
                "false positives at 5%, sides mistaken as measured": round(
                    table[NULL_MISTAKEN].found, 3
                ),
                "false positives at 5%, 1.5% of attacks taken for operations": round(
                    table["not allowed for: 1.5% of attacks taken for operations"].found, 3
                ),
                "false positives at 5% where operations add 1 attack next door": round(
                    beside.found, 3
                ),
                "coverage of 95% intervals, no effect": round(null.covered, 3),
                "coverage of 95% intervals, +0.5 attacks per operation": round(half.covered, 3),
                "power, +1 attack per operation": round(one.found, 3),
                "power, operations prevent 24% of attacks": round(table[PREVENTED[0.24]].found, 3),
                "operations needed to find in 80% that 24% are prevented": operations_needed(
                    table[PREVENTED[0.24]]
                ),
                "later days out of line at 5%, no effect": round(null.later_failed, 3),
                "attacks before operations over those expected, no effect": round(
                    null.earlier_ratio, 2
                ),
                "records": f"{FEW} to {MANY} per row, seed {SEED}",
            },
            "power": [
                {"effect": x, "found": round(table[name].found, 3), "records": table[name].records}
                for x, name in sorted(curve)
            ],
        },
        "displacement": {
            "summary": {
                "false positives at 5%": round(null.next_door_found, 3),
                "coverage of 95% intervals, no effect": round(null.next_door_covered, 3),
                "false positives at 5% where operations add 1 attack at home": round(
                    one.next_door_found, 3
                ),
                "power, +1 attack next door per operation": round(beside.next_door_found, 3),
                "records": f"{null.records} without effect, {beside.records} with, seed {SEED}",
            },
            "power": [],
        },
    }
    for name, content in shipped.items():
        write_rates(name, content, MEASURED, fingerprint())
    rows = [
        f"| {name} | {r.records} | {r.attacks:.0f} / {r.operations:.0f} | {r.bias:+.3f} | "
        f"{r.sd:.3f} | {'-' if 'prevent' in name else f'{r.covered:.1%}'} | {r.found:.1%} | "
        f"{r.next_door_bias:+.3f} | {r.next_door_covered:.1%} | {r.next_door_found:.1%} | "
        f"{r.later_failed:.1%} | {r.earlier_ratio:.2f} | {r.converged:.1%} |"
        for name, r in table.items()
    ]
    page = [
        "Records are simulated by src/tarazu/evidence/simulated/world.py, "
        "which shares no code with the "
        "estimators, with the districts, yearly level and size of the record of Balochistan. A "
        "95% interval should cover in 95%; a test at 5% should find in 5% where there is no "
        'effect. "All on": militant self-excitation (branching 0.30 + 0.08 next door), operations '
        "that follow attacks, drift by district, region-wide bursts, same-day ties, reporting gaps "
        "on both sides. Units: attacks per operation within 42 days.",
        "",
        "| world | records | attacks / operations | bias | sd | covered | found | "
        "next door: bias | covered | found | later days failed | earlier days | converged |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        'Rows "operations prevent" give the mean estimate in place of the bias: what is prevented '
        "depends on what would have happened, so there is no one true number to cover.",
        "",
        'Rows "not allowed for" show what the estimator does where its assumptions fail.',
        "",
        '"Sides mistaken as measured": of operations 9% are recorded as attacks and 9% as '
        "unclear, of attacks 3% as unclear and none as operations: the headline sample of hand "
        "labels (11 and 33 events). None in 33 leaves room for up to 7%; 1.5% is its posterior "
        "mean.",
        "",
        '"Later days": attacks 7 to 26 weeks after operations against those expected, share of '
        'records in which they differ at 5%. "Earlier days": attacks in the 26 weeks before '
        "operations over those expected, median. Where operations follow attacks this is above 1 "
        "without any effect: dates moved both ways fall on such days, so their mean excess is not "
        "zero, and the check looks at later days only.",
        "",
    ]
    write_page("retaliation", "Retaliation and displacement: measured error rates", SEED, page)


def test_retaliation__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory[NULL].records >= MANY
    assert laboratory[NULL].found <= LARGEST_SIZE


def test_displacement__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory[NULL].next_door_found <= LARGEST_SIZE


@pytest.mark.parametrize(
    "world", [name for name in WORLDS if name.startswith("no effect") and name != NULL]
)
def test_retaliation__keeps_its_size_with_troubles_alone_and_together(laboratory, world):
    row = laboratory[world]
    two_errors = 2 * np.sqrt(LARGEST_SIZE * (1 - LARGEST_SIZE) / row.records)
    assert row.found <= LARGEST_SIZE + two_errors


def test_retaliation__does_not_take_effects_next_door_for_its_own(laboratory):
    row = laboratory[BESIDE]
    assert row.found <= LARGEST_SIZE + 2 * np.sqrt(LARGEST_SIZE / row.records)


def test_placebo__later_days_are_as_expected_where_there_is_no_effect(laboratory):
    assert laboratory[NULL].later_failed <= LARGEST_SIZE


@pytest.mark.parametrize("world", [ADDED[0.5], ADDED[1.0]])
def test_retaliation__intervals_cover_an_interior_effect(laboratory, world):
    assert laboratory[world].covered >= SMALLEST_COVERAGE


def test_retaliation__intervals_are_not_too_wide_at_half_an_attack(laboratory):
    assert laboratory[ADDED[0.5]].covered <= LARGEST_COVERAGE


def test_retaliation__finds_one_more_attack_per_operation(laboratory):
    assert laboratory[ADDED[1.0]].found >= SMALLEST_POWER


def test_retaliation__finds_deterrence_where_operations_prevent_all_attacks(laboratory):
    row = laboratory[PREVENTED[1.0]]
    assert row.found >= SMALLEST_POWER
    assert row.estimate < 0


def test_displacement__finds_one_more_attack_next_door(laboratory):
    assert laboratory[BESIDE].next_door_found >= SMALLEST_POWER


def test_retaliation__is_seen_to_fail_where_initiators_are_wrong(laboratory):
    """Negative control: the laboratory must be able to see a broken estimator."""
    wrong = laboratory["not allowed for: 5% of both sides mistaken"]
    assert wrong.bias > 3 * wrong.sd / np.sqrt(wrong.records)
