"""Estimators, each from a Record to a Finding, and the battery of all of them.

A name is imported when first used, so that what needs only names or types of findings loads
neither numba nor SciPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tarazu.core import lazy_names

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

__getattr__, __dir__ = lazy_names("tarazu.evidence", _HOMES)
