"""How numbers are displayed: the one place, for terminal, brief, notebook and CSV."""

from __future__ import annotations

from collections.abc import Mapping

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MISSING = "not estimable"

Interval = tuple[float, float]


def count(value: float) -> str:
    """Whole number with thousands separators: 1,332."""
    return _signs(f"{value:,.0f}")


def number(value: float | None, *, signed: bool = False, whole: bool = False) -> str:
    """Estimate to three significant figures, two decimals at most.

    Parameters
    ----------
    signed : whether values above zero get a plus sign, as effects do and levels do not.
    whole : whether there are no decimals from ten on, as for persons and events.
    """
    if value is None or value != value:
        return MISSING
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 and not whole else 0
    return _signs(f"{value:{'+' if signed else ''},.{decimals}f}")


def significant(value: float, digits: int = 3, *, signed: bool = False) -> str:
    """Hazard or other number of any size, to some significant figures."""
    return _signs(f"{value:{'+' if signed else ''}.{digits}g}")


def interval(pair: Interval | None, *, signed: bool = False, whole: bool = False) -> str:
    """Interval in words, safe beside minus signs: -0.20 to +0.41; an end may be missing (NaN)."""
    if pair is None or (pair[0] != pair[0] and pair[1] != pair[1]):
        return MISSING
    low, high = (number(end, signed=signed, whole=whole) for end in pair)
    if pair[0] != pair[0]:
        return f"at most {high}"
    return f"at least {low}" if pair[1] != pair[1] else f"{low} to {high}"


def estimate(
    value: float | None,
    pair: Interval | None,
    *,
    level: float | None = None,
    unit: str = "",
    signed: bool = True,
    whole: bool = False,
) -> str:
    """Estimate with its interval: +0.06 attacks per operation (90% interval, -0.04 to +0.20).

    Parameters
    ----------
    level : confidence level; None where the heading of a column states it: +0.06 (-0.04 to +0.20).
    unit : follows the value.
    signed, whole : see `number`.
    """
    if value is None or value != value:
        return MISSING
    gap = "" if not unit or unit.startswith("%") else " "
    shown = f"{number(value, signed=signed, whole=whole)}{gap}{unit}"
    if pair is None:
        return shown
    stated = "" if level is None else f"{percent(level)} interval, "
    return f"{shown} ({stated}{interval(pair, signed=signed, whole=whole)})"


def percent(share: float, decimals: int = 0) -> str:
    """Share in percent: 24%."""
    return _signs(f"{100 * share:.{decimals}f}") + "%"


def percent_interval(pair: Interval) -> str:
    """Interval of a share: 12% to 31%."""
    return f"{percent(pair[0])} to {percent(pair[1])}"


def percent_estimate(share: float, pair: Interval) -> str:
    """Share with its interval: 24% (12% to 31%)."""
    return f"{percent(share)} ({percent_interval(pair)})"


def probability(value: float | None) -> str:
    """P-value to two decimals, three below 0.1, never zero."""
    if value is None or value != value:
        return MISSING
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def p_value(value: float) -> str:
    """P-value as an equation: p = 0.04."""
    shown = probability(value)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def years(first: int, last: int) -> str:
    """Span of years: 2004-2021, with an en dash."""
    return f"{first}{DASH}{last}" if first != last else f"{first}"


def counts(numbers: Mapping[str, int]) -> str:
    """Return counts by name as one phrase: 98 operations, 1,476 attacks."""
    return ", ".join(f"{count(value)} {name}" for name, value in numbers.items()) or "none"


def plain(text: str) -> str:
    """Return a displayed number as programs read it: ASCII minus, no thousands separators."""
    return text.replace(MINUS, "-").replace(",", "")


def _signs(text: str) -> str:
    """Return a formatted number with a real minus sign, and none on zero."""
    text = text.replace("inf", "infinity")
    if not text.strip("+-0.,"):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)
