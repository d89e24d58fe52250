"""Limits of memory and disk: the machine's, a container's, and the user's own."""

import resource
from pathlib import Path

import pytest

from tarazu.cli.entry import run
from tarazu.core import limits
from tarazu.core.errors import ResourceError
from tarazu.core.limits import GIB, MEMORY, memory_limit, require_disk, require_memory


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with 4 GiB of free memory, no control groups and no limit of its own."""
    (tmp_path / "meminfo").write_text("MemTotal: 8388608 kB\nMemAvailable:    4194304 kB\n")
    monkeypatch.setattr(limits, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(limits, "_OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(limits, "_CGROUPS", tmp_path / "groups")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    monkeypatch.delenv(MEMORY, raising=False)
    return tmp_path


def write_group(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_memory_limit__is_the_free_memory_of_the_machine() -> None:
    assert memory_limit() == (4 * GIB, "free memory of this machine")


def test_memory_limit__of_a_container_counts_what_it_holds_but_not_its_cached_files(machine):
    (machine / "own").write_text("0::/outer/inner\n")
    files = {"memory.current": str(GIB), "memory.stat": f"anon 1\ninactive_file {GIB // 2}\n"}
    write_group(machine / "groups/outer/inner", {"memory.max": "max\n", **files})
    (machine / "groups/outer").joinpath("memory.max").write_text(f"{2 * GIB}\n")
    for name, text in files.items():
        (machine / "groups/outer" / name).write_text(text)
    assert memory_limit() == (1.5 * GIB, "memory limit of this container")


def test_memory_limit__reads_control_groups_of_version_1(machine):
    (machine / "own").write_text("5:cpu:/x\n4:memory:/box\n")
    write_group(
        machine / "groups/memory/box",
        {
            "memory.limit_in_bytes": str(3 * GIB),
            "memory.usage_in_bytes": str(GIB),
            "memory.stat": "total_inactive_file 0\n",
        },
    )
    assert memory_limit().nbytes == 2 * GIB


def test_memory_limit__counts_ulimit(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 50, 1 << 50))
    assert memory_limit().origin == "free memory of this machine"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (GIB, GIB))
    assert memory_limit().origin == "ulimit -v"


def test_memory_limit__is_unknown_without_any_of_them(machine, monkeypatch):
    (machine / "meminfo").write_text("nothing: here kB\n")
    assert memory_limit().nbytes == float("inf")


@pytest.mark.parametrize(("text", "gib"), [("0.5", 0.5), ("100", 100), ("inf", float("inf"))])
def test_memory_limit__is_the_users_where_it_is_set(monkeypatch, text, gib):
    monkeypatch.setenv(MEMORY, text)
    assert memory_limit() == (gib * GIB, MEMORY)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "much"])
def test_memory_limit__refuses_what_is_no_size(monkeypatch, text):
    monkeypatch.setenv(MEMORY, text)
    with pytest.raises(ResourceError, match=rf"{MEMORY} is '{text}'; expected a number of GiB"):
        memory_limit()


def test_require_memory__states_the_estimate_and_what_to_reduce():
    require_memory("this", 4 * GIB, reduce="it")
    with pytest.raises(ResourceError) as error:
        require_memory("study 'big'", 7.84e9, reduce="draws or weeks")
    assert str(error.value) == (
        "study 'big' needs about 7.3 GiB of memory; expected at most 4.0 GiB (free memory of this "
        f"machine). Reduce draws or weeks, or allow more with the environment variable {MEMORY}."
    )


def test_require_disk__counts_what_is_free_where_the_folder_will_lie(tmp_path):
    require_disk("this", 1, tmp_path / "not" / "there", reduce="it")
    with pytest.raises(
        ResourceError, match=r"writes about .* the disk of the results has free.*Reduce it"
    ):
        require_disk("this", 1e18, tmp_path / "not" / "there", reduce="it")


def test_command__without_memory_is_an_error_of_the_input(monkeypatch, capsys):
    def fail(arguments):
        raise MemoryError("Unable to allocate 7.30 GiB for an array")

    monkeypatch.setattr("tarazu.cli.entry._invoke", fail)
    assert run(["demo"]) == 2
    assert "error: out of memory: Unable to allocate 7.30 GiB" in capsys.readouterr().err
