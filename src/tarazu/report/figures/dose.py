"""Share of members in which violence ends, by the setting of a lever and by hypothesis."""

from __future__ import annotations

from typing import Any, Final

from tarazu.core.number_format import count, percent, percent_interval
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.marks import error_bars
from tarazu.report.figures.theme import DASHES, INK, SERIES, figure_spec
from tarazu.report.table import Table
from tarazu.report.tables.policies import replicates_each
from tarazu.study import OUTCOMES, Comparison, StudyResult

ENDS: Final = "quiet_year"
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "cross", "x")
SHIFT: Final = 0.09  # of a step, between hypotheses at one setting


def is_dosed(result: StudyResult) -> bool:
    """Return whether the policies beside the baseline are settings of one lever."""
    titles = [policy.title for policy in result.policies if policy.name != result.baseline]
    return len({t.partition(" = ")[0] for t in titles}) == 1 and all(" = " in t for t in titles)


def dose_figure(result: StudyResult, comparison: Comparison) -> Figure:
    """Return the share of members with a quiet year at the end, one line per hypothesis."""
    table = comparison.outcomes
    weeks = max(result.horizons)
    chosen = table[
        (table["outcome"] == ENDS) & (table["weeks"] == weeks) & (table["subset"] == "all")
    ]
    seen = {(row["hypothesis"], row["policy"]): row for row in chosen.to_dict("records")}
    names = {h.name: h.title for h in result.hypotheses}
    lever, settings = _settings(result)
    traces: list[dict[str, Any]] = []
    rows = []
    for i, (hypothesis, title) in enumerate(names.items()):
        mine = [seen[hypothesis, policy] for policy in settings]
        shares = [float(row["mean"]) for row in mine]
        colour = SERIES[i % len(SERIES)]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": literal(title),
                "x": [p + SHIFT * (i - (len(names) - 1) / 2) for p in range(len(settings))],
                "y": shares,
                "line": {"color": colour, "width": 2, "dash": DASHES[i % len(DASHES)]},
                "marker": {
                    "symbol": SYMBOLS[i % len(SYMBOLS)],
                    "size": 8,
                    "color": colour,
                    "line": {"color": INK, "width": 1},
                },
                "error_y": error_bars(
                    shares,
                    (float(row["mean_low"]) for row in mine),
                    (float(row["mean_high"]) for row in mine),
                    thickness=1,
                    width=3,
                    color=colour,
                ),
                "cliponaxis": False,
                "hovertemplate": f"{literal(title)}: %{{y:.0%}}<extra></extra>",
            }
        )
        rows += [
            (
                title,
                settings[policy],
                percent(row["mean"]),
                percent_interval((row["mean_low"], row["mean_high"])),
                count(row["n_draws"]),
            )
            for policy, row in zip(settings, mine, strict=True)
        ]
    most = max(max(trace["y"]) for trace in traces)
    what = OUTCOMES[ENDS].title.lower()
    years = round(weeks / 52)
    head = f"Not calibrated: {what} within {years} years, by {lever}"
    layout = {
        "xaxis": {
            "title": {"text": literal(lever)},
            "tickvals": list(range(len(settings))),
            "ticktext": [literal(text) for text in settings.values()],
            "range": [-0.5, len(settings) - 0.5],
            "showgrid": False,
        },
        "yaxis": {
            "title": {"text": "share of runs (90% interval)"},
            "range": [-0.01, 1.02],
            "tickformat": ".0%",
        },
        "margin": {"l": 60, "r": 16, "t": 70, "b": 52},
        "legend": {"y": 1.04},
    }
    return Figure(
        key=f"figure-{result.name}-{ENDS}",
        title=f"{head}: at most {percent(most)} of runs under any setting",
        alt=(
            f"{head}. {count(len(settings))} settings and {count(len(names))} hypotheses; the "
            f"share is at most {percent(most)}. Numbers in the table of this figure."
        ),
        source=f"study '{result.name}' of the model, parameters from priors",
        n=f"{count(result.draws)} draws, {replicates_each(result)}",
        spec=figure_spec(traces, height=420, layout=layout),
        table=Table(
            head,
            ("hypothesis", lever, "share of runs", "90% interval", "n draws"),
            tuple(rows),
            frozenset({1, 2, 4}),
        ),
        notes=(
            "Bars: 90% Monte Carlo interval. Lines join settings; between them nothing was run.",
        ),
    )


def _settings(result: StudyResult) -> tuple[str, dict[str, str]]:
    """Return what varies, and its value by policy; titles where not one lever varies."""
    parts = {policy.name: policy.title.partition(" = ") for policy in result.policies}
    levers = {lever for lever, equals, _ in parts.values() if equals}
    if len(levers) == 1:
        (lever,) = levers
        return lever.replace("_", " "), {
            name: value or text for name, (text, _, value) in parts.items()
        }
    return "policy", {policy.name: policy.title for policy in result.policies}
