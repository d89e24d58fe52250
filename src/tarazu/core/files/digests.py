"""Files with digests: JSON that holds its own, and files that are checked against a noted one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tarazu.core.errors import DataError
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import canonical_json, digest, digest_file

OWN: Final = "sha256"  # key of a file's own digest: that of its content without this key


def sealed_json(content: Mapping[str, object]) -> bytes:
    r"""Return canonical JSON that holds its own SHA-256 under the key ``sha256``.

    Examples
    --------
    >>> sealed_json({"a": 1})[:24]
    b'{\n  "a": 1,\n  "sha256": '
    """
    return canonical_json({**content, OWN: digest(canonical_json(content))})


def read_sealed(path: Path, *, hint: str | None = None) -> dict[str, Any]:
    """Return the content of a file that `sealed_json` made, without its digest.

    Raises
    ------
    DataError
        The file cannot be read, or a byte of it was changed.
    """
    try:
        data = read_file(path)
        content: dict[str, Any] = json.loads(data)
        del content[OWN]
        is_sound = data == sealed_json(content)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise DataError(
            f"cannot be read ({type(error).__name__}: {error})",
            file=path,
            expected="a file as Tarazu wrote it, with its SHA-256",
            hint=hint,
        ) from error
    if not is_sound:
        raise _changed(path, "the content that its own SHA-256 is of", hint)
    return content


def check_digest(path: Path, noted: str, *, hint: str | None = None) -> None:
    """Raise an error if a file does not have the SHA-256 that was noted when it was written.

    Raises
    ------
    DataError
        The file cannot be read, or a byte of it was changed.
    """
    try:
        found = digest_file(path)
    except OSError as error:
        raise DataError(f"cannot be read ({error})", file=path, hint=hint) from error
    if found != noted:
        raise _changed(path, f"SHA-256 {noted[:12]}..., found {found[:12]}...", hint)


def _changed(path: Path, expected: str, hint: str | None) -> DataError:
    return DataError(
        "was changed or damaged since Tarazu wrote it", file=path, expected=expected, hint=hint
    )
