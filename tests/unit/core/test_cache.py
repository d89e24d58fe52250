import errno
import os
import pwd
import threading
import warnings
from pathlib import Path

import platformdirs
import pytest

from tarazu.core.errors import OutputError
from tarazu.core.files import cache
from tarazu.core.files.cache import atomic_folder, cache_dir, write_atomic


@pytest.fixture(autouse=True)
def _fresh_cache_location():
    cache._resolve_cache_dir.cache_clear()
    yield
    cache._resolve_cache_dir.cache_clear()


def test_cache_dir__is_the_one_named_and_exists(tmp_path, monkeypatch):
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "a" / "b"))
    assert cache_dir() == tmp_path / "a" / "b"
    assert cache_dir().is_dir()


def test_cache_dir__follows_the_platform_without_a_name(tmp_path, monkeypatch):
    monkeypatch.delenv("TARAZU_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in cache_dir().parents


def test_cache_dir__falls_back_with_one_warning(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(blocked / "below"))
    with pytest.warns(RuntimeWarning, match="TARAZU_CACHE_DIR"):
        folder = cache_dir()
    write_atomic(folder / "x", b"works")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache_dir() == folder


needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners on this system")


@needs_owners
def test_cache_dir__is_for_this_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "new"))
    before = os.umask(0)
    try:
        assert cache_dir().stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


@needs_owners
@pytest.mark.parametrize("mode", [0o775, 0o777, 0o1777])
def test_cache_dir__refuses_a_folder_that_others_may_write_to(tmp_path, monkeypatch, mode):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(shared))
    with pytest.warns(RuntimeWarning, match=r"may be written to by others.*TARAZU_CACHE_DIR"):
        folder = cache_dir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(shared.iterdir()) == []


@needs_owners
def test_cache_dir__refuses_a_folder_of_another_user(tmp_path, monkeypatch):
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.warns(RuntimeWarning, match=r"belongs to user.*Set TARAZU_CACHE_DIR"):
        assert cache_dir() != tmp_path


def _nobody(*_args):
    raise KeyError("no such user")


@pytest.mark.parametrize("named", ["", "~/somewhere"])
@pytest.mark.parametrize("platformdirs_raises", [False, True])
def test_cache_dir__without_a_home_is_a_temporary_one(
    named, platformdirs_raises, tmp_path, monkeypatch
):
    def like_platformdirs(*_args, **_options):  # older ones keep the ~, 4.14.7 raises
        if platformdirs_raises:
            raise RuntimeError("could not determine the home directory")
        return Path(os.path.expanduser("~/.cache/tarazu"))  # noqa: PTH111 - as they do

    monkeypatch.setattr(platformdirs, "user_cache_path", like_platformdirs)
    monkeypatch.setattr(pwd, "getpwuid", _nobody)
    monkeypatch.delenv("HOME")
    monkeypatch.setenv("TARAZU_CACHE_DIR", named)
    monkeypatch.chdir(tmp_path)
    with pytest.warns(RuntimeWarning, match=r"no home folder.*Set TARAZU_CACHE_DIR"):
        folder = cache_dir()
    assert folder.is_absolute()
    assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_write_atomic__replaces_and_leaves_nothing_else(tmp_path):
    write_atomic(tmp_path / "x", b"old")
    write_atomic(tmp_path / "x", b"new")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"x": b"new"}


def test_write_atomic__keeps_the_old_file_when_it_fails(tmp_path, monkeypatch):
    write_atomic(tmp_path / "x", b"old")

    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(cache.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(tmp_path / "x", b"new")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"x": b"old"}


def test_write_atomic__keeps_a_link_and_replaces_its_target(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_write_atomic__writes_into_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_atomic(pipe, b"data")
    reader.join()
    assert received == [b"data"]
    assert pipe.is_fifo()


def test_write_atomic__many_writers_leave_one_whole_file(tmp_path):
    payloads = [bytes([i]) * 100_000 for i in range(8)]
    threads = [threading.Thread(target=write_atomic, args=(tmp_path / "x", p)) for p in payloads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.read_bytes() in payloads for p in tmp_path.iterdir()] == [True]


def _fill(folder: Path, text: str) -> None:
    (folder / "a").write_text(text)


def test_atomic_folder__appears_whole(tmp_path):
    with atomic_folder(tmp_path / "out" / "run") as folder:
        _fill(folder, "1")
        assert not (tmp_path / "out" / "run").exists()
    assert (tmp_path / "out" / "run" / "a").read_text() == "1"
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["run"]


def test_atomic_folder__refuses_to_replace_unasked(tmp_path):
    with atomic_folder(tmp_path / "run") as folder:
        _fill(folder, "1")
    with pytest.raises(FileExistsError, match="exists already"), atomic_folder(tmp_path / "run"):
        pass
    assert (tmp_path / "run" / "a").read_text() == "1"


def test_atomic_folder__replaces_when_asked(tmp_path):
    for text in "12":
        with atomic_folder(tmp_path / "run", replace=True) as folder:
            _fill(folder, text)
    assert (tmp_path / "run" / "a").read_text() == "2"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_atomic_folder__error_leaves_everything_as_it_was(tmp_path):
    with atomic_folder(tmp_path / "run") as folder:
        _fill(folder, "1")

    def interrupted():
        with atomic_folder(tmp_path / "run", replace=True) as folder:
            _fill(folder, "2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "run" / "a").read_text() == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device of a full disk")
def test_full_disk__the_error_names_the_place():
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomic(Path("/dev/full"), b"1")
    assert caught.value.filename == "/dev/full"


def test_full_disk__the_error_of_a_folder_names_it(tmp_path):
    target = tmp_path / "out"
    with pytest.raises(OSError, match="No space left") as caught, atomic_folder(target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(target)
    assert list(tmp_path.iterdir()) == []


def test_cache_dir__without_any_folder_states_what_to_set(tmp_path, monkeypatch):
    def full(prefix):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    (tmp_path / "file").touch()
    monkeypatch.setattr(cache.tempfile, "mkdtemp", full)
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(OutputError, match="Set TARAZU_CACHE_DIR"):
        cache_dir()
