"""Tactics on whole records: what counts as known, what is found, what a thin record says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.unit.evidence.few import FEW

from tarazu.core.provenance import canonical_json
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.tactics.estimator import (
    CHANGED,
    UNCHANGED,
    VERDICTS,
    find_share_changes,
    tactics,
    verdict_of_shares,
)
from tarazu.evidence.tactics.series import count_shares
from tarazu.record import Record, load_record


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


def attacks(record: Record, quarters: int, per_quarter: int, **columns) -> Record:
    """So many attacks each quarter from 2005 on, all else as in some attack on record."""
    n = quarters * per_quarter
    template = record.events[record.events["initiator"] == "militant"].iloc[[0] * n]
    month = 3 * (np.arange(n) // per_quarter) + 12 * 35
    events = template.reset_index(drop=True).assign(
        date=month.astype("datetime64[M]").astype("datetime64[s]"),
        date_precision=1,
        district="quetta",
        target="civilians",
        tactic="armed_assault",
        deaths_state=0,
        count=1,
    )
    for name, values in columns.items():
        events[name] = values
    return replace(record, events=events.astype(record.events.dtypes))


def find(record):
    return tactics(record, **FEW["tactics"])


def test_shares__count_every_attack_once(record):
    shares = count_shares(record)
    assert [s.name for s in shares.series] == ["targets", "tactics", "districts"]
    for series in shares.series:
        assert series.known.sum() + series.unknown.sum() == shares.n_used["attacks"]
        assert (np.diff(series.quarters.astype("datetime64[M]").astype(int)) == 3).all()
    assert sum(shares.n_used.values()) + sum(shares.n_dropped.values()) == record.n_events


def test_shares__know_security_forces_only_by_their_dead(record):
    world = attacks(record, 1, 3, target="security_forces", deaths_state=[0, 2, 1])
    (targets, *_) = count_shares(world).series
    assert targets.labels == ("security forces",)
    assert (targets.known.sum(), targets.unknown.sum()) == (2, 1)


def test_shares__merge_kinds_of_civilians_which_only_headlines_tell_apart(record):
    kinds = ["civilians", "sectarian_religious", "rail"]
    (targets, *_) = count_shares(attacks(record, 1, 3, target=kinds)).series
    assert targets.labels == ("civilians and their property",)


def test_shares__leave_unread_tactics_and_missing_districts_unknown(record):
    world = attacks(
        record,
        1,
        4,
        tactic=["unclear", "air_strike", "suicide", "own_word"],
        district=["quetta", "kech", None, "quetta"],
    )
    _, tactic, district = count_shares(world).series
    assert tactic.labels == ("other", "suicide attack")
    assert tactic.unknown.sum() == 2
    assert district.labels == ("mostly urban districts", "other districts")
    assert district.known.sum(axis=0).tolist() == [2, 1]


def test_shares__leave_out_attacks_dated_to_the_year(record):
    shares = count_shares(attacks(record, 1, 3, date_precision=[1, 4, 5]))
    assert shares.n_used == {"attacks": 2}
    assert shares.n_dropped["without a month"] == 1


def test_tactics__finds_a_planted_change(record):
    rng = np.random.default_rng(3)
    late = np.arange(40 * 8) >= 20 * 8
    bomb = rng.random(len(late)) < np.where(late, 0.8, 0.2)
    finding = tactics(attacks(record, 40, 8, tactic=np.where(bomb, "bomb_ied", "armed_assault")))
    assert finding.verdict == CHANGED
    assert finding.p_value < 0.05
    assert finding.estimate == pytest.approx(60, abs=15)
    assert "in 2009 Q4" in finding.sentence or "in 2010 Q1" in finding.sentence
    assert f"moves by {finding.estimate:.1f} points" in finding.sentence


def test_tactics__says_that_shares_did_not_change_where_no_step_could_hide(record):
    """Many attacks a quarter and equal shares throughout."""
    n = 40 * 50
    target = np.where(np.arange(n) % 2 == 0, "civilians", "security_forces")
    world = attacks(
        record,
        40,
        50,
        target=target,
        deaths_state=np.where(target == "civilians", 0, 1),
        tactic=np.where(np.arange(n) % 5 < 2, "bomb_ied", "armed_assault"),
        district=np.where(np.arange(n) % 5 < 3, "quetta", "kech"),
    )
    assert verdict_of_shares(find_share_changes(count_shares(world))) == UNCHANGED


def test_tactics__words_are_its_numbers(record):
    finding = find(record)
    assert finding.verdict in VERDICTS
    assert {v.verdict for v in finding.sensitivity} <= set(VERDICTS)
    assert finding.interval is None  # its test has none
    assert finding.estimate >= 0
    for name in ("Targets", "tactics", "districts"):
        assert name in finding.sentence
    assert (finding.verdict == CHANGED) == (finding.p_value < 0.05)


def test_tactics__does_not_depend_on_the_order_of_rows(record):
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=1))
    assert canonical_json(find(shuffled).to_dict()) == canonical_json(find(record).to_dict())


@pytest.mark.parametrize("keep", [0, 1, 12])
def test_tactics__cannot_tell_from_few_attacks(record, keep):
    militant = record.events[record.events["initiator"] == "militant"]
    finding = find(replace(record, events=militant.head(keep).reset_index(drop=True)))
    assert finding.verdict == CANNOT_TELL
    assert (finding.estimate, finding.interval, finding.p_value) == (None, None, None)
    assert "At least 30" in finding.sentence


def test_tactics__figure_counts_all_attacks(record):
    figures = [figure for figure in find(record).figures if figure.kind == "shares"]
    assert len(figures) == 3
    for figure in figures:
        assert sum(figure.data["count"]) == 457
        table = pd.DataFrame({k: figure.data[k] for k in ("year", "label", "count")})
        assert not table.duplicated(["year", "label"]).any()
