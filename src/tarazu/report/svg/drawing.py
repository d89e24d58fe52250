"""A Plotly figure as plain data, drawn as static SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import floor, isfinite
from typing import Any, Final

from tarazu.report.svg.marks import (
    bars,
    cells,
    marker,
    of,
    points_of,
    px,
    scatter,
    stroke,
    title_element,
    width_of,
    words,
)
from tarazu.report.svg.plot import EDGE, INK, MUTED, Plot
from tarazu.report.svg.scales import LABEL

SERIES: Final = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
SWATCH: Final = 26  # px, of the legend

Spec = Mapping[str, Any]


def draw_svg(spec: Spec, *, key: str, title: str, alt: str, width: int = 720) -> str:
    """Return an SVG element of a figure.

    Draws what figures of this package use: lines, areas, points, bars, heat maps and histograms
    on linear, logarithmic and category axes, with shapes, annotations and a legend.

    Parameters
    ----------
    spec : ``data`` and ``layout`` as Plotly has them. key : of the page, for ids.
    title, alt : what a screen reader reads. width : px, at least 240.

    Raises
    ------
    ValueError
        A width that no figure fits in, or a kind of trace that is not known.
    """
    if width < 240:
        raise ValueError(f"width is {width!r}; expected 240 pixels or more")
    layout = _merged(spec["layout"].get("template", {}).get("layout", {}), spec["layout"])
    traces = [_counted(trace) for trace in spec["data"]]
    height = int(layout.get("height", 360))
    legend = _legend(traces, layout, width)
    plot = Plot(layout, traces, width, height, legend_height=18.0 * len(legend))
    hatch = f"url(#hatch-{key})"
    parts = [
        *plot.grids(),
        *_shapes(layout, plot, layer="below"),
        *_traces(traces, plot, layout, hatch),
        *_shapes(layout, plot, layer="above"),
        *plot.axes(),
        *_annotations(layout, plot),
        *_legend_elements(legend, hatch),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(alt)}" '
        f'style="max-width:100%;height:auto;background:#fff" '
        'font-family="system-ui, -apple-system, Segoe UI, Roboto, DejaVu Sans, Arial, sans-serif">'
        f"{title_element(title)}"
        f'<defs><pattern id="hatch-{key}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
        f'<line y2="5" stroke="{INK}" stroke-width="1.6"/></pattern></defs>'
        + "\n".join(parts)
        + "</svg>"
    )


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings, those above before those below; each axis has the template's."""
    merged = dict(below)
    for name, value in above.items():
        base = below.get(name, below.get(name.rstrip("0123456789"), {}))
        both = isinstance(value, Mapping) and isinstance(base, Mapping)
        merged[name] = _merged(base, value) if both else value
    return merged


