"""How numbers are written: one way for counts, estimates, intervals and probabilities."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
MISSING = "not estimable"


def count(value: float) -> str:
    """Whole number with thousands set apart: 1 332."""
    return f"{value:,.0f}".replace(",", THIN).replace("-", MINUS)


def number(value: float | None, *, signed: bool = False) -> str:
    """Estimate to three significant figures, two decimals at most."""
    if value is None or value != value:
        return MISSING
    if abs(value) == float("inf"):
        text = "infinity" if value > 0 else "-infinity"
    else:
        decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
        text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
        if float(text) == 0:
            text = text.lstrip("+-")
    return text.replace("-", MINUS)


def interval(pair: tuple[float, float] | None, *, signed: bool = False) -> str:
    """Interval in words, safe beside minus signs: -0.20 to 0.41."""
    if pair is None:
        return MISSING
    return f"{number(pair[0], signed=signed)} to {number(pair[1], signed=signed)}"


def probability(value: float | None) -> str:
    """P-value to two decimals, three below 0.1, never zero."""
    if value is None or value != value:
        return MISSING
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def percent(value: float) -> str:
    """Share in whole percent."""
    return f"{100 * value:.0f}%"
