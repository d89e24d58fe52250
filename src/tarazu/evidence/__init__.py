"""What the record says: estimators, each from a Record to a Finding, and the battery of all."""

from __future__ import annotations

from tarazu.evidence.battery import Battery, BatteryConfig, BatteryRow, load_battery, run_battery
from tarazu.evidence.displacement import displacement
from tarazu.evidence.dose import dose
from tarazu.evidence.escalation import escalation
from tarazu.evidence.estimators import ESTIMATORS, estimate
from tarazu.evidence.finding import CANNOT_TELL, Check, FigureData, Finding, Variant
from tarazu.evidence.groups import groups
from tarazu.evidence.near_repeat import near_repeat
from tarazu.evidence.reaction import reaction
from tarazu.evidence.retaliation import retaliation
from tarazu.evidence.severity import severity
from tarazu.evidence.tactics import tactics
from tarazu.evidence.wake import wake

__all__ = [
    "CANNOT_TELL",
    "ESTIMATORS",
    "Battery",
    "BatteryConfig",
    "BatteryRow",
    "Check",
    "FigureData",
    "Finding",
    "Variant",
    "displacement",
    "dose",
    "escalation",
    "estimate",
    "groups",
    "load_battery",
    "near_repeat",
    "reaction",
    "retaliation",
    "run_battery",
    "severity",
    "tactics",
    "wake",
]
