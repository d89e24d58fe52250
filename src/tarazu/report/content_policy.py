"""What a page may load and run: its own scripts, its styles and pictures, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence


def content_policy(scripts: Sequence[str]) -> str:
    """Return the Content-Security-Policy of a page.

    Parameters
    ----------
    scripts : sources of the scripts that may run, from `script_hash` or `page_nonce`.
    """
    allowed = "".join(f" '{source}'" for source in scripts)
    return (
        f"default-src 'none'; script-src{allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def script_hash(script: str) -> str:
    """Return the source that admits an inline script."""
    return f"sha256-{_digest(script)}"


def page_nonce(content: str) -> str:
    """Return a nonce for the scripts of a page whose content this is.

    It is the same whenever the content is, and text in the content cannot hold it, because it
    would change it. A script in a file beside the page needs one: a browser does not admit it by
    its hash where the page is opened from a disk.
    """
    return _digest(content)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
