"""`tarazu record` and `tarazu data`: results on stdout, in words or JSON, without heavy imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.record.ged_files import small_world, write_ged
from tests.unit.record.ged_pages import write_pages

from tarazu.cli.entry import run
from tarazu.cli.record import check_lines, contradictions
from tarazu.record.coding.hand_labels import LabelCheck, SampleCheck, Share
from tarazu.report.tables.record import confusion_table

HEAVY = {"numba", "sympy", "scipy.stats"}


def _json(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> dict[str, object]:
    """Run a command with --json and return what it printed; nothing else may be printed."""
    assert run([*arguments, "--json"]) in (0, 1)
    captured = capsys.readouterr()
    parsed = json.loads(captured.out)
    assert isinstance(parsed, dict)
    return parsed


def test_describe__embedded_record_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["record", "describe"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Balochistan, Pakistan, 1992-01-01 to 2021-12-31: 692 events")
    assert "Initiator rules on hand-read sample 2" in captured.out
    assert captured.err == ""


def test_describe__json_says_what_the_words_say(capsys: pytest.CaptureFixture[str]) -> None:
    facts = _json(capsys, ["record", "describe"])
    assert facts["events"] == 692
    assert facts["deaths"] == {"civilian": 1332, "state": 943, "militant": 650, "unknown": 459}
    by_initiator = facts["by_initiator"]
    assert isinstance(by_initiator, dict)
    assert sum(by_initiator.values()) == 692


def test_describe__the_file_and_the_embedded_record_agree(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedded = _json(capsys, ["record", "describe"])
    read = _json(capsys, ["record", "describe", str(shared_data / "ucdp_ged_balochistan_hdx.csv")])
    same = ("title", "start", "end", "events", "by_initiator", "by_movement", "deaths", "quality")
    assert {key: read[key] for key in same} == {key: embedded[key] for key in same}


def test_describe__boundaries_list_disagreements(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = str(shared_data / "ucdp_ged_balochistan_hdx.csv")
    boundaries = str(shared_data / "balochistan_boundaries.geojson")
    assert run(["record", "describe", events, "--boundaries", boundaries]) == 0
    assert "Name and coordinates in different districts (" in capsys.readouterr().out


def test_figures__of_the_file_are_the_embedded_ones(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tarazu.record.embedded import SHIPPED_FIGURES

    out = tmp_path / "new folder" / "figures.csv"
    events = str(shared_data / "ucdp_ged_balochistan_hdx.csv")
    assert run(["data", "figures", events, "-o", str(out)]) == 0
    assert out.read_bytes() == SHIPPED_FIGURES["balochistan"].read_bytes()
    assert capsys.readouterr().out.splitlines() == [str(out), str(out.with_suffix(".toml"))]


def test_check__contradictions_are_findings(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = str(shared_data / "ucdp_ged_balochistan_hdx.csv")
    labels = str(shared_data / "handcheck_initiator.csv")
    assert run(["record", "check", events, "--labels", labels]) == 1
    assert "Sample 2: the headline" in capsys.readouterr().out


SHARE = Share(right=9, total=10, estimate=0.9, low=0.6, high=0.98, worst=0.75, best=0.92)


def _check(confusion: dict[str, dict[str, int]]) -> LabelCheck:
    shares = {"militant": SHARE, "state": Share(0, 0, None, None, None, None, None)}
    sample = SampleCheck("2", confusion, precision=shares, recall=shares)
    return LabelCheck((sample,), "2", rules_digest="r", labels_digest="l", not_found=3)


@pytest.mark.parametrize(
    ("confusion", "expected"),
    [
        ({"state": {"state": 4, "unclear": 2}}, 0),
        ({"?": {"state": 4}, "?c": {"militant": 1}}, 0),
        ({"state": {"state": 4, "militant": 2}, "militant": {"other": 1}}, 3),
    ],
)
def test_check__only_what_both_decided_can_contradict(
    confusion: dict[str, dict[str, int]], expected: int
) -> None:
    assert contradictions(_check(confusion)) == expected


def test_check__text_has_shares_bounds_and_what_was_not_found() -> None:
    text = "\n".join(check_lines(_check({"state": {"state": 4}})))
    assert "3 labelled events are not in the record" in text
    assert any(
        line.split() == ["precision,", "militant", "90%", "60%", "to", "98%", "10", "75%", "92%"]
        for line in text.splitlines()
    )


def test_check__names_the_hand_label_of_a_row_on_a_narrow_terminal() -> None:
    check = _check({"state": {"state": 4}})
    text = confusion_table(check.samples[0], check).to_text(40)
    assert "  by hand \\ by the rules: state\n" in text


def test_record_commands__import_no_compiler_and_no_statistics(tmp_path: Path) -> None:
    code = (
        "import sys; from tarazu.cli.entry import run; code = run(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr, sep='\\n'); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "record", "describe", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["events"] == 692
    assert HEAVY & set(done.stderr.splitlines()) == set()


def test_broken_pipe__after_one_line_is_silent() -> None:
    """As in `tarazu record describe | head -1`."""
    command = subprocess.Popen(
        [sys.executable, "-m", "tarazu", "record", "describe", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    said = command.stderr.read()
    command.stderr.close()
    assert command.wait(timeout=60) == 141
    assert said == b""


def test_format__is_named_and_must_be_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(write_ged(tmp_path / "ged.csv", small_world()))
    assert run(["record", "describe", path, "--format", "ucdp-candidate"]) == 0
    assert "Candidate Events" in capsys.readouterr().out
    assert run(["record", "describe", path, "--format", "excel"]) == 2
    assert "expected one of ucdp-ged" in capsys.readouterr().err


def test_folder_of_pages__is_described_as_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_pages(tmp_path / "pages", small_world())
    assert run(["record", "describe", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
