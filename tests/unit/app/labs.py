"""The lab of the shipped region, made once, and requests to an application without a server."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import tarazu.app
from tarazu.app.lab import Lab, load_lab

HOST = "127.0.0.1:8765"
STATIC = Path(tarazu.app.__file__).parent / "static"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="THE SCRIPTS OF THE LAB WERE NOT RUN: node is not here"
)


@cache
def shipped_lab() -> Lab:
    return load_lab()


def in_node(script: str, **data: object) -> Any:
    """Run a module that reads `data` and calls `answer`; return what it was called with."""
    text = (
        "import { readFileSync } from 'node:fs';\n"
        "const data = JSON.parse(readFileSync(0, 'utf8'));\n"
        "const answer = (value) => console.log(JSON.stringify(value));\n" + script
    )
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", text],
        input=json.dumps(data),
        cwd=STATIC,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines()]


def request(
    application: Any,
    path: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    leave_after: int | None = None,
    **headers: str,
) -> Answer:
    """Send one request; underscores in names of headers are hyphens.

    leave_after: parts of the answer after which the visitor is gone.
    """
    return asyncio.run(send(application, path, method, body, leave_after, headers))


async def send(
    application: Any,
    path: str,
    method: str = "GET",
    body: bytes = b"",
    leave_after: int | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    path, _, query = path.partition("?")
    given = {"host": HOST, "content-length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in (headers or {}).items()
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8765),
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    answer = Answer(0, {}, b"")
    gone, is_asked, parts = asyncio.Event(), False, 0

    async def receive() -> dict[str, Any]:
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def sent(message: dict[str, Any]) -> None:
        nonlocal parts
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            for key, value in message["headers"]:
                assert key.decode() not in answer.headers, f"{key!r} twice"
                answer.headers[key.decode()] = value.decode()
        else:
            answer.body += message.get("body", b"")
            parts += 1
            if parts == leave_after:
                gone.set()

    await application(scope, receive, sent)
    return answer
