"""The schema of events: what readers make fits it, and what does not is named."""

import pandas as pd
import pytest
from tests.unit.record.ged_files import small_world, write_ged

from tarazu.core.errors import DataError
from tarazu.record import load_default_record
from tarazu.record.build_record import assemble, problems_of
from tarazu.record.coding.rules import read_rules
from tarazu.record.record import SourceNote
from tarazu.record.schema import violations
from tarazu.record.sources.ucdp_ged import COLUMNS, UCDP_GED, read_ged
from tarazu.region import in_frame, load_region

REGION = in_frame(load_region(), "ucdp29")


@pytest.fixture
def events() -> pd.DataFrame:
    return load_default_record().events


def test_embedded_events__fit(events: pd.DataFrame) -> None:
    assert violations(events, REGION.slugs) == []


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("date", pd.Timestamp("1800-01-01"), "a day, 1900 to 2100"),
        ("date_precision", 6, "a code from 1 to 5"),
        ("district", "atlantis", "one of awaran"),
        ("initiator", "nobody", "one of state, militant, other, unclear"),
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
    ((row, found, _, wanted),) = violations(events, REGION.slugs)
    assert (row, found) == (7, column)
    assert wanted.startswith(expected)


def test_other_type__is_a_fault_of_the_reader(events: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="count"):
        violations(events.astype({"count": "float64"}), REGION.slugs)


@pytest.mark.parametrize("keep_going", [False, True])
def test_violation_of_a_reader__is_an_error_or_a_reject(tmp_path, keep_going: bool) -> None:  # type: ignore[no-untyped-def]
    path = write_ged(tmp_path / "ged.csv", small_world())
    columns = UCDP_GED.columns(path)
    table = read_ged(columns, REGION, read_rules())
    table.rows.date_precision[2] = 9
    arguments = {
        "region": REGION,
        "rules": read_rules(),
        "source": SourceNote("t", "l", (), "d"),
        "keep_going": keep_going,
    }
    if not keep_going:
        with pytest.raises(DataError, match=r"line 4, column 'date_precision'.*a code from 1 to 5"):
            assemble(table, path, **arguments)
        return
    record = assemble(table, path, **arguments)
    assert (record.quality.rows_rejected, record.quality.rows_used) == (1, 10)
    assert record.quality.rejects[0].line == 4
    assert problems_of(columns) == []
    assert set(COLUMNS) <= set(columns.cells)
