"""The plotting area of a static picture: scales, grid, axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Any, Final

from tarazu.report.svg.marks import of, px, width_of, words
from tarazu.report.svg.scales import LABEL, Scale, make_scale

INK: Final = "#1b1f24"
MUTED: Final = "#555d66"
GRID: Final = "#dfe3e8"
TITLE: Final = 13  # px
EDGE: Final = 8  # px between the picture and its frame
MOST_TURNED: Final = 12  # labels of categories; of more, every second or third stands
LONGEST: Final = 240  # px of a label beside the plot; longer ones run out of the picture


class Plot:
    """Scales of all axes, and where they stand.

    Parameters
    ----------
    layout, traces : of the figure. legend_height : px, above the plot.
    """

    def __init__(
        self,
        layout: Mapping[str, Any],
        traces: Sequence[Mapping[str, Any]],
        width: int,
        height: int,
        *,
        legend_height: float,
    ) -> None:
        self.layout = layout
        names = {f"{letter}axis" for letter in "xy"} | {
            key_of(str(trace.get(f"{letter}axis", letter))) for trace in traces for letter in "xy"
        }
        self.axis: dict[str, dict[str, Any]] = {
            name: dict(layout.get(name, layout[f"{name[0]}axis"])) for name in sorted(names)
        }
        margin = layout["margin"]
        draft = {
            name: make_scale(axis, _values(traces, name, layout), 0.0, 400.0, zero=has_bars(traces))
            for name, axis in self.axis.items()
        }
        left = max(
            (self._room(name, draft[name]) for name in draft if name.startswith("y")), default=0.0
        )
        self.left = max(float(margin["l"]) if left == 0 else 0.0, left + EDGE)
        self.right = width - max(float(margin["r"]), EDGE)
        above = any(
            note.get("yanchor") == "bottom" and note.get("y", 0) >= 1
            for note in layout.get("annotations", ())
        )
        self.legend_top = 4.0
        self.top = max(float(margin["t"]), legend_height + (26.0 if above else 10.0))
        self.bottom = height - max(float(margin["b"]), EDGE)
        self.scale = {
            name: make_scale(
                axis,
                _values(traces, name, layout),
                *self._pixels(name),
                zero=has_bars(traces) and name.startswith(_bar_letter(traces)),
            )
            for name, axis in self.axis.items()
        }
        self._keep_shape()

    def _keep_shape(self) -> None:
        """Give both axes of a map the same pixels per unit, around the middle of the plot."""
        x, y = self.scale["xaxis"], self.scale["yaxis"]
        if self.axis["yaxis"].get("scaleanchor") != "x":
            return
        unit = min(abs(s.last - s.first) / (s.high - s.low) for s in (x, y))
        for name, scale in (("xaxis", x), ("yaxis", y)):
            middle, half = (scale.first + scale.last) / 2, unit * (scale.high - scale.low) / 2
            sign = 1.0 if scale.last > scale.first else -1.0
            self.scale[name] = replace(scale, first=middle - sign * half, last=middle + sign * half)

    def _room(self, name: str, scale: Scale) -> float:
        axis = self.axis[name]
        if axis.get("visible") is False:
            return 0.0
        labels = axis.get("showticklabels", True) and axis.get("domain", [0])[0] < 1
        widest = max((width_of(text, LABEL) for _, text in scale.ticks), default=0.0)
        title = axis.get("title", {}).get("text")
        title = 4.0 + 14.0 * len(str(title).split("<br>")) if title else 0.0
        return title + (min(widest, LONGEST) + 8.0 if labels else 0.0)

    def _pixels(self, name: str) -> tuple[float, float]:
        low, high = self.axis[name].get("domain", (0.0, 1.0))
        if name.startswith("x"):
            span = self.right - self.left
            return self.left + low * span, self.left + high * span
        span = self.bottom - self.top
        return self.bottom - low * span, self.bottom - high * span

    def of(self, trace: Mapping[str, Any]) -> tuple[Scale, Scale]:
        """Return the two scales of a trace."""
        x, y = (self.scale[key_of(str(trace.get(f"{a}axis", a)))] for a in "xy")
        return x, y

    def point(self, reference: str, value: object, letter: str) -> float:
        """Return the pixel of a place of a shape or annotation."""
        if reference.endswith(" domain"):
            scale = self.scale[key_of(reference.removesuffix(" domain"))]
            return scale.first + float(str(value)) * (scale.last - scale.first)
        if reference in ("paper", "container"):
            share = float(str(value))
            if letter == "x":
                return self.left + share * (self.right - self.left)
            return self.bottom - share * (self.bottom - self.top)
        return self.scale[key_of(reference)](value)

    def grids(self) -> Iterator[str]:
        """Yield the lines behind the data."""
        for name, scale in self.scale.items():
            axis = self.axis[name]
            if axis.get("visible") is False or axis.get("showgrid") is False:
                continue
            first, last = self._across(name)
            for value, _ in scale.ticks:
                at = px(scale(value))
                path = f"M{at},{px(first)}V{px(last)}"
                if name.startswith("y"):
                    path = f"M{px(first)},{at}H{px(last)}"
                yield f'<path d="{path}" stroke="{axis.get("gridcolor", GRID)}" stroke-width="1"/>'

    def _across(self, name: str) -> tuple[float, float]:
        """Return the ends of the lines of an axis: of the panel that it belongs to."""
        other = str(self.axis[name].get("anchor", "y" if name.startswith("x") else "x"))
        scale = self.scale.get(key_of(other))
        if name.startswith("x") and name == "xaxis":  # the common axis of stacked panels
            return self.bottom, self.top
        return (scale.first, scale.last) if scale else (self.left, self.right)

    def axes(self) -> Iterator[str]:
        """Yield lines, ticks, labels and titles of the axes."""
        for name, scale in self.scale.items():
            if self.axis[name].get("visible") is False:
                continue
            yield from self._x_axis(name, scale) if name[0] == "x" else self._y_axis(name, scale)

    def _x_axis(self, name: str, scale: Scale) -> Iterator[str]:
        axis, at = self.axis[name], self.bottom
        if axis.get("showline", True):
            yield f'<path d="M{px(scale.first)},{px(at)}H{px(scale.last)}" stroke="{MUTED}"/>'
        size = LABEL
        widest = max((width_of(text, size) for _, text in scale.ticks), default=0.0)
        every = max(1, ceil(len(scale.ticks) * (widest + 6) / max(scale.last - scale.first, 1)))
        turned = scale.kind == "category" and every > 1 and len(scale.ticks) <= MOST_TURNED
        if axis.get("showticklabels", True):
            for i, (value, text) in enumerate(scale.ticks):
                where = scale(value)
                yield f'<path d="M{px(where)},{px(at)}v4" stroke="{MUTED}"/>'
                if turned:
                    yield words(
                        where, at + 14, text, size=size - 1, colour=INK, anchor="end", turn=-35
                    )
                elif i % every == 0:
                    yield words(where, at + 17, text, size=size, colour=INK)
        title = axis.get("title", {}).get("text")
        if title:
            middle = (scale.first + scale.last) / 2
            yield words(middle, at + 38, title, size=TITLE, colour=INK)

    def _y_axis(self, name: str, scale: Scale) -> Iterator[str]:
        axis = self.axis[name]
        at = self._across(name)[0]
        if axis.get("showline", True):
            yield f'<path d="M{px(at)},{px(scale.first)}V{px(scale.last)}" stroke="{MUTED}"/>'
        if axis.get("showticklabels", True):
            for value, text in scale.ticks:
                where = scale(value)
                yield f'<path d="M{px(at)},{px(where)}h-4" stroke="{MUTED}"/>'
                yield words(at - 7, where + 4, text, size=LABEL, colour=INK, anchor="end", lift=0.5)
        title = axis.get("title", {}).get("text")
        if title:
            middle = (scale.first + scale.last) / 2
            lines = len(str(title).split("<br>"))
            yield words(
                EDGE + 6, middle, title, size=TITLE if lines < 2 else 11, colour=INK, turn=-90
            )


def key_of(reference: str) -> str:
    """Return the name of an axis in a layout: "xaxis2" of "x2"."""
    return f"{reference[0]}axis{reference[1:]}"


def has_bars(traces: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any trace is of bars, which start at 0."""
    return any(trace.get("type") == "bar" for trace in traces)


