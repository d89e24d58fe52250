"""Scripts and style sheets of the pages, read once: a file per request waits for a thread."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Final

from tarazu.app.answers.bodies import Body, make_body

CACHING: Final = "max-age=60"  # seconds; after a new version the old script is not used for longer

_TYPES: Final = {
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}


def read_scripts() -> Mapping[str, Body]:
    """Return the files that are sent as they are, by name."""
    found = {}
    for file in files("tarazu.app").joinpath("static").iterdir():
        _, _, suffix = file.name.rpartition(".")
        if suffix in _TYPES:
            data = file.read_bytes()
            etag = f'"{sha256(data).hexdigest()[:32]}"'
            found[file.name] = make_body(data, _TYPES[suffix], caching=CACHING, etag=etag)
    return found
