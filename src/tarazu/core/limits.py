"""Limits of memory and disk, with which estimates are compared before work begins."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tarazu.core.errors import ResourceError

MEMORY: Final = "TARAZU_MEMORY_GIB"  # environment variable: the limit, in place of the machine's
GIB: Final = 2**30
_MEMINFO: Final = Path("/proc/meminfo")
_OWN_CGROUPS: Final = Path("/proc/self/cgroup")
_CGROUPS: Final = Path("/sys/fs/cgroup")


class Limit(NamedTuple):
    """A number of bytes and where it comes from."""

    nbytes: float
    origin: str


def memory_limit() -> Limit:
    """Return the memory that this process may use, beyond what it uses already.

    The environment variable ``TARAZU_MEMORY_GIB`` if it is set ("inf" for no limit). Else the
    least of: memory that the machine has free, what the control group (a container) has left, and
    what ``ulimit -v`` leaves. Infinite where the system tells none of them.

    Raises
    ------
    ResourceError
        The environment variable is not a number above 0.
    """
    if text := os.environ.get(MEMORY, ""):
        with suppress(ValueError):
            if (allowed := float(text)) > 0:
                return Limit(allowed * GIB, MEMORY)
        raise ResourceError(
            f"{MEMORY} is {text!r}", expected="a number of GiB above 0, for example 8"
        )
    return min(_limits(), default=Limit(float("inf"), "no limit is known"))


def require_memory(what: str, nbytes: float, *, reduce: str) -> None:
    """Raise an error if work needs more memory than `memory_limit`.

    Parameters
    ----------
    what : the work, with its size: the start of the sentence. nbytes : estimate of its peak.
    reduce : what the user can make smaller.

    Raises
    ------
    ResourceError
        It needs more.
    """
    limit = memory_limit()
    if nbytes > limit.nbytes:
        raise ResourceError(
            f"{what} needs about {in_gib(nbytes)} of memory",
            expected=f"at most {in_gib(limit.nbytes)} ({limit.origin})",
            hint=f"Reduce {reduce}, or allow more with the environment variable {MEMORY}",
        )


def require_disk(what: str, nbytes: float, folder: Path, *, reduce: str) -> None:
    """Raise an error if work writes more bytes than are free where `folder` is going to lie.

    Raises
    ------
    ResourceError
        It writes more.
    """
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if nbytes > free:
        raise ResourceError(
            f"{what} writes about {in_gib(nbytes)}",
            expected=f"at most {in_gib(free)}, which the disk of the results has free",
            hint=f"Reduce {reduce}, or name a folder on another disk",
        )


def in_gib(nbytes: float) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> in_gib(7.84e9)
    '7.3 GiB'
    """
    return f"{nbytes / GIB:,.2g} GiB" if nbytes < GIB else f"{nbytes / GIB:,.1f} GiB"


def _limits() -> Iterator[Limit]:
    with suppress(OSError, LookupError, ValueError):
        lines = _MEMINFO.read_text().splitlines()
        entries = dict(line.split(":", 1) for line in lines)
        free = int(entries["MemAvailable"].split()[0]) * 1024
        yield Limit(free, "free memory of this machine")
    yield from _of_control_groups()
    with suppress(ImportError, OSError, ValueError):
        import resource

        allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
        if allowed != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            yield Limit(allowed - pages * resource.getpagesize(), "ulimit -v")
    if not _MEMINFO.exists():
        with suppress(AttributeError, OSError, ValueError):  # not on Windows
            whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            yield Limit(whole, "memory of this machine")


def _of_control_groups() -> Iterator[Limit]:
    """Yield what the control groups of this process, version 2 or 1, leave to it."""
    with suppress(OSError, ValueError):
        for line in _OWN_CGROUPS.read_text().splitlines():
            _, controllers, name = line.split(":", 2)
            if not controllers:
                root, files = _CGROUPS, ("memory.max", "memory.current", "inactive_file")
            elif "memory" in controllers.split(","):
                root = _CGROUPS / "memory"
                files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            else:
                continue
            own = root / name.strip("/")
            for folder in (own, *own.parents):
                if folder.is_relative_to(root):
                    yield from _left_in(folder, *files)


def _left_in(folder: Path, most: str, used: str, cached: str) -> Iterator[Limit]:
    """Yield the limit of a control group less what it uses; files that it can drop do not count."""
    with suppress(OSError, LookupError, ValueError):  # "max" is no number: no limit
        allowed, taken = (int((folder / name).read_text()) for name in (most, used))
        statistics = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
        dropped = int(dict(statistics).get(cached, "0"))
        if allowed < 1 << 60:  # version 1 writes a number beyond any memory for no limit
            yield Limit(allowed - taken + dropped, "memory limit of this container")
