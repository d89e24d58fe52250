"""Checks that refuse a test, as declared in checks.toml with their thresholds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tarazu.evidence.finding import Check

FILE: Final = "checks.toml"


@cache
def declared() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Return the declaration: estimator -> key of a check -> rule, limit, reason."""
    return tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))


def limit_of(estimator: str, check: str, name: str = "limit") -> float:
    """Return a threshold of a check that refuses.

    Examples
    --------
    >>> limit_of("wake", "placebo")
    0.05
    """
    return float(declared()[estimator][check][name])


def reason_of(estimator: str, check: str) -> str:
    """Return why a test is refused where this check fails; "" for a check that refuses nothing."""
    return str(declared().get(estimator, {}).get(check, {}).get("reason", ""))


def refusing(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the failed checks that refuse the test."""
    return tuple(check for check in checks if check.passed is False and check.refuses)
