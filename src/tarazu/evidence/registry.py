"""Estimators by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tarazu.evidence.displacement.estimator import displacement
from tarazu.evidence.dose.estimator import dose
from tarazu.evidence.escalation.estimator import escalation
from tarazu.evidence.finding import Finding
from tarazu.evidence.groups.estimator import groups
from tarazu.evidence.near_repeat.estimator import near_repeat
from tarazu.evidence.reaction.estimator import reaction
from tarazu.evidence.retaliation.estimator import retaliation
from tarazu.evidence.severity.estimator import severity
from tarazu.evidence.tactics.estimator import tactics
from tarazu.evidence.wake.estimator import wake
from tarazu.record import Record

ESTIMATORS: Final[dict[str, Callable[[Record], Finding]]] = {
    "retaliation": retaliation,
    "wake": wake,
    "displacement": displacement,
    "dose": dose,
    "near_repeat": near_repeat,
    "tactics": tactics,
    "severity": severity,
    "escalation": escalation,
    "reaction": reaction,
    "groups": groups,
}
"""In the order of the brief."""


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
