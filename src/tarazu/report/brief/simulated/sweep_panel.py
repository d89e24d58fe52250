"""The panel of one extra sweep: what it does at once, and in the years after."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import count, percent
from tarazu.report import anchors
from tarazu.report.brief.panel import Panel
from tarazu.report.brief.texts import TEXTS, whole
from tarazu.report.likelihood import likelihood
from tarazu.report.tables.policies import span
from tarazu.study import StudyResult
from tarazu.study.analysis.summary import in_order
from tarazu.study.setup.policies import SWEEP, WITHOUT

AT_ONCE: Final = {
    "killed": "deaths_militant",
    "civilians": "deaths_civilian",
    "missing": "disappeared",
}
AFTER: Final = ("deaths_civilian", "attacks")
WORDS: Final = {"deaths_civilian": "civilians_after", "attacks": "attacks_after"}


def sweep_panel(result: StudyResult) -> Panel:
    """Return what one sweep does, with nothing ruled out: civilians first."""
    at_once, first = at_once_of(result), in_order(result)[0]
    table = result.to_frame(AFTER)
    table = table[(table["policy"] == SWEEP) & (table["hypothesis"] == first)]
    rows = {row["outcome"]: row for row in table.to_dict("records")}
    weeks = int(table["weeks"].iloc[0])
    lines = [
        TEXTS.text(
            "sweep",
            "at_once",
            weeks=step_of(result),
            civilians=whole(at_once["civilians"]),
            missing=whole(at_once["missing"]),
        )
    ]
    for outcome in AFTER:
        row = rows[outcome]
        low, high = row["share_lower_low"], row["share_lower_high"]
        lines.append(
            TEXTS.text(
                "sweep",
                WORDS[outcome],
                span=span(weeks),
                median=whole(row["change_median"]),
                low=whole(row["change_q05"]),
                high=whole(row["change_q95"]),
                share=percent(row["share_lower"]),
                share_low=percent(low),
                share_high=percent(high),
                word=likelihood(low, high),
            )
        )
    killed = count(at_once["killed"])
    return Panel(
        key="sweep",
        title=TEXTS.text("sweep", "title", killed=killed, civilians=whole(at_once["civilians"])),
        lines=tuple(lines),
        note=TEXTS.text("sweep", "note", draws=count(result.draws), study=result.name),
        anchor=anchors.study(result.name),
    )


def step_of(result: StudyResult) -> int:
    """Return how many weeks a step of the series has."""
    return int(result.bands["week"][0])


def at_once_of(result: StudyResult) -> dict[str, float]:
    """Return means over futures of what the sweep adds in the step of weeks that holds it."""
    bands, first = result.bands, in_order(result)[0]
    step = bands.isel(week=(result.origin_week - 1) // step_of(result))
    step = step.sel(subset="all", hypothesis=first)
    return {
        name: float(
            step[f"{series}_mean"].sel(policy=SWEEP) - step[f"{series}_mean"].sel(policy=WITHOUT)
        )
        for name, series in AT_ONCE.items()
    }
