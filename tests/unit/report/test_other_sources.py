"""A record of another source and region: no text of UCDP, of Balochistan or of their rules."""

import json
import re
from pathlib import Path

import pytest
from tests.unit.evidence.few import FEW
from tests.unit.region import slavia

import tarazu
from tarazu.core.provenance import canonical_json
from tarazu.evidence import estimate, run_battery
from tarazu.record import Record, read_record
from tarazu.region import load_region
from tarazu.region.build.builder import BuildOptions, write_region

BELONG_ELSEWHERE = re.compile(
    r"UCDP|\bGED\b|Baloch|Pakistan|\b25 deaths|lethal|headlines|quiet years|active years|"
    r"own sites?\b|read by hand|hand-read"
)
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
MAPPING = {
    "name": "slavia",
    "title": "Events of Slavia",
    "licence": "own work",
    "columns": {
        "event_id": "id",
        "date": "day",
        "latitude": "lat",
        "longitude": "lon",
        "initiator": "who",
        "group": "group",
        "deaths": "dead",
    },
    "values": {"initiator": {"rebels": "militant", "army": "state"}},
}


def record_of_slavia(folder: Path) -> Record:
    slavia.write_boundaries(folder / "map.geojson")
    slavia.write_events(folder / "events.csv")
    plan = BuildOptions(name="slavia", title="Slavia", countries=("Slavia",), names="district")
    write_region(folder / "map.geojson", folder / "region", plan)
    region = load_region(folder / "region", boundaries=folder / "region" / "boundaries.geojson")
    return read_record(folder / "events.csv", region=region, mapping=MAPPING)


@pytest.mark.slow
def test_another_source__no_text_of_ucdp_or_of_balochistan(tmp_path: Path) -> None:
    record = record_of_slavia(tmp_path)
    battery = run_battery(record, make=lambda name, of: estimate(name, of, **FEW[name]))
    assert len(battery.findings) == len(FEW)
    texts = {"record": json.dumps(json.loads(canonical_json(record.source)))}
    for finding in battery.findings:
        texts[finding.name] = json.dumps(finding.to_dict(), ensure_ascii=False)
    for write in (tarazu.write_brief, tarazu.write_annex):
        path = write(record, battery.findings, tmp_path / f"{write.__name__}.html", battery=battery)
        texts[write.__name__] = SCRIPT.sub("", path.read_text(encoding="utf-8"))
    found = {
        name: sorted({text[max(m.start() - 60, 0) : m.end() + 60] for m in matches})
        for name, text in texts.items()
        if (matches := list(BELONG_ELSEWHERE.finditer(text)))
    }
    assert not found


def test_the_list_of_words__finds_them_where_they_belong() -> None:
    record = tarazu.load_record()
    said = json.dumps(estimate("severity", record, **FEW["severity"]).to_dict())
    assert set(BELONG_ELSEWHERE.findall(said)) >= {"UCDP", "25 deaths", "Baloch"}