def _counted(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace; a histogram becomes the bars of its counts."""
    if trace.get("type") != "histogram":
        return dict(trace)
    start, size = float(trace["xbins"]["start"]), float(trace["xbins"]["size"])
    numbers = [floor((value - start) / size) for value in trace["x"]]
    bins = sorted(set(numbers))
    return {
        **trace,
        "type": "bar",
        "x": [start + (i + 0.5) * size for i in bins],
        "y": [numbers.count(i) for i in bins],
        "width": size,
    }


def _traces(
    traces: Sequence[Mapping[str, Any]], plot: Plot, layout: Mapping[str, Any], hatch: str
) -> Iterator[str]:
    ends: dict[tuple[object, object], dict[object, float]] = {}
    below: list[tuple[float, float]] = []
    is_stacked = layout.get("barmode") == "stack"
    for i, trace in enumerate(traces):
        x, y = plot.of(trace)
        colour = trace.get("line", {}).get("color") or SERIES[i % len(SERIES)]
        kind = trace.get("type", "scatter")
        if kind == "scatter":
            yield from scatter(trace, x, y, colour, INK, below)
            below = points_of(trace, x, y)
        elif kind == "bar":
            panel = (trace.get("xaxis"), trace.get("yaxis"))
            stacked = ends.setdefault(panel, {}) if is_stacked else {}
            yield from bars(trace, x, y, colour, hatch, stacked)
        elif kind == "heatmap":
            yield from cells(trace, x, y, INK)
        else:
            raise ValueError(f"trace is of type {kind!r}; expected scatter, bar or heatmap")


def _shapes(layout: Mapping[str, Any], plot: Plot, *, layer: str) -> Iterator[str]:
    for shape in layout.get("shapes", ()):
        if shape.get("layer", "above") != layer:
            continue
        line = stroke({"width": 1, **shape.get("line", {})}, MUTED)
        fill = shape.get("fillcolor", "none")
        x_of, y_of = shape.get("xref", "x"), shape.get("yref", "y")
        if shape["type"] == "path":
            corners = [
                tuple(float(number) for number in pair.split(","))
                for pair in shape["path"].strip("MZ").split("L")
            ]
            path = " ".join(
                f"{px(plot.point(x_of, a, 'x'))},{px(plot.point(y_of, b, 'y'))}" for a, b in corners
            )
            yield f'<polygon points="{path}" fill="{fill}" {line}/>'
            continue
        x0, x1 = (plot.point(x_of, shape[name], "x") for name in ("x0", "x1"))
        y0, y1 = (plot.point(y_of, shape[name], "y") for name in ("y0", "y1"))
        if not isfinite(x0 + x1 + y0 + y1):
            continue
        if shape["type"] == "line":
            yield f'<path d="M{px(x0)},{px(y0)}L{px(x1)},{px(y1)}" fill="none" {line}/>'
        else:
            yield (
                f'<rect x="{px(min(x0, x1))}" y="{px(min(y0, y1))}" width="{px(abs(x1 - x0))}" '
                f'height="{px(abs(y1 - y0))}" fill="{fill}" {line}/>'
            )


def _annotations(layout: Mapping[str, Any], plot: Plot) -> Iterator[str]:
    for note in layout.get("annotations", ()):
        x = plot.point(note.get("xref", "x"), note["x"], "x") + float(note.get("xshift", 0))
        y = plot.point(note.get("yref", "y"), note["y"], "y") - float(note.get("yshift", 0))
        if not isfinite(x + y):
            continue
        font = {"size": 12, "color": INK, **note.get("font", {})}
        size = float(font["size"])
        anchor = {"left": "start", "right": "end"}.get(str(note.get("xanchor")), "middle")
        drop = {"bottom": -4.0, "top": size}.get(str(note.get("yanchor")), 0.35 * size)
        lift = {"bottom": 1.0, "top": 0.0}.get(str(note.get("yanchor")), 0.5)
        yield words(
            x,
            y + drop,
            note["text"],
            size=size,
            colour=font["color"],
            anchor=anchor,
            lift=lift,
            turn=float(note.get("textangle", 0)),
        )


Entry = tuple[float, float, Mapping[str, Any], str]


def _legend(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], width: int
) -> list[list[Entry]]:
    """Return the rows of the legend: place, trace and colour of each name."""
    named = [
        (trace, str(trace.get("line", {}).get("color") or SERIES[i % len(SERIES)]))
        for i, trace in enumerate(traces)
        if trace.get("name") and trace.get("showlegend", True) and trace.get("type") != "heatmap"
    ]
    if layout.get("showlegend") is False or (
        len(named) < 2 and not any(trace.get("showlegend") for trace, _ in named)
    ):
        return []
    rows: list[list[Entry]] = [[]]
    x = float(EDGE)
    for trace, colour in named:
        wide = SWATCH + width_of(trace["name"], LABEL) + 22
        if x + wide > width and rows[-1]:
            rows.append([])
            x = float(EDGE)
        rows[-1].append((x, 14.0 + 18.0 * (len(rows) - 1), trace, colour))
        x += wide
    return rows


def _legend_elements(rows: Sequence[Sequence[Entry]], hatch: str) -> Iterator[str]:
    for x, y, trace, colour in (entry for row in rows for entry in row):
        looks = trace.get("marker", {})
        middle = x + SWATCH / 2 - 4
        if trace.get("type") == "bar" or trace.get("fill") not in (None, "none"):
            is_hatched = bool(of(looks.get("pattern", {}).get("shape", ""), 0))
            fill = hatch if is_hatched else trace.get("fillcolor") or of(looks.get("color"), 0)
            edge = stroke({"width": 0.8, **looks.get("line", {})}, MUTED)
            yield (
                f'<rect x="{px(x)}" y="{px(y - 9)}" width="18" height="10" '
                f'fill="{fill or colour}" {edge}/>'
            )
        else:
            mode = str(trace.get("mode", "lines"))
            if "lines" in mode:
                line = stroke(trace.get("line", {}), colour)
                yield f'<path d="M{px(x)},{px(y - 4)}h18" fill="none" {line}/>'
            if "markers" in mode:
                small = {**looks, "size": min(float(of(looks.get("size", 7), 0)), 11)}
                yield marker(middle, y - 4, small, 0, colour)
        yield words(x + SWATCH - 2, y, trace["name"], size=LABEL, colour=INK, anchor="start")
