"""Reading GED files into a Record: what is used, what is left out, and that nothing is lost."""

import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.record.ged_files import event, small_world, write_ged

from tarazu.core.errors import DataError
from tarazu.record import EVENT_COLUMNS, Record, read_record, write_rejects
from tarazu.record.coding.rules import SHIPPED_RULES
from tarazu.region import load_region


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return read_record(write_ged(tmp_path / "ged.csv", small_world()))


def by_id(record: Record) -> pd.DataFrame:
    return record.events.set_index("event_id")


def test_read_record__has_exactly_the_columns_of_the_schema(record: Record) -> None:
    assert tuple(record.events.columns) == EVENT_COLUMNS
    assert record.events["date"].dtype == "datetime64[s]"
    assert record.events["count"].eq(1).all()
    assert (record.start, record.end) == (date(2010, 1, 1), date(2012, 12, 31))


def test_read_record__accounts_for_every_row(record: Record) -> None:
    quality = record.quality
    assert quality.rows_read == 12
    assert quality.rows_used == 11
    assert dict(quality.dropped) == {"outside the region": 1}
    assert dict(quality.outside) == {"India": 1}
    assert dict(quality.unknown_districts) == {"Atlantis district": 1}
    assert (quality.zero_best, quality.group_site, quality.inactive_years) == (2, 2, 1)
    assert (quality.imprecise_dates, quality.no_district) == (1, 2)
    assert [year.events for year in quality.by_year] == [5, 4, 2]
    assert sum(year.deaths_civilian for year in quality.by_year) == 12


def test_read_record__puts_deaths_on_sides(record: Record) -> None:
    deaths = by_id(record)[["deaths_state", "deaths_militant", "deaths_civilian", "deaths_unknown"]]
    assert deaths.loc["1"].tolist() == [2, 0, 0, 0]
    assert deaths.loc["2"].tolist() == [0, 5, 0, 0]
    assert deaths.loc["4"].tolist() == [0, 0, 9, 0]
    assert deaths.loc["11"].tolist() == [0, 0, 0, 20]


def test_read_record__names_initiators_groups_and_movements(record: Record) -> None:
    events = by_id(record)
    assert events.loc["3", "initiator"] == "unclear"
    assert events.loc["4", ["initiator", "group", "movement"]].tolist() == [
        "militant",
        "LeJ",
        "islamist",
    ]
    assert events.loc["9", ["initiator", "group", "active_year"]].tolist() == [
        "state",
        "TTP",
        False,
    ]


def test_read_record__reads_the_hdx_variant_alike(tmp_path: Path) -> None:
    plain = read_record(write_ged(tmp_path / "plain.csv", small_world()))
    tagged = read_record(write_ged(tmp_path / "hdx.csv", small_world(), tags=True))
    pd.testing.assert_frame_equal(plain.events, tagged.events)
    assert plain.quality == tagged.quality


@settings(max_examples=30)  # each example reads two files
@given(st.permutations(small_world()))
def test_read_record__does_not_depend_on_the_order_of_rows(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    expected = read_record(write_ged(folder / "a.csv", small_world()))
    found = read_record(write_ged(folder / "b.csv", events))
    pd.testing.assert_frame_equal(expected.events, found.events)
    assert expected.quality == found.quality


counts = st.integers(0, 40).map(str)


@settings(max_examples=50)  # each example reads a file
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "type_of_violence": st.sampled_from(["1", "2", "3"]),
                "side_a": st.sampled_from(["Government of Pakistan", "BLA", "Government of Iran"]),
                "side_b": st.sampled_from(["BLA", "Civilians", "Government of Afghanistan"]),
                "deaths_a": counts,
                "deaths_b": counts,
                "deaths_civilians": counts,
                "deaths_unknown": counts,
                "country": st.sampled_from(["Pakistan", "India"]),
                "adm_2": st.sampled_from(["Kech district", "", "Bolan district", "Nowhere"]),
            }
        ),
        max_size=20,
    )
)
def test_read_record__conserves_rows_and_deaths(
    tmp_path_factory: pytest.TempPathFactory, cells: list[dict[str, str]]
) -> None:
    rows = [event(1), *(event(i, **row) for i, row in enumerate(cells, start=2))]
    record = read_record(write_ged(tmp_path_factory.mktemp("sums") / "ged.csv", rows))
    inside = [row for row in rows if row["country"] == "Pakistan"]
    deaths = record.events[[c for c in EVENT_COLUMNS if c.startswith("deaths_")]]
    assert record.n_events == len(inside)
    assert record.quality.rows_read == len(rows)
    assert deaths.to_numpy().sum() == sum(int(row["best"]) for row in inside)
    assert (deaths.to_numpy() >= 0).all()


@pytest.mark.parametrize(
    ("cells", "district", "rule"),
    [
        ({"adm_2": "Bolan district"}, "kachhi", "name"),
        ({"adm_2": "  kech   DISTRICT "}, "kech", "name"),
        ({"adm_2": "Washuk district"}, "kharan", "name"),
        ({"adm_2": "Nushki district", "where_coordinates": "Dalbandin town"}, "chagai", "place"),
        ({"adm_2": "Kech district", "where_prec": "5"}, None, "wider_than_district"),
        ({"adm_2": ""}, None, "no_district"),
        ({"adm_2": "Atlantis district"}, None, "no_district"),
    ],
)
def test_read_record__finds_the_district_by_name_and_place(
    tmp_path: Path, cells: dict[str, str], district: str | None, rule: str
) -> None:
    rows = [event(1, **cells), event(2, adm_2="Gwadar district", date_prec="2")]
    record = read_record(write_ged(tmp_path / "ged.csv", rows))
    found = record.events.set_index("event_id")["district"]
    assert found.isna()["1"] if district is None else found["1"] == district
    assert record.quality.district_rules == dict(Counter([rule, "name"]))
    assert record.region.frame == "ucdp29"


