"""Estimators by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

from tarazu.evidence.finding import Finding
from tarazu.evidence.needs import require_estimator
from tarazu.evidence.options import options_of
from tarazu.record import Record

Estimator = Callable[..., Finding]
NAMES: Final = (
    "retaliation",
    "wake",
    "displacement",
    "dose",
    "near_repeat",
    "tactics",
    "severity",
    "escalation",
    "reaction",
    "groups",
)
"""In the order of the brief. Each is a package with an `estimator` module and its function."""


class Estimators(Mapping[str, Estimator]):
    """Estimators by name, each imported when first used: names alone cost nothing."""

    def __getitem__(self, name: str) -> Estimator:
        if name not in NAMES:
            raise KeyError(name)
        estimator: Estimator = getattr(import_module(f"{__package__}.{name}.estimator"), name)
        return estimator

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


ESTIMATORS: Final = Estimators()


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
    ResourceError
        The estimator needs more memory than there is.
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
    require_estimator(name, record)
    return ESTIMATORS[name](record, **options)
