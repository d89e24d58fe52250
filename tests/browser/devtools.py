"""Chromium through its devtools protocol, over a pipe: pages, clicks, and what they complain of."""

import base64
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves this machine
    "--remote-debugging-pipe",
)
SECONDS = 120.0  # no bound on speed: beyond it a page hangs


def find_browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


class Page:
    """One tab: commands to it, and what it complained of.

    complaints: errors of the console, exceptions, and violations of the content policy.
    requests: addresses of all requests.
    """

    def __init__(self, browser: "Browser", session: str) -> None:
        self.browser, self.session = browser, session
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.loaded = threading.Event()

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.send(method, self.session, **params)

    def on_event(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"] + " " + params["entry"].get("url", ""))
        elif method == "Audits.issueAdded":
            issue = params["issue"]
            if issue["code"] == "ContentSecurityPolicyIssue":
                self.complaints.append(json.dumps(issue["details"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded.set()

    def open(self, address: str) -> None:
        self.loaded.clear()
        self.send("Page.navigate", url=address)
        assert self.loaded.wait(SECONDS), f"{address} did not load"

    def size(self, width: int, height: int = 900) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, **features: str) -> None:
        """Set media features: prefer(prefers_color_scheme="dark")."""
        found = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.send("Emulation.setEmulatedMedia", features=found)

    def run(self, script: str) -> Any:
        """Return the value of an expression; a promise is awaited."""
        done = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait(self, condition: str, seconds: float = SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < end, f"not true after {seconds:g} s: {condition}"
            time.sleep(0.05)

    def screenshot(self, file: Path, *, whole: bool = True) -> None:
        done = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(done["data"]))


class Browser:
    """A running Chromium."""

    def __init__(self, command: str, profile: Path) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()

        def wire() -> None:  # the browser reads from 3 and writes to 4
            a, b = os.dup(to_read), os.dup(to_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self._process = subprocess.Popen(
            [command, *FLAGS, f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=wire,
        )
        os.close(to_read)
        os.close(to_write)
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._news, self._writing = threading.Condition(), threading.Lock()
        self._pages: dict[str, Page] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        rest = b""
        while chunk := os.read(self._read, 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    with self._news:
                        self._answers[message["id"]] = message
                        self._news.notify_all()
                elif (page := self._pages.get(message.get("sessionId", ""))) is not None:
                    if message["method"] == "Target.attachedToTarget":  # a worker of the page
                        self._watch(message["params"]["sessionId"], page)
                    page.on_event(message["method"], message["params"])

    def _watch(self, session: str, page: Page) -> None:
        """Have the events of a worker come to its page; answers are not waited for.

        In a thread of its own: the one that listens must not wait for a long message to be taken.
        """
        self._pages[session] = page
        commands = ("Network.enable", "Runtime.enable", "Runtime.runIfWaitingForDebugger")

        def write() -> None:
            for number, method in enumerate(commands):
                self._post({"id": -1 - number, "method": method, "sessionId": session})

        threading.Thread(target=write, daemon=True).start()

    def _post(self, message: dict[str, Any]) -> None:
        """Write one message, whole: a pipe takes long ones in pieces."""
        data = memoryview(json.dumps(message).encode() + b"\0")
        with self._writing:
            while data:
                data = data[os.write(self._write, data) :]

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._post(message)
        with self._news:
            arrived = self._news.wait_for(lambda: number in self._answers, SECONDS)
            assert arrived, f"no answer to {method}"
            answer = self._answers.pop(number)
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    @contextmanager
    def page(self, *, scripts: bool = True) -> Iterator[Page]:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            page.send(f"{domain}.enable")
        workers = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        page.send("Target.setAutoAttach", **workers)
        page.size(1280)
        if not scripts:
            page.send("Emulation.setScriptExecutionDisabled", value=True)
        yield page
        self.send("Target.closeTarget", targetId=target)

    def close(self) -> None:
        self.send("Browser.close")
        self._process.wait(SECONDS)
        self._thread.join(SECONDS)
        os.close(self._read)
        os.close(self._write)
