"""The page on another region: every file, command and output of it, on a made-up country."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from tests.unit.region import slavia
from tests.unit.report.brief.traced import untraced

from tarazu.cli.entry import run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "another-region.md"
BLOCK = re.compile(r"<!-- (?P<what>[^>]+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)
OF_BALOCHISTAN = (
    "Baloch groups only",
    "precision 9",
    "size of Balochistan's",
    "hand-read sample",
)


def words(text: str) -> str:
    return " ".join(text.split())


def execute(command: str) -> None:
    """Run a command of the page: of Tarazu in this process, any other as it is."""
    program, *arguments = shlex.split(command)
    if program == "tarazu":
        assert run(arguments) == 0, command
    else:
        subprocess.run([program, *arguments], check=True, timeout=60)


@pytest.mark.slow
def test_page__leads_from_two_files_to_a_brief(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    slavia.write_boundaries(Path("districts.geojson"))
    slavia.write_events(Path("events.csv"))
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert [what for what, _ in blocks].count("run") >= 6
    said = ""
    for what, text in blocks:
        if what.startswith("file: "):
            Path(what.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif what == "says":
            for line in text.splitlines():
                assert words(line) in words(said)
        elif what == "python":
            exec(compile(text, str(PAGE), "exec"), {})
            assert "Priors per capita are those of Balochistan" in capsys.readouterr().out
        else:
            assert what == "run"
            for command in text.splitlines():
                execute(command)
            said = capsys.readouterr().out
    brief = Path("out/brief/annex.html").read_text(encoding="utf-8")
    assert untraced(Path("out/brief/brief.html").read_text(encoding="utf-8"), brief) == []
    assert "What does the record say in Slavia?" in brief
    assert "Do fewer operations in two districts change attacks in Slavia?" in brief
    assert "Half the operations in Brezno and Rijeka" in brief
    assert "Priors per capita are those of Balochistan, not of Slavia: militants_today," in brief
    assert "attacks_today," not in words(brief).split("not of Slavia: ")[1][:150]
    for fact in OF_BALOCHISTAN:
        assert fact not in brief
