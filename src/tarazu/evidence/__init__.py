"""What the record says: estimators, each from a Record to a Finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tarazu.evidence.displacement import displacement
from tarazu.evidence.finding import CANNOT_TELL, Check, FigureData, Finding, Variant
from tarazu.evidence.retaliation import retaliation
from tarazu.record import Record

__all__ = [
    "CANNOT_TELL",
    "ESTIMATORS",
    "Check",
    "FigureData",
    "Finding",
    "Variant",
    "displacement",
    "estimate",
    "retaliation",
]

ESTIMATORS: Final[dict[str, Callable[[Record], Finding]]] = {
    "retaliation": retaliation,
    "displacement": displacement,
}
"""Estimators by name, in the order of the brief."""


def estimate(name: str, record: Record) -> Finding:
    """Ask one question of a record.

    Parameters
    ----------
    name : one of `ESTIMATORS`.

    Raises
    ------
    ValueError
        No estimator has this name.
    FitError
        The record holds nothing that the estimator could work on.
    """
    if name not in ESTIMATORS:
        raise ValueError(f"no estimator is called {name!r}; expected {', '.join(ESTIMATORS)}")
    return ESTIMATORS[name](record)
