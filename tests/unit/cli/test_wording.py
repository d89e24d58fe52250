"""Results as text: the answer first, every reason to doubt it after."""

from __future__ import annotations

import dataclasses

import pytest

from tarazu.cli.wording import WIDTH, describe_finding, table
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, Finding


@pytest.fixture
def finding() -> Finding:
    return Finding(
        name="retaliation",
        question="Do attacks follow operations?",
        estimand="extra attacks per operation within 6 weeks",
        unit="attacks per operation",
        estimate=0.25,
        interval=(-0.5, 1.0),
        level=0.9,
        null="dates moved within 26 weeks",
        p_value=0.41,
        verdict=CANNOT_TELL,
        sentence="The record cannot tell: " + "the interval holds both signs; " * 8,
        n_used={"operations": 98, "attacks": 1476},
        n_dropped={},
        assumptions=(),
        caveats=("operations without deaths are not in the data",),
        diagnostics=(
            Check("residuals", "p = 0.3", "p > 0.05", passed=True),
            Check("pre-window", "39 against 18", "equal", passed=False),
            Check("ties", "12", "informs only", passed=None),
        ),
        sensitivity=(
            Analysis(None, None, None, {"operations": 3}, "active years"),
            Analysis(0.5, (0.25, 0.75), 0.01, {}, "without best = 0", "backlash"),
        ),
        figures=(),
        references=(),
    )


@pytest.mark.parametrize(
    "expected",
    [
        "+0.25 [-0.50, +1.00] attacks per operation (90% interval)",
        "0.41, against: dates moved within 26 weeks",
        "98 operations, 1,476 attacks",
        "dropped   none",
        "FAILED    pre-window: 39 against 18 (expected: equal)",
        "operations without deaths are not in the data",
        "not estimable",
        "+0.50 [+0.25, +0.75]  p 0.01",
    ],
)
def test_finding__text_holds_the_answer_and_the_doubts(finding: Finding, expected: str) -> None:
    assert expected in describe_finding(finding)


def test_finding__no_convergence_is_said(finding: Finding) -> None:
    assert "not for a headline" not in describe_finding(finding)
    unsure = dataclasses.replace(finding, converged=False)
    assert "not for a headline" in describe_finding(unsure)


def test_finding__prose_fits_the_terminal(finding: Finding) -> None:
    assert max(len(line) for line in describe_finding(finding).splitlines()) <= WIDTH


def test_table__aligns_names_left_and_numbers_right() -> None:
    assert table([["read", "692"], ["rejected", "3"]]) == "  read      692\n  rejected    3"
