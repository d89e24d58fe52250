"""The first page of the shipped lab as one file, for the seconds in which the model is loaded.

It ships with the package, made by ``make first-page``, and holds the digest of all that it was made
from: where that differs, it is not shown. Then a page that an earlier start kept on this machine
may do, and without one the server says that it compiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import tarazu
from tarazu.core.files.cache import cache_dir
from tarazu.core.kernel_store import UntrustedFolderError, read_kernel, trusted_folder, write_kernel
from tarazu.core.provenance import digest

SHIPPED: Final = Path(__file__).parent / "first_page.html"
VERSION: Final = "@tarazu-version@"  # in the file, in place of the version
_MADE_FROM: Final = "\n<!-- made from "
_END: Final = " -->\n"

_PACKAGE: Final = Path(tarazu.__file__).parent
_ROOMS: Final = ("model", "engine", "policy", "study", "region", "app")
_KINDS: Final = frozenset({".py", ".toml", ".csv", ".j2"})


@cache
def made_from() -> str:
    """Return the digest of the sources that the first page is made from."""
    return digest("\0".join(_sources()).encode())


def pack_page(page: str, version: str) -> str:
    """Return a rendered page as a file: without its version, with what it was made from."""
    if VERSION in page or _MADE_FROM in page:
        raise ValueError("the page holds a mark of the file")
    return f"{page.rstrip().replace(version, VERSION)}{_MADE_FROM}{made_from()}{_END}"


def unpack_page(text: str, version: str) -> str | None:
    """Return the page of a file; None where it was made from other sources."""
    page, _, key = text.rpartition(_MADE_FROM)
    return page.replace(VERSION, version) if key == made_from() + _END else None


def read_first_page(version: str) -> str | None:
    """Return the first page that ships, or that an earlier start kept; None without one."""
    texts = [SHIPPED.read_text(encoding="utf-8")] if SHIPPED.is_file() else []
    file = _kept_file()
    kept = None if file is None else read_kernel(file)
    if kept is not None:
        texts.append(kept.decode())
    pages = (unpack_page(text, version) for text in texts)
    return next((page for page in pages if page is not None), None)


def keep_first_page(page: str, version: str) -> None:
    """Keep a rendered page on this machine for the next start."""
    file = _kept_file()
    if file is not None and read_first_page(version) is None:
        write_kernel(file, pack_page(page, version).encode())


def _kept_file() -> Path | None:
    try:
        return trusted_folder(cache_dir() / "pages") / f"first-{made_from()[:32]}.html"
    except (UntrustedFolderError, OSError):  # then nothing is kept
        return None


def _sources() -> Iterator[str]:
    for room in _ROOMS:
        for file in sorted((_PACKAGE / room).rglob("*")):
            if file.suffix in _KINDS:
                yield file.read_text(encoding="utf-8")
