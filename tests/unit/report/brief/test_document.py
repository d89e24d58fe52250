"""The brief as a document: equal bytes, no loads, no script, hostile text disarmed."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from tests.unit.evidence.findings import weak_retaliation

from tarazu.core.errors import OutputError
from tarazu.evidence.battery import assess
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
    with pytest.raises(
        TypeError, match=r"a finding is 5 \(int\); expected what `estimate` returns"
    ):
        write_brief(RECORD, [5], tmp_path / "brief.html")
    with pytest.raises(TypeError, match=r"expected several findings, such as \[finding\]"):
        write_brief(RECORD, weak_retaliation(), tmp_path / "brief.html")
    with pytest.raises(OutputError, match="its folder does not exist; expected a file in an exist"):
        write_brief(RECORD, (), tmp_path / "none" / "brief.html")
    assert not list(tmp_path.iterdir())


def test_brief__refuses_findings_of_other_events(tmp_path: Path) -> None:
    other = replace(weak_retaliation(), inputs={"events": "0" * 64})
    with pytest.raises(ValueError, match=r"'retaliation' is of other events \(sha256 00000000\)"):
        write_brief(RECORD, [other], tmp_path / "brief.html")
    same = replace(other, inputs=dict(RECORD.inputs))
    assert write_brief(RECORD, [same], tmp_path / "brief.html").exists()


def test_brief__of_a_part_refuses_findings_of_the_whole(tmp_path: Path) -> None:
    part = RECORD.sel(districts=["Kech"])
    whole = replace(weak_retaliation(), inputs=dict(RECORD.inputs))
    with pytest.raises(ValueError, match=r"not limited to the part of the record \(districts kech"):
        write_brief(part, [whole], tmp_path / "brief.html")
    same = replace(whole, selection=part.selection)
    for record in (part, RECORD):  # a finding names the part it is of
        assert write_brief(record, [same], tmp_path / "brief.html").exists()


def test_brief__refuses_a_battery_of_other_events_or_without_a_finding(tmp_path: Path) -> None:
    foreign = replace(weak_retaliation(), inputs={"events": "0" * 64})
    with pytest.raises(ValueError, match="'retaliation' is of other events"):
        write_brief(RECORD, [], tmp_path / "brief.html", battery=assess([foreign]))
    outside = replace(weak_retaliation(), name="wake")
    with pytest.raises(ValueError, match="the battery lacks wake; expected"):
        write_brief(
            RECORD, [outside], tmp_path / "brief.html", battery=assess([weak_retaliation()])
        )
    battery = assess([weak_retaliation()])
    assert write_brief(RECORD, list(battery), tmp_path / "brief.html", battery=battery).exists()


def test_brief__of_a_battery_is_that_of_its_findings(tmp_path: Path) -> None:
    findings = [weak_retaliation(), replace(weak_retaliation(), name="wake")]
    one = write_brief(RECORD, findings, tmp_path / "one.html").read_bytes()
    assert write_brief(RECORD, assess(findings), tmp_path / "two.html").read_bytes() == one


CSS = (files("tarazu.report.brief") / "templates" / "brief.css").read_text(encoding="utf-8")
CONTRAST = 4.5  # of text on its ground: level AA of the Web Content Accessibility Guidelines 2.2
GROUNDS = {  # ground -> text on it
    "paper": "ink muted attack operation-words link",
    "wash": "ink muted link",
    "blind": "ink",
    "gap": "muted",
    "h0": "on-dark",
    "h1": "on-mid",
    "h2": "on-light",
    "h3": "on-light",
    "h4": "on-light",
    "h5": "on-light",
    "h6": "on-light",
    "h7": "on-mid",
    "h8": "on-dark",
    "s0": "on-light",
    "s1": "on-light",
    "s2": "on-light",
    "s3": "on-light",
    "s4": "on-dark",
    "s5": "on-dark",
    "s6": "on-dark",
}


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _schemes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in blocks]


@pytest.mark.parametrize("scheme", range(3), ids=["light", "dark", "print"])
def test_style__has_contrast_in_each_scheme(scheme: int) -> None:
    colours = _schemes()[scheme]
    for ground, texts in GROUNDS.items():
        for text in texts.split():
            pair = sorted((_luminance(colours[ground]), _luminance(colours[text])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= CONTRAST, (text, ground)


def test_style__has_the_same_colours_in_each_scheme() -> None:
    light, dark, paper = _schemes()
    assert light.keys() == dark.keys() == paper.keys()
