"""Connections that count every byte: status lines, headers, sizes of chunks and content.

The timeout of a socket is one of a single read, which a byte per minute keeps for ever. Here all
that is read from the socket passes a `Meter`, which bounds the time of the whole.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping
from http.client import HTTPResponse
from typing import Any, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from tarazu.core.http.limits import Meter

CONNECT_SECONDS = 15.0


def metered_pool(meter: Meter) -> PoolManager:
    """Return a pool of connections whose responses are counted by `meter`."""

    def response(connection: socket.socket, *arguments: Any, **options: Any) -> HTTPResponse:
        counted: Any = _MeteredSocket(connection, meter)
        return HTTPResponse(counted, *arguments, **options)

    class Open(HTTPConnection):
        response_class = cast("type[HTTPResponse]", staticmethod(response))

    class Encrypted(HTTPSConnection):
        response_class = cast("type[HTTPResponse]", staticmethod(response))

    class OpenPool(HTTPConnectionPool):
        ConnectionCls = Open

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    pool = PoolManager(timeout=Timeout(connect=CONNECT_SECONDS, read=meter.limits.idle))
    pools: Mapping[str, Any] = {"http": OpenPool, "https": EncryptedPool}
    pool.pool_classes_by_scheme = dict(pools)
    return pool


class _MeteredSocket:
    """A socket of which `HTTPResponse` makes the file that it reads."""

    def __init__(self, connection: socket.socket, meter: Meter) -> None:
        self._connection, self._meter = connection, meter

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb"
        return io.BufferedReader(_MeteredFile(self._connection, self._meter))


class _MeteredFile(io.RawIOBase):
    def __init__(self, connection: socket.socket, meter: Meter) -> None:
        self._connection, self._meter = connection, meter
        self._file = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(self._meter.time_left())
        try:
            count = self._file.readinto(buffer)
        except TimeoutError as error:
            raise self._meter.time_error() from error
        self._meter.received(count or 0)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
