"""Fans of a series by policy and hypothesis, as a grid of small panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tarazu.core.number_format import count, interval, number
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import INK, MUTED, figure_spec
from tarazu.report.table import Table
from tarazu.report.tables.policies import replicates_each
from tarazu.study import OUTCOMES, StudyResult
from tarazu.study.runner.result import Label
from tarazu.study.setup.outcomes import LEVELS, YEAR

if TYPE_CHECKING:
    import xarray as xr

OUTER, INNER = "#d9e6f0", "#9dc3de"  # 5 to 95% and 25 to 75% of members: apart in grey too
SUBSET_WORDS: Final = {
    "all": "all draws",
    "kept": "draws whose attacks match the record's",
}
GAP, ROW_GAP = 0.025, 0.075  # between panels across and down, in fractions of the plot

MOST_FANS: Final = 5  # policies side by side
ROW_OF_CHARACTERS: Final = 96  # that fit over all panels of a row
ROW_PX, LINE_PX = 160, 16  # heights of a row of panels and of a line of a heading
ABOVE_PX, BELOW_PX = 28, 48  # between plot and legend beside the headings; below the plot


def fan_figures(result: StudyResult) -> dict[str, Callable[[], Figure]]:
    """Return the fan of every series by its name, attacks first, over all draws.

    A study of many policies shows the baseline and a few of the others, spread over their order.
    """
    result = of_few_policies(result)
    titles = {outcome.source: outcome.title for outcome in OUTCOMES.values() if not outcome.series}
    names = sorted(titles, key=lambda name: name != "attacks")
    return {name: partial(_fan_of_all, result, name, titles[name]) for name in names}


def of_few_policies(result: StudyResult) -> StudyResult:
    """Return a study with at most `MOST_FANS` of its policies, the baseline among them."""
    others = [policy for policy in result.policies if policy.name != result.baseline]
    if len(others) < MOST_FANS:
        return result
    places = np.linspace(0, len(others) - 1, MOST_FANS - 1).round().astype(int)
    chosen = {result.baseline, *(others[i].name for i in places)}
    return replace(result, policies=tuple(p for p in result.policies if p.name in chosen))


def _fan_of_all(result: StudyResult, series: str, title: str) -> Figure:
    label = "attacks" if series == "attacks" else title[:1].lower() + title[1:]
    figure = fan_figure(result, series, label, subset="all")
    assert figure is not None  # a study has at least one draw
    return figure


def fan_figure(result: StudyResult, series: str, label: str, *, subset: str) -> Figure | None:
    """Return a national series by policy (across) and hypothesis (down); None without members.

    Parameters
    ----------
    series : of ``result.bands``. label : what it counts, for the axis.
    subset : ``all`` draws, or those ``kept``.
    """
    bands = result.bands[series].sel(subset=subset)
    shown = [h for h in result.hypotheses if bool(bands.sel(hypothesis=h.name).notnull().any())]
    if not shown:
        return None
    step = int(bands["week"][0])
    if series in LEVELS:
        unit = label
    else:
        unit = f"{label} per year" if step == YEAR else f"{label} in {step} weeks"
    years = [float(w) / YEAR for w in bands["week"].values]
    top = 1.04 * float(np.nanmax(bands.sel(quantile=0.95).values))
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": [], "showlegend": True}
    rows, columns = len(shown), len(result.policies)
    for r, hypothesis in enumerate(shown):
        for c, policy in enumerate(result.policies):
            axis = "" if r + c == 0 else str(r * columns + c + 1)
            cell = bands.sel(hypothesis=hypothesis.name)
            layout |= _axes(axis, r, c, rows, columns, max(years), top)
            traces += _fan(cell.sel(policy=policy.name), years, axis, first=not axis)
            if policy.name != result.baseline:
                today = cell.sel(policy=result.baseline)
                traces.append(_reference(today, years, axis, show=c == 1 and r == 0))
            if result.record_range is not None and series == "attacks" and step == YEAR:
                layout["shapes"] += _record_lines(result.record_range, axis)
    layout["annotations"] += _headings(shown, result.policies)
    layout["annotations"].append(_side_title(unit))
    legend = ABOVE_PX + LINE_PX * max(len(_heading(p.title, columns)) for p in result.policies)
    plot = ROW_PX * rows + 4
    layout["margin"] = {"l": 52, "r": 10, "t": legend + ABOVE_PX, "b": BELOW_PX}
    layout["legend"] = {
        "y": 1 + legend / plot
    }  # as far from the headings with one row as with five
    which = SUBSET_WORDS[subset]
    return Figure(
        key=f"figure-{result.name}-{series}-{subset}",
        title=f"Not calibrated: {unit} by policy and hypothesis, {which}",
        alt=(
            f"Not calibrated: {unit} by policy and hypothesis, {which}. {rows} rows of {columns} "
            f"panels, one per policy, over {count(max(years))} years. The last year of each is in "
            "the table of this figure."
        ),
        source=f"study '{result.name}' of the model, parameters from priors",
        n=_members(result, subset),
        spec=figure_spec(traces, height=legend + ABOVE_PX + plot + BELOW_PX, layout=layout),
        table=_last_step(result, bands, shown, unit),
        notes=_notes(result, step, series),
    )


def _fan(cell: xr.DataArray, years: list[float], axis: str, *, first: bool) -> list[dict[str, Any]]:
    def line(q: float, **more: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines",
            "x": years,
            "y": [float(v) for v in cell.sel(quantile=q).values],
            "xaxis": f"x{axis}",
            "yaxis": f"y{axis}",
            "hoverinfo": "skip",
            "showlegend": False,
            **more,
        }

    thin, none = {"color": MUTED, "width": 0.6}, {"color": MUTED, "width": 0}
    return [
        line(0.05, line=thin),
        line(
            0.95,
            line=thin,
            fill="tonexty",
            fillcolor=OUTER,
            name="5 to 95% of members",
            showlegend=first,
        ),
        line(0.25, line=none),
        line(
            0.75,
            line=none,
            fill="tonexty",
            fillcolor=INNER,
            name="25 to 75%",
            showlegend=first,
        ),
        line(
            0.5,
            line={"color": INK, "width": 2.2},
            name="median",
            showlegend=first,
            hoverinfo="all",
            hovertemplate="year %{x:.0f}: median %{y:.1f}<extra></extra>",
        ),
    ]


def _reference(today: xr.DataArray, years: list[float], axis: str, *, show: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "median of today's practice",
        "x": years,
        "y": [float(v) for v in today.sel(quantile=0.5).values],
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": INK, "width": 1.4, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": show,
    }


def _axes(
    axis: str, row: int, column: int, rows: int, columns: int, last: float, top: float
) -> dict[str, Any]:
    left, width = column / columns, 1 / columns - GAP
    high, height = _top(row, rows), (1 - ROW_GAP * (rows - 1)) / rows
    return {
        f"xaxis{axis}": {
            "anchor": f"y{axis}",
            "domain": [left, left + width],
            "range": [0, last],
            "tickvals": _ticks(last, is_edge=column == columns - 1),
            "showticklabels": row == rows - 1,
            "showgrid": False,
            "title": {"text": "years" if row == rows - 1 else "", "standoff": 4},
        },
        f"yaxis{axis}": {
            "anchor": f"x{axis}",
            "domain": [high - height, high],
            "range": [0, top],
            "showticklabels": column == 0,
            "nticks": 4,
        },
    }


def _ticks(last: float, *, is_edge: bool) -> list[float]:
    """Years to label; the last only at the edge, where no neighbour begins with 0."""
    step = 5 if last > 5 else 1
    return [float(year) for year in range(0, int(last) + 1, step) if is_edge or year < last]


def _top(row: int, rows: int) -> float:
    """Upper edge of a row of panels, in fractions of the plot."""
    return 1 - row * (1 + ROW_GAP) / rows


def _headings(shown: list[Label], policies: tuple[Label, ...]) -> list[dict[str, Any]]:
    """Return names of policies over the columns, and of hypotheses over each row."""
    rows, columns = len(shown), len(policies)
    place = {"xref": "paper", "yref": "paper", "showarrow": False, "yanchor": "bottom"}
    above = [
        {
            **place,
            "text": f"<b>{'<br>'.join(map(literal, _heading(p.title, columns)))}</b>",
            "x": c / columns + (1 / columns - GAP) / 2,
            "xanchor": "center",
            "y": 1.0,
            "yshift": 18,
            "font": {"size": 12.5},
        }
        for c, p in enumerate(policies)
    ]
    beside = [
        {
            **place,
            "text": f"<i>{literal(h.title)}</i>",
            "x": 0,
            "xanchor": "left",
            "y": _top(r, rows),
            "font": {"size": 12.5, "color": MUTED},
        }
        for r, h in enumerate(shown)
    ]
    return [*above, *beside]


def _heading(title: str, columns: int) -> list[str]:
    """Return a title in lines that fit over one of some panels side by side."""
    return wrap(title, max(ROW_OF_CHARACTERS // columns, 10))


def _side_title(text: str) -> dict[str, Any]:
    return {
        "text": literal(text),
        "textangle": -90,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "right",
        "xshift": -30,
        "y": 0.5,
        "yanchor": "middle",
        "showarrow": False,
        "font": {"size": 13},
    }


def _record_lines(least_most: tuple[int, int], axis: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "xref": f"x{axis} domain",
            "yref": f"y{axis}",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "line": {"color": MUTED, "width": 1, "dash": "dash"},
        }
        for value in least_most
    ]


def _notes(result: StudyResult, step: int, series: str) -> tuple[str, ...]:
    lines = "Dotted: the median of today's practice under the same hypothesis."
    if result.record_range is not None and series == "attacks" and step == YEAR:
        low, high = result.record_range
        lines += (
            f" Dashed: {low} and {high}, least and most per year in the record's last five years."
        )
    return (lines, *result.caveats)


def _members(result: StudyResult, subset: str) -> str:
    share = result.kept_share
    draws = ", ".join(
        f"{h.title}: {count(round(result.draws * (share[h.name] or 0.0)))}"
        if subset == "kept"
        else f"{h.title}: {count(result.draws)}"
        for h in result.hypotheses
    )
    return f"draws ({draws}), {replicates_each(result)}"


def _last_step(result: StudyResult, bands: xr.DataArray, shown: list[Label], unit: str) -> Table:
    last = bands.isel(week=-1)

    def numbers(hypothesis: str, policy: str) -> tuple[str, str, str]:
        cell = last.sel(hypothesis=hypothesis, policy=policy)
        q = {level: float(cell.sel(quantile=level)) for level in (0.05, 0.25, 0.5, 0.75, 0.95)}
        return number(q[0.5]), interval((q[0.25], q[0.75])), interval((q[0.05], q[0.95]))

    return Table(
        f"Not calibrated: {unit}, last step of the run",
        ("hypothesis", "policy", "median", "25 to 75% of members", "5 to 95% of members"),
        tuple((h.title, p.title, *numbers(h.name, p.name)) for h in shown for p in result.policies),
        frozenset({2}),
    )
