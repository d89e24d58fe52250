"""Provenance of results: versions, digests, and JSON with equal bytes for equal values."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Final

import numpy as np

from tarazu.core.files.reading import check_file

# Packages whose release can move a number.
KEY_PACKAGES: Final = ("llvmlite", "numba", "numpy", "pandas", "scipy", "sympy", "xarray")
_COMMIT_LENGTH: Final = 40


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal.

    Examples
    --------
    >>> digest(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of the file's bytes in hexadecimal, read piece by piece."""
    check_file(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def canonical_json(value: object) -> bytes:
    r"""Return `value` as JSON bytes that are equal whenever the values are equal.

    Keys are sorted, floats have their shortest exact form, NaN and infinities become null,
    and the text ends with a newline. NumPy scalars and arrays, dates, paths, enums,
    dataclasses, mappings, tuples and sets are understood.

    Raises
    ------
    TypeError
        A value or key of another type; the message names its place.

    Examples
    --------
    >>> canonical_json({"b": float("nan"), "a": (1, 2.5)})
    b'{\n  "a": [\n    1,\n    2.5\n  ],\n  "b": null\n}\n'
    """
    plain = _plain(value, "value")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=2)
    return (text + "\n").encode()


def _plain(value: object, where: str) -> object:
    if isinstance(value, np.generic | np.ndarray):
        if value.dtype.kind == "M":
            return _plain(np.datetime_as_string(np.asarray(value)).tolist(), where)
        return _plain(value.tolist(), where)
    if isinstance(value, Enum):
        return _plain(value.value, where)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return value.as_posix()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {f.name: _plain(getattr(value, f.name), f"{where}.{f.name}") for f in fields}
    if isinstance(value, Mapping):
        entries = {_key(k, where): _plain(v, f"{where}.{k}") for k, v in value.items()}
        if len(entries) < len(value):
            msg = f"{where} has keys that are equal once written as text"
            raise TypeError(msg)
        return entries
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, set | frozenset):
        return sorted((_plain(item, where) for item in value), key=repr)
    msg = f"{where} is a {type(value).__name__}, which has no canonical JSON"
    raise TypeError(msg)


def _key(key: object, where: str) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, np.generic):
        key = key.item()
    if isinstance(key, str):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    if isinstance(key, date):
        return key.isoformat()
    msg = f"{where} has the key {key!r}; expected a string, an integer or a date"
    raise TypeError(msg)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Versions and digests behind one result; equal on every run from equal inputs.

    Attributes
    ----------
    tarazu : version of this package.
    commit : of the source tree it ran from, with "+" where files differ from it; None when
        installed from a wheel.
    python : version of the interpreter.
    packages : version by name, for those that can move a number.
    inputs : SHA-256 by name of input.
    """

    tarazu: str
    commit: str | None
    python: str
    packages: Mapping[str, str]
    inputs: Mapping[str, str]


def collect_provenance(inputs: Mapping[str, str]) -> Provenance:
    """Return the versions of this installation with the digests of the inputs.

    Parameters
    ----------
    inputs : SHA-256 by name of input, as `digest` and `digest_file` return it.
    """
    return Provenance(
        tarazu=_installed("tarazu") or "unknown",
        commit=_commit(),
        python=platform.python_version(),
        packages={name: found for name in KEY_PACKAGES if (found := _installed(name))},
        inputs=dict(sorted(inputs.items())),
    )


@cache
def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def _commit() -> str | None:
    """Return the commit of the checkout this file lies in, None outside one."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None
    head = _git(root, "rev-parse", "HEAD")
    if head is None or len(head) != _COMMIT_LENGTH:
        return None
    return head + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
