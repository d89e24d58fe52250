"""Shares, survival and groups: what is drawn is what was counted, unknown parts are hatched."""

import dataclasses

import pytest
from tests.unit.evidence.findings import FIGURES

from tarazu.core.number_format import MISSING
from tarazu.report.figures.findings import finding_figure

KINDS = {figure.kind: figure for figure in FIGURES}


def test_shares__fill_every_year_with_events():
    bars = finding_figure(KINDS["shares"], key="k").spec["data"]
    heights = [sum(bar["y"][i] for bar in bars) for i in range(3)]
    assert heights == pytest.approx([1.0, 1.0, 0.0])


def test_shares__hatch_the_unknown_and_nothing_else():
    bars = finding_figure(KINDS["shares"], key="k").spec["data"]
    assert [bar["name"] for bar in bars if "pattern" in bar["marker"]] == ["unknown"]


def test_shares__draw_proven_changes_solid_and_others_dotted_with_their_intervals():
    shapes = finding_figure(KINDS["shares"], key="k").spec["layout"]["shapes"]
    assert [shape["line"]["dash"] for shape in shapes] == ["solid", "solid", "dot", "dot"]
    assert [(s["x0"], s["x1"]) for s in shapes[:2]] == [(2010.75, 2010.75), (2010.0, 2011.0)]


def test_shares__can_be_without_a_change():
    figure = KINDS["shares"]
    data = {k: v for k, v in figure.data.items() if not k.startswith("changes")}
    drawn = finding_figure(dataclasses.replace(figure, data=data), key="k")
    assert drawn.spec["layout"]["shapes"] == []
    assert len(drawn.notes) == 1


def test_shares__table_leaves_out_years_without_events():
    assert [row[0] for row in finding_figure(KINDS["shares"], key="k").table.rows] == [
        "2010",
        "2011",
    ]


def test_survival__has_logarithmic_axes_and_two_kinds_of_line():
    spec = finding_figure(KINDS["survival"], key="k").spec
    assert spec["layout"]["xaxis"]["type"] == spec["layout"]["yaxis"]["type"] == "log"
    assert [trace["line"]["dash"] for trace in spec["data"][1:]] == ["solid", "dash"]


def test_survival__table_says_where_no_law_was_fitted():
    rows = finding_figure(KINDS["survival"], key="k").table.rows
    assert rows[0] == ("1", "100%", "-", "-")
    assert rows[2][2:] == ("0.30", "0.30")


def test_groups__errors_end_at_the_interval():
    thinned = finding_figure(KINDS["groups"], key="k").spec["data"][1]
    assert thinned["error_y"]["array"] == pytest.approx([0.0, 0.5, 0.5])
    assert thinned["error_y"]["arrayminus"] == pytest.approx([0.0, 0.5, 0.6])


def test_groups__table_has_no_number_for_a_thin_year():
    first = finding_figure(KINDS["groups"], key="k").table.rows[0]
    assert first[4:6] == ("-", MISSING)
