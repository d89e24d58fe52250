"""Parts of a record by day, district and group, its frame, its figures and how it shows itself."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tarazu.core.errors import ScenarioError
from tarazu.record import EVENT_COLUMNS, Record, load_record, select


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


def total(record: Record) -> int:
    panel = record.panel("month")
    initiated = ("attacks", "operations", "foreign_state", "other", "unclear")
    return int(sum(panel[name].sum() for name in initiated))


def test_sel__of_nothing_is_the_record_itself(record: Record) -> None:
    assert record.sel() is record
    assert record.sel(start=record.start, end="2021") is record
    assert record.sel(districts=record.region.slugs).region is record.region


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2010", "2015", date(2010, 1, 1), date(2015, 12, 31)),
        ("2010-02", "2012-02", date(2010, 2, 1), date(2012, 2, 29)),
        ("2010-02-03", date(2010, 12, 9), date(2010, 2, 3), date(2010, 12, 9)),
        (pd.Timestamp("2010-02-03"), None, date(2010, 2, 3), date(2021, 12, 31)),
    ],
)
def test_sel__takes_days_months_and_years(
    record: Record, start: str, end: str, first: date, last: date
) -> None:
    part = record.sel(start=start, end=end)
    assert (part.start, part.end) == (first, last)
    assert part.events["date"].between(str(first), str(last)).all()
    assert len(part.panel("day")["time"]) == (last - first).days + 1
    assert part.selection == (f"{first} to {last}",)


def test_sel__periods_add_up(record: Record) -> None:
    halves = [record.sel(end="2009"), record.sel(start="2010")]
    assert sum(part.n_events for part in halves) == record.n_events
    assert sum(total(part) for part in halves) == total(record)


def test_sel__districts_add_up_and_bring_their_region(record: Record) -> None:
    slugs = list(record.region.slugs)
    parts = [record.sel(districts=slugs[:10]), record.sel(districts=slugs[10:])]
    assert sum(total(part) for part in parts) == total(record)
    assert parts[0].region.slugs == tuple(slugs[:10])
    adjacency = record.region.adjacency()
    np.testing.assert_array_equal(parts[0].region.adjacency(), adjacency[:10, :10])
    assert parts[0].inputs["region"] == parts[0].region.digest != record.inputs["region"]
    assert not parts[0].events["district"].isna().any()


def test_sel__understands_every_spelling(record: Record) -> None:
    part = record.sel(districts=["Panjgoor", "KECH", "dera-bugti"])
    assert part.region.slugs == ("dera_bugti", "kech", "panjgur")
    assert record.sel(groups="bla").selection == ("groups BLA",)


def test_sel__of_groups_keeps_attacks_and_operations_with_them(record: Record) -> None:
    part = record.sel(groups=["BLA", "BLF"])
    assert set(part.events["group"]) == {"BLA", "BLF"}
    assert {"militant", "state"} <= set(part.events["initiator"])
    assert part.region is record.region


def test_sel__and_select_go_together(record: Record) -> None:
    first = select(record.sel(start="2010"), movement="baloch")
    second = select(record, movement="baloch").sel(start="2010")
    pd.testing.assert_frame_equal(first.events, second.events)
    assert sorted(first.selection) == sorted(second.selection)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"start": "1980"}, ValueError, r"start is 1980-01-01; expected a day of the record, 1992"),
        ({"start": "soon"}, ValueError, r"start is 'soon'; expected a date, or a day, month"),
        ({"end": 2015}, TypeError, r"end is 2015 \(int\); expected a date, or a day"),
        ({"start": "2015", "end": "2012"}, ValueError, r"expected start before end"),
        ({"districts": "Kechh"}, ScenarioError, r"no district 'Kechh' in Baloch.*mean 'kech'\?"),
        (
            {"districts": []},
            TypeError,
            r"districts is \[\] \(list\); expected one name, or several",
        ),
        (
            {"districts": ["kech", 3]},
            TypeError,
            r"districts is \['kech', 3\] \(list\); expected one name",
        ),
        ({"groups": "BLAA"}, ValueError, r"group 'BLAA' is not in the record; .* mean 'BLA'\?"),
        ({"start": "1992-02-01", "end": "1992-02-02"}, ValueError, r"no event is left of 692 \(19"),
    ],
)
def test_sel__says_what_cannot_be_used(
    record: Record, options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        record.sel(**options)  # type: ignore[arg-type]


def test_frame__is_plain_and_survives_csv_and_parquet(record: Record, tmp_path: Path) -> None:
    frame = record.to_frame()
    assert set(EVENT_COLUMNS) < set(frame.columns)
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame["count"].sum() == record.n_events
    unknown = frame["date_precision"] > 4
    assert (frame["month_id"].isna() == unknown).all()
    day = frame["date"].dt
    expected = (day.year - 1980) * 12 + day.month
    assert (frame["month_id"] == expected)[~unknown].all()
    frame.to_csv(tmp_path / "events.csv", index=False)
    again = pd.read_csv(tmp_path / "events.csv", parse_dates=["date"])
    assert list(again.columns) == list(frame.columns)
    assert (again["count"] == frame["count"]).all()
    assert (again["date"] == frame["date"]).all()
    frame.to_parquet(tmp_path / "events.parquet", index=False)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "events.parquet"), frame, check_dtype=False
    )


def test_frame__is_a_copy(record: Record) -> None:
    before = int(record.events["count"].sum())
    frame = record.to_frame()
    frame["count"] = 0
    assert int(record.events["count"].sum()) == before


def test_record__shows_itself_in_few_lines(record: Record) -> None:
    for shown in (repr(record), repr(record.sel(start="2010", districts="Kech"))):
        assert len(shown.splitlines()) <= 5
        assert len(shown) < 400
    assert "Kech, 2010–2021" in repr(record.sel(start="2010", districts="Kech"))
    assert len(repr(record.quality)) < 200
    page = record._repr_html_()
    assert page.count("<svg") == 1
    assert page.index("692 events") < page.index("<svg") < page.index("rows read")


@pytest.mark.parametrize(
    ("kind", "title"), [(None, "Events by year"), ("deaths", "Deaths"), ("map", "Attacks by dist")]
)
def test_plot__is_a_figure(record: Record, kind: str | None, title: str) -> None:
    figure = record.plot(kind)
    assert figure.title.startswith(title)
    assert figure.to_svg().startswith("<svg")


def test_plot__of_another_kind_names_those_there_are(record: Record) -> None:
    message = r"figure is 'mapp'; expected one of timeline, deaths, map\. Did you mean 'map'\?"
    with pytest.raises(ValueError, match=message):
        record.plot("mapp")
