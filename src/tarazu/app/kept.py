"""Results that are kept for the next visitor, up to a number and a size."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel

T = TypeVar("T")

MOST: Final = 64  # results
MOST_BYTES: Final = 32 * 2**20
OBJECTS: Final = 8  # bytes of Python objects per byte of their JSON, about


class Kept:
    """Results by key; of more than may be kept, those that were not used for longest are dropped.

    Parameters
    ----------
    most, most_bytes : results, and their size together.
    """

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a kept result, or make it; two threads may make the same one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return cast(T, self._values[key][0])
        made = make()
        size = size_of(made)
        with self._lock:
            _, replaced = self._values.pop(key, (None, 0))
            self._values[key] = made, size
            self.bytes += size - replaced
            while len(self._values) > self._most or self.bytes > self._most_bytes:
                _, (_, dropped) = self._values.popitem(last=False)
                self.bytes -= dropped
        return made


def size_of(value: object) -> int:
    """Return the size of a result, about: arrays as they are, others by their JSON."""
    if is_dataclass(value):
        return sum(int(getattr(value, field.name).nbytes) for field in fields(value))
    if isinstance(value, list):
        return sum(map(size_of, value))
    text = value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value)
    return OBJECTS * len(text)
