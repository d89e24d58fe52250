"""The schema of events: what readers make fits it, and what does not is named."""

import re
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.record.ged_files import small_world, write_ged

from tarazu.core.tables.columns import RowOrigin
from tarazu.record import load_record
from tarazu.record.account import SourceNote
from tarazu.record.build_record import build_record
from tarazu.record.coding.rules import read_rules
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.schema import check_events, prepare_check
from tarazu.record.sources.ucdp_ged import UCDP_GED
from tarazu.region import in_frame, load_region

REGION = in_frame(load_region(), "ucdp29")
ORIGIN = RowOrigin.of_file(Path("events.csv"), 10_000, lambda: range(2, 10_002))


@pytest.fixture
def events() -> pd.DataFrame:
    return load_record().events


def test_embedded_events__fit(events: pd.DataFrame) -> None:
    check_events(events, REGION.slugs, ORIGIN)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("date", pd.Timestamp("1800-01-01"), "a day, 1900 to 2100"),
        ("date_precision", 6, "a code from 1 to 5"),
        ("district", "atlantis", "one of awaran"),
        ("initiator", "nobody", "one of state, militant, foreign_state, other, unclear"),
        ("initiator", None, "a value"),
        ("tactic", "", "a text"),
        ("movement", "x", "one of baloch"),
        ("deaths_militant", -1, "a count >= 0"),
        ("count", 0, "a count >= 1"),
    ],
)
def test_violation__is_named(
    events: pd.DataFrame, column: str, value: object, expected: str
) -> None:
    events = events.copy()
    events.loc[7, column] = value
    with pytest.raises(TypeError) as caught:
        check_events(events, REGION.slugs, ORIGIN)
    place = f"events.csv, line 9, column '{column}': is "
    assert re.search(f"{re.escape(place)}.*; expected {re.escape(expected)}", str(caught.value))


def test_prepared_check__fits_a_table_without_events() -> None:
    prepare_check(REGION.slugs)  # raises where what it lays out is not of the schema


def test_other_type__is_a_fault_of_the_reader(events: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="count"):
        check_events(events.astype({"count": "float64"}), REGION.slugs, ORIGIN)


@pytest.mark.parametrize("keep_going", [False, True])
def test_violation_of_a_reader__stops_the_read(tmp_path: Path, keep_going: bool) -> None:
    path = write_ged(tmp_path / "ged.csv", small_world())
    gazetteer, rules = Gazetteer(REGION), read_rules()
    table = UCDP_GED.read(UCDP_GED.columns(path), gazetteer, rules)
    table.date_precision[2] = 9
    with pytest.raises(TypeError, match=r"line 4, column 'date_precision'.*a code from 1 to 5"):
        build_record(
            table,
            path,
            gazetteer=gazetteer,
            rules=rules,
            source=SourceNote("t", "l", (), "d"),
            keep_going=keep_going,
        )
