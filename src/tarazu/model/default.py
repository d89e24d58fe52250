"""The model that ships: all stocks, all mechanisms."""

from __future__ import annotations

from functools import cache

from tarazu.model.checks import checked
from tarazu.model.declaration import Model
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.stocks import stocks


@cache
def build_model() -> Model:
    """Return the shipped model, declared and checked; the same object each time."""
    m = Model("tarazu")
    stocks(m)
    for mechanism in MECHANISMS.values():
        mechanism(m)
    m.mechanisms = tuple(MECHANISMS)
    return checked(m)
