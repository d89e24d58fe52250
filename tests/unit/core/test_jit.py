import contextlib
import os
import pickle
import subprocess
import sys
import warnings
from collections import namedtuple
from pathlib import Path

import numba
import numpy as np
import pytest
from numba import types

from tarazu.core.jit import kernel, plain
from tarazu.core.kernel_key import UnstableError, source_text, type_text
from tarazu.core.kernel_store import (
    UntrustedFolderError,
    read_kernel,
    trusted_folder,
    write_kernel,
)

JIT_ON = not numba.config.DISABLE_JIT
needs_jit = pytest.mark.skipif(not JIT_ON, reason="NUMBA_DISABLE_JIT is set")

CALLER = """
from tarazu.core.jit import kernel
from middle import doubled

@kernel
def total(x):
    return doubled(x) + 1
"""
MIDDLE = """
import helper
from tarazu.core.jit import kernel

@kernel
def doubled(x):
    return 2 * helper.shifted(x)
"""
HELPER = """
from tarazu.core.jit import kernel

OFFSET = 10

@kernel
def shifted(x):
    return x + OFFSET
"""
RUN = """
import sys, warnings
warnings.simplefilter("error")
sys.path.insert(0, {folder!r})
{before}
from caller import total
print(total(1), sum(total.stats.cache_hits.values()))
"""


