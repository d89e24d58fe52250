"""Records that ship: their totals, and that they are what the event files give."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.record.shipped_files import EVENTS, shipped_files

from tarazu.core.errors import DataError
from tarazu.record import load_record, read_record
from tarazu.record.coding.rules import read_rules
from tarazu.region import load_region

# Numbers of the event file that no rule on initiators can change.
DEATHS_OF_KP_FATA = {
    "deaths_state": 3_734,
    "deaths_militant": 16_568,
    "deaths_civilian": 3_378,
    "deaths_unknown": 9_383,
}
OUTSIDE_KP_FATA = 1_675


def test_shipped_record__of_kp_fata_has_the_totals_of_the_file() -> None:
    record = load_record("kp-fata")
    quality = record.quality
    assert (record.n_events, quality.rows_read) == (4_741, 6_416)
    assert sum(quality.outside.values()) == OUTSIDE_KP_FATA
    assert (quality.zero_best, quality.no_district, quality.rows_rejected) == (326, 118, 0)
    assert record.events[list(DEATHS_OF_KP_FATA)].sum().to_dict() == DEATHS_OF_KP_FATA
    assert record.region.name == "kp_fata"


@pytest.mark.parametrize("region", EVENTS)
def test_shipped_record__was_made_with_the_shipped_rules(region: str) -> None:
    record = load_record(region)
    assert record.rules_digest == read_rules().digest
    assert record.source.licence == "CC BY 4.0"
    assert any("Sundberg" in citation for citation in record.source.citations)


def test_shipped_record__is_found_by_name_region_or_default() -> None:
    by_name, by_region = load_record("kp-fata"), load_record(load_region("kp_fata"))
    assert by_name.events.equals(by_region.events)
    assert load_record().region.name == load_record("balochistan").region.name == "balochistan"


@pytest.mark.parametrize("region", EVENTS)
def test_shipped_record__names_no_person(region: str) -> None:
    """UCDP calls armed men after their leader: 'Forces of ...', 'Supporters of ...'."""
    groups = set(load_record(region).events["group"])
    assert not [name for name in groups if name.startswith(("Forces of", "Supporters of"))]


def test_shipped_record__of_another_region_is_refused() -> None:
    slavia = replace(load_region(), name="slavia", title="Slavia")
    with pytest.raises(DataError, match=r"no record of Slavia ships.*balochistan, kp-fata"):
        load_record(slavia)
    redrawn = replace(load_region(), frame="as drawn", older_frame="")
    with pytest.raises(DataError, match=r"frame 'ucdp29', not of 'as drawn'"):
        load_record(redrawn)
    with pytest.raises(TypeError, match="region is 3"):
        load_record(3)  # type: ignore[arg-type]


def test_shipped_files__are_what_the_event_files_give(shared_data: Path) -> None:
    stale = [path.name for path, made in shipped_files(shared_data) if path.read_bytes() != made]
    assert not stale, f"{', '.join(stale)}: run `make figures`"


@pytest.mark.parametrize("region", EVENTS)
def test_shipped_record__has_the_panels_of_the_event_file(region: str, shared_data: Path) -> None:
    read, shipped = read_record(shared_data / EVENTS[region], region=region), load_record(region)
    assert shipped.quality == read.quality
    assert (shipped.start, shipped.end) == (read.start, read.end)
    for freq in ("day", "week", "month"):
        assert shipped.panel(freq).identical(read.panel(freq))
