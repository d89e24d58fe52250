"""Hundreds of servers that misbehave: a file or an error that the user can act on, in time."""

from __future__ import annotations

import os
import time
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from tests.fuzz.broken_servers import (
    ALWAYS,
    KEY,
    KINDS,
    PASSWORD,
    SECRETS,
    Behaviour,
    behaviour,
    misbehaving,
)

from tarazu.cli.entry import run
from tarazu.core.files.outputs import LIST
from tarazu.core.http import downloads
from tarazu.core.http.limits import Limits

BEHAVIOURS = 600
FEW_BEHAVIOURS = 60
SEED = 0  # the kinds are met in turn: 600 behaviours meet each at least three times
LIMITS = Limits(
    seconds=3.0, idle=0.4, slowest=1000, page_bytes=1 << 20, file_bytes=1 << 20, pages=20
)
# s: one command is two downloads at most (a token, the pages), each of `Limits.seconds` and the
# last wait for bytes; the rest is the machine's.
LONGEST = 2 * (LIMITS.seconds + LIMITS.idle) + 5.0
FILES = {"out", "out.sha256", "out.origin.json", LIST}


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """Import what a download needs, so that no test counts the time of it."""
    for name in ("tarazu.record.download", "tarazu.region.download", "tarazu.cli.application"):
        import_module(name)


def command(service: str, address: str, out: Path) -> list[str]:
    options = {
        "ucdp": ["--version", "25.1", "--address", address],
        "acled": ["--country", "X", "--address", f"{address}/acled"],
        "boundaries": ["--country", "PAK", "--address", address],
    }[service]
    if service == "acled":
        options += ["--token-address", f"{address}/token"]
    return ["data", "fetch", service, "--out", str(out), *options]


def check(
    met: Behaviour,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    limits: Limits = LIMITS,
) -> int:
    """Run a command against a server and return its exit code."""
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", KEY)
    monkeypatch.setenv("ACLED_EMAIL", "me@example.org")
    monkeypatch.setenv("ACLED_PASSWORD", PASSWORD)
    monkeypatch.delenv("ACLED_ACCESS_TOKEN", raising=False)
    options = partial(downloads.DownloadOptions, gap=0.002, limits=limits)
    monkeypatch.setattr(downloads, "DownloadOptions", options)
    written = folder / "written"
    written.mkdir()
    with misbehaving(met) as address:
        started = time.monotonic()
        code = run(command(met.service, address, written / "out"))
        took = time.monotonic() - started
    monkeypatch.undo()
    shown = "".join(capsys.readouterr())
    assert code in (0, 2), f"{met}: exit code {code}\n{shown}"
    assert took < LONGEST, f"{met}: {took:.1f} s"
    assert {path.name for path in written.iterdir()} == (FILES if code == 0 else set()), met
    for secret in SECRETS[met.service]:
        assert secret not in shown, f"{met}: {shown}"
    assert all(c.isprintable() or c == "\n" for c in shown), f"{met}: {shown!r}"
    for path in written.iterdir():
        if path.name != "out":  # a server that repeats the key in a row wrote it there itself
            for secret in SECRETS[met.service]:
                assert secret.encode() not in path.read_bytes(), met
    return code


@pytest.mark.parametrize("seed", range(FEW_BEHAVIOURS))
def test_some_servers__give_a_file_or_an_error(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = len(KINDS) // FEW_BEHAVIOURS
    check(behaviour(seed * step), tmp_path, capsys, monkeypatch)


@pytest.mark.heavy
def test_servers__give_a_file_or_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = []
    for seed in range(int(os.environ.get("TARAZU_BEHAVIOURS", BEHAVIOURS))):
        folder = tmp_path / str(seed)
        folder.mkdir()
        codes.append(check(behaviour(SEED + seed), folder, capsys, monkeypatch))
    # Both outcomes are common, so neither the trouble nor the client is trivial.
    assert len(codes) / 20 < codes.count(0) < len(codes) * 19 / 20


@pytest.mark.parametrize("service", ["ucdp", "acled", "boundaries"])
def test_good_server__gives_a_file(
    service: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = Behaviour(service, sorted(KINDS)[0], when=ALWAYS, times=1)
    patient = Limits()  # on a busy machine a good server may be slow
    assert check(never, tmp_path, capsys, monkeypatch, patient) == 0
