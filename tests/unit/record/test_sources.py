"""ACLED, GTD and PRIO-GRID panels: each into the one schema."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.unit.record.source_files import (
    ACLED_ROW,
    GTD_ROW,
    Row,
    acled,
    cell_of,
    gtd,
    point_in,
    write_rows,
    write_squares,
)

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import CellError
from tarazu.record import EVENT_COLUMNS, Quality, Record, read_record
from tarazu.record.sources.dates_and_counts import parse_spelled_day, parse_whole
from tarazu.record.sources.views_panel import ELSEWHERE, NO_DEATHS, middle
from tarazu.region import load_region

SLUGS = load_region().slugs
KECH = point_in(SLUGS, "kech")


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    return write_squares(tmp_path / "squares.geojson", SLUGS)


def read(tmp_path: Path, rows: Sequence[Row], **options: object) -> Record:
    return read_record(write_rows(tmp_path / "events.csv", rows), **options)  # type: ignore[arg-type]


def only(record: Record, column: str) -> object:
    (value,) = record.events[column]
    return value


def accounted(quality: Quality) -> int:
    return quality.rows_used + sum(quality.dropped.values()) + quality.rows_rejected


# --- Cells ----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2023-03-05", "05 March 2023", "5-Mar-2023", "05 MAR 2023"])
def test_spelled_day__forms_in_use(written: str) -> None:
    assert str(parse_spelled_day(written)) == "2023-03-05"


@pytest.mark.parametrize(
    "written", ["31 February 2023", "5 Ma 2023", "March 5", "5 Marsh 2023", ""]
)
def test_spelled_day__what_is_no_day(written: str) -> None:
    with pytest.raises(CellError):
        parse_spelled_day(written)


@pytest.mark.parametrize("written", ["1.5", "-1", "3,0", "many", ".", "1e3"])
def test_whole__what_is_no_count(written: str) -> None:
    with pytest.raises(CellError):
        parse_whole(written)


# --- ACLED ----------------------------------------------------------------------------------


def test_acled__one_event_in_the_schema(tmp_path: Path) -> None:
    record = read(tmp_path, [acled(1)])
    assert tuple(record.events.columns) == EVENT_COLUMNS
    event = record.events.iloc[0]
    assert event["district"] == "kech"
    assert (event["group"], event["movement"]) == ("BLA", "baloch")
    assert (event["deaths_unknown"], event["deaths_state"]) == (2, 0)
    assert record.source.title.startswith("Armed Conflict Location")


@pytest.mark.parametrize(
    ("first", "second"),
    [("State forces", "Rebel group"), ("1", "2"), ("STATE FORCES", "rebel group")],
)
def test_acled__numbers_and_words_of_actors_mean_the_same(
    tmp_path: Path, first: str, second: str
) -> None:
    row = acled(1, event_type="Explosions/Remote violence", inter1=first, inter2=second)
    assert only(read(tmp_path, [row]), "initiator") == "state"


def test_acled__both_forms_of_the_date(tmp_path: Path) -> None:
    rows = [acled(1, event_date="05 March 2023"), acled(2, event_date="2023-03-05")]
    assert read(tmp_path, rows).events["date"].nunique() == 1


@pytest.mark.parametrize(("theirs", "ours"), [("1", 1), ("2", 3), ("3", 4)])
def test_acled__time_precision(tmp_path: Path, theirs: str, ours: int) -> None:
    assert only(read(tmp_path, [acled(1, time_precision=theirs)]), "date_precision") == ours


def test_acled__a_wide_region_has_no_district(tmp_path: Path) -> None:
    record = read(tmp_path, [acled(1, geo_precision="3")])
    assert record.quality.no_district == 1


def test_acled__the_district_may_stand_on_another_level(tmp_path: Path) -> None:
    record = read(tmp_path, [acled(1, admin2="Makran", admin3="Kech")])
    assert only(record, "district") == "kech"
    assert record.quality.unknown_districts == {}


@pytest.mark.parametrize(
    ("cells", "initiator", "rule"),
    [
        ({}, "unclear", "clash"),
        ({"notes": "Militants attacked a post"}, "militant", "clash_attack_words"),
        ({"notes": "Forces in a search operation"}, "state", "clash_operation_words"),
        ({"notes": "Forces repelled an attack"}, "militant", "clash_repelled_by_state"),
        ({"notes": "Rebels repelled an army attack"}, "state", "clash_repelled_by_group"),
        ({"notes": "Warplanes bombed a base"}, "state", "clash_air_or_guns"),
        ({"notes": "Shelling was heard"}, "unclear", "clash"),
        (
            {"notes": "Gunmen attacked forces in a search operation"},
            "unclear",
            "clash",
        ),
        ({"sub_event_type": "Government regains territory"}, "state", "state_regains_territory"),
        (
            {"sub_event_type": "Non-state actor overtakes territory"},
            "militant",
            "group_takes_territory",
        ),
        ({"inter2": "Identity militia"}, "other", "without_a_state_force"),
        ({"inter1": "External/Other forces"}, "other", "foreign_force"),
        (
            {"event_type": "Explosions/Remote violence", "inter1": "External/Other forces"},
            "foreign_state",
            "foreign_state",
        ),
        (
            {"event_type": "Violence against civilians", "inter1": "1", "inter2": "7"},
            "state",
            "civilians_by_state",
        ),
        (
            {"event_type": "Violence against civilians", "inter2": "Civilians"},
            "militant",
            "civilians_by_group",
        ),
        ({"event_type": "Explosions/Remote violence"}, "militant", "remote_by_group"),
    ],
)
def test_acled__who_began_and_the_rule_that_fired(
    tmp_path: Path, cells: dict[str, str], initiator: str, rule: str
) -> None:
    record = read(tmp_path, [acled(1, **cells)])
    assert (only(record, "initiator"), only(record, "initiator_rule")) == (initiator, rule)


def test_acled__the_order_of_actors_in_a_clash_says_nothing(tmp_path: Path) -> None:
    turned = acled(
        1,
        actor1=ACLED_ROW["actor2"],
        inter1=ACLED_ROW["inter2"],
        actor2=ACLED_ROW["actor1"],
        inter2=ACLED_ROW["inter1"],
    )
    forward, backward = read(tmp_path, [acled(1)]), read(tmp_path, [turned])
    assert forward.events.equals(backward.events)


@pytest.mark.parametrize(
    ("sub_event", "tactic"),
    [
        ("Suicide bomb", "suicide"),
        ("Air/drone strike", "air_strike"),
        ("Remote explosive/landmine/IED", "bomb_ied"),
        ("Shelling/artillery/missile attack", "rocket_mortar_grenade"),
        ("Grenade", "rocket_mortar_grenade"),
    ],
)
def test_acled__tactics(tmp_path: Path, sub_event: str, tactic: str) -> None:
    row = acled(1, event_type="Explosions/Remote violence", sub_event_type=sub_event)
    assert only(read(tmp_path, [row]), "tactic") == tactic


def test_acled__deaths_of_violence_against_civilians_are_civilians(tmp_path: Path) -> None:
    record = read(tmp_path, [acled(1, event_type="Violence against civilians", fatalities="4")])
    assert (only(record, "deaths_civilian"), only(record, "deaths_unknown")) == (4, 0)
    assert only(record, "target") == "civilians"


def test_acled__protests_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = [
        acled(1),
        acled(2, event_type="Protests", sub_event_type="Peaceful protest"),
        acled(3, event_type="Strategic developments", sub_event_type="Arrests"),
        acled(
            4,
            event_type="Protests",
            sub_event_type="Excessive force against protesters",
            inter1="State forces",
        ),
    ]
    record = read(tmp_path, rows)
    assert record.n_events == 2
    assert record.quality.dropped == {
        "no organised violence: Protests": 1,
        "no organised violence: Strategic developments": 1,
    }


BAD_ACLED = [
    ({"event_date": "tomorrow"}, "event_date"),
    ({"inter1": "9"}, "inter1"),
    ({"inter2": "Martians"}, "inter2"),
    ({"event_type": "Weather"}, "event_type"),
    ({"fatalities": "many"}, "fatalities"),
    ({"time_precision": "4"}, "time_precision"),
    ({"latitude": "126"}, "latitude"),
    ({"event_id_cnty": ""}, "event_id_cnty"),
]


@pytest.mark.parametrize(("cells", "column"), BAD_ACLED)
def test_acled__a_bad_cell_is_named(tmp_path: Path, cells: dict[str, str], column: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, [acled(1), acled(2, **cells)])
    assert (caught.value.line, caught.value.column) == (3, column)


def test_acled__every_row_is_accounted_for(tmp_path: Path) -> None:
    rows = [acled(n, **cells) for n, (cells, _) in enumerate(BAD_ACLED, start=10)]
    rows += [acled(1), acled(2, country="Iran"), acled(3, event_type="Riots")]
    rows += [acled(4), acled(4, location="elsewhere")]  # one id, two events: neither can be trusted
    record = read(tmp_path, rows, keep_going=True)
    assert record.quality.rows_read == len(rows)
    assert accounted(record.quality) == len(rows)
    assert (record.quality.rows_used, record.quality.rows_rejected) == (1, len(BAD_ACLED) + 2)
    assert {reject.column for reject in record.quality.rejects} >= {"event_date", "inter1"}


def test_acled__does_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [acled(n, event_date=f"2023-03-{n:02}", fatalities=n % 3) for n in range(1, 20)]
    forward, backward = read(tmp_path, rows), read(tmp_path, rows[::-1])
    assert forward.events.equals(backward.events)


# --- GTD ------------------------------------------------------------------------------------


def test_gtd__one_attack_in_the_schema(tmp_path: Path) -> None:
    record = read(tmp_path, [gtd(1)])
    event = record.events.iloc[0]
    assert (event["initiator"], event["tactic"], event["target"]) == (
        "militant",
        "bomb_ied",
        "security_forces",
    )
    assert (event["deaths_militant"], event["deaths_unknown"]) == (1, 2)
    assert (event["group"], event["movement"]) == ("BRA", "baloch")
    assert event["district"] == "quetta"


@pytest.mark.parametrize(
    ("month", "day", "precision", "first"),
    [("3", "5", 1, "2012-03-05"), ("3", "0", 4, "2012-03-01"), ("0", "0", 5, "2012-01-01")],
)
def test_gtd__unknown_days_and_months(
    tmp_path: Path, month: str, day: str, precision: int, first: str
) -> None:
    record = read(tmp_path, [gtd(1, imonth=month, iday=day)])
    assert only(record, "date_precision") == precision
    assert str(only(record, "date"))[:10] == first


def test_gtd__a_number_of_deaths_that_nobody_knows_is_none(tmp_path: Path) -> None:
    record = read(tmp_path, [gtd(1, nkill="", nkillter="")])
    assert only(record, "zero_best")


@pytest.mark.parametrize(
    ("cells", "initiator"),
    [
        ({"doubtterr": "1", "alternative_txt": "Insurgency/Guerilla Action"}, "militant"),
        ({"doubtterr": "1", "alternative_txt": "State Actors"}, "unclear"),
        ({"doubtterr": "1", "alternative_txt": "Intra/Inter-group Conflict"}, "other"),
        ({"targtype1_txt": "Terrorists/Non-State Militia"}, "other"),
    ],
)
def test_gtd__doubts(tmp_path: Path, cells: dict[str, str], initiator: str) -> None:
    assert only(read(tmp_path, [gtd(1, **cells)]), "initiator") == initiator


def test_gtd__holds_no_operation_of_the_state(tmp_path: Path) -> None:
    kinds = ["Armed Assault", "Assassination", "Hijacking", "Unknown", "Unarmed Assault"]
    record = read(tmp_path, [gtd(n, attacktype1_txt=kind) for n, kind in enumerate(kinds)])
    assert "state" not in set(record.events["initiator"])


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"iday": "31", "imonth": "2"}, "iday"),
        ({"iday": "5", "imonth": "0"}, "iday"),
        ({"nkill": "1", "nkillter": "2"}, "nkillter"),
        ({"nkill": "-99"}, "nkill"),
        ({"specificity": "7"}, "specificity"),
        ({"iyear": "12"}, "iyear"),
    ],
)
def test_gtd__a_bad_cell_is_named(tmp_path: Path, cells: dict[str, str], column: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, [gtd(1), gtd(2, **cells)])
    assert (caught.value.line, caught.value.column) == (3, column)
    record = read(tmp_path, [gtd(1), gtd(2, **cells)], keep_going=True)
    assert (record.quality.rows_used, record.quality.rows_rejected) == (1, 1)


def test_gtd__without_the_optional_columns(tmp_path: Path) -> None:
    from tarazu.record.sources.gtd import COLUMNS

    path = write_rows(tmp_path / "events.csv", [GTD_ROW], COLUMNS)
    assert only(read_record(path), "tactic") == "bomb_ied"


def test_gtd__is_placed_by_its_point(tmp_path: Path, squares: Path) -> None:
    rows = [gtd(1, city="Somewhere", longitude=str(KECH[0]), latitude=str(KECH[1])), gtd(2)]
    record = read(tmp_path, rows, boundaries=squares)
    assert set(record.events["district"]) == {"kech", "quetta"}


# --- Panels on the PRIO-GRID ------------------------------------------------------------------


def panel(lon: float, lat: float, month: int, **counts: object) -> Row:
    return {"month_id": month, "priogrid_gid": cell_of(lon, lat), "ged_sb": 0, **counts}


def test_priogrid__cells_are_where_they_should_be() -> None:
    for lon, lat in ((63.25, 26.25), (-179.75, -89.75), (179.75, 89.75)):
        assert middle(cell_of(lon, lat)) == (lon, lat)


def test_panel__needs_boundaries(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--boundaries"):
        read(tmp_path, [panel(*KECH, 400, ged_sb=3)])


def test_panel__a_month_in_a_cell_is_a_row(tmp_path: Path, squares: Path) -> None:
    rows = [
        panel(*KECH, 400, ged_sb="3.0", ged_os="2"),
        panel(*KECH, 401),
        panel(100.25, 50.25, 400, ged_sb=9),
    ]
    rows = [{"ged_os": 0, **row} for row in rows]
    record = read(tmp_path, rows, boundaries=squares)
    event = record.events.iloc[0]
    assert (event["district"], event["date_precision"]) == ("kech", 4)
    assert str(event["date"])[:10] == "2013-04-01"
    assert (event["deaths_unknown"], event["deaths_civilian"]) == (3, 2)
    assert (event["initiator"], event["tactic"], event["target"]) == ("unclear",) * 3
    assert record.quality.dropped == {NO_DEATHS: 1, "outside the region": 1}
    assert record.quality.outside == {ELSEWHERE: 1}
    assert accounted(record.quality) == record.quality.rows_read == 3
    monthly = record.panel("month")
    assert int(monthly["unclear"].sum()) == 1
    assert int(record.panel("week")["unclear"].sum()) == 0


def test_panel__counts_events_where_the_panel_does(tmp_path: Path, squares: Path) -> None:
    rows = [
        {
            "year": 2013,
            "month": 4,
            "pg_id": cell_of(*KECH),
            "ged_best_ns": 5,
            "ged_count_ns": 3,
        }
    ]
    record = read(tmp_path, rows, boundaries=squares)
    assert record.n_events == 3
    assert record.quality.rows_used == 1
    assert only(record, "initiator") == "other"
    assert str(only(record, "date"))[:10] == "2013-04-01"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"month_id": "0"}, "month_id"),
        ({"priogrid_gid": "259201"}, "priogrid_gid"),
        ({"ged_sb": "0.5"}, "ged_sb"),
    ],
)
def test_panel__a_bad_cell_is_named(
    tmp_path: Path, squares: Path, cells: dict[str, str], column: str
) -> None:
    good = panel(*KECH, 400, ged_sb=3)
    with pytest.raises(DataError) as caught:
        read(tmp_path, [good, {**panel(*KECH, 401), **cells}], boundaries=squares)
    assert (caught.value.line, caught.value.column) == (3, column)


def test_panel__a_cell_twice_in_a_month_is_refused(tmp_path: Path, squares: Path) -> None:
    rows = [panel(*KECH, 400, ged_sb=n) for n in (1, 2)] + [panel(*KECH, 401, ged_sb=1)]
    record = read(
        tmp_path,
        rows,
        boundaries=squares,
        keep_going=True,
    )
    assert (record.quality.rows_used, record.quality.rows_rejected) == (1, 2)


# --- Recognising ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "title"),
    [(ACLED_ROW, "ACLED"), (GTD_ROW, "GTD")],
)
def test_formats__are_recognised_by_their_columns(tmp_path: Path, row: Row, title: str) -> None:
    assert title in read(tmp_path, [row]).source.title


def test_formats__the_rules_are_those_of_the_source(tmp_path: Path) -> None:
    digests = {read(tmp_path, [row]).rules_digest for row in (ACLED_ROW, GTD_ROW)}
    assert len(digests) == 2


def test_formats__nothing_of_another_source_is_lost(tmp_path: Path) -> None:
    record = read(tmp_path, [acled(n, fatalities=n) for n in range(1, 6)])
    assert int(record.events["deaths_unknown"].sum()) == 15
    assert np.array_equal(np.sort(record.events["deaths_unknown"]), np.arange(1, 6))


# --- What a brief says of them ----------------------------------------------------------------


def test_scope__a_brief_does_not_say_of_other_sources_what_holds_for_ucdp(tmp_path: Path) -> None:
    from tarazu.report.annex.first_page import scope_sentence

    of_acled, of_gtd = (scope_sentence(read(tmp_path, [row])) for row in (ACLED_ROW, GTD_ROW))
    assert "lethal events only" not in of_acled + of_gtd
    assert "ACLED" in of_acled
    assert "No operation of the state is in them." in of_gtd
