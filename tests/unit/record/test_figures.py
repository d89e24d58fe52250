"""Figures: counts without ids or texts that give the same record back."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.record.ged_files import event, small_world, write_ged

from tarazu.core.errors import DataError, ScenarioError
from tarazu.record import (
    Record,
    load_record,
    make_figures,
    measured_check,
    read_record,
    select,
    write_figures,
)
from tarazu.record.coding.rules import read_rules
from tarazu.record.embedded import COLUMNS, read_figures
from tarazu.region import in_frame, load_region


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    rows = [*small_world(), event(21, deaths_a="4"), event(22, deaths_a="4")]
    return read_record(write_ged(tmp_path_factory.mktemp("figures") / "ged.csv", rows))


@pytest.fixture
def figures(tmp_path: Path, record: Record) -> Path:
    path = tmp_path / "figures.csv"
    write_figures(record, path)
    return path


def test_figures__give_the_same_panels_and_quality_as_the_file(
    record: Record, figures: Path
) -> None:
    embedded = read_figures(figures)
    assert embedded.quality == record.quality
    assert (embedded.start, embedded.end) == (record.start, record.end)
    for freq in ("day", "week", "month"):
        assert embedded.panel(freq).identical(record.panel(freq))


@pytest.mark.parametrize(
    "options",
    [
        {"movement": "baloch"},
        {"zero_best": False},
        {"inactive_years": False},
        {"group_site": False},
        {"unclear": "state"},
        {"unclear": "militant"},
    ],
)
def test_figures__give_the_same_selections_as_the_file(
    record: Record, figures: Path, options: dict[str, object]
) -> None:
    embedded = read_figures(figures)
    chosen = [select(r, **options).panel() for r in (record, embedded)]  # type: ignore[arg-type]
    assert chosen[0].identical(chosen[1])


def test_figures__join_equal_events_but_not_unequal_tolls(record: Record) -> None:
    rows = list(csv.DictReader(io.StringIO(make_figures(record).decode())))
    tolls = [
        (r["count"], r["deaths_state"])
        for r in rows
        if r["initiator_rule"] == "state_deaths_only" and r["date"] == "2010-03-05"
    ]
    assert sorted(tolls) == [("1", "2"), ("2", "8")]
    assert sum(int(r["count"]) for r in rows) == record.n_events


def test_figures__hold_counts_only(record: Record) -> None:
    header = make_figures(record).decode().splitlines()[0].split(",")
    assert tuple(header) == COLUMNS
    assert not {"event_id", "latitude", "longitude", "source_article"} & set(header)


def test_figures__of_figures_are_the_same_bytes(record: Record, figures: Path) -> None:
    assert make_figures(read_figures(figures)) == make_figures(record) == figures.read_bytes()


@settings(max_examples=20)
@given(st.permutations(range(13)))
def test_figures__do_not_depend_on_the_order_of_events(record: Record, order: list[int]) -> None:
    events = record.events.iloc[order].reset_index(drop=True)
    assert make_figures(replace(record, events=events)) == make_figures(record)


def test_figures__are_not_made_of_selections(record: Record) -> None:
    with pytest.raises(ValueError, match="whole record"):
        make_figures(select(record, zero_best=False))


def test_figures__count_the_rows_that_could_not_be_read(tmp_path: Path) -> None:
    bad = write_ged(tmp_path / "bad.csv", [event(1), event(2, deaths_a="x")])
    write_figures(read_record(bad, keep_going=True), tmp_path / "figures.csv")
    embedded = read_figures(tmp_path / "figures.csv")
    assert (embedded.n_events, embedded.quality.rows_read) == (1, 2)
    assert embedded.quality.dropped == {"could not be read": 1}


def test_figures__that_were_edited_are_refused(figures: Path) -> None:
    figures.write_bytes(figures.read_bytes().replace(b",9,", b",8,", 1))
    with pytest.raises(DataError, match="not the one that its note describes"):
        read_figures(figures)


def test_figures__need_their_note_and_their_region(figures: Path) -> None:
    with pytest.raises(DataError, match="region 'balochistan'"):
        read_figures(figures, region=replace(load_region(), name="elsewhere"))
    figures.with_suffix(".toml").unlink()
    with pytest.raises(ScenarioError):
        read_figures(figures)


def test_default_record__holds_the_totals_of_the_data() -> None:
    record = load_record()
    quality = record.quality
    deaths = record.events[[c for c in record.events if str(c).startswith("deaths_")]].sum()
    assert record.n_events == quality.rows_read == 692
    assert (quality.zero_best, quality.inactive_years, quality.no_district) == (165, 114, 29)
    assert record.n_events - quality.imprecise_dates == 663
    assert deaths.to_dict() == {
        "deaths_state": 943,
        "deaths_militant": 650,
        "deaths_civilian": 1332,
        "deaths_unknown": 459,
    }


def test_default_record__names_licence_citation_and_digest() -> None:
    source = load_record().source
    assert source.licence == "CC BY 4.0"
    assert "Sundberg" in source.citations[0]
    assert "Davies" in source.citations[1]
    assert len(source.digest) == 64


def test_default_record__was_made_with_the_shipped_rules() -> None:
    assert load_record().rules_digest == read_rules().digest


def test_default_record__has_measured_rules() -> None:
    assert measured_check(load_record()) is not None


def test_default_record__names_no_person() -> None:
    groups = set(load_record().events["group"])
    assert not [group for group in groups if "Khan" in group]


def test_default_record__takes_the_region_in_either_frame() -> None:
    region = load_region()
    whole, merged = load_record(region), load_record(in_frame(region, "ucdp29"))
    pd.testing.assert_frame_equal(whole.events, merged.events)
    assert whole.region.frame == merged.region.frame == "ucdp29"
