"""Servers on this machine that misbehave: what they answer is drawn from a seed."""

from __future__ import annotations

import gzip
import json
import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

STOPS_AFTER = 6.0  # s; no server talks for longer to one client
KEY = "s3cret-token-of-mine"
PASSWORD = "pass-w0rd-of-mine"
TOKEN = "short-lived-t0ken"
SECRETS = {"ucdp": [KEY], "acled": [PASSWORD, TOKEN], "boundaries": []}
REPEATED = f"what is {KEY}, {PASSWORD}, {TOKEN}?"
FIRST = b'{"TotalCount": 1, "TotalPages": 1, "Result": [{"id": '
ROWS = [{"id": n, "side_a": "Government of Somewhere", "best": n % 3} for n in range(1, 1501)]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"


class GoneError(Exception):
    """The client hung up, or was talked to for long enough."""


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]

    @property
    def page(self) -> int:
        return int(self.target.rpartition("page=")[2] or 1)


@dataclass
class Wire:
    """One connection: what is sent on it is sent as it is."""

    socket: socket.socket
    address: str
    ends: float = field(default_factory=lambda: time.monotonic() + STOPS_AFTER)

    def send(self, data: bytes) -> None:
        if time.monotonic() > self.ends:
            raise GoneError
        try:
            self.socket.sendall(data)
        except OSError:
            raise GoneError from None

    def send_for_ever(self, piece: bytes, *, pause: float = 0.0) -> None:
        while True:
            self.send(piece)
            time.sleep(pause)

    def wait(self) -> None:
        """Say nothing until the client hangs up."""
        self.socket.settimeout(max(0.01, self.ends - time.monotonic()))
        with suppress(OSError):
            while self.socket.recv(4096):
                pass


Talk = Callable[[Wire, Request, bytes], None]  # the last argument is the body of the right answer


def plainly(wire: Wire, request: Request, body: bytes) -> None:
    wire.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def with_length(length: bytes) -> Talk:
    return lambda wire, request, body: wire.send(
        HEAD + b"Content-Length: " + length + b"\r\n\r\n" + body
    )


def with_headers(headers: bytes) -> Talk:
    return lambda wire, request, body: wire.send(HEAD + headers + b"\r\n" + body)


def with_body(body: bytes | Callable[[bytes], bytes]) -> Talk:
    def talk(wire: Wire, request: Request, good: bytes) -> None:
        plainly(wire, request, body(good) if callable(body) else body)

    return talk


def with_status(status: bytes, headers: bytes = b"", body: bytes = b"") -> Talk:
    def talk(wire: Wire, request: Request, good: bytes) -> None:
        length = b"Content-Length: %d\r\n" % len(body)
        wire.send(b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + body)

    return talk


def endless(start: bytes, piece: bytes, *, pause: float = 0.0) -> Talk:
    def talk(wire: Wire, request: Request, body: bytes) -> None:
        wire.send(start)
        wire.send_for_ever(piece, pause=pause)

    return talk


def dripping(pause: float, *, headers: bool) -> Talk:
    """The right answer, one byte at a time."""

    def talk(wire: Wire, request: Request, body: bytes) -> None:
        whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        start = 0 if headers else len(whole) - len(body)
        wire.send(whole[:start])
        for at in range(start, len(whole)):
            wire.send(whole[at : at + 1])
            time.sleep(pause)

    return talk


def chunked(frame: Callable[[bytes], bytes]) -> Talk:
    def talk(wire: Wire, request: Request, body: bytes) -> None:
        wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + frame(body))

    return talk


def redirected(location: bytes, status: bytes = b"302 Found") -> Talk:
    def talk(wire: Wire, request: Request, body: bytes) -> None:
        where = location.replace(b"SELF", wire.address.encode())
        wire.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n")
        wire.send(b"Connection: close\r\nLocation: " + where + b"\r\n\r\n")

    return talk


def reset(wire: Wire, request: Request, body: bytes) -> None:
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def silent(wire: Wire, request: Request, body: bytes) -> None:
    wire.wait()


