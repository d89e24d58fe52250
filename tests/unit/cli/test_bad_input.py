"""Input that cannot be used: words with a place on stderr, exit code 2, nothing written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tarazu.cli.entry import run
from tarazu.record.sources.ucdp_ged import COLUMNS
from tarazu.region.shipped import FOLDERS

EVENT = {
    "id": "1",
    "active_year": "1",
    "type_of_violence": "1",
    "side_a": "Government of Pakistan",
    "side_b": "BLA",
    "source_article": "Reuters",
    "source_headline": "Two soldiers killed in Balochistan",
    "where_prec": "1",
    "where_coordinates": "Quetta town",
    "adm_1": "Balochistan province",
    "adm_2": "Quetta district",
    "latitude": "30.2",
    "longitude": "67.0",
    "country": "Pakistan",
    "date_prec": "1",
    "date_start": "2012-03-04",
    "date_end": "2012-03-04",
    "deaths_a": "2",
    "deaths_b": "0",
    "deaths_civilians": "0",
    "deaths_unknown": "0",
    "best": "2",
    "high": "2",
    "low": "2",
}


def _text(*changes: dict[str, str]) -> str:
    """Return a GED file with one event per set of changes."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for number, change in enumerate(changes or ({},)):
        writer.writerow(EVENT | {"id": str(number)} | change)
    return stream.getvalue()


GOOD = _text()
FILES: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "the file is empty"),
    "header only": (GOOD.splitlines()[0].encode(), "none of 0 rows"),
    "wrong columns": (b"date,place\n2012-01-01,Quetta\n", "format not recognised"),
    "a PDF": (b"%PDF-1.7\n\x00\x01\x02", "a PDF"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16"),
    "Latin-1": (_text({"source_headline": "Attaque à Quetta"}).encode("latin-1"), "not UTF-8"),
    "31 February": (
        _text({}, {"date_start": "2012-02-31"}).encode(),
        "line 3, column 'date_start'",
    ),
    "negative deaths": (_text({"deaths_b": "-2"}).encode(), "line 2, column 'deaths_b'"),
    "a cell of 10 MB": (_text({"source_headline": "x" * 10_000_000}).encode(), "too long"),
    "a truncated file": (GOOD[:-30].encode(), "line 2"),
    "an open quotation": (_text({"source_headline": 'he said "go"'})[:-40].encode(), "line 2"),
}


@pytest.fixture
def fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], str]:
    """Run a command that must fail as bad input does, and return what it said."""

    def check(arguments: list[str]) -> str:
        before = sorted(tmp_path.rglob("*"))
        assert run(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        assert sorted(tmp_path.rglob("*")) == before
        assert max(len(line) for line in captured.err.splitlines()) < 1000
        return captured.err

    return check


@pytest.mark.parametrize("command", ["describe", "check", "figures", "evidence"])
@pytest.mark.parametrize("kind", FILES)
def test_event_file__clear_error_and_nothing_written(
    tmp_path: Path, fails: Callable[[list[str]], str], kind: str, command: str
) -> None:
    content, expected = FILES[kind]
    file = tmp_path / "events.csv"
    file.write_bytes(content)
    labels = tmp_path / "labels.csv"
    labels.write_text("id,sample,hand_label\n0,2,state\n")
    arguments = {
        "describe": ["record", "describe", str(file)],
        "check": ["record", "check", str(file), "--labels", str(labels)],
        "figures": ["data", "figures", str(file), "-o", str(tmp_path / "out" / "figures.csv")],
        "evidence": ["evidence", str(file), "-o", str(tmp_path / "out")],
    }
    said = fails(arguments[command])
    assert str(file) in said
    assert expected in said


def test_event_file__all_problems_are_listed(
    tmp_path: Path, fails: Callable[[list[str]], str]
) -> None:
    file = tmp_path / "events.csv"
    file.write_text(_text({"date_start": "2012-02-31"}, {}, {"deaths_a": "-1"}))
    said = fails(["record", "describe", str(file)])
    assert "line 2, column 'date_start'" in said
    assert "line 4, column 'deaths_a'" in said


def test_rejects__are_written_and_counted_as_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, rejects = tmp_path / "events.csv", tmp_path / "rejects.csv"
    file.write_text(_text({"date_start": "2012-02-31"}, {}))
    assert run(["record", "describe", str(file), "--rejects", str(rejects)]) == 1
    assert "date_start" in capsys.readouterr().out
    assert [row["line"] for row in csv.DictReader(io.StringIO(rejects.read_text()))] == ["2"]


def test_rules__a_misspelled_key_names_file_path_and_nearest_key(
    tmp_path: Path, fails: Callable[[list[str]], str]
) -> None:
    from tarazu.record.coding.rules import SHIPPED_RULES

    events, rules = tmp_path / "events.csv", tmp_path / "rules.toml"
    events.write_text(GOOD)
    rules.write_text(SHIPPED_RULES.read_text().replace("home_governments", "home_goverments", 1))
    said = fails(["record", "describe", str(events), "--rules", str(rules)])
    assert f"{rules}, key 'home_goverments'" in said
    assert "'home_governments'" in said


@pytest.mark.parametrize("broken", ["no tables", "a neighbour that is no district", "no folder"])
def test_region__a_broken_folder_is_explained(
    tmp_path: Path, fails: Callable[[list[str]], str], broken: str
) -> None:
    events, region = tmp_path / "events.csv", tmp_path / "region"
    events.write_text(GOOD)
    if broken != "no folder":
        region.mkdir()
    if broken == "a neighbour that is no district":
        for table in FOLDERS["balochistan"].iterdir():
            (region / table.name).write_bytes(table.read_bytes())
        edges = (region / "edges.csv").read_text()
        (region / "edges.csv").write_text(edges.replace("quetta", "qeutta"))
    said = fails(["record", "describe", str(events), "--region", str(region)])
    assert str(region) in said
    assert ("qeutta" in said) is (broken == "a neighbour that is no district")


def test_boundaries__broken_geojson_is_explained(
    tmp_path: Path, fails: Callable[[list[str]], str]
) -> None:
    events, boundaries = tmp_path / "events.csv", tmp_path / "districts.geojson"
    events.write_text(GOOD)
    boundaries.write_text('{"type": "FeatureCollection", "features": [')
    said = fails(["record", "describe", str(events), "--boundaries", str(boundaries)])
    assert str(boundaries) in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["record", "describe", "no such file.csv"], "does not exist"),
        (["record", "check"], "FILE"),
        (["record", "describe", "--rules", "pyproject.toml"], "only be used with an event file"),
        (["data", "figures", "pyproject.toml", "-o", "x.toml"], "does not end in .csv"),
        (["evidence", "--boundary", "x"], "--boundaries"),
    ],
)
def test_arguments__that_cannot_be_used(
    fails: Callable[[list[str]], str], arguments: list[str], expected: str
) -> None:
    assert expected in fails(arguments)
