"""The vocabulary of every room: quantities, sources, axes, errors, random streams, provenance.

Also how a room imports its public names when they are first used.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(
    room: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a room that imports names when first used.

    Parameters
    ----------
    room : name of the package. homes : by public name, the module in the room that has it.

    References
    ----------
    PEP 562.
    """

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{room}.{homes[name]}"), name)
        setattr(sys.modules[room], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[room]), *homes})
