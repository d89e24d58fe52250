"""A run leaves a complete folder or nothing, and never takes what is not its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tarazu.core.errors import OutputError
from tarazu.core.files.output_folder import check_folder
from tarazu.core.provenance import digest
from tarazu.pipeline.run_folder import MANIFEST, RUN, read_origin, run_folder


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
        "sha256",
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


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    "manifest",
    [
        None,
        b"{",
        b"[]",
        b'{"outputs": 3}',
        b'{"outputs": {}}',
        b'{"outputs": {}, "provenance": {}}',
        b'{"outputs": [], "provenance": {"tarazu": "1"}}',
    ],
)
def test_run_folder__refuses_a_folder_with_other_files(
    tmp_path: Path, manifest: bytes | None, replace: bool
) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    (target / "chapter.tex").write_text("years of work")
    if manifest is not None:
        (target / MANIFEST).write_bytes(manifest)
    with pytest.raises(OutputError, match=r"no MANIFEST\.json says that Tarazu wrote it"):
        _run(target, replace=replace)
    assert (target / "chapter.tex").read_text() == "years of work"


def test_run_folder__refuses_an_earlier_run_with_a_note_added(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    (tmp_path / "demo" / "my notes.txt").write_text("keep")
    with pytest.raises(OutputError, match=r"my notes.*--force"):
        _run(tmp_path / "demo")
    assert (tmp_path / "demo" / "my notes.txt").read_text() == "keep"


def test_run_folder__refuses_an_earlier_run_with_a_file_changed(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    (tmp_path / "demo" / "findings.json").write_text("corrected by hand")
    with pytest.raises(OutputError, match=r"'findings\.json' was added or changed"):
        _run(tmp_path / "demo")
    assert (tmp_path / "demo" / "findings.json").read_text() == "corrected by hand"


def test_run_folder__refuses_an_earlier_run_with_a_link_added(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "demo" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="'link' was added"):
        _run(tmp_path / "demo")


def test_run_folder__refuses_what_was_added_while_it_ran(tmp_path: Path) -> None:
    _run(tmp_path / "demo", "first")
    with (
        pytest.raises(OutputError, match="notes"),
        run_folder(tmp_path / "demo", inputs={}),
    ):
        (tmp_path / "demo" / "notes.txt").write_text("written meanwhile")
    assert (tmp_path / "demo" / "notes.txt").read_text() == "written meanwhile"
    assert (tmp_path / "demo" / "findings.json").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_run_folder__takes_an_earlier_run_of_a_version_that_named_no_kind(tmp_path: Path) -> None:
    _run(tmp_path / "demo", "first")
    manifest = json.loads((tmp_path / "demo" / MANIFEST).read_bytes())
    del manifest["kind"]
    (tmp_path / "demo" / MANIFEST).write_text(json.dumps(manifest))
    _run(tmp_path / "demo", "second")
    assert (tmp_path / "demo" / "findings.json").read_text() == "second"


def test_run_folder__replaces_an_earlier_run_with_other_files_when_told(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    (tmp_path / "demo" / "other").write_text("")
    _run(tmp_path / "demo", replace=True)
    assert set(_content(tmp_path / "demo")) == {"findings.json", MANIFEST, RUN}


def test_run_folder__takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    _run(tmp_path / "demo")
    assert (tmp_path / "demo" / MANIFEST).exists()


def test_run_folder__refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        _run(tmp_path / "demo", replace=True)


@pytest.mark.parametrize("inside", [".", "work"])
def test_run_folder__never_replaces_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    (tmp_path / "place" / inside).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / "place" / inside)
    with pytest.raises(OutputError, match="working folder"):
        _run(tmp_path / "place", replace=True)


@pytest.mark.parametrize("inside", [".", "user"])
def test_run_folder__never_replaces_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    _run(tmp_path / "place")
    (tmp_path / "place" / inside).mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path / "place" / inside))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "place" / inside))
    with pytest.raises(OutputError, match="home folder"):
        _run(tmp_path / "place", replace=True)


def test_run_folder__never_replaces_a_file_system(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="file system"):
        check_folder(Path(tmp_path.anchor), "run", replace=True)


@pytest.mark.parametrize("through", ["place", "link"])
def test_run_folder__never_replaces_a_folder_with_an_input(tmp_path: Path, through: str) -> None:
    _run(tmp_path / "place")
    (tmp_path / "link").symlink_to(tmp_path / "place")
    events = tmp_path / through / "findings.json"
    with (
        pytest.raises(OutputError, match="the input"),
        run_folder(tmp_path / "place", inputs={}, keep=[events], replace=True),
    ):
        pytest.fail("the block must not run")


def test_run_folder__of_another_kind_stays_until_told(tmp_path: Path) -> None:
    _run(tmp_path / "demo")
    with pytest.raises(OutputError, match="holds a run; expected a free name or a region"):
        check_folder(tmp_path / "demo", "region")
    check_folder(tmp_path / "demo", "region", replace=True)


def test_run_folder__a_lock_that_is_a_file_of_the_user_stays(tmp_path: Path) -> None:
    (tmp_path / ".demo.lock").write_text("combination 12-34-56")
    with pytest.raises(OutputError, match="not a lock of Tarazu"):
        _run(tmp_path / "demo")
    assert (tmp_path / ".demo.lock").read_text() == "combination 12-34-56"


def test_run_folder__notes_which_study_it_holds(tmp_path: Path) -> None:
    with run_folder(tmp_path / "demo", inputs={}, origin="a/demo.toml"):
        pass
    _run(tmp_path / "other")
    assert read_origin(tmp_path / "demo") == "a/demo.toml"
    assert read_origin(tmp_path / "other") is None
    assert read_origin(tmp_path / "absent") is None


def test_run_folder__a_kill_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tarazu.pipeline.run_folder import run_folder\n"
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
        with pytest.raises(OutputError, match="another run is at work"):
            _run(target)
        assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_run_folder__manifest_names_seeds(tmp_path: Path) -> None:
    with run_folder(tmp_path / "demo", inputs={}, seeds={"pulse": 7}):
        pass
    assert json.loads((tmp_path / "demo" / MANIFEST).read_bytes())["seeds"] == {"pulse": 7}