def _write_package(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in (("caller", CALLER), ("middle", MIDDLE), ("helper", HELPER)):
        (folder / f"{name}.py").write_text(text)


def _run(folder: Path, cache: Path, before: str = "", **environment: str) -> tuple[int, int]:
    """Return what ``total(1)`` is in a new process, and how many kernels came from the disk."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", RUN.format(folder=str(folder), before=before)],
        env={**os.environ, "TARAZU_CACHE_DIR": str(cache), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "compiling" not in done.stderr  # nobody watches a pipe
    value, hits = done.stdout.split()
    return int(value), int(hits)


@needs_jit
def test_kernel__changed_helper_of_a_helper_leaves_no_stale_caller(tmp_path):
    package, cache = tmp_path / "package", tmp_path / "cache"
    _write_package(package)
    assert _run(package, cache) == (23, 0)
    assert _run(package, cache) == (23, 1)  # else the next line would prove nothing
    (package / "helper.py").write_text(HELPER.replace("OFFSET = 10", "OFFSET = 20"))
    assert _run(package, cache) == (43, 0)
    (package / "helper.py").write_text(HELPER.replace("x + OFFSET", "x * OFFSET"))
    assert _run(package, cache) == (21, 0)
    _write_package(package)
    assert _run(package, cache) == (23, 1)  # the first version still lies there


@needs_jit
def test_kernel__compiling_is_announced_once_where_somebody_waits(tmp_path):
    told = "compiling numerical code for this machine (up to 30 s; kept for next time)"
    for times in (1, 0):  # three kernels, one line; the second time they are read
        errors = _errors_of_a_terminal(tmp_path / "package", tmp_path / "cache")
        assert errors.count("compiling") == errors.count(told) == times


@needs_jit
def test_kernel__announcement_names_the_estimators_where_they_are_compiled(tmp_path):
    before = "caller.total.py_func.__module__ = 'tarazu.evidence.made'"
    errors = _errors_of_a_terminal(tmp_path / "package", tmp_path / "cache", before)
    assert "compiling the estimators for this machine (up to 30 s; kept for next time)" in errors


def _errors_of_a_terminal(package, cache, before=""):
    """Return what a run in a new process writes to standard error, where somebody watches."""
    _write_package(package)
    before = f"import caller; sys.stderr.isatty = lambda: True; {before}"
    return subprocess.run(
        [sys.executable, "-B", "-c", RUN.format(folder=str(package), before=before)],
        env={**os.environ, "TARAZU_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    ).stderr


@needs_jit
def test_kernel__read_only_installation_imports_and_runs(tmp_path):
    package = tmp_path / "package"
    _write_package(package)
    (package / "__pycache__").write_text("a folder cannot be made here, not even by root")
    package.chmod(0o555)
    blocked = str(package / "__pycache__")
    # An ordinary njit(cache=True) cannot even be imported here: the setting is hard enough.
    before = (
        "import warnings, numba, helper\n"
        "try:\n    numba.njit(cache=True)(helper.shifted.py_func)\n"
        "except RuntimeError as error:\n    assert 'no locator' in str(error)\n"
        "else:\n    raise SystemExit('numba found a place to write to')\n"
        "warnings.simplefilter('ignore')"  # the temporary folder is announced by a warning
    )
    homes = {"HOME": blocked, "XDG_CACHE_HOME": blocked}
    assert _run(package, Path(blocked) / "cache", before, **homes) == (23, 0)


@needs_jit
def test_kernel__damaged_cache_file_is_compiled_again(tmp_path):
    package, cache = tmp_path / "package", tmp_path / "cache"
    _write_package(package)
    _run(package, cache)
    for file in (cache / "kernels").iterdir():
        file.write_bytes(file.read_bytes()[:-100])
    assert _run(package, cache) == (23, 0)
    assert _run(package, cache) == (23, 1)


def test_kernel__is_the_function_itself_without_jit(tmp_path):
    package = tmp_path / "package"
    _write_package(package)
    code = (
        f"import sys; sys.path.insert(0, {str(package)!r}); import caller, types; "
        "assert type(caller.total) is types.FunctionType; print(caller.total(1))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "TARAZU_CACHE_DIR": str(tmp_path / "c")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], env=environment, capture_output=True, check=True
    )
    assert done.stdout == b"23\n"
    assert not (tmp_path / "c").exists()


def test_plain__returns_the_python_function():
    def half(x):
        return x / 2

    assert plain(kernel(half)) is half
    assert plain(half) is half


@needs_jit
def test_kernel__divides_as_numpy_does():
    @kernel
    def ratio(a, b):
        return a / b

    assert ratio(1.0, 0.0) == np.inf


@needs_jit
def test_kernel__passes_options_on():
    @kernel(inline="always")
    def half(x):
        return x / 2

    assert half.targetoptions["inline"] == "always"
    assert half.targetoptions["nogil"]


@needs_jit
def test_kernel__warns_where_the_result_cannot_be_kept():
    odd = object()

    @kernel
    def lost(x):
        return x if x > 0 or odd is None else -x

    untyped = contextlib.suppress(numba.core.errors.TypingError)  # raised after the warning
    with pytest.warns(RuntimeWarning, match="compiled in every process: 'odd' is"), untyped:
        lost(1.0)


def _made_from(namespace_lines: str, body: str = "return x + C") -> str:
    namespace: dict[str, object] = {"np": np, "namedtuple": namedtuple, "kernel": kernel}
    exec(f"{namespace_lines}\ndef f(x):\n    {body}\n", namespace)
    return source_text(namespace["f"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("C = 1", "C = 2"),
        ("C = 1", "C = 1.0"),
        ("C = 1", "C = True"),
        ("C = 0.0", "C = -0.0"),
        ("C = (1, 2)", "C = (1, (2,))"),
        ("C = np.float32(1)", "C = np.float64(1)"),
        ("C = np.arange(3)", "C = np.arange(3) * 2"),
        ("C = np.zeros(3, 'i4')", "C = np.zeros(3, 'f4')"),
        ("C = np.ones((2, 3))", "C = np.ones((2, 3)).T.copy().T"),
        ("C = namedtuple('C', 'a b')", "C = namedtuple('C', 'b a')"),
        ("def C(y): return y", "def C(y): return -y"),
        ("def C(y, z=1): return y", "def C(y, z=2): return y"),
    ],
)
def test_source_text__sees_a_change_of(before, after):
    assert _made_from(before) != _made_from(after)
    assert _made_from(before) == _made_from(before)


def test_source_text__sees_a_change_of_a_literal():
    assert _made_from("C = 1", "return x + C + 1") != _made_from("C = 1", "return x + C + 2")


@needs_jit
def test_source_text__sees_a_change_of_a_helpers_options():
    strict = "@kernel\ndef C(y): return y"
    loose = "@kernel(fastmath=True)\ndef C(y): return y"
    assert _made_from(strict) != _made_from(loose)


def test_source_text__does_not_see_comments_or_unused_globals():
    assert _made_from("C = 1") == _made_from("# a comment\nUNUSED = 3\nC = 1")


@pytest.mark.parametrize(
    "namespace", ["def C(y): return C(y)", "def D(y): return C(y)\ndef C(y): return D(y)"]
)
def test_source_text__refuses_recursion(namespace):
    with pytest.raises(UnstableError, match="calls itself"):
        _made_from(namespace, "return C(x)")


def test_source_text__names_a_helper_of_two_callers_once():
    namespace = "def C(y): return y\ndef D(y): return C(y)"
    assert _made_from(namespace, "return C(x) + D(x)").count(".C\n") == 3  # two calls, one text


def test_source_text__refuses_what_changes_from_process_to_process():
    with pytest.raises(UnstableError, match="'C' is <object object"):
        _made_from("C = object()")


def test_source_text__is_equal_in_every_process(tmp_path):
    _write_package(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import caller; "
        "from tarazu.core.kernel_key import source_text; print(source_text(caller.total))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert "OFFSET = 10" in texts.pop()


def test_type_text__tells_the_fields_of_a_namedtuple():
    one, two = namedtuple("P", "a b"), namedtuple("P", "b a")
    members = (types.float64, types.int64)
    assert repr(types.NamedTuple(members, one)) == repr(types.NamedTuple(members, two))  # the trap
    assert type_text(types.NamedTuple(members, one)) != type_text(types.NamedTuple(members, two))


@needs_jit
def test_kernel__stays_quiet_when_all_is_well(tmp_path, monkeypatch):
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path))

    @kernel
    def half(x):
        return x / 2

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert half(3.0) == 1.5
    assert [file.suffix for file in (tmp_path / "kernels").iterdir()] == [".nbc"]


needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners on this system")


@needs_owners
def test_kernel_store__makes_a_folder_and_files_for_this_user_alone(tmp_path):
    path = trusted_folder(tmp_path / "kernels") / "one.nbc"
    write_kernel(path, b"code")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_kernel(path) == b"code"


@needs_owners
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_kernel_store__refuses_a_folder_that_others_may_write_to(tmp_path, mode):
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(UntrustedFolderError, match=f"mode {mode:04o}.*chmod go-w"):
        trusted_folder(folder)


@needs_owners
def test_kernel_store__refuses_a_folder_of_another_user(tmp_path, monkeypatch):
    folder = trusted_folder(tmp_path / "kernels")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(UntrustedFolderError, match=f"belongs to user {owner}.*TARAZU_CACHE_DIR"):
        trusted_folder(folder)


@needs_owners
def test_kernel_store__does_not_read_what_this_user_did_not_write(tmp_path, monkeypatch):
    path = trusted_folder(tmp_path / "kernels") / "one.nbc"
    write_kernel(path, b"code")
    path.chmod(0o666)
    assert read_kernel(path) is None
    path.chmod(0o600)
    link = path.with_name("link.nbc")
    link.symlink_to(path)
    assert read_kernel(link) is None
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert read_kernel(path) is None


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d[:10], lambda d: d + b"x"])
def test_kernel_store__does_not_read_a_damaged_file(tmp_path, change):
    path = trusted_folder(tmp_path / "kernels") / "one.nbc"
    write_kernel(path, b"code")
    path.write_bytes(change(path.read_bytes()))
    assert read_kernel(path) is None


@needs_jit
@needs_owners
def test_kernel__is_compiled_and_not_loaded_where_others_may_write(tmp_path, monkeypatch):
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "kernels"
    folder.mkdir()
    folder.chmod(0o777)

    @kernel
    def half(x):
        return x / 2

    with pytest.warns(RuntimeWarning, match="may be written to by others"):
        assert half(3.0) == 1.5
    assert not [*folder.iterdir()]


@needs_jit
def test_kernel__does_not_unpickle_a_file_of_another_user(tmp_path):
    package, cache, trap = tmp_path / "package", tmp_path / "cache", tmp_path / "ran"
    _write_package(package)
    _run(package, cache)

    class Trap:
        def __reduce__(self):
            return Path.touch, (trap,)

    for file in (cache / "kernels").iterdir():  # as written, but open to others
        write_kernel(file, pickle.dumps(Trap()))
        file.chmod(0o666)
    assert _run(package, cache) == (23, 0)
    assert not trap.exists()


@needs_jit
def test_kernel__does_not_take_the_file_of_another_kernel(tmp_path):
    (tmp_path / "pair.py").write_text(
        "from tarazu.core.jit import kernel\n"
        "@kernel\ndef one(x):\n    return x + 1\n"
        "@kernel\ndef two(x):\n    return x + 2\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pair; "
    arguments = [sys.executable, "-c", code + "print(pair.one(1), pair.two(1))"]
    environment = {**os.environ, "TARAZU_CACHE_DIR": str(tmp_path / "cache")}

    def numbers():
        return subprocess.run(arguments, env=environment, capture_output=True, check=True).stdout

    assert numbers().split() == [b"2", b"3"]
    first, second = sorted((tmp_path / "cache" / "kernels").iterdir())
    both = first.read_bytes(), second.read_bytes()
    first.write_bytes(both[1])
    second.write_bytes(both[0])
    assert numbers().split() == [b"2", b"3"]


@needs_owners
def test_kernel_store__refuses_a_folder_behind_a_link(tmp_path):
    (tmp_path / "downloads").mkdir(mode=0o700)
    (tmp_path / "kernels").symlink_to(tmp_path / "downloads")
    with pytest.raises(UntrustedFolderError, match="is a link"):
        trusted_folder(tmp_path / "kernels")


@needs_owners
def test_kernel_store__takes_no_file_under_another_name(tmp_path):
    folder = trusted_folder(tmp_path / "kernels")
    write_kernel(folder / "one.nbc", b"code")
    (folder / "one.nbc").rename(folder / "two.nbc")
    assert read_kernel(folder / "two.nbc") is None


@needs_jit
def test_kernel__whose_file_cannot_be_unpickled_is_compiled_again(tmp_path):
    package, cache = tmp_path / "package", tmp_path / "cache"
    _write_package(package)
    _run(package, cache)
    for file in (cache / "kernels").iterdir():
        write_kernel(file, b"no pickle")
    assert _run(package, cache) == (23, 0)
    assert _run(package, cache) == (23, 1)
