"""The server process of the lab: address, token, start and graceful stop."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tarazu.app.answers.rest import freeze, share_pools
from tarazu.app.guard import Guard
from tarazu.app.start.first_page import read_first_page
from tarazu.app.start.starting import Starting
from tarazu.core.errors import ResourceError
from tarazu.core.provenance import collect_provenance

if TYPE_CHECKING:
    from tarazu.app.lab import Lab
    from tarazu.app.service import Service

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
STOP_SECONDS: Final = 3  # that open answers may take to end
IDLE_SECONDS: Final = 5  # after which a silent connection is closed
CONNECTIONS: Final = 128  # at once; of more, each is refused


def serve(
    lab: Lab | None,
    *,
    run: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    say: Callable[[str], None],
) -> None:
    """Serve a lab until the process is interrupted.

    Parameters
    ----------
    lab : None for the shipped one, which is loaded while its first page is shown.
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
            hint=f"Install it with: {sys.executable} -m pip install starlette uvicorn",
        ) from error
    share_pools()
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    token = "" if host in LOOPBACK else secrets.token_urlsafe(24)
    shown = f"[{host}]" if ":" in host else host
    version = collect_provenance({}).tarazu
    page = read_first_page(version) if lab is None else None
    starting = Starting(page, version)
    application = Guard(starting, hosts=_names(host, port), token=token)
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
    starting.is_stopping = lambda: bool(server.should_exit)

    def load(given: Lab | None) -> None:
        from tarazu.app.application import unguarded_application
        from tarazu.app.lab import load_lab
        from tarazu.app.service import Service

        service = Service(given or load_lab(), folder=run)
        service.first_page = page
        service.runs.is_stopping = lambda: bool(server.should_exit)
        starting.application = unguarded_application(service)
        services.append(service)

    services: list[Service] = []
    if lab is not None:  # what is wrong with the files of the user is said before the address
        load(lab)

    def warm() -> None:
        try:
            if not services:
                load(None)
            services[0].warm()
            if lab is None and page is None:
                services[0].keep_first_page()
            services[0].warm_causes()
            freeze()
        except Exception as error:  # noqa: BLE001 - in a thread; the page shows it
            starting.failure = f"The lab cannot start: {error}"

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
