"""A run leaves a complete folder or nothing, and never takes what is not its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tarazu.core.errors import TarazuError
from tarazu.core.provenance import digest
from tarazu.report.run_folder import MANIFEST, RUN, run_folder


def _run(target: Path, text: str = "{}", *, replace: bool = False) -> None:
    with run_folder(target, inputs={"events": digest(b"events")}, replace=replace) as folder:
        (folder / "findings.json").write_text(text)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_run_folder__manifest_names_inputs_and_outputs(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    manifest = json.loads((tmp_path / "demo" / MANIFEST).read_bytes())
    assert manifest["outputs"] == {"findings.json": digest(b"{}")}
    assert manifest["provenance"]["inputs"] == {"events": digest(b"events")}
    assert set(json.loads((tmp_path / "demo" / RUN).read_bytes())) == {
        "started",
        "duration_s",
        "host",
        "platform",
    }


def test_run_folder__two_runs_differ_in_the_run_note_only(tmp_path: Path) -> None:
    _run(tmp_path / "one")
    _run(tmp_path / "two")
    one, two = _content(tmp_path / "one"), _content(tmp_path / "two")
    assert {name for name in one if one[name] != two[name]} <= {RUN}
    assert set(one) == set(two) == {"findings.json", MANIFEST, RUN}


def test_run_folder__an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), run_folder(tmp_path / "demo", inputs={}) as folder:
        (folder / "missing" / "brief.html").write_text("half")
    assert list(tmp_path.iterdir()) == []


def test_run_folder__an_error_keeps_the_earlier_run(tmp_path: Path) -> None:
    _run(tmp_path / "demo", "first")
    before = _content(tmp_path / "demo")
    with pytest.raises(FileNotFoundError), run_folder(tmp_path / "demo", inputs={}) as folder:
        (folder / "missing" / "brief.html").write_text("half")
    assert _content(tmp_path / "demo") == before
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_run_folder__replaces_an_earlier_run_whole(tmp_path: Path) -> None:
    with run_folder(tmp_path / "demo", inputs={}) as folder:
        (folder / "old.csv").write_text("old")
    _run(tmp_path / "demo", "new")
    assert set(_content(tmp_path / "demo")) == {"findings.json", MANIFEST, RUN}


@pytest.mark.parametrize("manifest", [None, b"{", b"[]", b'{"outputs": 3}', b'{"outputs": {}}'])
def test_run_folder__refuses_a_folder_with_other_files(
    tmp_path: Path, manifest: bytes | None
) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    (target / "chapter.tex").write_text("years of work")
    if manifest is not None:
        (target / MANIFEST).write_bytes(manifest)
    with pytest.raises(TarazuError, match="no earlier run"):
        _run(target)
    assert (target / "chapter.tex").read_text() == "years of work"


def test_run_folder__refuses_an_earlier_run_with_a_note_added(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    (tmp_path / "demo" / "my notes.txt").write_text("keep")
    with pytest.raises(TarazuError, match="my notes"):
        _run(tmp_path / "demo")


def test_run_folder__replaces_other_files_when_told(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "other").write_text("")
    _run(tmp_path / "demo", replace=True)
    assert set(_content(tmp_path / "demo")) == {"findings.json", MANIFEST, RUN}


def test_run_folder__takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    _run(tmp_path / "demo")
    assert (tmp_path / "demo" / MANIFEST).exists()


def test_run_folder__refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(TarazuError, match="is a file"):
        _run(tmp_path / "demo", replace=True)


@pytest.mark.parametrize("inside", [".", "work"])
def test_run_folder__never_replaces_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    (tmp_path / "place" / inside).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / "place" / inside)
    with pytest.raises(TarazuError, match="working folder"):
        _run(tmp_path / "place", replace=True)


def test_run_folder__a_kill_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tarazu.report.run_folder import run_folder\n"
        "with run_folder(Path(sys.argv[1]), inputs={}) as folder:\n"
        "    (folder / 'brief.html').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    target = tmp_path / "demo"
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    assert all(path.name.startswith(".") for path in tmp_path.iterdir())
    (tmp_path / ".demo.of-a-user.tmp").mkdir()
    _run(target)
    assert {path.name for path in tmp_path.iterdir()} == {"demo", ".demo.of-a-user.tmp"}


def test_run_folder__keeps_two_runs_apart(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    with run_folder(target, inputs={}) as folder:
        with pytest.raises(TarazuError, match="Another run is at work"):
            _run(target)
        assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_run_folder__manifest_names_seeds(tmp_path: Path) -> None:
    with run_folder(tmp_path / "demo", inputs={}, seeds={"pulse": 7}):
        pass
    assert json.loads((tmp_path / "demo" / MANIFEST).read_bytes())["seeds"] == {"pulse": 7}
