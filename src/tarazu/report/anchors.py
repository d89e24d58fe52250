"""Anchors of the annex: the ids that the brief, the documentation and letters link to.

They are a promise: an anchor keeps its name from version to version.
"""

from __future__ import annotations

from typing import Final

ANSWER: Final = "answer"
LIMITS: Final = "limits"
RECORD: Final = "record"
QUALITY: Final = "record-quality"
FINDINGS: Final = "findings"
LEDGER: Final = "ledger"
STUDIES: Final = "studies"
MODEL: Final = "model"
DIAGRAM: Final = "causal-diagram"
METHODS: Final = "methods"
PROVENANCE: Final = "provenance"
CITE: Final = "cite"
DISTRICTS: Final = "record-districts"
ENDING: Final = "quiet_year"  # outcome: whether violence ends
SHARES: Final = "shares"  # of futures with fewer civilians killed; stands where an outcome does
DRIVERS: Final = "drivers"  # the assumption that decides each change; likewise


def finding(name: str) -> str:
    """Return the anchor of a finding: ``finding-wake``."""
    return f"finding-{name}"


def finding_figure(name: str, kind: str, number: int) -> str:
    """Return the anchor of a figure of a finding, counted from 1: ``figure-wake-forest-2``."""
    return f"figure-{name}-{kind}-{number}"


def claim(name: str) -> str:
    """Return the anchor of a claim of the ledger: ``claim-C3``."""
    return f"claim-{name}"


def study(name: str) -> str:
    """Return the anchor of a study: ``study-demo``."""
    return f"study-{name}"


def study_outcome(name: str, outcome: str) -> str:
    """Return the anchor of an outcome of a study: ``study-demo-deaths_civilian``."""
    return f"study-{name}-{outcome}"


def node(name: str) -> str:
    """Return the anchor of a box of the causal diagram: ``node-recruitment``."""
    return f"node-{name}"


def parameter(name: str) -> str:
    """Return the anchor of a row of the parameter table: ``parameter-recruit_rate``."""
    return f"parameter-{name}"


def lever(name: str) -> str:
    """Return the anchor of a row of the lever table: ``lever-operational_tempo``."""
    return f"lever-{name}"


def equation(name: str) -> str:
    """Return the anchor of a row of the equation table: ``equation-attacks``."""
    return f"equation-{name}"
