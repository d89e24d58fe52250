"""A finding as text: its sentence first, every reason to doubt it after."""

from __future__ import annotations

import dataclasses

import pytest

from tarazu.cli.evidence import finding_lines
from tarazu.cli.terminal.output import WIDTH
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


@pytest.fixture
def text(finding: Finding) -> str:
    return "\n".join(finding_lines(finding))


@pytest.mark.parametrize(
    "expected",
    [
        "estimate +0.25 attacks per operation (90% interval, −0.50 to +1.00)",
        "p-value 0.41, against: dates moved within 26 weeks",
        "n used 98 operations, 1,476 attacks",
        "n dropped none",
        "failed pre-window 39 against 18 equal",
        "caveat operations without deaths are not in the data",
        "active not not estimable not 3 the record",
        "without +0.50 +0.25 to +0.75 0.010 none backlash",
    ],
)
def test_finding__text_has_the_estimate_and_the_doubts(text: str, expected: str) -> None:
    assert expected in " ".join(text.split())


def test_finding__a_fit_that_did_not_converge_is_marked(finding: Finding, text: str) -> None:
    assert "did not converge" not in text
    unsure = dataclasses.replace(finding, converged=False)
    assert "did not converge" in "\n".join(finding_lines(unsure))


@pytest.mark.parametrize("columns", [50, 66])
def test_finding__fits_a_narrow_terminal(
    columns: int, finding: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = "\n".join(finding_lines(finding))
    assert max(len(line) for line in text.splitlines()) <= columns
    assert "1,476 attacks" in text


def test_finding__fits_the_terminal(text: str) -> None:
    assert max(len(line) for line in text.splitlines()) <= WIDTH == 80