def half_then_silent(wire: Wire, request: Request, body: bytes) -> None:
    wire.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2])
    wire.wait()


def ucdp(total: object, pages: object, rows: object) -> bytes:
    return json.dumps({"TotalCount": total, "TotalPages": pages, "Result": rows}).encode()


def rows_for_ever(wire: Wire, request: Request, body: bytes) -> None:
    """Full pages without end, each with other rows."""
    rows = [{"id": n + 5000 * request.page} for n in range(5000)]
    plainly(wire, request, json.dumps({"status": 200, "data": rows}).encode())


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


LENGTHS = {
    "too large": lambda n: b"%d" % (n + 10),
    "too small": lambda n: b"%d" % max(n - 10, 0),
    "a word": lambda n: b"abc",
    "negative": lambda n: b"-5",
    "empty": lambda n: b"",
    "two in one": lambda n: b"%d, %d" % (n, n + 7),
    "the same twice": lambda n: b"%d\r\nContent-Length: %d" % (n, n),
    "doubled and different": lambda n: b"%d\r\nContent-Length: %d" % (n, n + 7),
    "of 5,000 digits": lambda n: b"9" * 5000,
    "10^18": lambda n: b"%d" % 10**18,
    "a float": lambda n: b"1e3",
    "hexadecimal": lambda n: b"0x10",
    "not ASCII": lambda n: "٣".encode(),
}


def _of_length(length: Callable[[int], bytes]) -> Talk:
    return lambda wire, request, body: with_length(length(len(body)))(wire, request, body)


