"""Error rates of `dose` on simulated records; writes docs/validation/dose.md."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from tests.theory.dose_worlds import DoseWorld, simulate_doses
from tests.theory.pages import write_page, write_rates
from tests.theory.worlds import ALL_OFF, Frame, World, frame

from tarazu.evidence.dose.effect import HEADLINE, DoseEffect, measure_dose
from tarazu.evidence.dose.panel import DosePanel, within_reach
from tarazu.evidence.error_rates import SIZE, smallest_found
from tarazu.evidence.options import SIGNIFICANCE

SEED = 20260201
# Headline, one trouble alone, several or planted: at 5% the errors are 0.7, 1.8 and 2.2 points.
MANY, SOME, FEW = 1000, 150, 100
EXCHANGES, MOVES = 199, 99
LARGEST_SIZE = 0.07  # of a test at 5%: the project's promise
SMALLEST_COVERAGE = 0.92
MEASURED = ("within_reach", "measure_dose")
SHARE = (HEADLINE[1] - HEADLINE[0] + 1) / 52  # of the planted effect that the headline weeks hold

ON = World()
OFF = World(**ALL_OFF)
QUIET = replace(OFF, excitation=0.0, contagion=0.0, reaction=0.0, reaction_next_door=0.0)
WORLDS = {
    "no effect, all on": (DoseWorld(), MANY),
    "no effect, all off": (DoseWorld(QUIET), SOME),
    "no effect, self-excitation alone": (
        DoseWorld(replace(QUIET, excitation=0.30, contagion=0.08)),
        SOME,
    ),
    "no effect, reaction alone": (
        DoseWorld(replace(QUIET, reaction=0.12, reaction_next_door=0.05)),
        SOME,
    ),
    "no effect, drift alone": (DoseWorld(replace(QUIET, drift=0.6)), SOME),
    "no effect, bursts alone": (DoseWorld(replace(QUIET, bursts=60)), SOME),
    "no effect, ties alone": (DoseWorld(replace(QUIET, ties=0.08)), SOME),
    "no effect, gaps alone": (DoseWorld(replace(QUIET, gaps=True)), SOME),
    "no effect, misclassification alone": (DoseWorld(replace(QUIET, misclassified=0.05)), SOME),
    "no effect, all on, 5% misclassified": (DoseWorld(replace(ON, misclassified=0.05)), FEW),
    "no effect of the dose, +1 attack by operation": (DoseWorld(replace(ON, effect=1.0)), FEW),
    "no effect, doses grow with attacks of the month": (DoseWorld(follows_month=0.5), FEW),
    "no effect, doses grow with attacks of the year": (DoseWorld(follows_year=True), FEW),
    "+0.1 attacks per death": (DoseWorld(per_death=0.1), FEW),
    "+0.2 attacks per death": (DoseWorld(per_death=0.2), FEW),
    "+0.4 attacks per death": (DoseWorld(per_death=0.4), FEW),
    "each death prevents 2% of attacks": (DoseWorld(prevented=0.02), FEW),
    "each death prevents 10% of attacks": (DoseWorld(prevented=0.10), FEW),
}


@dataclass(frozen=True)
class Rates:
    records: int
    operations: float
    bias: float
    sd: float
    covered: float
    found: float
    hac_found: float
    moved_found: float
    districts: float


def measure_record(world: DoseWorld, place: Frame, seed: int) -> tuple[DosePanel, DoseEffect]:
    drawn = simulate_doses(world, place, seed)
    weeks = len(drawn.attacks) // 7
    attacks = drawn.attacks[: 7 * weeks].reshape(weeks, 7, -1).sum(axis=1)
    panel = within_reach(
        DosePanel(attacks, drawn.days // 7, drawn.districts, drawn.doses, place.neighbours, {}, {})
    )
    return panel, measure_dose(panel, exchanges=EXCHANGES, moves=MOVES)


def measure_one(world: DoseWorld, place: Frame, seed: int) -> list[float]:
    panel, effect = measure_record(world, place, seed)
    estimate = float(effect.estimates[0])
    return [
        float(len(panel.doses)),
        estimate,
        *effect.intervals[0].tolist(),
        float(effect.p_values[0] < SIGNIFICANCE),
        float(abs(effect.coefficients[0]) > 1.96 * effect.hac[0]),
        float(effect.p_moved < SIGNIFICANCE),
        effect.effective_districts,
    ]


def summarise(world: DoseWorld, rows: np.ndarray) -> Rates:
    truth = world.per_death * SHARE
    return Rates(
        records=len(rows),
        operations=float(rows[:, 0].mean()),
        bias=float(rows[:, 1].mean() - truth),
        sd=float(rows[:, 1].std(ddof=1)),
        covered=float(((rows[:, 2] <= truth) & (truth <= rows[:, 3])).mean()),
        found=float(rows[:, 4].mean()),
        hac_found=float(rows[:, 5].mean()),
        moved_found=float(rows[:, 6].mean()),
        districts=float(rows[:, 7].mean()),
    )


def fingerprint() -> list[float]:
    place, numbers = frame(), []
    for world in (DoseWorld(), DoseWorld(per_death=0.4), DoseWorld(prevented=0.1)):
        panel, effect = measure_record(world, place, SEED)
        numbers += [float(len(panel.doses)), *effect.estimates, *effect.intervals[0], *effect.hac]
        numbers += [*effect.p_values, effect.p_moved, effect.effective_districts]
    return numbers


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
    null = table["no effect, all on"]
    planted = {e: table[f"+{e} attacks per death"] for e in (0.1, 0.2, 0.4)}
    power = [
        {"effect": 0.0, "found": round(null.found, 3), "records": null.records},
        *(
            {"effect": e, "found": round(r.found, 3), "records": r.records}
            for e, r in planted.items()
        ),
    ]
    shipped = {
        "summary": {
            SIZE: round(null.found, 3),
            "coverage of 95% intervals, no effect": round(null.covered, 3),
            "coverage of 95% intervals, +0.2 attacks per death": round(planted[0.2].covered, 3),
            "power, +0.2 attacks per death within 52 weeks": round(planted[0.2].found, 3),
            "power, each death prevents 10% of attacks": round(
                table["each death prevents 10% of attacks"].found, 3
            ),
            "records": f"{MANY} without effect, {FEW} or {SOME} elsewhere, seed {SEED}",
        },
        "power": power,
    }
    rise = smallest_found([(row["effect"], row["found"], row["records"]) for row in power], 1)
    write_rates("dose", shipped, MEASURED, fingerprint())
    rows = [
        f"| {name} | {r.records} | {r.operations:.0f} | {r.bias:+.3f} | {r.sd:.3f} | "
        f"{'-' if 'prevents' in name else f'{r.covered:.1%}'} | {r.found:.1%} | "
        f"{r.hac_found:.1%} | {r.moved_found:.1%} | {r.districts:.1f} |"
        for name, r in table.items()
    ]
    page = [
        "Records are simulated by src/tarazu/evidence/simulated/world.py, "
        "doses by tests/theory/dose_worlds.py, "
        "which share no code with the estimator. Unit: attacks per militant killed in weeks "
        f"{HEADLINE[0]} to {HEADLINE[1]} after the operation; planted effects are spread evenly "
        f"over weeks 1 to 52, so that {SHARE:.0%} of them lie there. `found`: p below 5%.",
        "",
        "| world | records | operations | bias | sd | covered | found | HAC alone | "
        "dates moved | effective districts |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        'Rows "prevents" give the mean estimate in place of the bias: what is prevented depends on '
        "what would have happened.",
        "",
        "Why the test exchanges doses. The column *HAC alone* is what a normal test with "
        "Newey-West errors within district (52 lags) would find: a few operations account for most "
        "of the deaths, and it has too many false positives. The column *dates moved* is the "
        "test that moves operations by up to 26 weeks within their district: the windows of the "
        "moved dates share three quarters of their weeks with the true ones, so it has almost no "
        "power; and it has too many false positives if doses follow the attacks of the month. "
        "Exchanging doses between operations with a like prognosis "
        "moves no date at all. The interval is a jackknife over districts with a t distribution of "
        "as many degrees of freedom as there are districts that matter, less one.",
        "",
        "Smallest effect found in 80% of records: "
        f"{'above 0.4' if rise is None else f'{rise:.2f}'} attacks per death within 52 weeks.",
        "",
    ]
    write_page("dose", "Dose: measured error rates", SEED, page)


def test_dose__finds_no_effect_where_there_is_none(laboratory):
    assert laboratory["no effect, all on"].records >= MANY
    assert laboratory["no effect, all on"].found <= LARGEST_SIZE


@pytest.mark.parametrize("world", [name for name in WORLDS if name.startswith("no effect")])
def test_dose__keeps_its_size_with_each_trouble(laboratory, world):
    row = laboratory[world]
    slack = 0.0 if row.records >= MANY else 2 * np.sqrt(LARGEST_SIZE * 0.93 / row.records)
    assert row.found <= LARGEST_SIZE + slack


def test_dose__intervals_cover_no_effect(laboratory):
    assert laboratory["no effect, all on"].covered >= SMALLEST_COVERAGE


@pytest.mark.parametrize("world", ["+0.1 attacks per death", "+0.2 attacks per death"])
def test_dose__intervals_cover_an_effect(laboratory, world):
    # 100 records: two standard errors of 95% are 4.4 points
    assert laboratory[world].covered >= SMALLEST_COVERAGE - 0.044


def test_dose__finds_a_large_effect_with_the_right_sign(laboratory):
    row = laboratory["+0.4 attacks per death"]
    assert row.found > laboratory["+0.1 attacks per death"].found
    assert abs(row.bias) < 0.1 * 0.4
    assert laboratory["each death prevents 10% of attacks"].bias < 0  # the mean estimate


def test_dose__normal_errors_are_seen_to_fail(laboratory):
    """Negative control: the laboratory must be able to see a test that over-rejects."""
    assert laboratory["no effect, all on"].hac_found > LARGEST_SIZE
