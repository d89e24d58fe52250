"""Estimators by name."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final

from tarazu.evidence.displacement.estimator import displacement
from tarazu.evidence.dose.estimator import dose
from tarazu.evidence.escalation.estimator import escalation
from tarazu.evidence.finding import Finding
from tarazu.evidence.groups.estimator import groups
from tarazu.evidence.near_repeat.estimator import near_repeat
from tarazu.evidence.options import options_of
from tarazu.evidence.reaction.estimator import reaction
from tarazu.evidence.retaliation.estimator import retaliation
from tarazu.evidence.severity.estimator import severity
from tarazu.evidence.tactics.estimator import tactics
from tarazu.evidence.wake.estimator import wake
from tarazu.record import Record

ESTIMATORS: Final[dict[str, Callable[..., Finding]]] = {
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
"""Estimators by name, in the order of the brief."""


def estimate(name: str, record: Record, **options: Any) -> Finding:
    """Return the finding of one estimator on a record.

    Parameters
    ----------
    name : one of `ESTIMATORS`.
    **options : of the estimator, such as ``horizon=90`` or ``level=0.95``; its signature has them
        all. Error rates were measured for the defaults: with other options a finding has none.

    Raises
    ------
    ValueError
        No estimator has this name, or an option has a value that cannot be used.
    TypeError
        The estimator has no such option.
    FitError
        The record holds nothing that the estimator could work on.
    """
    if name not in ESTIMATORS:
        raise ValueError(f"no estimator is called {name!r}; expected {', '.join(ESTIMATORS)}")
    known = options_of(ESTIMATORS[name])
    for option in options:
        if option not in known:
            near = get_close_matches(option, known, n=1)
            hint = f". Did you mean {near[0]!r}?" if near else ""
            raise TypeError(
                f"{name} has no option {option!r}; its options are {', '.join(known)}{hint}"
            )
    return ESTIMATORS[name](record, **options)
