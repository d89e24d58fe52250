"""A region made of boundaries carries the whole chain: events, findings, a brief."""

import random
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, write_ged
from tests.unit.region.made_up_country import DISTRICTS, write_geojson

import tarazu
from tarazu.record import Record, read_record
from tarazu.region import load_region
from tarazu.region.build.builder import BuildOptions, write_region

EVENTS = 240
SEED = 20261122


def made_up_record(folder: Path) -> Record:
    """Attacks and operations at random days in the four districts of the mainland."""
    plan = BuildOptions(name="made-up", title="Made-up", countries=("Nowhere",), names="name")
    write_region(write_geojson(folder / "map.geojson"), folder / "region", plan)
    boundaries = folder / "region" / "boundaries.geojson"
    region = load_region(folder / "region", boundaries=boundaries)
    rng = random.Random(SEED)
    rows = []
    for number in range(EVENTS):
        name = rng.choice(list(DISTRICTS)[:4])
        side = rng.choice(["deaths_a", "deaths_b"])
        day = f"{rng.randrange(2012, 2018)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        where = {
            "country": "Nowhere",
            "adm_1": "Any province",
            "adm_2": f"{name} district" if number % 2 else "",
            "longitude": str(DISTRICTS[name][0][0] + 0.5),
            "latitude": str(DISTRICTS[name][0][1] + 0.5),
        }
        parties = {"side_a": "Government of Nowhere", "side_b": "NLF", side: "2"}
        rows.append(event(number, date_start=day, **where, **parties))
    return read_record(write_ged(folder / "events.csv", rows), region=region)


def test_built_region__events_are_placed_and_classified(tmp_path: Path) -> None:
    record = made_up_record(tmp_path)
    assert record.quality.no_district == 0
    assert record.quality.unknown_districts == {}
    assert set(record.events["initiator"]) == {"militant", "state"}
    panel = record.panel("week")
    assert int(panel["attacks"].sum() + panel["operations"].sum()) == EVENTS


@pytest.mark.slow
def test_built_region__carries_findings_and_a_brief(tmp_path: Path) -> None:
    record = made_up_record(tmp_path)
    finding = tarazu.estimate("displacement", record)
    assert finding.n_used
    tarazu.write_brief(record, [finding], tmp_path / "brief.html")
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "Made-up" in text
    assert "Río Ancho" in text
