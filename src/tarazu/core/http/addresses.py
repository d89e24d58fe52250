"""Addresses and keys: what may be sent where."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from os import environ
from urllib.parse import SplitResult, urljoin, urlsplit

from tarazu.core.errors import DataError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LONGEST = 2000  # characters of an address
SHOWN = 100  # characters of an address that a message repeats
PLAIN = re.compile(r"[!-~]+")  # ASCII without spaces and control characters
EXAMPLE = "an address such as https://example.org/api"
_HOST = re.compile(r"[0-9A-Za-z_](?:[0-9A-Za-z._-]{0,251}[0-9A-Za-z])?|[0-9A-Fa-f:.]+")


@dataclass(frozen=True)
class Key:
    """A credential of the user: kept in memory, sent as a header, never written or shown.

    Attributes
    ----------
    variable : environment variable that it comes from, which errors name.
    header : name of the header. value : what is sent.
    password : from which the key was made, if so; not sent, and shown as little.
    """

    variable: str
    header: str
    value: str = field(repr=False)
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        check_key(self.value.removeprefix("Bearer "), self.variable)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody else may see."""
        return tuple(filter(None, (self.value.removeprefix("Bearer "), self.password)))


def check_key(value: str, variable: str) -> None:
    """Raise a DataError, which does not repeat it, if a key cannot be sent as a header."""
    if PLAIN.fullmatch(value):
        return
    has_break = any(c.isspace() for c in value)
    what = "a space or line break" if has_break else "a character that no key has"
    raise DataError(
        f"the key in {variable} holds {what}",
        expected="letters, digits and signs of ASCII",
        hint="Copy it again, without what stands around it",
    )


def from_environment(variable: str, what: str) -> str:
    """Return the value of an environment variable.

    Raises
    ------
    DataError
        The variable is not set, is empty, or holds bytes that are not text.
    """
    value = environ.get(variable, "").strip()
    if not value:
        raise DataError(
            f"the environment variable {variable} is not set",
            expected=what,
            hint="Set it for this command only; Tarazu never stores it",
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        what = f"the environment variable {variable} holds bytes that are not UTF-8"
        raise DataError(what, expected="text in UTF-8") from None
    return value


def check_address(address: str, *, bare: bool = False, what: str = "") -> SplitResult:
    """Return the parts of an address that a request can be sent to.

    Parameters
    ----------
    bare : whether it must be without a query, because one will be added.
    what : where the address comes from, for the message.

    Raises
    ------
    DataError
        It is no address, of another scheme than http and https, or holds a user or password; the
        message shows neither.
    """
    start = f"{what}: " if what else ""
    if len(address) > LONGEST:
        problem = f"{start}the address has {len(address):,} characters"
        raise DataError(problem, expected=f"at most {LONGEST:,}")
    shown = f"{without_secrets(address)[:SHOWN]!r}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DataError(f"{start}{shown} is not an address", expected=EXAMPLE) from None
    if parts.scheme not in ("http", "https"):
        raise DataError(f"{start}{shown} is not an address of the web", expected=EXAMPLE)
    if "@" in parts.netloc:
        raise DataError(
            f"{start}the address {shown} holds a user name or password",
            expected="an address without them",
            hint="Addresses are shown and written to files; keys belong in environment variables",
        )
    labels = host.split(".")
    is_host = _HOST.fullmatch(host) and all(len(label) < 64 for label in labels)
    if not is_host or (":" not in host and not all(labels)) or port == 0:
        raise DataError(f"{start}{shown} names no host", expected=EXAMPLE)
    if not PLAIN.fullmatch(address):
        problem = f"{start}{shown} holds a space, or a character that is not ASCII"
        raise DataError(problem, expected="these characters escaped, as %20")
    if bare and (parts.query or parts.fragment):
        problem = f"{start}the address {shown} has a query"
        raise DataError(problem, expected="the address without '?' and '#' and what follows")
    return parts


def follow(address: str, location: str, *, hosts: Collection[str] = ()) -> str:
    """Return the address that a server redirects to, or names in its response.

    Parameters
    ----------
    hosts : other hosts that it may name, each with all below it ("example.org" and
        "files.example.org").

    Raises
    ------
    DataError
        It is no address, is not encrypted where the first one was, or belongs to another server.
    """
    old = check_address(address)
    try:
        target = urljoin(address, location)
    except ValueError:
        target = location
    new = check_address(target, what=f"{old.netloc} redirects")
    if old.scheme == "https" and new.scheme != "https":
        problem = f"the server redirects to {new.netloc} without encryption"
        raise DataError(problem, file=without_secrets(address), expected="an https address")
    if _server(old) != _server(new) and not _is_below(new.hostname or "", hosts):
        raise DataError(
            f"the server redirects to {new.scheme}://{new.netloc}",
            file=without_secrets(address),
            expected="no redirect to another server",
            hint="If the service has moved there, give its new address with --address",
        )
    return target


def _is_below(host: str, domains: Collection[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _server(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def without_secrets(address: str) -> str:
    """Return an address without its query, fragment, user and password."""
    bare = re.split(r"[?#]", address, maxsplit=1)[0]
    scheme, separator, rest = bare.partition("//")
    place, slash, path = rest.partition("/")
    if not separator:
        return bare.rpartition("@")[2]
    return f"{scheme}//{place.rpartition('@')[2]}{slash}{path}"
