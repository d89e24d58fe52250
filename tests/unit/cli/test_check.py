"""`tarazu check`: exit codes and words for sound and for damaged results."""

import json
from pathlib import Path

import pytest

from tarazu.cli.entry import run
from tarazu.pipeline.run_folder import run_folder


@pytest.fixture
def results(tmp_path: Path) -> Path:
    with run_folder(tmp_path / "out", inputs={}) as folder:
        (folder / "findings.json").write_text("[]")
        (folder / "claims.json").write_text("{}")
    return tmp_path / "out"


def test_check__of_sound_results_is_0(results, capsys):
    assert run(["check", str(results)]) == 0
    assert "out: 3 files are as Tarazu wrote them." in capsys.readouterr().out


def test_check__of_changed_results_is_1_and_names_them(results, capsys):
    (results / "findings.json").write_text("[1]")
    (results / "claims.json").unlink()
    assert run(["check", str(results), "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["problems"]
    assert "claims.json: cannot be read" in first
    assert "findings.json: was changed or damaged since Tarazu wrote it" in second


def test_check__of_a_folder_without_a_manifest_is_2(tmp_path, capsys):
    assert run(["check", str(tmp_path)]) == 2
    assert "MANIFEST.json: cannot be read" in capsys.readouterr().err
