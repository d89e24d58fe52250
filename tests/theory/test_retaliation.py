"""Error rates of `retaliation` and `displacement` on simulated records; writes docs/validation."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.theory.worlds import ALL_OFF, Frame, World, frame, simulate_record

from tarazu.evidence.daily import DailyCounts
from tarazu.evidence.excess import measure_excess
from tarazu.evidence.intensity import EXPOSED, NEXT_DOOR
from tarazu.evidence.reruns import SIGNIFICANCE
from tarazu.evidence.retaliation import LEVEL, fit_attacks
from tarazu.evidence.validation import digest_sources

SEED = 20260101
MANY, SOME = 500, 200
LARGEST_SIZE = 0.07  # of a test at 5 %: the project's promise, two points for 500 records
# Of 90 % intervals where the effect is interior. At +1 they cover 94.6 %, above the upper bound:
# the table shows it, and only the lower bound is asserted there.
SMALLEST_COVERAGE, LARGEST_COVERAGE = 0.87, 0.93
SMALLEST_POWER = 0.80
ROOT = Path(__file__).parents[2]
MEASURED = (
    "intensity",
    "history_kernels",
    "excess",
    "retaliation:fit_attacks",
    "retaliation:HORIZON_DAYS",
    "retaliation:LEVEL",
    "reruns:SIGNIFICANCE",
)

ON = World()
WORLDS = {
    "no effect, all on": (ON, MANY),
    "no effect, all off": (World(**ALL_OFF), SOME),
    "no effect, drift alone": (World(**(ALL_OFF | {"drift": 0.6})), SOME),
    "no effect, bursts alone": (World(**(ALL_OFF | {"bursts": 60})), SOME),
    "no effect, ties alone": (World(**(ALL_OFF | {"ties": 0.08})), SOME),
    "no effect, gaps alone": (World(**(ALL_OFF | {"gaps": True})), SOME),
    "no effect, no reaction": (replace(ON, reaction=0.0, reaction_next_door=0.0), SOME),
    "+0.25 attacks per operation": (replace(ON, effect=0.25), SOME),
    "+0.5 attacks per operation": (replace(ON, effect=0.5), MANY),
    "+1 attack per operation": (replace(ON, effect=1.0), MANY),
    "+1 attack next door per operation": (replace(ON, next_door_effect=1.0), SOME),
    "operations prevent 24 % of attacks": (replace(ON, suppression=0.24), SOME),
    "operations prevent all attacks": (replace(ON, suppression=1.0), SOME),
    "not allowed for: 5 % misclassified": (replace(ON, misclassified=0.05), SOME),
    "not allowed for: no self-excitation": (replace(ON, excitation=0.0, contagion=0.0), SOME),
    "not allowed for: bursts of one district": (replace(ON, local_bursts=30), SOME),
    "not allowed for: operations burst with attacks": (replace(ON, operations_burst=True), SOME),
}


@dataclass(frozen=True)
class Rates:
    records: int
    attacks: float
    operations: float
    bias: float
    sd: float
    covered: float
    found: float
    next_door_bias: float
    next_door_covered: float
    next_door_found: float
    converged: float


def measure_one(world: World, place: Frame, seed: int) -> list[float]:
    attacks, operations = simulate_record(world, place, seed)
    counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, {}, {})
    history, fit = fit_attacks(counts)
    row = [float(attacks.sum()), float(operations.sum()), float(fit.converged)]
    for condition in (EXPOSED, NEXT_DOOR):
        excess = measure_excess(history, fit, condition, level=LEVEL)
        row += [excess.estimate, *excess.interval, excess.p_value]
    return row


def summarise(world: World, rows: np.ndarray) -> Rates:
    here, next_door = rows[:, 3:7], rows[:, 7:11]

    def covered(part, truth):
        return float(((part[:, 1] <= truth) & (truth <= part[:, 2])).mean())

    return Rates(
        records=len(rows),
        attacks=float(rows[:, 0].mean()),
        operations=float(rows[:, 1].mean()),
        bias=float(here[:, 0].mean() - world.effect),
        sd=float(here[:, 0].std(ddof=1)),
        covered=covered(here, world.effect),
        found=float((here[:, 3] < SIGNIFICANCE).mean()),
        next_door_bias=float(next_door[:, 0].mean() - world.next_door_effect),
        next_door_covered=covered(next_door, world.next_door_effect),
        next_door_found=float((next_door[:, 3] < SIGNIFICANCE).mean()),
        converged=float(rows[:, 2].mean()),
    )


@pytest.fixture(scope="module")
def laboratory() -> dict[str, Rates]:
    """Measure every world and leave the table where the finding and the docs read it."""
    place = frame()
    table = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (world, records) in WORLDS.items():
            seeds = range(SEED, SEED + records)
            rows = np.array(list(pool.map(partial(measure_one, world, place), seeds, chunksize=10)))
            table[name] = summarise(world, rows)
            print(name, table[name], flush=True)  # noqa: T201 - the run takes minutes
    write_table(table)
    return table


def write_table(table: dict[str, Rates]) -> None:
    null, one = table["no effect, all on"], table["+1 attack per operation"]
    power = [
        {"effect": effect, "found": round(table[name].found, 3), "records": table[name].records}
        for effect, name in [
            (0.0, "no effect, all on"),
            (0.25, "+0.25 attacks per operation"),
            (0.5, "+0.5 attacks per operation"),
            (1.0, "+1 attack per operation"),
        ]
    ]
    beside = table["+1 attack next door per operation"]
    wrong = table["not allowed for: 5 % misclassified"]
    shipped = {
        "retaliation": {
            "summary": {
                "false positives at 5 %": round(null.found, 3),
                "coverage of 90 % intervals, no effect": round(null.covered, 3),
                "coverage of 90 % intervals, +1 attack per operation": round(one.covered, 3),
                "power, +1 attack per operation": round(one.found, 3),
                "power, operations prevent 24 % of attacks": round(
                    table["operations prevent 24 % of attacks"].found, 3
                ),
                "false positives at 5 %, 5 % of initiators wrong": round(wrong.found, 3),
                "false positives at 5 % where operations add 1 attack next door": round(
                    beside.found, 3
                ),
                "records": f"{null.records} or {wrong.records} per row, seed {SEED}",
            },
            "power": power,
        },
        "displacement": {
            "summary": {
                "false positives at 5 %": round(null.next_door_found, 3),
                "coverage of 90 % intervals, no effect": round(null.next_door_covered, 3),
                "false positives at 5 % where operations add 1 attack at home": round(
                    one.next_door_found, 3
                ),
                "power, +1 attack next door per operation": round(beside.next_door_found, 3),
                "records": f"{null.records} without effect, {beside.records} with, seed {SEED}",
            },
            "power": [],
        },
    }
    folder = ROOT / "src/tarazu/evidence/validation"
    folder.mkdir(exist_ok=True)
    for name, content in shipped.items():
        stamped = content | {"measured": digest_sources(MEASURED)}
        text = json.dumps(stamped, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    rows = [
        f"| {name} | {r.records} | {r.attacks:.0f} / {r.operations:.0f} | {r.bias:+.3f} | "
        f"{r.sd:.3f} | {'-' if 'prevent' in name else f'{r.covered:.1%}'} | {r.found:.1%} | "
        f"{r.next_door_bias:+.3f} | {r.next_door_covered:.1%} | "
        f"{r.next_door_found:.1%} | {r.converged:.1%} |"
        for name, r in table.items()
    ]
    page = [
        "# Retaliation and displacement: measured error rates",
        "",
        "Written by `make theory` (tests/theory/test_retaliation.py); not edited by hand. "
        f"Seeds {SEED} and up. Records are simulated by tests/theory/worlds.py, which shares no "
        "code with the estimators, with the districts, yearly level and size of the record of "
        "Balochistan. A 90 % interval should cover in 90 %; a test at 5 % should find in 5 % "
        'where there is no effect. "All on": militant self-excitation (branching 0.30 + 0.08 '
        "next door), operations that follow attacks, drift by district, region-wide bursts, "
        "same-day ties, reporting gaps on both sides. Units: attacks per operation within "
        "42 days.",
        "",
        "| world | records | attacks / operations | bias | sd | covered | found | "
        "next door: bias | covered | found | converged |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        'Rows "operations prevent" give the mean estimate in place of the bias: what is prevented '
        "depends on what would have happened, so there is no one true number to cover.",
        "",
        'Rows "not allowed for" show what the estimator does where its assumptions fail.',
        "",
    ]
    (ROOT / "docs/validation").mkdir(parents=True, exist_ok=True)
    (ROOT / "docs/validation/retaliation.md").write_text("\n".join(page), encoding="utf-8")


def test_retaliation__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory["no effect, all on"].records >= MANY
    assert laboratory["no effect, all on"].found <= LARGEST_SIZE


def test_displacement__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory["no effect, all on"].next_door_found <= LARGEST_SIZE


@pytest.mark.parametrize("world", [name for name in WORLDS if "alone" in name or "off" in name])
def test_retaliation__keeps_its_size_with_each_trouble_alone(laboratory, world):
    # 200 records: two standard errors of 7 % are 3.6 points
    assert laboratory[world].found <= LARGEST_SIZE + 0.036


@pytest.mark.parametrize("world", ["+0.5 attacks per operation", "+1 attack per operation"])
def test_retaliation__intervals_cover_an_interior_effect(laboratory, world):
    assert laboratory[world].covered >= SMALLEST_COVERAGE


def test_retaliation__intervals_are_not_too_wide_at_half_an_attack(laboratory):
    assert laboratory["+0.5 attacks per operation"].covered <= LARGEST_COVERAGE


def test_retaliation__finds_one_more_attack_per_operation(laboratory):
    assert laboratory["+1 attack per operation"].found >= SMALLEST_POWER


def test_retaliation__finds_deterrence_where_operations_prevent_all_attacks(laboratory):
    row = laboratory["operations prevent all attacks"]
    assert row.found >= SMALLEST_POWER
    assert row.bias < 0  # the mean estimate: the truth has no one number, see the table


def test_displacement__finds_one_more_attack_next_door(laboratory):
    assert laboratory["+1 attack next door per operation"].next_door_found >= SMALLEST_POWER


def test_retaliation__is_seen_to_fail_where_initiators_are_wrong(laboratory):
    """Negative control: the laboratory must be able to see a broken estimator."""
    wrong = laboratory["not allowed for: 5 % misclassified"]
    assert wrong.bias > 3 * wrong.sd / np.sqrt(wrong.records)
