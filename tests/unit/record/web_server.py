"""A web server on this machine that answers as a script says, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    time: float


@dataclass(frozen=True)
class Answer:
    """`cut` bytes of the body are sent although all of it was announced."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


Script = Callable[[Asked], Answer]


@dataclass
class Server:
    address: str
    asked: list[Asked] = field(default_factory=list)


def as_json(content: object, **more: object) -> Answer:
    return Answer(json.dumps(content).encode(), **more)  # type: ignore[arg-type]


def in_turn(answers: Sequence[Answer | Script]) -> Script:
    """Answer with each of these once, then with the last for ever."""
    left = list(answers)

    def script(asked: Asked) -> Answer:
        answer = left.pop(0) if len(left) > 1 else left[0]
        return answer if isinstance(answer, Answer) else answer(asked)

    return script


def ranges(body: bytes, *, cut: int | None = None, etag: str = '"v1"') -> Script:
    """Answer with a file, or the part of it that was asked for if it is still the same file."""

    def script(asked: Asked) -> Answer:
        span = asked.headers.get("range", "")
        if span and asked.headers.get("if-range") == etag:
            first = int(span.removeprefix("bytes=").rstrip("-"))
            if first >= len(body):
                return Answer(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
            part = {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}", "ETag": etag}
            return Answer(body[first:], 206, part)
        return Answer(body, headers={"ETag": etag}, cut=cut)

    return script


@contextmanager
def serve(script: Script) -> Iterator[Server]:
    """Run a server on a free port of this machine; it stops with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _reply(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, query, headers, body, time.monotonic())
            server.asked.append(asked)
            answer = script(asked)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    server = Server(f"http://127.0.0.1:{running.server_address[1]}")
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
