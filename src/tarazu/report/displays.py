"""Figures of results for notebooks, by the kind of result.

The rooms of the results do not import this one; `tarazu.core.display` says how they meet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial, singledispatch

from tarazu.evidence.finding import FigureData, Finding
from tarazu.record import Record
from tarazu.report.figure import Figure
from tarazu.report.figures.findings import finding_figure
from tarazu.report.figures.record import deaths_figure, events_figure
from tarazu.report.figures.tile_map import map_figure

Figures = dict[str, Callable[[], Figure]]


@singledispatch
def pictures_of(result: object) -> Figures:
    """Return the figures of a result by name, the most telling one first."""
    study = sys.modules.get("tarazu.study")  # who has a result of it has loaded it; it is slow
    if study is not None and isinstance(result, study.StudyResult):
        from tarazu.report.figures.fan import fan_figures

        return fan_figures(result)
    raise TypeError(f"a {type(result).__name__} has no figures")


@pictures_of.register
def _of_record(record: Record) -> Figures:
    figures: Figures = {
        "timeline": partial(events_figure, record),
        "deaths": partial(deaths_figure, record),
    }
    if record.region.tiles:
        figures["map"] = partial(_map, record)
    return figures


@pictures_of.register
def _of_finding(finding: Finding) -> Figures:
    figures: Figures = {}
    for data in finding.figures:
        name = data.kind
        if name in figures:  # several of one kind
            name = f"{data.kind}-{sum(key.startswith(data.kind) for key in figures) + 1}"
        figures[name] = partial(_drawn, data, f"{finding.name}-{name}")
    return figures


def _map(record: Record) -> Figure:
    figure = map_figure(record)
    if figure is None:
        raise ValueError(f"{record.region.title} has no tiles; expected a region with tiles.csv")
    return figure


def _drawn(data: FigureData, key: str) -> Figure:
    return finding_figure(data, key=key)
