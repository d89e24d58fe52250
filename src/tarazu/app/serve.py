"""The server process of the lab: address, token, start and graceful stop."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tarazu.app.application import make_application
from tarazu.app.lab import Lab
from tarazu.app.service import Service
from tarazu.core.errors import ResourceError

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
STOP_SECONDS: Final = 3  # that open answers may take to end
IDLE_SECONDS: Final = 5  # after which a silent connection is closed
CONNECTIONS: Final = 128  # at once; of more, each is refused


def serve(
    lab: Lab,
    *,
    run: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    say: Callable[[str], None],
) -> None:
    """Serve a lab until the process is interrupted.

    Parameters
    ----------
    run : folder of a run, whose findings are shown.
    host : address to listen on. Elsewhere than on this machine alone, a token is demanded.
    port : 0 for any that is free.
    say : called with the address, once visitors may come.

    Raises
    ------
    ResourceError
        The extra ``app`` is not installed, or the port is taken.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        raise ResourceError(
            f"the package '{error.name}' is missing",
            hint="Install the extra: pip install 'tarazu[app]'",
        ) from error
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    token = "" if host in LOOPBACK else secrets.token_urlsafe(24)
    shown = f"[{host}]" if ":" in host else host
    service = Service(lab, folder=run)
    application = make_application(service, hosts=_names(host, port), token=token)
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=CONNECTIONS,
    )
    server = uvicorn.Server(config)
    service.runs.is_stopping = lambda: bool(server.should_exit)

    def warm() -> None:
        service.warm()
        service.warm_causes()

    threading.Thread(target=warm, daemon=True, name="warm").start()
    say(f"http://{shown}:{port}/{'?token=' + token if token else ''}")
    ended = threading.Event()

    def serving() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            ended.set()

    # Not in the main thread, where uvicorn would take over the signals and send them a second time.
    # An event is waited for: Python 3.11 takes a thread for ended whose join is interrupted.
    threading.Thread(target=serving, name="server").start()
    try:
        ended.wait()
    except KeyboardInterrupt:
        return  # the way to end it
    finally:
        server.should_exit = True
        ended.wait()


def _names(host: str, port: int) -> frozenset[str]:
    """Return the values of the header Host that mean this server."""
    names = {"127.0.0.1", "localhost", "[::1]"} if host in LOOPBACK else {host}
    if host in ("0.0.0.0", "::"):
        own = socket.gethostname()
        found = {str(info[4][0]) for info in socket.getaddrinfo(own, None)}
        names = {"127.0.0.1", "localhost", own, *found}
    return frozenset(f"{name}:{port}" for name in names)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(CONNECTIONS)  # whoever comes before the server waits
    except OSError as error:
        listener.close()
        raise ResourceError(
            f"cannot listen on {host}, port {port}: {error.strerror}",
            hint="Give another --port, or --port 0 for any that is free",
        ) from error
    return listener