def test_read_record__lists_places_that_overrule_the_named_district(tmp_path: Path) -> None:
    cells = {"adm_2": "Nushki district", "where_coordinates": "Dalbandin town"}
    record = read_record(write_ged(tmp_path / "ged.csv", [event(1, **cells), event(2)]))
    moved = {"Dalbandin town (Nushki district) to chagai": 1}
    assert dict(record.quality.moved_by_place) == moved


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Boundaries of Balochistan as squares of half a degree around each headquarters' index."""
    import json

    features = []
    for i, slug in enumerate(load_region().slugs):
        x, y = 60.0 + i % 6, 24.0 + i // 6
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"slug": slug}, "geometry": geometry})
    path = tmp_path / "squares.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def middle_of(slug: str) -> dict[str, str]:
    i = load_region().slugs.index(slug)
    return {"longitude": str(60.5 + i % 6), "latitude": str(24.5 + i // 6)}


def test_boundaries__decide_within_a_divided_unit_and_where_no_name_is(
    tmp_path: Path, squares: Path
) -> None:
    rows = [
        event(1, adm_2="Kharan district", **middle_of("washuk")),
        event(2, adm_2="", **middle_of("zhob")),
        event(3, adm_2="Kharan district", where_prec="3", **middle_of("washuk")),
        event(4, adm_2="Kech district", **middle_of("zhob")),
        event(5, adm_2="Kech district", latitude="80", longitude="10"),
    ]
    record = read_record(write_ged(tmp_path / "ged.csv", rows), boundaries=squares)
    assert record.region.frame == "census2023"
    assert by_id(record)["district"].tolist() == ["washuk", "zhob", "kharan", "kech", "kech"]
    found = {(d.event_id, d.named, d.pointed, d.used) for d in record.quality.disagreements}
    assert found == {("4", "kech", "zhob", "kech"), ("5", "kech", "", "kech")}
    assert "boundaries" in record.inputs


def test_boundaries__stay_away_from_a_region_that_brings_its_own(
    tmp_path: Path, squares: Path
) -> None:
    path = write_ged(tmp_path / "ged.csv", [event(1)])
    with pytest.raises(ValueError, match="give boundaries to load_region"):
        read_record(path, region=load_region(), boundaries=squares)


def test_rules__given_as_a_file_change_the_digest(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", small_world())
    text = SHIPPED_RULES.read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(text.replace('name = "ucdp-ged-2"', 'name = "mine"'), encoding="utf-8")
    assert read_record(path, rules=other).rules_digest != read_record(path).rules_digest


def test_keep_going__collects_bad_rows_and_counts_them(tmp_path: Path) -> None:
    rows = [*small_world(), event(90, deaths_a="many"), event(91, date_start="2010-02-31")]
    record = read_record(write_ged(tmp_path / "ged.csv", rows), keep_going=True)
    quality = record.quality
    assert (quality.rows_read, quality.rows_used, quality.rows_rejected) == (14, 11, 2)
    assert [reject.line for reject in quality.rejects] == [14, 15]
    assert write_rejects(record, tmp_path / "rejects.csv") == 2
    table = pd.read_csv(tmp_path / "rejects.csv")
    assert table["column"].tolist() == ["deaths_a", "date_start"]
    assert table["value"].tolist() == ["many", "2010-02-31"]


def test_keep_going__changes_nothing_about_good_rows(tmp_path: Path) -> None:
    good = read_record(write_ged(tmp_path / "a.csv", small_world()))
    bad = write_ged(tmp_path / "b.csv", [event(90, deaths_a="-1"), *small_world()])
    kept = read_record(bad, keep_going=True)
    pd.testing.assert_frame_equal(good.events, kept.events)


def test_read_record__refuses_a_file_without_events_in_the_region(tmp_path: Path) -> None:
    path = write_ged(tmp_path / "ged.csv", [event(1, country="India"), event(2, country="Nepal")])
    with pytest.raises(DataError, match=r"none of 2 rows is an event.*'India' \(1\)"):
        read_record(path)


def test_read_record__keeps_neighbouring_provinces_outside_by_name(tmp_path: Path) -> None:
    rows = [event(1), event(2, adm_1="Sindh province", adm_2="Karachi district")]
    record = read_record(write_ged(tmp_path / "ged.csv", rows))
    assert dict(record.quality.outside) == {"Pakistan: Sindh province": 1}


def test_read_record__needs_neither_numba_sympy_scipy_stats_nor_xarray(tmp_path: Path) -> None:
    import subprocess

    path = write_ged(tmp_path / "ged.csv", small_world())
    code = (
        "import sys, tarazu.record as r; "
        f"r.read_record({str(path)!r})._repr_html_(); r.load_record(); "
        "print([m for m in ('numba', 'sympy', 'scipy.stats', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_record__shows_itself_in_a_notebook(record: Record) -> None:
    html = record._repr_html_()
    assert "11 events" in html
    assert "without district" in html


def test_text_of_events__is_not_kept(tmp_path: Path) -> None:
    rows = [event(1, source_headline="A headline of its own", where_coordinates="Hamlet")]
    record = read_record(write_ged(tmp_path / "ged.csv", rows))
    kept = record.events.to_csv()
    assert "headline" not in kept
    assert "Hamlet" not in kept
