"""`tarazu data fetch` as a process: what it prints, and that it survives being killed."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.unit.record.web_server import Answer, Asked, as_json, in_turn, serve

from tarazu.cli.entry import run

SECRET = "s3cret-token-of-mine"
ROWS = [{"id": n} for n in range(2500)]  # three pages of the size that the command asks for
PATIENCE = 60  # s, for a process on a busy machine


def command(tmp_path: Path, address: str) -> list[str]:
    out = str(tmp_path / "events.json")
    options = ["--version", "25.1", "--address", address, "-o", out]
    return [sys.executable, "-m", "tarazu", "data", "fetch", "ucdp", *options]


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "UCDP_ACCESS_TOKEN": SECRET,
        "TARAZU_CACHE_DIR": str(tmp_path / "cache"),
    }


def page(asked: Asked) -> Answer:
    number = int(asked.query["page"])
    rows = ROWS[(number - 1) * 1000 : number * 1000]
    return as_json({"TotalCount": len(ROWS), "TotalPages": 3, "Result": rows})


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_fetch__a_killed_download_goes_on_where_it_was(tmp_path: Path) -> None:
    asked_third, release = threading.Event(), threading.Event()

    def stalls_at_the_third(asked: Asked) -> Answer:
        if asked.query["page"] == "3" and not release.is_set():
            asked_third.set()
            release.wait(PATIENCE)
        return page(asked)

    with serve(stalls_at_the_third) as server:
        arguments, variables = command(tmp_path, server.address), environment(tmp_path)
        process = subprocess.Popen(arguments, env=variables, stderr=subprocess.DEVNULL)
        assert asked_third.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        assert not (tmp_path / "events.json").exists()
        release.set()
        done = subprocess.run(
            arguments, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3", "3"]
    assert json.loads((tmp_path / "events.json").read_bytes())["Result"] == ROWS
    assert done.stdout.startswith(str(tmp_path / "events.json"))
    assert "sha256" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_fetch__a_refused_key_is_one_line_without_the_key(tmp_path: Path) -> None:
    with serve(in_turn([Answer(f"no {SECRET}".encode(), 401)])) as server:
        arguments = [*command(tmp_path, server.address), "-vv"]
        done = subprocess.run(
            arguments,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    assert "UCDP_ACCESS_TOKEN" in done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("UCDP_ACCESS_TOKEN", f"{SECRET}\nX-More: 1"),
        ("UCDP_ACCESS_TOKEN", f"{SECRET}کچ"),
        ("UCDP_ACCESS_TOKEN", f"{SECRET}\udcff"),
    ],
)
def test_fetch__a_key_that_cannot_be_sent_is_an_error_without_the_key(
    variable: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv(variable, value)
    assert run(command(tmp_path, "http://127.0.0.1:9")[3:]) == 2
    shown = "".join(capsys.readouterr())
    assert variable in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "address",
    [
        *("no URL", "https://", "file:///etc/passwd", "https://[::1", "http://127.0.0.1:99999"),
        *(f"https://me:{SECRET}@example.org/api", f"https://example.org/api?key={SECRET}"),
        *("https://example.org/\x1b[2J", "https://کچ.org", "http://example.org/unencrypted"),
    ],
)
def test_fetch__an_address_that_cannot_be_used_is_an_error_that_shows_no_secret(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", "a-token")
    assert run(command(tmp_path, address)[3:]) == 2
    shown = "".join(capsys.readouterr())
    assert SECRET not in shown
    assert "\x1b" not in shown
    assert not list(tmp_path.glob("events*"))
