"""The section of a study of one sweep: its own effect, and its effects here and next door."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from tarazu.core.number_format import count, estimate, number, percent, percent_estimate
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.marks import error_bars, upright
from tarazu.report.figures.theme import BLUE, INK, PAPER, VERMILLION, figure_spec, panel_title
from tarazu.report.table import Table
from tarazu.report.tables.policies import SUBSETS, UNCALIBRATED, hypotheses, keyed, span
from tarazu.study import OUTCOMES, Comparison, StudyResult, paired_draws
from tarazu.study.analysis.summary import main_horizon
from tarazu.study.setup.policies import SWEEP, WITHOUT

ZONES: Final = {"here": "here", "next door": "next door", "everywhere": "everywhere"}
MARKS: Final = {
    "here": {"symbol": "circle", "color": BLUE, "size": 10, "line": {"color": INK, "width": 1}},
    "next door": {
        "symbol": "square",
        "color": PAPER,
        "size": 9,
        "line": {"color": VERMILLION, "width": 2},
    },
}
Rows = dict[tuple[Any, ...], dict[str, Any]]
AFTER: Final = ("deaths_civilian", "attacks")
AT_ONCE: Final = {
    "deaths_civilian": "civilians killed",
    "disappeared": "people newly unaccounted for",
    "deaths_state": "security forces killed",
    "deaths_militant": "militants killed",
}


def at_once_table(result: StudyResult) -> Table:
    """Return the sweep's own effect in the weeks that contain it, civilians first."""
    bands, names = result.bands, hypotheses(result)
    step = int(bands["week"][0])
    weeks = bands.isel(week=(result.origin_week - 1) // step)

    def cell(series: str, hypothesis: str) -> str:
        means = weeks[f"{series}_mean"].sel(subset="all", hypothesis=hypothesis)
        return number(float(means.sel(policy=SWEEP) - means.sel(policy=WITHOUT)), signed=True)

    return Table(
        f"{UNCALIBRATED}: what the sweep itself adds, within the {step} weeks that hold it "
        "(mean over all draws, with less without)",
        ("persons", *names.values()),
        tuple((words, *(cell(s, h) for h in names)) for s, words in AT_ONCE.items()),
        frozenset(range(1, len(names) + 1)),
    )


def civilians_table(result: StudyResult, comparison: Comparison, subset: str) -> Table | None:
    """Return the change in civilians killed after the sweep, by hypothesis and horizon."""
    pairs, names = comparison.pairs, hypotheses(result)
    chosen = pairs[
        (pairs["subset"] == subset)
        & (pairs["outcome"] == "deaths_civilian")
        & (pairs["policy_a"] == WITHOUT)
        & (pairs["policy_b"] == SWEEP)
    ]
    seen = keyed(chosen, "hypothesis", "weeks")
    shown = [h for h in names if (h, result.horizons[0]) in seen]
    if not shown:
        return None

    def cell(hypothesis: str, weeks: int) -> str:
        row = seen[hypothesis, weeks]
        return estimate(-row["difference"], (-row["difference_high"], -row["difference_low"]))

    return Table(
        f"{UNCALIBRATED}: change in civilians killed after the sweep's own week, mean (90% Monte "
        f"Carlo interval), {SUBSETS[subset]}",
        ("hypothesis", *(span(weeks) for weeks in result.horizons), "n draws"),
        tuple(
            (
                names[h],
                *(cell(h, weeks) for weeks in result.horizons),
                count(seen[h, result.horizons[0]]["n_draws"]),
            )
            for h in shown
        ),
        frozenset({len(result.horizons) + 1}),
    )


def after_table(result: StudyResult) -> Table:
    """Return paired changes over the main horizon, the sweep's own week included."""
    names = hypotheses(result)
    frame = result.to_frame(AFTER)
    rows = keyed(frame[frame["policy"] == SWEEP], "outcome", "hypothesis")

    def cell(outcome: str, hypothesis: str) -> str:
        row = rows[outcome, hypothesis]
        ends = (row["change_q05"], row["change_q95"])
        share = (row["share_lower_low"], row["share_lower_high"])
        return (
            f"{estimate(row['change_median'], ends, whole=True)}; fewer in "
            f"{percent_estimate(row['share_lower'], share)}"
        )

    return Table(
        f"{UNCALIBRATED}: change from no sweep in the same draw over {span(main_horizon(result))}, "
        "its own week included: median (5 to 95% of draws); share of draws with fewer (90% "
        "interval)",
        ("what", *names.values()),
        tuple(
            (OUTCOMES[outcome].title, *(cell(outcome, hypothesis) for hypothesis in names))
            for outcome in AFTER
        ),
    )


def harm_table(paired: pd.DataFrame, result: StudyResult, subset: str) -> Table | None:
    """Return the effects of removal and of harm at the longest horizon; None without draws."""
    weeks = max(result.horizons)
    words = {
        "sweep": "the sweep, against none",
        "sweep without harm": "the same removals without harm, against none",
        "harm alone": "harm alone: the sweep against the same removals without harm",
    }
    chosen = paired[
        (paired["subset"] == subset) & (paired["zone"] == "everywhere") & (paired["weeks"] == weeks)
    ]
    seen = keyed(chosen, "contrast", "hypothesis")
    names = {h: title for h, title in hypotheses(result).items() if ("sweep", h) in seen}
    if not names:
        return None
    return Table(
        f"{UNCALIBRATED}: change in attacks everywhere over {span(weeks)}, median of draws (5 to "
        f"95%), {SUBSETS[subset]}",
        ("what is compared", *names.values()),
        tuple(
            (text, *(_spread(seen[contrast, h]) for h in names)) for contrast, text in words.items()
        ),
    )


def change_figure(paired: pd.DataFrame, result: StudyResult, subset: str) -> Figure | None:
    """Return the change in attacks after the sweep, one panel per horizon; None without draws."""
    names = hypotheses(result)
    sweep = paired[(paired["contrast"] == "sweep") & (paired["subset"] == subset)]
    shown = [h for h in names if h in set(sweep["hypothesis"])]
    if not shown:
        return None
    seen = keyed(sweep, "weeks", "zone", "hypothesis")
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    down = (len(result.horizons) + 1) // 2
    for i, weeks in enumerate(result.horizons):
        axis = "" if i == 0 else str(i + 1)
        row, column = divmod(i, 2)
        layout |= _panel(axis, row, column, down, [names[h] for h in shown])
        layout["annotations"].append(panel_title(f"within {span(weeks)}", axis=axis))
        layout["shapes"].append(
            upright(0, dash="dash") | {"xref": f"x{axis}", "yref": f"y{axis} domain"}
        )
        for z, zone in enumerate(MARKS):
            cells = [seen[weeks, zone, h] for h in shown]
            traces.append(_points(cells, zone, axis, shift=0.17 - 0.34 * z, first=i == 0))
    layout |= {"margin": {"l": 20, "r": 14, "t": 62, "b": 50}, "legend": {"y": 1.07}}
    title = f"Change in attacks after one sweep, {SUBSETS[subset]}"
    return Figure(
        key=f"figure-{result.name}-change-{subset}",
        title=f"{UNCALIBRATED}: {title.lower()}",
        alt=(
            f"{UNCALIBRATED}: {title.lower()}, with the sweep less without, by hypothesis, here "
            f"and next door, within {', '.join(span(w) for w in result.horizons)}. Numbers in the "
            "table of this figure."
        ),
        source=f"study '{result.name}' of the model, parameters from priors",
        n=", ".join(
            f"{names[h]}: {count(seen[result.horizons[0], 'here', h]['n_draws'])} draws"
            for h in shown
        ),
        spec=figure_spec(traces, height=90 + 44 * len(shown) * down + 60 * down, layout=layout),
        table=_change_table(seen, result, shown, names),
        notes=(
            "Mark: median of the draws' expected change. Bar: 5 to 95% of draws, which is what the "
            "priors leave open. Dashed line: no change. Scales differ between panels.",
            "Here: the districts of the sweep. Next door: those that border them.",
            *result.caveats[:1],
        ),
    )


def short_sentence(result: StudyResult) -> str:
    """Return a sentence on the draws in which the operation cannot reach its dose."""
    draws = paired_draws(result, "sweep", "everywhere")
    is_dosed = draws.loc[draws["weeks"] == result.horizons[0], "is_dosed"]
    return (
        f"In {count(int((~is_dosed).sum()))} of {count(len(is_dosed))} draws, over all hypotheses, "
        "no plausible number of operations reaches the dose; changes in attacks leave them out."
    )


def _points(cells: list[Any], zone: str, axis: str, *, shift: float, first: bool) -> dict[str, Any]:
    middle = [float(c["expected_median"]) for c in cells]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": ZONES[zone],
        "showlegend": first,
        "x": middle,
        "y": [len(cells) - 1 - i + shift for i in range(len(cells))],
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "error_x": error_bars(
            middle,
            (float(c["expected_q05"]) for c in cells),
            (float(c["expected_q95"]) for c in cells),
            thickness=1.6,
            width=4,
            color=INK,
        ),
        "marker": {"opacity": 1, **MARKS[zone]},
        "customdata": [f"{zone}: {_spread(c)}" for c in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _panel(axis: str, row: int, column: int, down: int, names: list[str]) -> dict[str, Any]:
    gap = 0.46 / (down + 1)  # between rows, for the axis of one and the heading of the next
    width, height, left = 0.46, (1 - gap * (down - 1)) / down, 0.54 * column
    top = 1 - row * (height + gap)
    return {
        f"xaxis{axis}": {
            "anchor": f"y{axis}",
            "domain": [left, left + width],
            "title": {"text": "change in attacks", "standoff": 4},
            "nticks": 6,
        },
        f"yaxis{axis}": {
            "anchor": f"x{axis}",
            "domain": [top - height, top],
            "range": [-0.6, len(names) - 0.4],
            "tickvals": [len(names) - 1 - i for i in range(len(names))],
            "ticktext": [_wrapped(name) for name in names],
            "showticklabels": column == 0,
            "showgrid": False,
            "ticks": "",
        },
    }


def _wrapped(name: str) -> str:
    """Name on two lines, broken near its middle."""
    words = name.split(" ")
    if len(words) < 2:
        return literal(name)
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(name) / 2))
    return literal(" ".join(words[:cut])) + "<br>" + literal(" ".join(words[cut:]))


def _change_table(
    seen: Rows, result: StudyResult, shown: list[str], names: dict[str, str]
) -> Table:
    rows = tuple(
        (
            names[h],
            zone,
            span(weeks),
            _spread(row),
            estimate(row["effect"], (row["effect_low"], row["effect_high"])),
            percent(row["p_fewer"]),
            percent(row["p_more"]),
            count(row["n_draws"]),
        )
        for h in shown
        for zone in ZONES
        for weeks in result.horizons
        for row in [seen[weeks, zone, h]]
    )
    return Table(
        f"{UNCALIBRATED}: change in attacks after the sweep",
        (
            "hypothesis",
            "where",
            "within",
            "median of draws (5 to 95%)",
            "mean (90% Monte Carlo interval)",
            "fewer in",
            "more in",
            "n draws",
        ),
        rows,
        frozenset({5, 6, 7}),
    )


def _spread(row: Any) -> str:
    return estimate(row["expected_median"], (row["expected_q05"], row["expected_q95"]))