def _bar_letter(traces: Sequence[Mapping[str, Any]]) -> str:
    flat = any(t.get("type") == "bar" and t.get("orientation") == "h" for t in traces)
    return "x" if flat else "y"


def _values(
    traces: Sequence[Mapping[str, Any]], name: str, layout: Mapping[str, Any]
) -> list[object]:
    """Return all data of one axis, the ends of error bars and stacks of bars among them."""
    letter, found = name[0], []
    tops: dict[object, float] = {}
    for trace in traces:
        if key_of(str(trace.get(f"{letter}axis", letter))) != name:
            continue
        values = list(trace.get(letter, ()))
        found += values
        errors = trace.get(f"error_{letter}")
        if errors:
            for sign, column in ((1, "array"), (-1, "arrayminus")):
                ends = zip(values, errors.get(column, errors["array"]), strict=True)
                found += [v + sign * e for v, e in ends if v is not None and e is not None]
        if trace.get("type") != "bar":
            continue
        if letter != _bar_letter([trace]):
            halves = [of(trace.get("width") or 0.0, i) / 2 for i in range(len(values))]
            pairs = [(v, h) for v, h in zip(values, halves, strict=True) if h]
            found += [value + side * half for value, half in pairs for side in (-1, 1)]
        else:
            others = trace["x" if letter == "y" else "y"]
            for i, (place, value) in enumerate(zip(others, values, strict=True)):
                base = of(trace.get("base") or 0.0, i)
                if layout.get("barmode") == "stack":
                    base = tops.get(place, 0.0)
                    tops[place] = base + (value or 0.0)
                found.append(base + (value or 0.0))
    return found
