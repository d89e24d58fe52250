"""The last lines of a command: the program as it was called, commands and paths unbroken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tarazu.cli.terminal.ending import ending

POINTS = (("record", "Many words " * 20), ("tests", "None."))


@pytest.mark.parametrize(
    ("called", "on_path", "program"),
    [
        (".venv/bin/tarazu", None, ".venv/bin/tarazu"),
        ("/somewhere/bin/tarazu", "/somewhere/bin/tarazu", "tarazu"),
        ("/somewhere/site-packages/tarazu/__main__.py", None, "python -m tarazu"),
    ],
)
def test_ending__names_the_program_as_it_was_called(
    called: str, on_path: str | None, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr("shutil.which", lambda name: on_path)
    assert f"  {program} run demo\n" in ending(POINTS, None, [("run demo", "runs it")])


def test_ending__breaks_words_and_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    folder = Path("a-folder-of-a-long-name") / ("deep-" * 12)
    lines = ending(POINTS, folder, [("run demo", "a meaning of many words " * 5)]).splitlines()
    assert f"  brief     {folder / 'brief.html'}" in lines
    assert max(len(line) for line in lines if str(folder) not in line) <= 50


def test_ending__names_the_lab_where_the_run_wrote_one(tmp_path: Path) -> None:
    assert "lab.html" not in ending(POINTS, tmp_path, [])
    (tmp_path / "lab.html").touch()
    assert f"  lab       {tmp_path / 'lab.html'}" in ending(POINTS, tmp_path, []).splitlines()


def test_ending__without_a_folder_says_nothing_of_files() -> None:
    assert "Where it lies" not in ending(POINTS, None, [])
