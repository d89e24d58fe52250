"""Files that may be replaced."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tarazu.core.errors import OutputError
from tarazu.core.outputs import LIST, check_outputs, write_outputs


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
