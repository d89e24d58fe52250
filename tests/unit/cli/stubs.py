"""Stand-ins for what takes minutes."""

from __future__ import annotations

from tarazu.evidence import CANNOT_TELL, Finding
from tarazu.record import Record


def stub_finding(name: str, record: Record) -> Finding:
    """A finding of the right form that no estimator made."""
    return Finding(
        name=name,
        question="Do attacks follow operations?",
        estimand="extra attacks per operation",
        unit="attacks",
        estimate=float("nan"),
        interval=(-1.0, 2.0),
        level=0.9,
        null="no effect",
        p_value=0.5,
        verdict=CANNOT_TELL,
        sentence=f"The record cannot tell ({name}).",
        n_used={"events": record.n_events},
        n_dropped={},
        assumptions=(),
        caveats=(),
        diagnostics=(),
        sensitivity=(),
        figures=(),
        references=(),
    )
