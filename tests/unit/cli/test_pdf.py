"""``tarazu pdf``: what it writes and where, and what it refuses."""

import json
from pathlib import Path

import pytest

from tarazu.cli.entry import run
from tarazu.report.pdf import document


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with both documents; a compiler that is not here stands in for Typst's."""
    monkeypatch.setattr(document, "pdf_of", lambda html: b"%PDF-" + html.encode())
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("brief", "annex"):
        (folder / f"{name}.html").write_text(f"<p>{name}</p>")
    return folder


def test_pdf__is_written_beside_the_results(results: Path, capsys) -> None:
    before = sorted(results.iterdir())
    assert run(["pdf", str(results)]) == 0
    out = results.with_name("run-pdf")
    assert capsys.readouterr().out.split() == [str(out / "brief.pdf"), str(out / "annex.pdf")]
    assert (out / "annex.pdf").read_bytes() == b"%PDF-<p>annex</p>"
    assert sorted(results.iterdir()) == before  # tarazu check still holds


def test_pdf__names_its_files_as_json(results: Path, tmp_path: Path, capsys) -> None:
    assert run(["pdf", str(results), "-o", str(tmp_path / "out"), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == [str(tmp_path / "out" / name) for name in ("brief.pdf", "annex.pdf")]


def test_pdf__replaces_its_own_files_and_no_others(results: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "brief.pdf").write_text("mine")
    command = ["pdf", str(results), "-o", str(out)]
    assert run(command) == 2
    assert "was not written by Tarazu" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["brief.pdf"]
    assert run([*command, "--force"]) == 0
    assert run(command) == 0


def test_pdf__of_a_folder_without_documents_says_what_is_expected(tmp_path: Path, capsys) -> None:
    assert run(["pdf", str(tmp_path)]) == 2
    assert "brief.html or annex.html" in capsys.readouterr().err
