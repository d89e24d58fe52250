"""Addresses, keys and bounds of downloads, without a server."""

import time
from pathlib import Path

import pytest

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import Key, check_address, follow, without_secrets
from tarazu.core.http.downloads import partial_dir
from tarazu.core.http.json_body import NotJsonError, read_json
from tarazu.core.http.limits import Limits, Meter

API = "https://example.org/api"


@pytest.mark.parametrize(
    "address",
    [
        *("no URL", "", "example.org", "file:///etc/passwd", "ftp://example.org/x"),
        *("https://", "https://[::1", "https://a..b/", "https://example.org:99999/"),
        *("https://example.org:port/", "https://example.org/a b", "https://example.org/\x1b[2J"),
        *("https://\u06a9.org/", "https://example.org/\ud800", f"https://{'x' * 70}.org/"),
        *("javascript:alert(1)", f"https://example.org/{'x' * 3000}", "https://exa\nmple.org/"),
    ],
)
def test_address__that_is_none_is_an_error(address: str) -> None:
    with pytest.raises(DataError):
        check_address(address)


@pytest.mark.parametrize(
    "address", [API, "http://127.0.0.1:80/x", "http://[::1]:8000/", "https://a-b.example.org"]
)
def test_address__of_a_server_is_taken(address: str) -> None:
    check_address(address)


def test_address__with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(DataError, match="holds a user name or password") as caught:
        check_address("https://me:pass-w0rd@example.org/api?key=s3cret")
    assert "pass-w0rd" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_address__with_a_query_is_refused_where_one_is_added() -> None:
    with pytest.raises(DataError, match="has a query") as caught:
        check_address(f"{API}?key=s3cret", bare=True)
    assert "s3cret" not in str(caught.value)


def test_address__is_shown_without_secrets() -> None:
    assert without_secrets("https://me:pass@example.org/a?key=1#x") == "https://example.org/a"
    assert without_secrets("me:pass@example.org") == "example.org"


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("/new", "https://example.org/new"),
        ("https://example.org:443/new", "https://example.org:443/new"),
        ("https://other.net/new", "https://other.net/new"),
        ("https://data.other.net/new", "https://data.other.net/new"),
    ],
)
def test_redirect__is_followed(location: str, found: str) -> None:
    assert follow(API, location, hosts=["other.net"]) == found


@pytest.mark.parametrize(
    "location",
    [
        *("https://other.org/", "https://another.net/", "https://example.org:8443/"),
        *("https://127.0.0.1/", "https://169.254.169.254/", "http://other.net/"),
        *("http://example.org/", "file:///etc/passwd", "https://me:pass@example.org/"),
        *("https://[::1", "data:,x"),
    ],
)
def test_redirect__to_elsewhere_is_an_error(location: str) -> None:
    with pytest.raises(DataError):
        follow(API, location, hosts=["other.net"])


@pytest.mark.parametrize("value", ["one\ntwo", "one\r\nX-More: 1", "کچ", "\udcff", "a b", ""])
def test_key__that_cannot_be_sent_names_its_variable_and_not_itself(value: str) -> None:
    with pytest.raises(DataError, match="the key in MY_TOKEN holds") as caught:
        Key("MY_TOKEN", "x-token", value)
    assert not value or value not in str(caught.value)


def test_key__is_in_no_representation() -> None:
    key = Key("MY_TOKEN", "Authorization", "Bearer s3cret", "pass-w0rd")
    assert "s3cret" not in repr(key)
    assert "pass-w0rd" not in repr(key)


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b"[" * 60 + b"]" * 60, b"[" + b"0," * 1_000_000 + b"0]"]
)
def test_json_body__beyond_its_bounds_is_an_error(body: bytes) -> None:
    with pytest.raises(DataError, match=r"levels|values"):
        read_json(body, API)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"9" * 5000, b"<html>"])
def test_json_body__that_is_none_is_an_error(body: bytes) -> None:
    with pytest.raises(NotJsonError):
        read_json(body, API)


def test_json_body__within_its_bounds_is_read() -> None:
    assert read_json(b'{"a": [1, {"b": null}]}', API) == {"a": [1, {"b": None}]}


def receive(meter: Meter, count: int, *, pause: float) -> None:
    for _ in range(1000):
        meter.time_left()
        meter.received(count)
        time.sleep(pause)


def test_meter__ends_what_trickles() -> None:
    meter = Meter(Limits(idle=0.05, slowest=100))
    meter.start(API, 1000)
    with pytest.raises(DataError, match=r"only \d+ bytes came in 0\.05 seconds"):
        receive(meter, 1, pause=0.01)


def test_meter__ends_what_takes_too_long_in_all() -> None:
    meter = Meter(Limits(seconds=0.1, idle=0.02, slowest=1))
    with pytest.raises(DataError, match=r"takes longer than 0\.1 seconds"):
        receive(meter, 100, pause=0.005)


def test_meter__gives_the_whole_time_again_after_enough_bytes() -> None:
    meter = Meter(Limits(idle=0.2, slowest=100))
    meter.start(API, 1000)
    time.sleep(0.15)
    meter.received(100)
    assert meter.time_left() > 0.1
    assert "only 0 bytes" in str(meter.time_error())


def test_meter__counts_content_and_what_comes_without_it() -> None:
    meter = Meter(Limits(framing_bytes=100))
    meter.start(API, 150)
    for _ in range(3):
        meter.received(90)
        meter.delivered(50)
    with pytest.raises(DataError, match="larger than"):
        meter.delivered(1)
    with pytest.raises(DataError, match="without content"):
        meter.received(101)


def test_partial_downloads__are_not_taken_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path))
    assert partial_dir(API, {}).stat().st_mode & 0o777 == 0o700
    (tmp_path / "downloads").chmod(0o777)
    with pytest.raises(DataError, match="may be written to by others"):
        partial_dir(API, {})
