"""What every test shares: the real data where it is at hand, no network, reproducible examples."""

import logging
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
# Set to 1 to run as where the folder beside the project does not exist.
HIDE_SHARED = "TARAZU_HIDE_SHARED"
ABSENT = "the real data (../shared/data) are not here"

# Compiling a kernel is slow the first time, so no deadline. CI repeats the same examples each time.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# A shell that runs tests in the background ignores interrupts, and so would every command that a
# test starts and then interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data; a test that asks for it is skipped and counted without it."""
    if os.environ.get(HIDE_SHARED) == "1" or not SHARED_DATA.is_dir():
        pytest.skip(ABSENT)
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep test runs out of the user's cache, unless one was named on purpose."""
    if "TARAZU_CACHE_DIR" not in os.environ:
        os.environ["TARAZU_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def nobody_has_set_up_logging() -> Iterator[None]:
    """Take back what a command set: the next test finds the loggers as an import leaves them."""
    yield
    for name in ("tarazu", "py.warnings"):
        log = logging.getLogger(name)
        log.handlers = []
        log.setLevel(logging.NOTSET)
    logging.captureWarnings(False)


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError(f"a test reached for the network: {args!r}")


def _local_only(
    connect: Callable[[socket.socket, object], object],
) -> Callable[[socket.socket, object], object]:
    """Let `connect` reach this machine and nothing else."""

    def guarded(self: socket.socket, address: object) -> object:
        is_local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1"}
        )
        return connect(self, address) if is_local else _refuse(address)

    return guarded


def _numbers_only(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Let `look_up` answer for the number of this machine, and ask nobody about names."""

    def guarded(host: object, *rest: object, **named: object) -> Any:
        is_local = host in {"127.0.0.1", "::1"}
        return look_up(host, *rest, **named) if is_local else _refuse(host)

    return guarded


def pytest_configure() -> None:
    """Cut the network: a run, and so a test of it, needs none. One thread for linear algebra."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as commands have it; NumPy comes later
    socket.socket.connect = _local_only(socket.socket.connect)  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = _local_only(socket.socket.connect_ex)  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = _numbers_only(socket.getaddrinfo)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the real data; files with slow tests first, so that none is left to the end.

    `-m real_data` selects what is marked.
    """
    slow: Counter[Path] = Counter()
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)
        slow[item.path] += item.get_closest_marker("slow") is not None
    items.sort(key=lambda item: -slow[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on the real data, or that none could."""
    reports = terminalreporter.stats
    skipped = sum(ABSENT in str(report.longrepr) for report in reports.get("skipped", []))
    ran = sum(
        "real_data" in report.keywords
        for outcome in ("passed", "failed")
        for report in reports.get(outcome, [])
    )
    if skipped:
        terminalreporter.write_line(f"real data: {skipped} tests SKIPPED, {ABSENT}", yellow=True)
    if ran:
        terminalreporter.write_line(f"real data: {ran} tests ran on ../shared/data")
