"""Estimators, each from a Record to a Finding, and the battery of all of them.

A name is imported when first used, so that what needs only names or types of findings loads
neither numba nor SciPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.evidence.battery import Battery, BatteryConfig, load_battery, run_battery
    from tarazu.evidence.difference_in_differences.analysis import BeforeAfter, before_after
    from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
    from tarazu.evidence.matched_wakes.analysis import MatchedWakes, matched_wake
    from tarazu.evidence.methods.imputed_records import impute_deaths
    from tarazu.evidence.point_process.hawkes import HawkesFit, fit_hawkes
    from tarazu.evidence.registry import ESTIMATORS, estimate

__all__ = [
    "CANNOT_TELL",
    "ESTIMATORS",
    "Analysis",
    "Battery",
    "BatteryConfig",
    "BeforeAfter",
    "Check",
    "FigureData",
    "Finding",
    "HawkesFit",
    "MatchedWakes",
    "before_after",
    "estimate",
    "fit_hawkes",
    "impute_deaths",
    "load_battery",
    "matched_wake",
    "run_battery",
]

_HOMES = {
    "CANNOT_TELL": "finding",
    "ESTIMATORS": "registry",
    "Analysis": "finding",
    "Battery": "battery",
    "BatteryConfig": "battery",
    "BeforeAfter": "difference_in_differences.analysis",
    "Check": "finding",
    "FigureData": "finding",
    "Finding": "finding",
    "HawkesFit": "point_process.hawkes",
    "MatchedWakes": "matched_wakes.analysis",
    "before_after": "difference_in_differences.analysis",
    "estimate": "registry",
    "fit_hawkes": "point_process.hawkes",
    "impute_deaths": "methods.imputed_records",
    "load_battery": "battery",
    "matched_wake": "matched_wakes.analysis",
    "run_battery": "battery",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tarazu.evidence' has no attribute {name!r}")
    value: object = getattr(import_module(f"tarazu.evidence.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
