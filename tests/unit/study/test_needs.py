"""Studies are estimated before they run, refused beyond limits, and run in pieces within them."""

import numpy as np
import pytest
from tests.unit.study.cases import contents, make_operation_study, make_spec, make_study

from tarazu.core.errors import ResourceError
from tarazu.core.limits import GIB, MEMORY
from tarazu.record import load_record
from tarazu.study import Study, build_study, run_study
from tarazu.study.runner import needs, reduce
from tarazu.study.runner.needs import block_draws, estimate_needs, piece_members, require_needs
from tarazu.study.runner.run import make_plan
from tarazu.study.setup.scenario import median_scenario

SHORT = {"weeks": 56, "horizons": (12, 54), "draws": 3, "block": 2}
ALONE = {"hypotheses": ("full",), "policies": ("status-quo",), "replicates": 1}
TOO_LARGE = {
    "ten million draws": {**ALONE, "draws": 10_000_000},
    "a million draws of a century": {**ALONE, "draws": 1_000_000, "weeks": 5_200},
    "a million replicates of a draw": {**ALONE, "draws": 2, "replicates": 1_000_000, "weeks": 520},
}


def test_needs__of_the_shipped_study_are_small():
    found = estimate_needs(build_study(make_spec(draws=40, weeks=520), name="demo"), 1)
    assert found.member_runs == 40 * 2 * 2 * 2
    assert found.memory < 0.5 * GIB
    assert found.disk < 0.1 * GIB


def test_needs__count_the_time_of_reproduction_numbers():
    told = {"mode": "mean", "replicates": 1, "draws": 20}
    without = estimate_needs(make_study(**told), 1).seconds
    whole = estimate_needs(make_study(**told, reproduction=True), 1).seconds
    numbers = 20 * 2 * 2  # draws, hypotheses, policies
    assert whole - without == pytest.approx(needs.FIRST_NUMBER + needs.EACH_NUMBER * numbers)
    assert whole > 10 > without


def test_needs__of_less_than_two_seconds_are_a_second(tmp_path, caplog):
    caplog.set_level("INFO")
    require_needs(make_study(), 1, tmp_path)
    assert ": about a second, " in caplog.text


@pytest.mark.parametrize("name", TOO_LARGE)
def test_needs__too_large_a_study_is_refused_before_anything_is_made(tmp_path, monkeypatch, name):
    monkeypatch.setenv(MEMORY, "8")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 20 * GIB}))
    study = make_study(**TOO_LARGE[name])
    with pytest.raises(ResourceError, match=r"study 'small' \(.* member-runs of .*Reduce draws"):
        run_study(study, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_needs__longer_than_the_limit_is_refused_with_days(tmp_path, monkeypatch):
    monkeypatch.setattr(needs, "LONGEST_DAYS", 1e-9)
    with pytest.raises(ResourceError, match=r"takes about 0 days \(workers: 1\); expected at most"):
        require_needs(make_study(), 1, tmp_path)


def test_needs__many_replicates_fit_where_draws_are_fewer(tmp_path):
    study = make_study(draws=8, replicates=2_000, block=8, weeks=520, horizons=(520,))
    found = estimate_needs(study, 1)
    assert found.block_draws == block_draws(study) < 8
    assert found.piece_members == piece_members(study) < 2_000
    assert found.memory < 5 * GIB


@pytest.fixture(scope="module", params=[make_study, make_operation_study])
def whole(request, tmp_path_factory) -> tuple[Study, dict[str, bytes]]:
    """A study, and the files that a run in one piece leaves."""
    study: Study = request.param(**SHORT | {"replicates": 2})
    out = tmp_path_factory.mktemp("whole") / "out"
    run_study(study, record=load_record(), out=out)
    return study, contents(out)


@pytest.mark.parametrize("members", [1, 2, 3])
def test_run__in_pieces_gives_the_bytes_of_the_whole(tmp_path, monkeypatch, whole, members):
    study, files = whole
    monkeypatch.setattr(needs, "PIECE_BYTES", members * needs.trajectory_bytes(study))
    monkeypatch.setattr(reduce, "BANDS_BYTES", 1)
    assert piece_members(study) == members
    assert len(reduce._pieces(make_plan(study))) == 56 // 4 // 2
    run_study(study, record=load_record(), out=tmp_path / "pieces")
    assert contents(tmp_path / "pieces") == files


def test_run__in_smaller_blocks_changes_no_number(tmp_path, monkeypatch):
    study = make_study(**SHORT | {"block": 3})
    whole = run_study(study, out=tmp_path / "whole")
    monkeypatch.setattr(needs, "BLOCK_BYTES", 1)
    assert block_draws(study) == 1
    small = run_study(study, out=tmp_path / "small")
    keys = ["hypothesis", "policy", "member", "weeks"]
    tables = [result.metrics.sort_values(keys).reset_index(drop=True) for result in (whole, small)]
    assert tables[0].equals(tables[1])
    assert small.bands.equals(whole.bands)
    assert small.districts.equals(whole.districts)


@pytest.mark.parametrize(("weeks", "step"), [(1, 1), (2, 1), (3, 1), (9, 1), (60, 4), (60, 60)])
def test_pieces__hold_each_step_once_and_never_one_alone(monkeypatch, weeks, step):
    monkeypatch.setattr(reduce, "BANDS_BYTES", 1)
    plan = make_plan(make_study(weeks=weeks, horizons=(1,), series_weeks=step))
    steps = np.arange(weeks // step)
    pieces = [steps[piece] for piece in reduce._pieces(plan)]
    assert np.array_equal(np.concatenate(pieces), steps)
    assert min(len(piece) for piece in pieces) >= min(2, len(steps))


def test_scenario__of_more_members_than_the_memory_holds_is_refused(monkeypatch):
    monkeypatch.setenv(MEMORY, "8")
    scenario = median_scenario("full", "status-quo", weeks=520)
    with pytest.raises(
        ResourceError, match=r"series of 100,000 members over 520 weeks needs about"
    ):
        scenario.run(0, np.arange(100_000), seed=1)
