"""JSON from a server, read within bounds: its size, number of values and nesting."""

from __future__ import annotations

import json
from typing import Any

from tarazu.core.errors import DataError
from tarazu.core.http.limits import LIMITS, Limits


class NotJsonError(DataError):
    """A response is not JSON: it may have been cut off."""


def read_json(body: bytes, address: str, limits: Limits = LIMITS) -> Any:
    """Return the value of a response.

    Raises
    ------
    NotJsonError
        It is not JSON.
    DataError
        It has too many values, or levels.
    """
    values = sum(map(body.count, (b",", b"[", b"{")))
    if values > limits.values:
        raise DataError(
            f"the response holds up to {values:,} values",
            file=address,
            expected=f"at most {limits.values:,}",
        )
    try:
        value = json.loads(body)
    except RecursionError:
        raise _too_deep(address, limits) from None
    except ValueError as error:  # also what is not UTF-8, and numbers of thousands of digits
        what = "the response is not JSON"
        raise NotJsonError(what, file=address, expected="JSON") from error
    _check_nesting(value, address, limits)
    return value


def _check_nesting(value: object, address: str, limits: Limits) -> None:
    level: list[Any] = [value]
    for _ in range(limits.nesting + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep(address, limits)


def _too_deep(address: str, limits: Limits) -> DataError:
    what = f"the response is nested more than {limits.nesting} levels deep"
    return DataError(what, file=address, expected=f"at most {limits.nesting} levels")
