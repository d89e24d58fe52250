"""What a history counts by calendar year, and which draws attack as often as the record."""

from datetime import date

import numpy as np
import pytest
from tests.unit.study.cases import make_study

from tarazu.record import load_record
from tarazu.study.runner.run import make_plan, write_study
from tarazu.study.setup.hindcast import COUNTED, recorded_attacks, sum_years, whole_years
from tarazu.study.setup.history import History

SEVEN_YEARS = {"start": "2023-01-05", "history": "2016-01-07", "policies": ("status-quo",)}
ONE_YEAR = {"start": "2023-01-05", "history": "2022-01-06", "policies": ("status-quo",)}
SMALL = {"weeks": 4, "horizons": (4,), "draws": 4, "block": 3, "hypotheses": ("full",)}


def test_years__hold_the_weeks_that_begin_in_them():
    history = History(date(2020, 12, 17), date(2022, 1, 13), 56)
    assert whole_years(history) == (2021,)  # two weeks of 2020 and two of 2022
    series = np.ones((3, 56, 2)) * np.array([1.0, 2.0])
    assert sum_years(history, series).tolist() == [[[52.0, 104.0]]] * 3


def test_years__without_a_whole_one_are_none():
    history = History(date(2021, 3, 4), date(2021, 9, 2), 26)
    assert sum_years(history, np.ones((3, 26, 2))).shape == (3, 0, 2)


@pytest.fixture(scope="module")
def record():
    return load_record()


@pytest.fixture(scope="module")
def result(tmp_path_factory, record):
    study = make_study(**SMALL, **SEVEN_YEARS)
    return write_study(study, record=record, out=tmp_path_factory.mktemp("hindcast") / "out")


def test_hindcast__counts_what_the_members_did_in_their_history(result, record):
    plan = make_plan(make_study(**SMALL, **SEVEN_YEARS), record)
    members = np.arange(8)
    past = plan.scenarios["full"].history(
        members // 2,
        members,
        seed=3,
        weeks=plan.history.weeks,
        known=plan.history.known,
        counted=COUNTED,
    )
    assert result.hindcast.years == (2016, 2017, 2018, 2019, 2020, 2021, 2022)
    yearly = sum_years(plan.history, past.series)
    for k, name in enumerate(COUNTED):
        median = [row[1] for row in result.hindcast.counts["full"][name]]
        np.testing.assert_array_equal(median, np.median(yearly[:, :, k], axis=0))
    low, high = result.record_range
    attacks = yearly[:, 1:6, 0].mean(axis=1).reshape(4, 2).mean(axis=1)  # 2017 to 2021
    kept = result.metrics.groupby("draw")["kept"].first().to_numpy(dtype=bool)
    np.testing.assert_array_equal(kept, (attacks >= low) & (attacks <= high))


def test_hindcast__stands_beside_the_records_attacks(result, record):
    events = record.events[record.events["initiator"] == "militant"]
    in_2021 = events[events["date"].dt.year == 2021]["count"].sum()
    assert result.hindcast.recorded[2021] == in_2021 == recorded_attacks(record)[2021]
    assert result.hindcast.compared == (2017, 2018, 2019, 2020, 2021)
    assert "10 to 41 attacks per year in 2017–2021" in result.kept_sentence()


def test_kept__is_of_the_studys_own_years_where_no_history_passes_the_records(tmp_path, record):
    whole = make_study(**SMALL | {"weeks": 52, "horizons": (52,)}, **ONE_YEAR)
    result = write_study(whole, record=record, out=tmp_path / "out")
    assert result.hindcast.compared == ()
    attacks = result.metrics.groupby("draw")["attacks"].mean()
    low, high = result.record_range
    kept = result.metrics.groupby("draw")["kept"].first()
    assert (kept == attacks.between(low, high)).all()
    assert "the status quo gives 10 to 41 attacks per year" in result.kept_sentence()


def test_hindcast__is_none_without_a_history(tmp_path):
    study = make_study(**SMALL | {"draws": 2, "policies": ("status-quo",)})
    assert write_study(study, out=tmp_path / "out").hindcast is None