FRAMES: dict[str, Talk] = {
    **{f"a length that is {name}": _of_length(length) for name, length in LENGTHS.items()},
    "no length": with_headers(b""),
    "a length and chunks": with_headers(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    "an unknown transfer": with_headers(b"Transfer-Encoding: pigeon\r\n"),
    "a chunk of size -5": chunked(lambda body: b"-5\r\n" + body),
    "a chunk without size": chunked(lambda body: b"\r\n" + body),
    "a chunk of size zz": chunked(lambda body: b"zz\r\n" + body),
    "a chunk of size 16^4999": chunked(lambda body: b"f" * 4999 + b"\r\n" + body),
    "a chunk of size 2^62": chunked(lambda body: b"4000000000000000\r\n" + body),
    "chunks cut off": chunked(lambda body: b"%x\r\n" % len(body) + body),
    "endless chunk extension": endless(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x" * 65536
    ),
    "endless trailers": endless(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 60000 + b"\r\n"
    ),
    "endless chunks of a byte": endless(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 10000
    ),
    "silence": silent,
    "silence after half": half_then_silent,
    "a byte now and then": dripping(0.15, headers=False),
    "headers byte by byte": dripping(0.15, headers=True),
    "connection reset": reset,
    "connection closed": lambda wire, request, body: None,
    "no HTTP": lambda wire, request, body: wire.send(b"SSH-2.0-OpenSSH_9.6\r\n" * 9),
    "HTTP of version 9.9": lambda wire, request, body: wire.send(b"HTTP/9.9 200 OK\r\n\r\n" + body),
    "a status of words": lambda wire, request, body: wire.send(b"HTTP/1.1 two hundred\r\n\r\n"),
    "an endless status line": endless(b"HTTP/1.1 200 ", b"O" * 65536),
    "endless headers": endless(HEAD, b"X-More: 1\r\n" * 1000),
    "one endless header": endless(HEAD + b"X-More: ", b"1" * 65536),
    "endless status 100": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "a continued header": with_headers(b"ETag: a\r\n b\r\n c\r\n"),
    "headers that are not Latin": with_headers("ETag: \u06a9\u0686\r\nX\u00a0: y\r\n".encode()),
}
BODIES: dict[str, Talk] = {
    "no body": with_body(b""),
    "endless zeros": endless(HEAD + b"\r\n", b"\0" * 65536),
    "endless spaces": endless(HEAD + b"\r\n", b" " * 65536),
    "endless JSON": endless(HEAD + b"\r\n" + FIRST + b"[", b"{}," * 20000),
    "endless JSON of a stated length": endless(
        HEAD + b"Content-Length: 999999999999\r\n\r\n" + FIRST + b"[", b"{}," * 20000
    ),
    "200,000 levels": with_body(deep(200_000)),
    "200,000 levels in a row": with_body(FIRST + deep(200_000) + b"}]}"),
    "200,000 levels that stay open": with_body(b'[{"a":' * 200_000),
    "900 levels": with_body(FIRST + deep(900) + b"}]}"),
    "half": with_body(lambda good: good[: len(good) // 2]),
    "half a character": with_body(FIRST + b'1, "side_a": "\\ud800"}]}'),
    "half a character in a name": with_body(FIRST + b'1, "\\ud800": 1}]}'),
    "NaN": with_body(FIRST + b'NaN, "best": Infinity}]}'),
    "a number of 5,000 digits": with_body(FIRST + b"9" * 5000 + b"}]}"),
    "1e999": with_body(FIRST + b"1e999}]}"),
    "a number": with_body(b"7"),
    "null": with_body(b"null"),
    "a text": with_body(b'"no"'),
    "an empty list": with_body(b"[]"),
    "an empty object": with_body(b"{}"),
    "lists of lists": with_body(b"[[[[1]]], [2]]"),
    "UTF-16": with_body(lambda good: good.decode().encode("utf-16")),
    "a byte-order mark": with_body(lambda good: b"\xef\xbb\xbf" + good),
    "Latin-1": with_body(b'{"Result": "\xe9"}'),
    "a web page": with_body(b"<html>\x1b[2J<body>Log in</body></html>"),
    "our key": with_body(REPEATED.encode()),
    "control characters": with_body(FIRST + b'1, "side_a": "\\u001b[2J\\u0007\\u0000"}]}'),
    "a gzip bomb": lambda wire, request, body: wire.send(
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb()
    ),
    "a broken gzip": with_headers(b"Content-Encoding: gzip\r\n"),
    "an unknown encoding": with_headers(b"Content-Encoding: br, gzip, gzip, gzip, gzip, gzip\r\n"),
    "data of no rows": with_body(b'{"status": 200, "data": [], "Result": []}'),
    "rows that are numbers": with_body(
        b'{"TotalCount":2,"TotalPages":1,"Result":[1,2],"status":200,"data":[1,2]}'
    ),
    "rows that are null": with_body(
        b'{"TotalCount":1,"TotalPages":1,"Result":[null],"status":200,"data":[null]}'
    ),
    "cells that are lists": with_body(
        b'{"TotalCount":1,"TotalPages":1,"Result":[{"a":[1]}],"status":200,"data":[{"a":[1]}]}'
    ),
    "a status of words in JSON": with_body(b'{"status": "\\u001b[31mbroken", "data": 1}'),
    "no pages": with_body(ucdp(0, 0, [])),
    "minus one page": with_body(ucdp(-1, -1, [])),
    "10^9 pages": with_body(ucdp(10**12, 10**9, ROWS[:1000])),
    "10^400 pages": with_body(ucdp(10**400, 10**400, ROWS[:1000])),
    "pages of words": with_body(ucdp("1", "1", [])),
    "pages that are true": with_body(ucdp(True, True, [{"id": 1}])),
    "half a page": with_body(ucdp(1, 1.5, [{"id": 1}])),
    "more rows than counted": with_body(ucdp(3, 1, ROWS)),
    "empty pages": with_body(ucdp(3000, 3, [])),
    "the same page again": with_body(json.dumps({"status": 200, "data": ROWS * 4}).encode()),
    "other rows for ever": rows_for_ever,
}
STATUSES: dict[str, Talk] = {
    **{
        f"status {status}": with_status(b"%d Odd" % status, body=REPEATED.encode())
        for status in (
            *(100, 101, 201, 204, 206, 300, 304, 400, 401, 403, 404, 408, 416, 418, 429, 451),
            *(500, 501, 502, 503, 504, 999),
        )
    },
    **{
        f"a wait of {name}": with_status(b"429 Slow", b"Retry-After: " + value + b"\r\n")
        for name, value in {
            "5,000 digits": b"9" * 5000,
            "words": b"soon",
            "less than nothing": b"-5",
            "an hour": b"3600",
            "until the year 9999": b"Fri, 31 Dec 9999 23:59:59 GMT",
            "until an odd day": b"Fri, 99 Foo 99999999 99:99:99 GMT",
            "nothing": b"",
        }.items()
    },
    "status 500 without end": endless(b"HTTP/1.1 500 Odd\r\n\r\n", b"x" * 65536),
    "status 404 without end": endless(b"HTTP/1.1 404 Odd\r\n\r\n", b"x" * 65536),
    "status 404 byte by byte": endless(b"HTTP/1.1 404 Odd\r\n\r\n", b"x", pause=0.15),
    "part of another size": with_status(
        b"206 Part", b"Content-Range: bytes 5-9/100000000000\r\n", b"12345"
    ),
    "part of nonsense": with_status(b"206 Part", b"Content-Range: bytes x-y/*\r\n", b"12345"),
}
REDIRECTS: dict[str, Talk] = {
    f"to {name}": redirected(location, status)
    for name, location, status in (
        ("itself", b"SELF/25.1", b"302 Found"),
        ("itself for good", b"SELF/x", b"301 Moved"),
        ("itself with method", b"SELF/x", b"307 Moved"),
        ("a file", b"file:///etc/passwd", b"302 Found"),
        ("an FTP server", b"ftp://127.0.0.1/x", b"302 Found"),
        ("a script", b"javascript:alert(1)", b"302 Found"),
        ("data", b"data:application/json,{}", b"302 Found"),
        ("another host", b"http://localhost:9/", b"302 Found"),
        ("another port", b"http://127.0.0.1:9/", b"308 Found"),
        ("https", b"https://127.0.0.1:9/", b"302 Found"),
        ("nowhere", b"", b"302 Found"),
        ("half an address", b"http://[::1", b"302 Found"),
        ("port 99999", b"http://127.0.0.1:99999/", b"302 Found"),
        ("a port of words", b"http://127.0.0.1:http/", b"302 Found"),
        ("an address with a password", f"http://me:{PASSWORD}@127.0.0.1:9/".encode(), b"303 F"),
        ("an address of 60,000 letters", b"/" + b"x" * 60000, b"302 Found"),
        ("an address that is not Latin", "http://\u06a9\u0686/\u06a9".encode(), b"302 Found"),
        ("an address with spaces", b"http://a b/ c", b"302 Found"),
        ("an address with escapes", b"http://127.0.0.1:9/\x1b[2J", b"302 Found"),
        ("a label too long", b"http://" + b"x" * 70 + b".org/", b"302 Found"),
        ("a host with empty labels", b"http://a..b/", b"302 Found"),
    )
}
TOKENS: dict[str, Talk] = {
    f"a token of {name}": with_body(json.dumps({"access_token": token}).encode())
    for name, token in {
        "two lines": "one\ntwo\r\nX-More: 1",
        "other letters": "\u06a9\u0686",
        "half a character": "\ud800",
        "spaces": "  ",
        "nothing": "",
        "a number": 7,
        "a megabyte": "x" * 1_000_000,
    }.items()
}


def _facts(**more: object) -> Talk:
    def talk(wire: Wire, request: Request, body: bytes) -> None:
        facts = {**json.loads(body), **more} if body.startswith(b'{"boundaryID"') else more
        plainly(wire, request, json.dumps(facts).encode())

    return talk


FACTS: dict[str, Talk] = {
    f"boundaries at {name}": _facts(gjDownloadURL=address)
    for name, address in {
        "a file": "file:///etc/passwd",
        "an FTP server": "ftp://127.0.0.1/x",
        "no URL": "no URL",
        "nothing": "",
        "a number": 7,
        "half an address": "http://[::1",
        "port 99999": "http://127.0.0.1:99999/x",
        "a label too long": "http://" + "x" * 70 + ".org",
        "two lines": "http://127.0.0.1:9/a\r\nX-More: 1",
        "half a character": "http://127.0.0.1:9/\ud800",
        "a closed port": "http://127.0.0.1:9/x",
        "an address with a password": f"http://me:{PASSWORD}@127.0.0.1:9/x",
    }.items()
} | {
    "a title of half a character": _facts(boundaryID="\ud800"),
    "a title of control characters": _facts(boundaryName="\x1b[2J\x07\x00"),
    "a title of a megabyte": _facts(boundarySource="x" * 1_000_000),
    "a title that is a list": _facts(boundarySource=[[1], {"a": None}]),
    "a licence of half a character": _facts(boundaryLicense="\udfff"),
}
KINDS: dict[str, Talk] = {**FRAMES, **BODIES, **STATUSES, **REDIRECTS, **TOKENS, **FACTS}


def bomb() -> bytes:
    """A few kilobytes that become 2 GB."""
    inner = gzip.compress(b" " * 10_000_000, 9)
    return inner * 200


def good_answer(request: Request, address: str) -> bytes:
    """What the three services answer when all is well."""
    target = request.target.partition("?")[0]
    if target.startswith("/token"):
        return json.dumps({"access_token": TOKEN}).encode()
    if target.startswith("/file"):
        return b'{"type": "FeatureCollection", "features": [' + b"0," * 400 + b"0]}"
    if "/ADM" in target:
        facts = {
            "boundaryID": "PAK-ADM2",
            "boundaryLicense": "CC BY",
            "gjDownloadURL": f"{address}/file",
        }
        return json.dumps(facts).encode()
    if target.startswith("/acled"):
        rows = ROWS[:1500] * 4 if request.page == 1 else ROWS[:3]
        return json.dumps({"status": 200, "data": rows[:5000]}).encode()
    return ucdp(1500, 2, ROWS[1000 * (request.page - 1) : 1000 * request.page])


@dataclass(frozen=True)
class Behaviour:
    """What one server does: `name` on the `when`-th request and `times - 1` after it."""

    service: str  # "ucdp", "acled" or "boundaries"
    name: str
    when: int
    times: int

    def __str__(self) -> str:
        return f"{self.service}: {self.name}, request {self.when}, {self.times} times"


ALWAYS = 1_000_000


def behaviour(seed: int) -> Behaviour:
    """The kinds in turn, so that each is met; service, request and repetition from the seed."""
    rng = random.Random(seed)
    names = sorted(KINDS)
    name = names[seed % len(names)]
    services = ["ucdp", "acled", "boundaries"]
    service = services[(seed // len(names) + seed) % 3]
    if name in TOKENS:
        return Behaviour("acled", name, 1, ALWAYS)
    if name in FACTS:
        return Behaviour("boundaries", name, 1, 1)
    return Behaviour(service, name, rng.choice([1, 1, 2, 2, 3]), rng.choice([1, 2, ALWAYS]))


@contextmanager
def misbehaving(behaviour: Behaviour) -> Iterator[str]:
    """Run a server with this behaviour and yield its address; it stops with the block."""
    count = 0
    lock = threading.Lock()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nonlocal count
            with lock:
                count += 1
                number = count
            request = _read_request(self.request)
            if request is None:
                return
            wire = Wire(self.request, address)
            is_bad = behaviour.when <= number < behaviour.when + behaviour.times
            talk = KINDS[behaviour.name] if is_bad else plainly
            with suppress(GoneError):
                talk(wire, request, good_answer(request, address))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield address
        finally:
            server.shutdown()
            thread.join()


def _read_request(connection: socket.socket) -> Request | None:
    """Return the request without its body; None where the client says nothing of sense."""
    connection.settimeout(STOPS_AFTER)
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (x.partition(":") for x in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
    except (OSError, ValueError):
        return None
    method, target, *_ = first.split(" ")
    return Request(method, target, headers)
