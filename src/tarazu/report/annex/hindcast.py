"""The history of a study beside counts of the same years: the record's, and public totals."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tarazu.core.number_format import count, interval, number
from tarazu.model.hypothesis import UNRESTRICTED
from tarazu.record import Record
from tarazu.record.public_totals import public_totals
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import BAND, BLUE, MUTED, ORANGE, figure_spec
from tarazu.report.table import Table
from tarazu.report.tables.policies import replicates_each
from tarazu.study import StudyResult
from tarazu.study.runner.result import Hindcast
from tarazu.study.setup.hindcast import recorded_years

THE_RECORD: Final = "the record"
WHAT: Final = {"attacks": "attacks", "disappearances": "disappearances_reported"}
TITLES: Final = {
    "attacks": "attacks per year",
    "disappearances": "disappearances reported per year",
}
SEEN: Final = {
    "attacks": "Attacks in which nobody died are outside the model; the record holds some of them, "
    "totals of think tanks more.",
    "disappearances": "Those who count disappearances are parties to the conflict or near to one.",
}
TICK_YEARS: Final = 3  # from one label of the axis to the next
WORDS: Final = (
    "The model is not fitted to any of these counts. While the record lasts, the history has its "
    "lethal operations; all else is drawn. Where a count lies outside the central 90%, the model "
    "or the count may be wrong."
)


class Count(NamedTuple):
    """One count of a year by somebody, and the model's 5%, 50% and 95% points of that year."""

    year: int
    source: str
    number: int
    low: float
    middle: float
    high: float

    @property
    def place(self) -> str:
        """Where the count lies among the members."""
        if self.number < self.low:
            return "below"
        return "above" if self.number > self.high else "within"


def hindcast_figures(result: StudyResult, record: Record) -> tuple[Figure, ...]:
    """Return yearly counts beside the model's, one figure each; none without a history or counts.

    The hypothesis that rules nothing out is shown, or the first where a study does not run it.
    """
    if result.hindcast is None:
        return ()
    names = [h.name for h in result.hypotheses]
    shown = UNRESTRICTED if UNRESTRICTED in names else names[0]
    title = next(h.title for h in result.hypotheses if h.name == shown)
    made = []
    for what, series in WHAT.items():
        if series not in result.hindcast.counts[shown]:
            continue
        found = counts_of(result.hindcast, record, what, shown)
        if found:
            made.append(_figure(result, what, title, result.hindcast, shown, found))
    return tuple(made)


def counts_of(hindcast: Hindcast, record: Record, what: str, hypothesis: str) -> list[Count]:
    """Return the counts of whole years of the history, with the model's of the same year."""
    places = {year: y for y, year in enumerate(hindcast.years)}
    told: list[tuple[int, str, int]] = []
    if what == "attacks" and hindcast.recorded:
        told += [(y, THE_RECORD, hindcast.recorded.get(y, 0)) for y in recorded_years(record)]
    told += [
        (total.year, total.source, total.total)
        for total in public_totals(record.region.name)
        if total.what == what
    ]
    rows = hindcast.counts[hypothesis][WHAT[what]]
    return [
        Count(year, source, number, *(float(value) for value in rows[places[year]]))
        for year, source, number in told
        if year in places
    ]


def _figure(
    result: StudyResult,
    what: str,
    hypothesis: str,
    hindcast: Hindcast,
    shown: str,
    found: list[Count],
) -> Figure:
    years, rows = list(hindcast.years), hindcast.counts[shown][WHAT[what]]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": "5 to 95% of members",
            "x": years,
            "base": [row[0] for row in rows],
            "y": [row[2] - row[0] for row in rows],
            "width": 0.8,
            "marker": {"color": BAND, "line": {"color": MUTED, "width": 0.8}},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "name": "median",
            "mode": "markers",
            "x": years,
            "y": [row[1] for row in rows],
            "marker": {"symbol": "line-ew", "size": 14, "line": {"width": 2, "color": MUTED}},
            "hoverinfo": "skip",
        },
    ]
    for name, symbol, colour in ((THE_RECORD, "circle", BLUE), ("published", "diamond", ORANGE)):
        chosen = [c for c in found if (c.source == THE_RECORD) == (name == THE_RECORD)]
        if chosen:
            traces.append(
                {
                    "type": "scatter",
                    "name": name,
                    "mode": "markers",
                    "x": [c.year for c in chosen],
                    "y": [c.number for c in chosen],
                    "marker": {"symbol": symbol, "size": 9, "color": colour},
                    "customdata": [literal(f"{c.year}, {c.source}: {c.number}") for c in chosen],
                    "hovertemplate": "%{customdata}<extra></extra>",
                    "cliponaxis": False,
                }
            )
    within = sum(c.place == "within" for c in found)
    head = f"Not calibrated: {TITLES[what]} in the history, beside counts"
    top = max(*(row[2] for row in rows), *(c.number for c in found), 1)
    return Figure(
        key=f"figure-{result.name}-hindcast-{what}",
        title=f"{head}: {within} of {len(found)} counts within the central 90%",
        alt=(
            f"{head}. {count(len(years))} years with the model's median and central 90%, and "
            f"{count(len(found))} counts, of which {within} lie within. Numbers in the table of "
            "this figure."
        ),
        source=f"study '{result.name}' of the model, hypothesis '{hypothesis}'; counts as named",
        n=f"{count(result.draws)} draws, {replicates_each(result)}",
        spec=figure_spec(
            traces,
            height=360,
            layout={
                "xaxis": {
                    "title": {"text": "year"},
                    "range": [years[0] - 0.6, years[-1] + 0.6],
                    "tickvals": years[::TICK_YEARS],
                    "ticktext": [str(year) for year in years[::TICK_YEARS]],
                    "showgrid": False,
                },
                "yaxis": {"title": {"text": TITLES[what]}, "range": [0, 1.08 * top]},
                "margin": {"t": 62, "l": 60, "r": 16, "b": 52},
                "legend": {"y": 1.06},
            },
        ),
        table=Table(
            head,
            ("year", "counted by", "count", "model: median", "model: 5 to 95%", "count is"),
            tuple(
                (
                    str(c.year),
                    c.source,
                    count(c.number),
                    number(c.middle),
                    interval((c.low, c.high)),
                    c.place,
                )
                for c in found
            ),
            frozenset({2, 3}),
        ),
        notes=(SEEN[what],),
    )
