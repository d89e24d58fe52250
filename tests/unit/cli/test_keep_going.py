"""--keep-going: every command that reads an event file has it, and counts what it leaves out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.record.ged_files import event, small_world, write_ged
from typer.main import get_command

from tarazu.cli.application import app
from tarazu.cli.entry import run


def commands(group: Any, name: str = "tarazu") -> Iterator[tuple[str, Any]]:
    """Yield every command of the program with its full name."""
    yield name, group
    for part, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {part}")


READING = {
    name: command
    for name, command in commands(get_command(app))
    if any("--mapping" in parameter.opts for parameter in command.params)
}


GOOD = len(small_world())
OUTSIDE = 1


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Event file with one row that cannot be read."""
    return write_ged(tmp_path / "ged.csv", [*small_world(), event(90, deaths_a="x")])


def test_keep_going__is_an_option_of_every_command_that_reads_events() -> None:
    assert {"tarazu evidence", "tarazu run", "tarazu record check"} <= set(READING)
    lacking = [
        name
        for name, command in READING.items()
        if not any("--keep-going" in parameter.opts for parameter in command.params)
    ]
    assert lacking == []


def test_keep_going__leaves_out_and_counts_rows_in_the_figures(
    events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "figures.csv"
    assert run(["data", "figures", str(events), "-o", str(out)]) == 2
    assert "line " in capsys.readouterr().err
    assert run(["data", "figures", str(events), "-o", str(out), "--keep-going"]) == 0
    assert f"1 of {GOOD + 1} rows cannot be read and are left out" in capsys.readouterr().err
    with out.open(newline="") as stream:
        assert sum(int(row["count"]) for row in csv.DictReader(stream)) == GOOD - OUTSIDE
    assert '"could not be read" = 1' in out.with_suffix(".toml").read_text()


def test_keep_going__lets_the_estimators_run(
    events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evidence", str(events)]) == 2
    capsys.readouterr()
    assert run(["evidence", str(events), "--json", "--keep-going"]) == 0
    captured = capsys.readouterr()
    assert f"1 of {GOOD + 1} rows cannot be read" in captured.err
    assert json.loads(captured.out)["findings"]


def test_next_commands__repeat_the_options_of_the_record(
    events: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evidence", str(events), "--region", "balochistan", "--keep-going"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    options = "--region balochistan --keep-going"
    assert any(line.endswith(f"record describe {events} {options}") for line in lines)
    assert any(line.endswith(f"evidence {events} {options} -o out/evidence") for line in lines)
    assert any(line.endswith(f"run demo --events {events} {options}") for line in lines)
