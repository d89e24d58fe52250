"""Selections and panels: counts are conserved, parts add up, spans do not move."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.record.ged_files import event, small_world, write_ged

from tarazu.record import Record, load_record, read_record, select
from tarazu.region.grid import prio_grid_cell

INITIATED = ("attacks", "operations", "foreign_state", "other", "unclear")
VARIABLES = {*INITIATED} | {
    f"deaths_{side}" for side in ("state", "militant", "civilian", "unknown")
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_record(write_ged(tmp_path_factory.mktemp("panel") / "ged.csv", small_world()))


def shifted(record: Record, days: list[int]) -> Record:
    """The record with its events moved by so many days, within the span."""
    moved = record.events["date"] + pd.to_timedelta(days, unit="D")
    inside = moved.clip(pd.Timestamp(record.start), pd.Timestamp(record.end))
    return replace(record, events=record.events.assign(date=inside.astype("datetime64[s]")))


def test_panel__spans_whole_calendar_years_and_all_districts(record: Record) -> None:
    panel = record.panel()
    assert dict(panel.sizes) == {"time": 365 + 365 + 366, "district": 29}
    assert set(panel.data_vars) == VARIABLES
    assert all(panel[name].dtype == np.int64 for name in panel.data_vars)
    assert (panel.attrs["first_day"], panel.attrs["last_day"]) == ("2010-01-01", "2012-12-31")


def test_panel__puts_an_event_on_its_day_and_in_its_district(record: Record) -> None:
    panel = record.panel()
    cell = panel.sel(time="2010-03-05", district="kech")
    assert (int(cell["attacks"]), int(cell["deaths_state"]), int(cell["other"])) == (2, 2, 1)
    quetta = panel.sel(time="2010-03-06", district="quetta")
    assert (int(quetta["operations"]), int(quetta["unclear"])) == (1, 1)


@pytest.mark.parametrize(
    ("freq", "used", "imprecise", "districtless"),
    [("day", 8, 1, 2), ("week", 9, 0, 2), ("month", 9, 0, 2)],
)
def test_panel__counts_what_it_leaves_out(
    record: Record, freq: str, used: int, imprecise: int, districtless: int
) -> None:
    attrs = record.panel(freq).attrs  # type: ignore[arg-type]
    assert attrs["n_used"] == used
    assert attrs["n_dropped_imprecise"] == imprecise
    assert attrs["n_dropped_districtless"] == districtless


@given(st.lists(st.integers(-400, 400), min_size=11, max_size=11))
@settings(max_examples=30)
def test_panel__conserves_counts_at_every_frequency(record: Record, days: list[int]) -> None:
    moved = shifted(record, days)
    for freq in ("day", "week", "month"):
        panel = moved.panel(freq)
        events = sum(int(panel[name].sum()) for name in INITIATED)
        dropped = panel.attrs["n_dropped_imprecise"] + panel.attrs["n_dropped_districtless"]
        assert events == panel.attrs["n_used"]
        assert events + dropped == moved.n_events


@given(st.integers(1, 3 * 365 - 1))
@settings(max_examples=30)
def test_panel__split_in_time_and_rejoined_is_the_same(record: Record, at: int) -> None:
    cut = record.start + timedelta(days=at)
    early = record.events["date"] < pd.Timestamp(cut)
    parts = [
        replace(record, events=record.events[early], end=cut - timedelta(days=1)),
        replace(record, events=record.events[~early], start=cut),
    ]
    joined = xr.concat([part.panel() for part in parts], dim="time", combine_attrs="drop")
    xr.testing.assert_equal(joined, record.panel())


@given(st.lists(st.booleans(), min_size=11, max_size=11))
@settings(max_examples=30)
def test_panel__of_two_halves_of_the_events_add_up(record: Record, first: list[bool]) -> None:
    mask = np.array(first)
    halves = [replace(record, events=record.events[half]) for half in (mask, ~mask)]
    xr.testing.assert_equal(halves[0].panel() + halves[1].panel(), record.panel())


def test_panel__counts_a_row_that_stands_for_several(record: Record) -> None:
    tripled = replace(record, events=record.events.assign(count=3))
    assert int(tripled.panel()["attacks"].sum()) == 3 * int(record.panel()["attacks"].sum())


def test_panel__weeks_begin_on_monday_and_months_on_the_first(record: Record) -> None:
    weeks = record.panel("week")["time"].to_index()
    months = record.panel("month")["time"].to_index()
    assert set(weeks.day_of_week) == {0}
    assert set(months.day) == {1}
    assert len(months) == 36


def test_panel__refuses_other_frequencies(record: Record) -> None:
    with pytest.raises(ValueError, match="expected day, week or month"):
        record.panel("year")  # type: ignore[arg-type]


def test_select__by_default_keeps_everything(record: Record) -> None:
    kept = select(record)
    pd.testing.assert_frame_equal(kept.events, record.events)
    assert kept.selection == ()


@pytest.mark.parametrize(
    ("options", "n_events"),
    [
        ({"movement": "baloch"}, 9),
        ({"movement": "islamist"}, 2),
        ({"zero_best": False}, 9),
        ({"group_site": False}, 9),
        ({"inactive_years": False}, 10),
        ({"zero_best": False, "movement": "islamist"}, 2),
    ],
)
def test_select__leaves_out_what_it_is_told_to(
    record: Record, options: dict[str, object], n_events: int
) -> None:
    chosen = select(record, **options)  # type: ignore[arg-type]
    assert chosen.n_events == n_events
    assert len(chosen.selection) == len(options)
    assert (chosen.start, chosen.end, chosen.quality) == (record.start, record.end, record.quality)


@pytest.mark.parametrize(("side", "variable"), [("state", "operations"), ("militant", "attacks")])
def test_select__gives_unclear_events_to_a_side(record: Record, side: str, variable: str) -> None:
    before, after = record.panel(), select(record, unclear=side).panel()  # type: ignore[arg-type]
    gained = after[variable] - before[variable]
    xr.testing.assert_equal(gained, before["unclear"].rename(None))
    assert int(before["unclear"].sum()) == 2
    assert int(after["unclear"].sum()) == 0


def test_select__refuses_words_it_does_not_know(record: Record) -> None:
    with pytest.raises(ValueError, match="expected one of baloch"):
        select(record, movement="balochi")
    with pytest.raises(ValueError, match="expected drop, state or militant"):
        select(record, unclear="both")  # type: ignore[arg-type]


def test_panel__of_a_selection_without_events_is_all_zero(tmp_path: Path) -> None:
    alone = read_record(write_ged(tmp_path / "ged.csv", [event(1, deaths_a="1")]))
    panel = select(alone, movement="islamist").panel()
    assert panel.attrs["n_used"] == 0
    assert int(sum(panel[name].sum() for name in panel.data_vars)) == 0


@pytest.mark.parametrize("freq", ["day", "week", "month"])
def test_panel__names_units_and_meaning_of_every_variable(record: Record, freq: str) -> None:
    panel = record.panel(freq)  # type: ignore[arg-type]
    for name in panel.data_vars:
        noun = "deaths" if str(name).startswith("deaths_") else "events"
        assert panel[name].attrs["units"] == f"{noun} per {freq} and district"
    assert all(panel[name].attrs["long_name"] for name in panel.variables)


def test_panel__months_have_the_number_that_views_gives_them(record: Record) -> None:
    panel = record.panel("month")
    assert int(panel["month_id"].sel(time="2010-01-01")) == 361  # views: 1 is January 1980
    assert (np.diff(panel["month_id"]) == 1).all()
    assert "month_id" not in record.panel("week").coords


def test_panel__districts_have_the_prio_grid_cell_of_their_centroid(record: Record) -> None:
    panel = record.panel("month")
    for district in record.region.districts:
        gid = int(panel["priogrid_gid"].sel(district=district.slug)) - 1
        south, west = gid // 720 / 2 - 90, gid % 720 / 2 - 180
        assert south <= district.centroid_lat < south + 0.5
        assert west <= district.centroid_lon < west + 0.5


def test_prio_grid__numbers_cells_from_the_south_west() -> None:
    assert prio_grid_cell(-90, -180) == 1
    assert prio_grid_cell(90, 180) == 259_200
    assert prio_grid_cell(-34.8, 20.1) == 79_601  # South Africa, as in PRIO-GRID 2.0
    with pytest.raises(ValueError, match=r"latitude is 91; expected degrees from -90 to 90"):
        prio_grid_cell(91, 0)


def test_panel__states_how_many_days_of_each_period_the_record_covers() -> None:
    record = load_record().sel(start="2010-03-05", end="2010-05-10")
    panel = record.panel("month")
    assert panel["days_observed"].to_numpy().tolist() == [27, 30, 10]
    assert set(load_record().panel("day")["days_observed"].to_numpy()) == {1}
