"""The brief as a document: equal bytes, no loads, no script, hostile text disarmed."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.findings import weak_retaliation

from tarazu.record import load_record
from tarazu.report import write_brief

RECORD = load_record()
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"


def test_brief__has_the_same_bytes_twice(tmp_path: Path) -> None:
    made = [
        write_brief(RECORD, [weak_retaliation()], tmp_path / name).read_bytes() for name in "ab"
    ]
    assert made[0] == made[1]


def test_brief__has_no_script_and_forbids_what_it_does_not_hold(tmp_path: Path) -> None:
    page = write_brief(RECORD, [weak_retaliation()], tmp_path / "brief.html").read_text()
    assert "<script" not in page
    assert "default-src 'none'; script-src;" in page


def test_brief__links_the_annex_only_where_there_is_one(tmp_path: Path) -> None:
    alone = write_brief(RECORD, (), tmp_path / "brief.html").read_text()
    beside = write_brief(RECORD, (), tmp_path / "brief.html", annex="annex.html").read_text()
    assert "annex" not in alone
    assert 'href="annex.html' in beside


def test_brief__disarms_hostile_text(tmp_path: Path) -> None:
    record = replace(
        RECORD,
        region=replace(RECORD.region, title=HOSTILE),
        source=replace(RECORD.source, title=HOSTILE, citations=(HOSTILE,)),
    )
    page = write_brief(record, [weak_retaliation()], tmp_path / "brief.html").read_text()
    assert "<script" not in page
    assert "<img" not in page


def test_brief__of_a_wrong_type_names_the_value(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="path is None"):
        write_brief(RECORD, (), None)
    with pytest.raises(TypeError, match=r"record is 'events.csv'.*read_record"):
        write_brief("events.csv", (), tmp_path / "brief.html")
    with pytest.raises(TypeError, match="folder is 3"):
        write_brief(RECORD, (), tmp_path / "brief.html", studies=[3])
