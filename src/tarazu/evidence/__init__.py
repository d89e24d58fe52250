"""What the record says: estimators, each from a Record to a Finding, and the battery of all."""

from __future__ import annotations

from tarazu.evidence.battery import Battery, BatteryConfig, load_battery, run_battery
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.registry import ESTIMATORS, estimate

__all__ = [
    "CANNOT_TELL",
    "ESTIMATORS",
    "Analysis",
    "Battery",
    "BatteryConfig",
    "Check",
    "FigureData",
    "Finding",
    "estimate",
    "load_battery",
    "run_battery",
]
