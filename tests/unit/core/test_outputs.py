"""Files that may be replaced, work folders, and the places in the code that may delete."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import tarazu
from tarazu.core.errors import OutputError
from tarazu.core.files.output_folder import check_folder
from tarazu.core.files.outputs import LIST, check_outputs, write_outputs
from tarazu.core.files.work_folder import KEY, block_file, clear_work, open_work, read_key

SOURCES = Path(tarazu.__file__).parent


def test_outputs__replace_what_tarazu_wrote(tmp_path: Path) -> None:
    out = tmp_path / "new" / "table.csv"
    write_outputs({out: b"first"})
    write_outputs({out: b"second"})
    assert out.read_bytes() == b"second"
    assert {path.name for path in out.parent.iterdir()} == {"table.csv", LIST}


def test_outputs__a_folder_that_moves_stays_known(tmp_path: Path) -> None:
    write_outputs({tmp_path / "a" / "table.csv": b"first"})
    (tmp_path / "a").rename(tmp_path / "b")
    write_outputs({tmp_path / "b" / "table.csv": b"second"})
    assert (tmp_path / "b" / "table.csv").read_bytes() == b"second"


def test_outputs__never_replace_a_file_of_the_user_until_told(tmp_path: Path) -> None:
    out = tmp_path / "study.toml"
    out.write_text("mine")
    with pytest.raises(OutputError, match=r"study\.toml: exists and was not written.*--force"):
        write_outputs({out: b"ours"})
    assert out.read_text() == "mine"
    write_outputs({out: b"ours"}, replace=True)
    assert out.read_bytes() == b"ours"


def test_outputs__never_replace_what_was_edited_until_told(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    write_outputs({out: b"ours"})
    out.write_text("ours, with notes")
    with pytest.raises(OutputError, match="was changed since Tarazu wrote it"):
        write_outputs({out: b"new"})
    assert out.read_text() == "ours, with notes"


def test_outputs__name_every_file_in_the_way_and_write_none(tmp_path: Path) -> None:
    for name in ("b", "c"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(ExceptionGroup, match="2 files would be overwritten"):
        write_outputs({tmp_path / name: b"ours" for name in "abc"})
    assert not (tmp_path / "a").exists()


def test_outputs__equal_bytes_and_empty_files_are_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "same").write_bytes(b"ours")
    (tmp_path / "empty").touch()
    write_outputs({tmp_path / "same": b"ours", tmp_path / "empty": b"ours"})
    assert (tmp_path / "empty").read_bytes() == b"ours"
    with pytest.raises(OutputError):  # it is still the user's
        write_outputs({tmp_path / "same": b"new"})


def test_outputs__a_device_takes_what_is_written(tmp_path: Path) -> None:
    write_outputs({Path(os.devnull): b"ours"})
    check_outputs([Path(os.devnull)], keep=[tmp_path])


LINKS: dict[str, Callable[[Path, Path], object]] = {
    "itself": lambda out, kept: None,
    "symbolic link": lambda out, kept: out.symlink_to(kept),
    "hard link": lambda out, kept: out.hardlink_to(kept),
}


@pytest.mark.parametrize("link", LINKS)
def test_outputs__never_replace_an_input_also_when_told(tmp_path: Path, link: str) -> None:
    kept = tmp_path / "events.csv"
    write_outputs({kept: b"events"})  # even one that Tarazu wrote
    out = kept if link == "itself" else tmp_path / "rejects.csv"
    LINKS[link](out, kept)
    with pytest.raises(OutputError, match="inputs are never overwritten"):
        write_outputs({out: b"rejects"}, keep=[kept], replace=True)
    assert kept.read_bytes() == b"events"
    assert out.read_bytes() == b"events"


def test_outputs__never_replace_a_file_of_a_folder_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page-1.json").write_text("{}")
    out = tmp_path / "link.json"
    out.symlink_to(tmp_path / "pages" / "page-1.json")
    for path in (out, tmp_path / "pages" / "page-1.json"):
        with pytest.raises(OutputError, match="or a file in it"):
            check_outputs([path], keep=[tmp_path / "pages"], replace=True)
    check_outputs([tmp_path / "pages" / "new.csv", tmp_path / "x"], keep=[tmp_path / "pages"])


@pytest.mark.parametrize("text", ["[]", "notes", '{"written_by_tarazu": 3}'])
def test_outputs__leave_a_list_that_is_not_theirs(tmp_path: Path, text: str) -> None:
    (tmp_path / LIST).write_text(text)
    with pytest.raises(OutputError, match="not a list of the files"):
        write_outputs({tmp_path / "table.csv": b"ours"})
    assert [path.name for path in tmp_path.iterdir()] == [LIST]
    assert (tmp_path / LIST).read_text() == text


def test_outputs__their_list_forgets_files_that_are_gone(tmp_path: Path) -> None:
    write_outputs({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    (tmp_path / "a").unlink()
    write_outputs({tmp_path / "c": b"3"})
    (names,) = json.loads((tmp_path / LIST).read_bytes()).values()
    assert set(names) == {"b", "c"}


def test_work__is_taken_up_with_its_blocks(tmp_path: Path) -> None:
    work = tmp_path / ".demo.work"
    open_work(work, "one")
    block_file(work, 0).write_bytes(b"numbers")
    open_work(work, "two")
    assert block_file(work, 0).exists()
    assert read_key(work) == "two"


@pytest.mark.parametrize("name", ["thesis.tex", KEY, "block-00000.bin"])
def test_work__a_folder_of_the_user_is_refused_and_never_cleared(tmp_path: Path, name: str) -> None:
    work = tmp_path / ".demo.work"
    work.mkdir()
    (work / name).write_text("years of work")
    with pytest.raises(OutputError, match="not written by Tarazu"):
        open_work(work, "one")
    clear_work(work)
    assert (work / name).read_text() == "years of work"


def test_work__a_file_or_a_link_of_that_name_is_refused(tmp_path: Path) -> None:
    open_work(tmp_path / "real", "one")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("mine")
    for name in ("link", "file"):
        with pytest.raises(OutputError, match="not written by Tarazu"):
            open_work(tmp_path / name, "one")
        clear_work(tmp_path / name)
    assert read_key(tmp_path / "real") == "one"
    assert (tmp_path / "file").read_text() == "mine"


def test_work__is_cleared_with_the_work_folders_in_it(tmp_path: Path) -> None:
    work = tmp_path / ".demo.work"
    open_work(work, "all")
    open_work(work / "demo.blocks", "one")
    block_file(work / "demo.blocks", 12).write_bytes(b"numbers")
    (work / "demo.blocks" / ".block-00013.bin.0123456789ab.tmp").write_bytes(b"half")
    clear_work(work)
    assert list(tmp_path.iterdir()) == []


def test_work__cleared_leaves_what_the_user_put_there(tmp_path: Path) -> None:
    work = tmp_path / ".demo.work"
    open_work(work, "one")
    block_file(work, 0).write_bytes(b"numbers")
    (work / "notes.txt").write_text("mine")
    (work / "mine").mkdir()
    (work / "mine" / "block-00000.bin").write_text("mine")
    clear_work(work)
    assert {path.name for path in work.iterdir()} == {KEY, "notes.txt", "mine"}
    assert (work / "mine" / "block-00000.bin").read_text() == "mine"


def test_work__a_kill_before_the_key_was_written_is_no_obstacle(tmp_path: Path) -> None:
    work = tmp_path / ".demo.work"
    work.mkdir()
    (work / f".{KEY}.0123456789ab.tmp").write_text("half")
    open_work(work, "one")
    assert read_key(work) == "one"


MAY_DELETE = {
    "core/files/cache.py": "temporary files and folders with a random name",
    "core/http/downloads.py": "unfinished downloads in the cache",
    "core/jit.py": "compiled kernels in the cache",
    "core/files/output_folder.py": "half-built folders, its own lock",
    "core/http/client.py": "unfinished downloads in the cache",
    "core/files/work_folder.py": "blocks of a folder with a key",
    "record/download/pages.py": "unfinished downloads in the cache",
    "region/download.py": "unfinished downloads in the cache",
    "pipeline/runner.py": "the manifest of a study in a folder that is being built",
}
MAY_REPLACE_FOLDERS = {"core/files/cache.py", "core/files/output_folder.py"}


def test_sources__delete_and_replace_in_known_places_only() -> None:
    """A new place that deletes is one more that could take what is the user's: name it here."""
    texts = {
        path.relative_to(SOURCES).as_posix(): path.read_text() for path in SOURCES.rglob("*.py")
    }
    deleting = re.compile(r"\brmtree\b|\.unlink\(|\.rmdir\(|\bos\.remove\b")
    deletes = {name for name, text in texts.items() if deleting.search(text)}
    assert deletes == set(MAY_DELETE)
    assert {name for name, text in texts.items() if "atomic_folder" in text} == MAY_REPLACE_FOLDERS


def test_check_folder__a_container_without_a_home_folder(tmp_path, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    (tmp_path / "out").mkdir()
    check_folder(tmp_path / "out", "run")
    (tmp_path / "out" / "thesis.tex").touch()
    with pytest.raises(OutputError, match="is not empty"):
        check_folder(tmp_path / "out", "run")
