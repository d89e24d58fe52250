"""`tarazu model describe` prints the declaration that the engines run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.region.made_up_country import write_geojson

from tarazu.cli.entry import run
from tarazu.model import build_model
from tarazu.region.build.builder import build_region


@pytest.fixture(scope="module")
def declared() -> dict[str, set[str]]:
    model = build_model()
    return {
        "stocks": set(model.stocks),
        "levers": set(model.levers),
        "parameters": set(model.parameters),
    }


def test_model__text_names_every_declared_thing_and_warns(
    capsys: pytest.CaptureFixture[str], declared: dict[str, set[str]]
) -> None:
    assert run(["model", "describe"]) == 0
    printed = capsys.readouterr().out
    first_words = {line.split()[0] for line in printed.splitlines() if line.startswith("  ")}
    assert set().union(*declared.values()) <= first_words
    assert "Not calibrated." in " ".join(printed.split())


def test_model__json_holds_every_parameter_with_unit_prior_and_source(
    capsys: pytest.CaptureFixture[str], declared: dict[str, set[str]]
) -> None:
    assert run(["model", "describe", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["parameters"]
    assert {row["name"] for row in rows} == declared["parameters"]
    assert all(row["unit"] and row["prior"] and row["source"] for row in rows)


def test_model__diagram_is_a_page_that_opens_offline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["model", "diagram", "-o", str(tmp_path / "model")]) == 0
    assert capsys.readouterr().out.strip().endswith("causal-loops.html")
    page = (tmp_path / "model" / "causal-loops.html").read_text()
    assert "<script" not in page
    assert (tmp_path / "model" / "causal-loops.svg").read_text().startswith("<svg ")
    rows = (tmp_path / "model" / "causal-loops.csv").read_text().splitlines()
    assert rows[0] == "loop,polarity,members"
    assert {row.split(",")[1] for row in rows[1:]} >= {"reinforcing", "balancing"}


def test_model__odd_page_names_every_declared_thing(
    tmp_path: Path, declared: dict[str, set[str]]
) -> None:
    assert run(["model", "odd", "-o", str(tmp_path / "odd.md")]) == 0
    page = (tmp_path / "odd.md").read_text()
    for number in range(1, 8):
        assert f"\n## {number}. " in page
    assert all(f"`{name}`" in page for name in set().union(*declared.values()))


def test_model__export_writes_all_districts(tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    assert run(["model", "export", "-o", str(path), "--weeks", "4", "--policy", "surge"]) == 0
    text = path.read_text()
    assert 'name="trust_d33"' in text
    assert 'name="trust_d34"' not in text


def test_model__export_refuses_to_overwrite_what_was_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, region = tmp_path / "model.xmile", tmp_path / "region"
    boundaries = write_geojson(tmp_path / "map.geojson")
    build_region(boundaries, name_column="name", country="Nowhere", out=region)
    command = ["model", "export", "-o", str(path), "--weeks", "4", "--region", str(region)]
    assert run(command) == 0
    text = path.read_text()
    assert 'name="trust_d4"' in text
    assert 'name="trust_d5"' not in text
    assert run(command) == 0  # its own
    path.write_text(text + "<!-- mine -->")
    assert run(command) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_text().endswith("<!-- mine -->")
    assert run([*command, "--force"]) == 0
    assert path.read_text() == text


@pytest.mark.slow
def test_model__flip_prints_a_sentence_and_leaves_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["model", "flip", "surge", "--weeks", "4", "--replicates", "2", "-q"]
    assert run([*command, "-o", str(tmp_path)]) == 0
    assert "beats" in capsys.readouterr().out
    assert (tmp_path / "flip.html").exists()
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"rows", "sentences", "checks"} == set(told)
    assert run([*command, "--outcome", "deaths_militant"]) == 2
    assert "never ranked" in capsys.readouterr().err
