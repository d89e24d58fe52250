"""Paths that are not files: refused at once, by every reader."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tarazu.claims import load_ledger
from tarazu.core.errors import DataError, ScenarioError
from tarazu.core.files.output_folder import MANIFEST, check_folder
from tarazu.core.files.outputs import LIST, write_outputs
from tarazu.core.files.reading import read_file
from tarazu.core.files.work_folder import KEY, read_key
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.json_pages import read_json_columns
from tarazu.model.hypothesis import load_hypothesis
from tarazu.model.user_model import load_user_model
from tarazu.policy import load_policy
from tarazu.record import read_record
from tarazu.record.coding.rules import read_rules
from tarazu.record.sources.mapped_csv import mapping_format
from tarazu.region.boundaries import read_boundaries
from tarazu.study import load_study

SECONDS = 20  # a pipe without a writer is waited for without end


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (_pipe, "a pipe, not a file"),
    "folder": (Path.mkdir, "a folder, not a file"),
    "device without end": (lambda path: path.symlink_to("/dev/zero"), "a device, not a file"),
    "empty device": (lambda path: path.symlink_to("/dev/null"), "a device, not a file"),
    "link to itself": (lambda path: path.symlink_to(path.name), "Too many levels"),
    "link to nothing": (lambda path: path.symlink_to("absent"), "No such file"),
    "socket": (_socket, "a socket, not a file"),
}
READERS: dict[str, Callable[[Path], object]] = {
    "study": load_study,
    "policy": load_policy,
    "hypothesis": load_hypothesis,
    "mapping": mapping_format,
    "rules": read_rules,
    "claims": load_ledger,
    "model": load_user_model,
    "record": read_record,
    "csv table": lambda path: read_csv_columns(path, ()),
    "json page": lambda path: read_json_columns([path], ()),
    "boundaries": lambda path: read_boundaries(path, ("quetta",)),
}


def quickly(read: Callable[[], object]) -> BaseException | None:
    """Return what a reader raises; fail if it is still at work after a while."""
    found: list[BaseException | None] = []

    def work() -> None:
        try:
            read()
        except BaseException as error:  # noqa: BLE001 - it is what the test looks at
            found.append(error)
        else:
            found.append(None)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(SECONDS)
    assert found, "the reader waits"
    return found[0]


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices are not paths")
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_path_that_is_not_a_file__is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, reader: str
) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    make, words = KINDS[kind]
    path = tmp_path / "given.toml"
    make(path)
    if reader == "record" and kind == "folder":
        words = "the folder has no pages"  # a folder of pages is a record
    error = quickly(lambda: READERS[reader](path))
    assert isinstance(error, DataError | ScenarioError)
    assert str(path) in str(error)
    assert words in str(error)


@pytest.mark.skipif(os.name == "nt", reason="pipes are not paths")
def test_pipe_in_place_of_a_list_of_tarazu__stops_no_command(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (MANIFEST, KEY, LIST):
        os.mkfifo(out / name)
    assert quickly(lambda: check_folder(out, "run")) is not None
    assert quickly(lambda: write_outputs({out / "a.csv": b"1"})) is not None
    assert quickly(lambda: read_key(out)) is None
    assert not (out / "a.csv").exists()


def test_read_file__returns_the_bytes_and_stops_where_told(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\r\n\x00" * 5)
    assert read_file(path) == b"\r\n\x00" * 5
    assert read_file(path, most=4) == b"\r\n\x00\r"


def test_read_file__a_name_with_a_null_byte_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="null byte"):
        read_file(tmp_path / "a\0b")
