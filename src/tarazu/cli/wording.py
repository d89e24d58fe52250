"""Results as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.evidence.finding import Finding

WIDTH = 96


def table(rows: Sequence[Sequence[str]], *, left: int = 1, indent: str = "  ") -> str:
    """Return `rows` with aligned columns: `left` of them to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(indent + "  ".join(cells).rstrip())
    return "\n".join(lines)


def paragraph(text: str) -> str:
    """Return `text` in lines that fit the terminal."""
    return fill(text, WIDTH)


def describe_finding(finding: Finding) -> str:
    """Return a finding as text: the answer, what it rests on, and every reason to doubt it."""
    return "\n".join(_finding_lines(finding))


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield paragraph(finding.question)
    yield paragraph(finding.sentence)
    yield ""
    p_value = "-" if finding.p_value is None else f"{finding.p_value:.3g}"
    estimate = _estimate(finding.estimate, finding.interval)
    yield from _wrapped("verdict", finding.verdict)
    yield from _wrapped("estimate", f"{estimate} {finding.unit} ({finding.level:.0%} interval)")
    yield from _wrapped("estimand", finding.estimand)
    yield from _wrapped("p", f"{p_value}, against: {finding.null}")
    yield from _wrapped("used", counts(finding.n_used))
    yield from _wrapped("dropped", counts(finding.n_dropped))
    if not finding.converged:
        yield from _wrapped("converged", "no: these numbers are not for a headline")
    for check in finding.diagnostics:
        mark = {True: "passed", False: "FAILED", None: "check"}[check.passed]
        yield from _wrapped(mark, f"{check.name}: {check.value} (expected: {check.expectation})")
    for caveat in finding.caveats:
        yield from _wrapped("caveat", caveat)
    if finding.sensitivity:
        yield ""
        yield "On other readings of the record:"
        yield table(
            [
                [
                    variant.name,
                    _estimate(variant.estimate, variant.interval),
                    "" if variant.p_value is None else f"p {variant.p_value:.3g}",
                    variant.verdict,
                ]
                for variant in finding.sensitivity
            ],
            left=4,
        )


def counts(numbers: Mapping[str, int]) -> str:
    """Return counts by name as one phrase."""
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items()) or "none"


def _estimate(estimate: float | None, interval: tuple[float, float] | None) -> str:
    if estimate is None:
        return "not estimable"
    if interval is None:
        return f"{estimate:+.2f}"
    return f"{estimate:+.2f} [{interval[0]:+.2f}, {interval[1]:+.2f}]"


def _wrapped(label: str, text: str) -> Iterator[str]:
    yield fill(text, WIDTH, initial_indent=f"  {label:<10}", subsequent_indent=" " * 12)
