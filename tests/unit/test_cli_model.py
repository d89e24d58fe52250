"""`tarazu model describe` prints the declaration that the engines run."""

from __future__ import annotations

import json

import pytest

from tarazu.cli.entry import run
from tarazu.model import build_model


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
    assert "Not calibrated." in printed


def test_model__json_holds_every_parameter_with_unit_prior_and_source(
    capsys: pytest.CaptureFixture[str], declared: dict[str, set[str]]
) -> None:
    assert run(["model", "describe", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["parameters"]
    assert {row["name"] for row in rows} == declared["parameters"]
    assert all(row["unit"] and row["prior"] and row["source"] for row in rows)
