"""Studies that start from a history: one path, the same under all policies, cached or computed."""

from datetime import date, timedelta

import numpy as np
import pytest
from tests.unit.study.cases import contents, make_operation_study, make_spec, make_study

from tarazu.core.errors import ScenarioError
from tarazu.engine import saved_ends
from tarazu.model import build_model
from tarazu.record import load_record
from tarazu.region import load_region
from tarazu.study import build_study
from tarazu.study.runner.run import make_plan, write_study
from tarazu.study.setup.history import make_history
from tarazu.study.simulation import simulate

START, FIRST, BEFORE = "2006-01-02", "2005-08-15", 20  # weeks between the two
DATED = {"start": START, "history": FIRST}


@pytest.fixture
def states(tmp_path, monkeypatch):
    """An empty cache of states."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(saved_ends, "cache_dir", lambda: folder)
    return folder / saved_ends.FOLDER


def test_history__and_study_are_one_long_run(states):
    scenario, members = make_plan(make_study()).scenarios["full"], np.arange(3)
    long = scenario.run(members, members, seed=3)
    after = scenario.weeks - BEFORE
    start = scenario.history(members, members, seed=3, weeks=BEFORE).end
    short = scenario.run(members, members, seed=3, weeks=after, start=start)
    np.testing.assert_array_equal(short.national, long.national[:, BEFORE:])
    np.testing.assert_array_equal(short.end.levels, long.end.levels)


@pytest.mark.slow
@pytest.mark.parametrize("make", [make_study, make_operation_study])
def test_history__from_cache_or_computed_gives_the_same_bytes_with_any_workers(
    states, tmp_path, make
):
    study = make(draws=3, **DATED)
    write_study(study, out=tmp_path / "computed")
    kept = {file: file.stat().st_mtime_ns for file in states.iterdir()}
    write_study(study, out=tmp_path / "cached", workers=2)
    assert contents(tmp_path / "computed") == contents(tmp_path / "cached")
    assert kept == {file: file.stat().st_mtime_ns for file in states.iterdir()}


def test_history__is_shared_by_policies(states, tmp_path):
    study = make_study(draws=2, policies=("status-quo", "surge"), weeks=12, horizons=(1,), **DATED)
    metrics = write_study(study, out=tmp_path / "out").metrics.set_index(["hypothesis", "member"])
    of_policies = [metrics[metrics["policy"] == name] for name in ("status-quo", "surge")]
    # a week of a surge changes who is taken, not who the militants of that week's start were
    gaps = of_policies[0]["militants"] - of_policies[1]["militants"]
    assert (gaps.abs() < 0.01 * of_policies[0]["militants"]).all()
    assert len(list(states.iterdir())) == len(study.hypotheses)


@pytest.mark.parametrize("damage", ["cut", "other", "open", "link"])
def test_states__that_are_damaged_or_not_ours_alone_are_computed_anew(
    states, tmp_path, caplog, damage
):
    scenario, members = make_plan(make_study()).scenarios["full"], np.arange(1)
    first = scenario.history(members, members, seed=3, weeks=5).end
    (file,) = states.iterdir()
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[:-8])
    elif damage == "other":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "open":
        file.chmod(0o666)
    else:
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    again = scenario.history(members, members, seed=3, weeks=5).end
    np.testing.assert_array_equal(again.levels, first.levels)
    assert file.name in caplog.text


def test_states__of_other_parameters_seeds_or_weeks_are_others(states):
    scenario, members = make_plan(make_study()).scenarios["full"], np.arange(1)
    for draw, seed, weeks in ((0, 3, 5), (1, 3, 5), (0, 4, 5), (0, 3, 6)):
        scenario.history(np.array([draw]), members, seed=seed, weeks=weeks)
    assert len(list(states.iterdir())) == 4


def test_states__without_a_place_to_keep_them_are_computed(states, monkeypatch, caplog):
    def refuse(path, data):
        raise PermissionError(13, "no", str(path))

    monkeypatch.setattr(saved_ends, "write_kernel", refuse)
    scenario, members = make_plan(make_study()).scenarios["full"], np.arange(1)
    assert scenario.history(members, members, seed=3, weeks=5).end.week == 5
    assert "is not kept" in caplog.text


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"history": FIRST}, "start"),
        ({"start": START, "history": START}, "history"),
        ({"start": START, "history": "long ago"}, "history"),
        ({"start": START, "history": "1804-01-01"}, "history"),
    ],
)
def test_history__that_cannot_be_names_the_key(told, key):
    with pytest.raises(ScenarioError) as problem:
        build_study(make_spec(**told), name="small")
    assert problem.value.key == key


@pytest.fixture(scope="module")
def of_record():
    return make_history(date(2026, 1, 1), 1148, build_model(), load_region(), load_record())


def test_history__has_the_operations_of_the_record_in_their_weeks_and_districts(of_record):
    record, known = load_record(), of_record.known
    events = record.events[record.events["initiator"] == "state"]
    inside = events[events["date"] >= np.datetime64(of_record.first_day)]
    assert of_record.placed + of_record.unplaced == inside["count"].sum()
    assert known.counts.sum() == of_record.placed
    one = inside[inside["district"].notna()].iloc[-1]
    week = (one["date"].date() - of_record.first_day).days // 7
    assert known.counts[week, load_region().slugs.index(one["district"])] >= one["count"]


def test_history__is_drawn_where_no_record_covers_the_week(of_record):
    days = of_record.first_day + timedelta(weeks=1) * np.arange(of_record.weeks)
    last = days[of_record.known.covered][-1]
    assert last <= load_record().end - timedelta(days=6) < last + timedelta(weeks=1)
    assert not of_record.known.counts[~of_record.known.covered].any()


def test_history__label_says_what_is_recorded_and_what_is_drawn(of_record):
    assert of_record.label.startswith("2026-01-01, after a history from 2004-01-01 on: lethal ")
    assert f"{of_record.placed} of them" in of_record.label
    without = make_history(date(2026, 1, 1), 9, build_model(), load_region(), None)
    assert without.known is None
    assert without.label.endswith("lethal operations drawn")


def test_simulate__from_a_history_is_the_study_of_it(states):
    wanted = {"draws": 2, "weeks": 6, "mode": "mean", "start": START}
    whole = simulate(**wanted | {"weeks": 26})
    later = simulate(history=FIRST, **wanted)
    np.testing.assert_array_equal(later.attacks, whole.attacks[:, :, BEFORE:])
    assert (
        later.attrs["start"] == f"{START}, after a history from {FIRST} on: lethal operations drawn"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"history": FIRST}, "start None"),
        ({"history": START, "start": START}, "a week to a century before"),
        ({"history": "soon", "start": START}, "history is 'soon'"),
        ({"record": load_record}, "without a history"),
    ],
)
def test_simulate__history_that_cannot_be_is_an_error(given, says):
    told = {name: value() if callable(value) else value for name, value in given.items()}
    with pytest.raises(ValueError, match=says):
        simulate(draws=1, weeks=1, **told)
