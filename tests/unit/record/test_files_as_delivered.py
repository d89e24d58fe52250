"""Files as people have them: each kind of writing that once stopped a file, or read it wrongly."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.record.ged_files import event, ged_text, write_ged
from tests.unit.record.source_files import acled, write_rows

from tarazu.core.errors import DataError
from tarazu.record import read_record

MAPPING = """name = "own"
title = "Own file"
licence = "own"
missing_deaths = "zero"
[columns]
{columns}
district = "district"
initiator = "who"
deaths = "killed"
{dates}
[values.initiator]
army = "state"
fighters = "militant"
"""


def mapped(tmp_path: Path, rows: str, *, columns: str, dates: str = "") -> pd.DataFrame:
    file, mapping = tmp_path / "own.csv", tmp_path / "own.toml"
    file.write_text(rows, encoding="utf-8")
    mapping.write_text(MAPPING.format(columns=columns, dates=dates), encoding="utf-8")
    return read_record(file, mapping=mapping).events


def ged(tmp_path: Path, rows: Sequence[dict[str, str]]) -> Path:
    return write_ged(tmp_path / "ged.csv", rows)


def test_best_outside_low_to_high__is_used_and_counted(tmp_path: Path) -> None:
    record = read_record(ged(tmp_path, [event(1, deaths_a="3", high="2"), event(2)]))
    assert record.quality.remarks == {"best outside low to high, which are not used": 1}
    assert record.events["deaths_state"].sum() == 3


def test_remark_on_a_row_outside_the_region__does_not_count(tmp_path: Path) -> None:
    elsewhere = event(2, low="9", adm_1="Punjab province", adm_2="Lahore district")
    assert not read_record(ged(tmp_path, [event(1), elsewhere])).quality.remarks


def test_counts_and_codes_with_a_point__are_whole_numbers(tmp_path: Path) -> None:
    plain = event(1, deaths_b="3")
    pointed = {**plain, "deaths_b": "3.0", "date_prec": "1.0", "type_of_violence": "1.0"}
    assert read_record(ged(tmp_path, [pointed])).events.equals(
        read_record(ged(tmp_path, [plain])).events
    )


@pytest.mark.parametrize("cell", ["2.5", "1.01", "-1.0", "3.0e0"])
def test_counts_with_a_fraction__are_no_counts(tmp_path: Path, cell: str) -> None:
    with pytest.raises((DataError, ExceptionGroup)):
        read_record(ged(tmp_path, [{**event(1), "deaths_b": cell}]))


@pytest.mark.parametrize(
    "written",
    ["2010-03-05", "2010-03-05T23:59:59Z", "2010-03-05 06:00:00+05:00", "2010-03-05T06:00-0500"],
)
def test_day_with_time_and_zone__is_the_day_as_written(tmp_path: Path, written: str) -> None:
    events = read_record(ged(tmp_path, [event(1, date_start=written)])).events
    assert events["date"].tolist() == [pd.Timestamp("2010-03-05")]


def test_two_releases_in_one_file__are_named_with_the_way_out(tmp_path: Path) -> None:
    path = ged(tmp_path, [event(1), event(2), event(1, deaths_a="2")])
    with pytest.raises(ExceptionGroup) as caught:
        read_record(path)
    assert "If two releases of the data were joined" in str(caught.value.exceptions[0])
    kept = read_record(path, keep_going=True)
    assert (kept.quality.rows_used, kept.quality.rows_rejected) == (1, 2)


@pytest.mark.parametrize(
    ("side_a", "government", "initiator"),
    [
        ("Government of Pakistan, Government of United States of America", "home", "state"),
        ("Government of United States of America, Government of Pakistan", "home", "state"),
        ("Government of United States of America", "foreign", "foreign_state"),
    ],
)
def test_joint_governments__are_at_home_if_one_of_them_is(
    tmp_path: Path, side_a: str, government: str, initiator: str
) -> None:
    row = event(1, side_a=side_a, deaths_b="3", source_headline="Three militants killed in raid")
    assert read_record(ged(tmp_path, [row])).events["initiator"].tolist() == [initiator]


def test_upper_case_header_and_na__read_as_acled(tmp_path: Path) -> None:
    rows = [acled(1, notes="NA", inter2="NA"), acled(2, inter1="2.0")]
    path = write_rows(tmp_path / "acled.csv", rows)
    header, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{header.upper()}\n{rest}", encoding="utf-8")
    assert read_record(path).n_events == 2


def test_one_row_for_each_actor__is_named_with_the_way_out(tmp_path: Path) -> None:
    first = acled(1, actor1="BLA: Baloch Liberation Army", inter1="2", actor2="Police", inter2="1")
    swapped = {**first, "actor1": "Police", "inter1": "1", "actor2": first["actor1"], "inter2": "2"}
    with pytest.raises(DataError, match=r"1 events stand in two rows.*acled_transform_wider"):
        read_record(write_rows(tmp_path / "monadic.csv", [first, swapped]))


def test_geojson_of_points__reads_as_the_table_does(tmp_path: Path) -> None:
    rows = [event(1, deaths_a="2"), event(2)]
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if k not in ("longitude", "latitude")},
            "geometry": {
                "type": "Point",
                "coordinates": [float(row["longitude"]), float(row["latitude"])],
            },
        }
        for row in rows
    ]
    path = tmp_path / "events.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert read_record(path).events.equals(read_record(ged(tmp_path, rows)).events)


def test_counts_by_month__are_never_read_as_events(tmp_path: Path) -> None:
    path = tmp_path / "hdx.csv"
    path.write_text("Admin2,Month,Year,Events,Fatalities\nKech,March,2023,1,0\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"counts by district and month .* not events"):
        read_record(path)


def test_mapped_count__is_the_number_of_events_of_a_row(tmp_path: Path) -> None:
    rows = "date,district,who,killed,n\n2015-03-04,Kech,army,4,2\n2015-03-05,Kech,army,0,0\n"
    events = mapped(tmp_path, rows, columns='date = "date"\ncount = "n"')
    assert events["count"].tolist() == [2]
    assert events["deaths_unknown"].tolist() == [4]


def test_mapped_parts_of_a_date__give_its_precision(tmp_path: Path) -> None:
    rows = (
        "y,m,d,district,who,killed\n"
        "2015,3,4,Kech,army,2\n2015,3,0,Kech,army,1\n2016,,,Kech,army,0\n"
    )
    events = mapped(tmp_path, rows, columns='year = "y"\nmonth = "m"\nday = "d"')
    found = list(zip(events["date"].astype(str), events["date_precision"], strict=True))
    assert sorted(found) == [("2015-03-01", 4), ("2015-03-04", 1), ("2016-01-01", 5)]


def test_mapped_date_of_two_readings__is_counted(tmp_path: Path) -> None:
    file, mapping = tmp_path / "own.csv", tmp_path / "own.toml"
    days = ("04/03/2015", "13/03/2015", "05/05/2015")
    text = "date,district,who,killed\n" + "".join(f"{day},Kech,army,1\n" for day in days)
    file.write_text(text, encoding="utf-8")
    dates = '[dates]\n"%m/%d/%Y" = 1\n"%d/%m/%Y" = 1'
    mapping.write_text(MAPPING.format(columns='date = "date"', dates=dates), encoding="utf-8")
    remarks = read_record(file, mapping=mapping).quality.remarks
    assert remarks == {"date fits %m/%d/%Y and %d/%m/%Y; read as the first of them": 1}


def test_mapped_thousands_and_blanks__are_numbers(tmp_path: Path) -> None:
    rows = 'date,district,who,killed\n2015-03-04,Kech,army,"1,200"\n2015-03-05,Kech,army,N/A\n'
    events = mapped(tmp_path, rows, columns='date = "date"')
    assert sorted(events["deaths_unknown"]) == [0, 1200]


def test_semicolons__read_as_commas_do(tmp_path: Path) -> None:
    rows = [event(1, source_article="The Daily; page 1"), event(2)]
    path = tmp_path / "semicolons.csv"
    path.write_text(ged_text(rows).replace(",", ";").replace("Daily; page", "Daily page"), "utf-8")
    assert read_record(path).n_events == 2


def test_namesake_in_another_province__lies_outside(tmp_path: Path) -> None:
    rows = [event(1), event(2, adm_1="Punjab province"), event(3, adm_1="NA")]
    record = read_record(ged(tmp_path, rows))
    assert record.events["event_id"].tolist() == ["1", "3"]
    assert record.quality.outside == {"Pakistan: Punjab province": 1}


def test_yearly_release__covers_whole_years(tmp_path: Path) -> None:
    record = read_record(ged(tmp_path, [event(1, date_start="2010-03-05")]))
    assert (record.start, record.end) == (date(2010, 1, 1), date(2010, 12, 31))


def test_export__is_observed_from_its_first_to_its_last_day_wherever_they_are(
    tmp_path: Path,
) -> None:
    days = ("05 March 2023", "07 March 2023")
    rows = [acled(number, event_date=day) for number, day in enumerate(days)]
    elsewhere = acled(9, event_date="20 April 2023", admin1="Punjab", admin2="Lahore")
    record = read_record(write_rows(tmp_path / "acled.csv", [*rows, elsewhere]))
    assert (record.start, record.end) == (date(2023, 3, 5), date(2023, 4, 20))


def test_time_asked_for__leaves_out_and_counts_what_is_outside(tmp_path: Path) -> None:
    days = ("2010-03-05", "2010-06-01", "2011-02-02")
    path = ged(tmp_path, [event(n, date_start=day) for n, day in enumerate(days)])
    record = read_record(path, first_day=date(2010, 6, 1), last_day=date(2010, 12, 31))
    assert (record.start, record.end, record.n_events) == (date(2010, 6, 1), date(2010, 12, 31), 1)
    assert record.quality.dropped == {
        "before the first day asked for": 1,
        "after the last day asked for": 1,
    }
    with pytest.raises(ValueError, match="is before the first"):
        read_record(path, first_day=date(2011, 1, 1), last_day=date(2010, 1, 1))


@pytest.mark.parametrize("column", ["adm_2", "where_coordinates", "side_b"])
def test_names_encoded_twice__are_noted(tmp_path: Path, column: str) -> None:
    twice = "Bouélé".encode().decode("latin-1")
    rows = [event(1, **{column: twice}), event(2), event(3, **{column: "Bouélé"})]
    remarks = read_record(ged(tmp_path, rows)).quality.remarks
    assert [(what[:23], number) for what, number in remarks.items()] == [
        ("names look encoded twic", 1)
    ]
