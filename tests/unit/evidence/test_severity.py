"""Severity on whole records: rows that stand for several events, planted changes, thin records."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.evidence.few import FEW

from tarazu.core.provenance import canonical_json
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.severity.estimator import VERDICTS, lethal_events, severity
from tarazu.evidence.severity.trend import BLOCK_MONTHS, compare_halves
from tarazu.record import Record, load_record


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


def months_and_deaths(seed: int, rise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Four events a month for 20 years, `rise` times as deadly in the second half."""
    rng = np.random.default_rng(seed)
    months = np.repeat(np.arange(240), 4)
    deaths = rng.geometric(0.3, len(months)) * np.where(months >= 120, rise, 1.0)
    return np.maximum(np.rint(deaths), 1).astype(np.int64), months


def find(record):
    return severity(record, **FEW["severity"])


def test_lethal_events__keep_all_deaths_and_count_the_rest(record):
    deaths, months, used, dropped = lethal_events(record)
    columns = ["deaths_state", "deaths_militant", "deaths_civilian", "deaths_unknown"]
    assert deaths.sum() == record.events[columns].to_numpy().sum()
    assert len(deaths) == len(months) == used["events with a death"]
    assert used["events with a death"] + sum(dropped.values()) == record.n_events
    assert dropped["no death by the best estimate"] == 165


def test_lethal_events__split_a_row_as_evenly_as_whole_numbers_go(record):
    row = record.events[record.events["deaths_state"] > 0].iloc[[0]].reset_index(drop=True)
    row = row.assign(
        count=3, deaths_state=5, deaths_militant=0, deaths_civilian=2, deaths_unknown=0
    )
    deaths = lethal_events(replace(record, events=row))[0]
    assert sorted(deaths) == [2, 2, 3]


def test_halves__find_a_planted_change_and_its_size():
    step = compare_halves(*months_and_deaths(1, rise=2.0))
    assert step.p_value < 0.01
    assert step.interval[0] <= 2.0 <= step.interval[1]
    assert (step.n_early, step.n_late) == (480, 480)
    assert step.split == 120


def test_halves__have_the_sign_of_the_change():
    assert compare_halves(*months_and_deaths(2, rise=2.0)).ratio > 1
    assert compare_halves(*months_and_deaths(2, rise=0.4)).ratio < 1


def test_halves__ratio_is_that_of_geometric_means():
    deaths, months = months_and_deaths(3)
    late = months >= 120
    logs = np.log(deaths)
    expected = np.exp(logs[late].mean() - logs[~late].mean())
    assert compare_halves(deaths, months).ratio == pytest.approx(expected)


def test_halves__interval_is_wider_where_like_events_come_together():
    """The same numbers of deaths, alike within half-years and mixed."""
    rng = np.random.default_rng(4)
    months = np.repeat(np.arange(240), 4)
    alike = np.repeat(rng.geometric(0.2, 240 // BLOCK_MONTHS), 4 * BLOCK_MONTHS)
    bursts, mixed = compare_halves(alike, months), compare_halves(rng.permutation(alike), months)
    assert np.diff(np.log(bursts.interval)) > 2 * np.diff(np.log(mixed.interval))


def test_halves__do_not_depend_on_the_order_of_events():
    deaths, months = months_and_deaths(5)
    order = np.random.default_rng(0).permutation(len(deaths))
    one, other = compare_halves(deaths, months), compare_halves(deaths[order], months[order])
    assert other.ratio == pytest.approx(one.ratio)
    assert other.p_value == one.p_value


def test_halves__need_events_and_half_years():
    deaths, months = months_and_deaths(6)
    assert compare_halves(deaths[:29], months[:29]) is None
    assert compare_halves(deaths[:96], months[:96]) is None


def test_severity__words_are_its_numbers(record):
    finding = find(record)
    low, high = finding.interval
    assert finding.verdict in VERDICTS
    assert low < finding.estimate < high
    sentence = finding.sentence.replace("\N{MINUS SIGN}", "-")
    assert f"changed by {finding.estimate:+.0f}%" in sentence
    assert f"interval, {low:+.0f}% to {high:+.0f}%" in sentence
    assert (finding.verdict == CANNOT_TELL) == (finding.p_value >= 0.05)
    assert ("cannot tell whether" in finding.sentence) == (finding.verdict == CANNOT_TELL)


def test_severity__describes_the_tail(record):
    finding = find(record)
    names = [check.name for check in finding.diagnostics]
    assert names[:2] == ["fit of the power law", "power law against lognormal"]
    assert "exponent of 2." in finding.sentence
    (figure,) = (f for f in finding.figures if f.kind == "survival")
    assert figure.data["share"][0] == 1.0
    assert figure.data["share"] == sorted(figure.data["share"], reverse=True)
    fitted = [x for x in figure.data["power_law"] if x is not None]
    assert fitted == sorted(fitted, reverse=True)


def test_severity__does_not_depend_on_the_order_of_rows(record):
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=1))
    found, again = find(record).to_dict(), find(shuffled).to_dict()
    assert canonical_json(again) == canonical_json(found)


@pytest.mark.parametrize("keep", [0, 1, 20])
def test_severity__cannot_tell_from_few_events(record, keep):
    finding = find(replace(record, events=record.events.head(keep).reset_index(drop=True)))
    assert finding.verdict == CANNOT_TELL
    assert (finding.estimate, finding.interval, finding.p_value) == (None, None, None)
    assert "At least 30" in finding.sentence
