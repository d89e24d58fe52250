"""What refusals cost, and coverage of 95% intervals; writes docs/validation/refusals.md."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from tests.theory.dose_worlds import DoseWorld
from tests.theory.measured_record import load_record
from tests.theory.pages import share, write_page
from tests.theory.test_wake import total_effect
from tests.theory.verdict_worlds import Outcome, read
from tests.theory.worlds import World, frame

from tarazu.evidence.dose.effect import HEADLINE
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.refusals import declared
from tarazu.evidence.wake.estimator import distances

SEED = 20261228
RECORDS = 200
SHARE = (HEADLINE[1] - HEADLINE[0] + 1) / 52  # of a dose's effect that the headline weeks hold
LARGEST_SIZE = 0.07
SMALLEST_COVERAGE = 0.92  # of 95% intervals, two standard errors of 200 records below
ON = World()
NULL = "no effect, all on"
BURSTS = "no effect, operations share bursts of one district"
WORLDS = {
    NULL: DoseWorld(),
    "+1 attack per operation": DoseWorld(replace(ON, effect=1.0)),
    BURSTS: DoseWorld(replace(ON, local_bursts=30, operations_burst=True)),
    "+0.4 attacks per death": DoseWorld(per_death=0.4),
}
Table = dict[str, list[dict[str, Outcome]]]


def truth_of(name: str, world: DoseWorld) -> float:
    if name == "dose":
        return world.per_death * SHARE
    if name == "wake":
        return total_effect(world.base)
    return world.base.next_door_effect if name == "displacement" else world.base.effect


def rates(name: str, world: DoseWorld, found: list[dict[str, Outcome]]) -> dict[str, float]:
    """Return shares of records: covered, found without and with refusals, refused, by check."""
    rows = [record[name] for record in found]
    truth = truth_of(name, world)
    clear = np.array([row.p_value < SIGNIFICANCE for row in rows])
    refused = np.array([bool(row.failed) for row in rows])
    checks = {
        check: float(np.mean([check in row.failed for row in rows])) for check in declared()[name]
    }
    # Deaths do harm of their own to what the other estimators measure: no truth is stated there.
    is_known = world.per_death == 0 or name == "dose"
    covered = float(np.mean([row.low <= truth <= row.high for row in rows]))
    return {
        "covered": covered if is_known else np.nan,
        "alone": float(clear.mean()),
        "kept": float((clear & ~refused).mean()),
        "refused": float(refused.mean()),
        **checks,
    }


@pytest.fixture(scope="module")
def laboratory() -> Table:
    place, km = frame(), distances(load_record())
    table = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, world in WORLDS.items():
            seeds = range(SEED, SEED + RECORDS)
            table[name] = list(pool.map(partial(read, world, place, km), seeds, chunksize=5))
    write_table(table)
    return table


def write_table(table: Table) -> None:
    rows = []
    for name in declared():
        for title, found in table.items():
            r, n = rates(name, WORLDS[title], found), len(found)
            checks = ", ".join(f"{check} {r[check]:.0%}" for check in declared()[name])
            shown = [
                "-" if np.isnan(r[key]) else share(round(r[key] * n), n)
                for key in ("covered", "alone", "kept", "refused")
            ]
            rows.append(f"| {name} | {title} | {n} | {' | '.join(shown)} | {checks} |")
    page = [
        "Records are simulated by src/tarazu/evidence/simulated/world.py, with the districts, "
        "yearly level and size of the record of Balochistan; doses by "
        "tests/theory/dose_worlds.py. Covered: share of records whose 95% interval holds the "
        "effect. Found: p < 0.05, without the checks of "
        "src/tarazu/evidence/checks.toml and with them; the difference in worlds with an effect "
        "is what refusals cost in power. In brackets exact 95% intervals of the shares. -: no "
        "truth is stated there. The test asks for 200 records per row; rows with fewer come from "
        "the same functions, run by tests/theory/resume_refusals.py and stopped.",
        "",
        "| estimator | world | records | covered | found without checks | found | refused | "
        "failed, by check |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    write_page("refusals", "Refusals: what they cost", SEED, page)


@pytest.mark.parametrize("name", declared())
def test_refusals__never_add_a_finding(laboratory, name):
    for title, found in laboratory.items():
        r = rates(name, WORLDS[title], found)
        assert r["kept"] <= r["alone"]


@pytest.mark.parametrize("name", declared())
def test_size__is_at_most_nominal_with_refusals(laboratory, name):
    assert rates(name, WORLDS[NULL], laboratory[NULL])["kept"] <= LARGEST_SIZE


@pytest.mark.parametrize("name", declared())
def test_intervals__cover_no_effect_at_their_level(laboratory, name):
    assert rates(name, WORLDS[NULL], laboratory[NULL])["covered"] >= SMALLEST_COVERAGE


def test_zero__is_outside_the_interval_where_p_is_small(laboratory):
    for found in laboratory.values():
        for record in found:
            for one in record.values():
                if not np.isnan(one.estimate):
                    assert (one.low <= 0 <= one.high) == (one.p_value >= SIGNIFICANCE)
