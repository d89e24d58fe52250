"""Scales of a static picture: from data to pixels, and the ticks of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any, Final

from tarazu.core.number_format import MINUS

STEPS: Final = (1, 2, 5, 10)  # of ticks, times a power of ten
ROOM: Final = 0.05  # of the data, left free at either end
LABEL: Final = 12  # px, font of tick labels
APART: Final = 55  # px between two ticks, about


@dataclass(frozen=True)
class Scale:
    """One axis: what its data mean in pixels.

    Attributes
    ----------
    kind : "linear", "log" or "category". low, high : ends in data units (log10 of them for "log").
    first, last : pixels of the ends. categories : of a "category" axis, at 0, 1, ...
    ticks : positions in data units, with their labels.
    """

    kind: str
    low: float
    high: float
    first: float
    last: float
    categories: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]

    def __call__(self, value: object) -> float:
        """Return the pixel of a value; NaN where it has none."""
        place = _place(value, self.kind, self.categories)
        span = (self.high - self.low) or 1.0
        return self.first + (place - self.low) / span * (self.last - self.first)

    @property
    def zero(self) -> float:
        """Pixel from which bars start."""
        return self(0) if self.kind == "linear" else self.first

    def shows(self, value: object) -> bool:
        """Whether a value lies between the ends."""
        place = _place(value, self.kind, self.categories)
        return self.low - 1e-9 <= place <= self.high + 1e-9


def make_scale(
    axis: Mapping[str, Any], values: Sequence[object], first: float, last: float, *, zero: bool
) -> Scale:
    """Return the scale of an axis.

    Parameters
    ----------
    axis : as in Plotly. values : all data on it. first, last : pixels of its ends.
    zero : whether bars start on it, so that 0 is shown.
    """
    shown = [value for value in values if value is not None and value == value]
    kind = axis.get("type") or (
        "category" if any(isinstance(value, str) for value in shown) else "linear"
    )
    names = tuple(dict.fromkeys(str(value) for value in shown)) if kind == "category" else ()
    places = [p for p in (_place(value, kind, names) for value in shown) if isfinite(p)]
    low, high = _ends(axis, kind, places, names, zero=zero)
    if kind == "category":
        ticks = tuple((float(i), name) for i, name in enumerate(names))
    else:
        ticks = tuple(_ticks(axis, kind, low, high, abs(last - first)))
    return Scale(kind, low, high, first, last, names, ticks)


def _place(value: object, kind: str, names: Sequence[str]) -> float:
    if kind == "category":
        if isinstance(value, str):
            return float(names.index(value)) if value in names else float("nan")
        return float(value) if isinstance(value, int | float) else float("nan")
    try:
        number = float(value)  # type: ignore[arg-type]  # what is no number has no place
    except (TypeError, ValueError):
        return float("nan")
    if kind != "log":
        return number
    return log10(number) if number > 0 else float("nan")


def _ends(
    axis: Mapping[str, Any], kind: str, places: list[float], names: Sequence[str], *, zero: bool
) -> tuple[float, float]:
    if axis.get("range"):
        low, high = axis["range"]
        return float(low), float(high)
    if kind == "category":
        return -0.5, max(len(names), 1) - 0.5
    low, high = min(places, default=0.0), max(places, default=1.0)
    room = ROOM * (high - low) or 0.5
    if kind == "linear" and (zero or axis.get("rangemode") == "tozero"):
        low, high = min(low, 0.0), max(high, 0.0)
        return low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0)
    return low - room, high + room


def _ticks(
    axis: Mapping[str, Any], kind: str, low: float, high: float, pixels: float
) -> Iterable[tuple[float, str]]:
    form = axis.get("tickformat")
    if axis.get("tickvals") is not None:
        values = list(axis["tickvals"])
        texts = axis.get("ticktext") or [number_label(value, form) for value in values]
        pairs = zip(values, texts, strict=True)
        return [(v, str(t)) for v, t in pairs if low <= _place(v, kind, ()) <= high]
    if kind == "log":
        values = [10.0**p for p in range(ceil(low - 1e-9), floor(high + 1e-9) + 1)]
        if len(values) < 2:
            steps = [m * 10.0**p for p in range(floor(low), ceil(high)) for m in (1, 2, 5)]
            values = [value for value in steps if low <= log10(value) <= high]
        return [(value, number_label(value, form)) for value in values]
    step = float(axis.get("dtick") or _step((high - low) / max(pixels / APART, 2.5)))
    start = float(axis.get("tick0") or 0.0)
    first = ceil((low - start) / step - 1e-9)
    count = floor((high - start) / step + 1e-9) - first + 1
    return [
        (start + (first + i) * step, number_label(start + (first + i) * step, form))
        for i in range(min(max(count, 0), 100))
    ]


def _step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough)) if rough > 0 else 1.0
    return next(step * power for step in STEPS if step * power >= rough - 1e-12)


def number_label(value: float, form: str | None) -> str:
    """Return the label of a tick.

    Examples
    --------
    >>> number_label(0.25, ".0%"), number_label(1200, None), number_label(2004, "d")
    ('25%', '1,200', '2004')
    """
    if form and form.endswith("%"):
        text = f"{value:{form}}"
    elif form == "d":
        text = f"{value:.0f}"
    else:
        text = f"{round(value, 10):,.10g}" if abs(value) >= 1e-4 or value == 0 else f"{value:g}"
    return text.replace("-", MINUS)
