"""Error rates at the size of a record: the world, blocks that are kept, and what a finding gets."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.evidence.worlds import quiet_ring

from tarazu.evidence import run_battery
from tarazu.evidence.battery import assess
from tarazu.evidence.daily_counts import to_daily_counts
from tarazu.evidence.error_rates import SIZE, SMALLEST_RISE, with_rates
from tarazu.evidence.registry import ESTIMATORS, estimate
from tarazu.evidence.simulated import rates as module
from tarazu.evidence.simulated.estimates import COUNTED, Found, find_effects
from tarazu.evidence.simulated.marked_estimates import MARKED
from tarazu.evidence.simulated.marks import (
    NO_EFFECTS,
    Effects,
    draw_deaths,
    draw_doses,
    draw_labels,
    read_marks,
    warp_days,
)
from tarazu.evidence.simulated.planted import plan_worlds, world_like
from tarazu.evidence.simulated.rates import MEASURABLE, ErrorRates, Rate, measure_error_rates
from tarazu.evidence.simulated.world import World, frame_of, simulate_record
from tarazu.record import load_record

RECORDS = 30
FAR = 0.25  # of the number of events: bursts and clusters scatter it


@pytest.fixture(scope="module")
def record():
    return load_record()


def draw(name, counts):
    """Stand for an estimator: numbers that depend on the simulated record alone."""
    p = (int(counts.attacks.sum()) + 7 * len(name)) % 20 / 20
    return Found(p - 0.5, p - 1.0, p, p)


@pytest.fixture
def calls(monkeypatch):
    """Count the simulated records that are looked at."""
    seen = []

    def find(names, counts):
        seen.append(tuple(names))
        return {name: draw(name, counts) for name in names}

    def simulate(world, place, seed):  # a few counts in place of a record
        return np.random.default_rng([seed, round(1000 * world.reaction)]).poisson(3, (2, 4, 2))

    monkeypatch.setattr(module, "simulate_record", simulate)
    monkeypatch.setattr(module, "find_or_nothing", find)
    return seen


def test_simulated_records__have_the_size_of_the_record_and_repeat():
    counts = quiet_ring(1, years=12, attack_rate=0.01, operation_rate=0.004).counts()
    place, world = frame_of(counts), world_like(counts)
    drawn = [simulate_record(replace(world, gaps=False), place, seed) for seed in range(40)]
    attacks = np.mean([a.sum() for a, _ in drawn])
    operations = np.mean([o.sum() for _, o in drawn])
    assert attacks == pytest.approx(counts.attacks.sum(), rel=FAR)
    assert operations == pytest.approx(counts.operations.sum(), rel=FAR)
    again = simulate_record(replace(world, gaps=False), place, 3)
    assert (again[0] == drawn[3][0]).all()
    assert (again[1] == drawn[3][1]).all()


def test_world__of_many_attacks_and_few_operations_has_no_more_reactions_than_operations():
    counts = quiet_ring(1, years=12, attack_rate=0.05, operation_rate=0.001).counts()
    world, default = world_like(counts), World()
    assert 0 < world.reaction < default.reaction
    caused = counts.attacks.sum() * (world.reaction + world.reaction_next_door)
    assert caused == pytest.approx(counts.operations.sum() / 2)


@pytest.mark.parametrize("name", MEASURABLE)
def test_worlds__have_a_null_and_an_effect_for_every_estimator(record, name):
    counts = quiet_ring(2).counts()
    roles = {world.planted[name].role for world in plan_worlds((name,), counts)}
    assert {"null", "effect"} <= roles
    if name in COUNTED:
        found = find_effects((name,), counts)[name]
    else:
        found = MARKED[name](counts, read_marks(record), NO_EFFECTS, 1)
    assert found.low <= found.estimate <= found.high
    assert 0 <= found.p_value <= 1


def test_measurable__are_all_that_test_something():
    assert set(MEASURABLE) == set(ESTIMATORS) - {"groups"}


def test_marks__of_a_simulated_record_are_drawn_from_those_of_the_record(record):
    counts, marks = to_daily_counts(record), read_marks(record)
    deaths, months = draw_deaths(counts, marks, NO_EFFECTS, 1)
    assert len(deaths) == len(marks.deaths)
    assert set(deaths) <= set(marks.deaths)
    assert (np.diff(months) >= 0).all()
    panel = draw_doses(counts, marks, NO_EFFECTS, 1)
    assert set(panel.doses) <= set(marks.doses)
    assert panel.attacks.sum() == counts.attacks[: 7 * len(panel.attacks)].sum()
    for known, unknown in draw_labels(counts, marks, NO_EFFECTS, 1):
        assert known.sum() + unknown.sum() == counts.attacks.sum()


def test_marks__hold_what_is_planted(record):
    counts, marks = to_daily_counts(record), read_marks(record)
    plain, _ = draw_deaths(counts, marks, NO_EFFECTS, 1)
    deadly, _ = draw_deaths(counts, marks, Effects(rise=1.0), 1)
    half = len(plain) // 2
    assert (deadly[:half] == plain[:half]).all()
    assert (deadly[half:] == 2 * plain[half:]).all()
    added = draw_doses(counts, marks, Effects(per_death=1.0), 1).attacks.sum()
    assert added > draw_doses(counts, marks, NO_EFFECTS, 1).attacks.sum()
    known, _ = draw_labels(counts, marks, Effects(shift=1.0), 1)[0]
    assert known[:, 0].sum() > 0
    assert known[-20:, 0].sum() == 0
    middle = len(counts.attacks) / 2
    early, late = (
        sum((days < middle).sum() for days in warp_days(counts, Effects(exponent=b)).values())
        for b in (-0.5, 0.5)
    )
    assert early > late


@pytest.mark.usefixtures("calls")
def test_error_rates__are_shares_with_their_interval(record, tmp_path):
    found = measure_error_rates(record, ("reaction",), RECORDS, work=tmp_path / "work")
    for rate in found.rates["reaction"]:
        assert rate.records == RECORDS
        assert rate.value == rate.hits / RECORDS
        assert 0 <= rate.low <= rate.value <= rate.high <= 1
    names = [rate.name for rate in found.rates["reaction"]]
    assert SIZE in names
    assert len(set(names)) == len(names)
    assert "421 attacks and 90 operations in 29 districts" in found.world


def test_error_rates__continue_where_they_were_interrupted(record, tmp_path, calls):
    names = ("reaction", "near_repeat")
    whole = measure_error_rates(record, names, RECORDS, work=tmp_path / "whole")
    all_calls = len(calls)
    calls.clear()

    def interrupt(done, total, earlier):
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_error_rates(record, names, RECORDS, work=tmp_path / "w", advance=interrupt)
    assert len(calls) == 40
    states = []
    found = measure_error_rates(
        record, names, RECORDS, work=tmp_path / "w", advance=lambda *state: states.append(state)
    )
    assert found == whole
    assert len(calls) == all_calls
    assert states[-1] == (all_calls, all_calls, 40)


def test_error_rates__use_the_records_of_a_smaller_number(record, tmp_path, calls):
    measure_error_rates(record, ("reaction",), 20, work=tmp_path / "w")
    before = len(calls)
    more = measure_error_rates(record, ("reaction",), RECORDS, work=tmp_path / "w")
    assert len(calls) - before == before // 2
    assert more == measure_error_rates(record, ("reaction",), RECORDS, work=tmp_path / "new")


def test_error_rates__compute_a_damaged_block_anew(record, tmp_path, calls):
    first = measure_error_rates(record, ("reaction",), 20, work=tmp_path / "w")
    before = len(calls)
    path = sorted((tmp_path / "w").glob("block-*.bin"))[1]
    path.write_bytes(path.read_bytes()[:-9])
    assert measure_error_rates(record, ("reaction",), 20, work=tmp_path / "w") == first
    assert len(calls) == before + module.BLOCK


@pytest.mark.usefixtures("calls")
def test_error_rates__of_other_numbers_use_no_block_of_this_record(record, tmp_path):
    first = measure_error_rates(record, ("reaction",), 20, work=tmp_path / "w")
    part = record.sel(start="2005")
    other = measure_error_rates(part, ("reaction",), 20, work=tmp_path / "w")
    assert other == measure_error_rates(part, ("reaction",), 20, work=tmp_path / "new")
    assert other != first


def test_error_rates__on_too_few_records_are_refused(record, tmp_path):
    with pytest.raises(ValueError, match="on 5 simulated records; expected 20 or more"):
        measure_error_rates(record, ("reaction",), 5, work=tmp_path / "w")


def made_up_rates(*names):
    rate = Rate(SIZE, 0.05, 0.03, 0.08, 10, 200)
    power = ((0.0, 0.05, 200), (0.1, 0.6, 200), (0.2, 0.9, 200))
    return ErrorRates(
        "simulated: a world", 200, 1, dict.fromkeys(names, (rate,)), dict.fromkeys(names, power)
    )


def test_finding__of_another_record_takes_the_rates_that_were_measured_for_it(record):
    part = record.sel(start="2000")
    finding = estimate("reaction", part, moves=99, latency_moves=19, draws=2)
    assert not finding.validation
    assert any("were not measured" in caveat for caveat in finding.caveats)
    rated = with_rates(finding, made_up_rates("reaction").validation("reaction"))
    assert rated.validation[SIZE] == 0.05
    assert rated.validation[f"{SIZE}: 95% interval"] == "0.030 to 0.080 (10 of 200)"
    assert rated.validation["world"] == "simulated: a world"
    assert rated.validation[SMALLEST_RISE] == pytest.approx(0.167)
    assert rated.unmeasured == ()
    assert not any("were not measured" in caveat for caveat in rated.caveats)
    assert len(rated.figures) == len(finding.figures) + 1


def test_battery__holds_the_rates_and_leaves_other_findings_unmeasured(record):
    part = record.sel(start="2000")
    made = [
        estimate("reaction", part, moves=99, latency_moves=19, draws=2),
        estimate("groups", part, replicates=19, span_replicates=19),
    ]
    battery = assess(made, error_rates=made_up_rates("reaction"))
    reaction, groups = battery.rows
    assert reaction["false_positives"] == 0.05
    assert groups["false_positives"] is None
    assert battery.to_dict()["error_rates"]["rates"]["reaction"][0]["low"] == 0.03
    assert assess(made).to_dict()["error_rates"] is None


@pytest.mark.usefixtures("calls")
def test_run_battery__measures_error_rates_if_asked(record, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "cache_dir", lambda: tmp_path)
    part = record.sel(start="2000")

    def make(name, record):
        return estimate(name, record, moves=99, latency_moves=19, draws=2)

    battery = run_battery(part, ["reaction"], make=make, error_rates=20)
    assert battery.error_rates.records == 20
    assert battery["reaction"].validation["records"].startswith("20 per row")
