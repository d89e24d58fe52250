"""Figures whose rows have names: nothing is printed over a bar, and time runs downwards."""

from dataclasses import replace

import numpy as np
from tests.unit.evidence.findings import FIGURES
from tests.unit.report.brief.made import study

from tarazu.evidence.finding import FigureData
from tarazu.report.figures.counts import residuals_figure, windows_figure
from tarazu.report.figures.estimates import effects_figure, forest_figure
from tarazu.report.tables.policies import replicates_each


def test_forest__names_its_rows_outside_the_plot() -> None:
    forest = next(f for f in FIGURES if f.kind == "forest")
    layout = forest_figure(forest, "f").spec["layout"]
    assert "annotations" not in layout
    assert len(layout["yaxis"]["ticktext"]) == len(forest.data["variant"])


def test_forest__draws_an_estimate_that_has_no_interval() -> None:
    """All nine of 'tactics' were called 'not estimable' when its intervals were taken out."""
    forest = next(f for f in FIGURES if f.kind == "forest")
    n = len(forest.data["variant"])
    data = forest.data | {"low": [None] * n, "high": [None] * n}
    data["estimate"] = [None, *range(1, n)]
    made = forest_figure(replace(forest, data=data), "f")
    (points,) = made.spec["data"]
    assert points["x"] == list(range(1, n))
    assert points["error_x"]["array"] == [0] * (n - 1)
    names = made.spec["layout"]["yaxis"]["ticktext"]
    assert ["not estimable" in name.replace("<br>", " ") for name in names] == [True] + [False] * (
        n - 1
    )
    assert "Marks without a bar have no interval." in made.notes[0]


def test_effects__stand_panel_by_panel_and_in_order_of_time() -> None:
    data = {
        "panel": ["near", "far", "near", "far", "near"],
        "row": [
            "42 days after",
            "42 days after",
            "14 days after",
            "14 days after",
            "85-126 days before",
        ],
        "estimate": [1.0, 2.0, 3.0, 4.0, 5.0],
        "low": [0.0] * 5,
        "high": [6.0] * 5,
        "n": ["n"] * 5,
        "verdict": ["v"] * 5,
    }
    figure = FigureData("effects", "t", "x", "y", "source", "n", data)
    drawn = effects_figure(figure, "f")
    axis = drawn.spec["layout"]["yaxis"]
    names = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))
    downwards = [names[height] for height in sorted(names, reverse=True)]
    assert downwards == [
        "<b>near</b>",
        "85-126 days before",
        "14 days after",
        "42 days after",
        "<b>far</b>",
        "14 days after",
        "42 days after",
    ]
    near = drawn.spec["data"][0]
    assert [names[y] for y in near["y"]] == ["85-126 days before", "14 days after", "42 days after"]
    assert near["x"] == [5.0, 3.0, 1.0]


def test_windows__stand_side_by_side_and_the_operation_between_before_and_after() -> None:
    data = {
        "day_from": [-84, -28, -7, 1, 8, 29],
        "day_to": [-29, -8, -1, 7, 28, 84],
        "attacks": [9, 8, 7, 6, 5, 4],
        "expected": [5.0] * 6,
        "low": [2.0] * 6,
        "high": [8.0] * 6,
    }
    drawn = windows_figure(FigureData("windows", "t", "x", "y", "s", "n", data), "f")
    band, _, observed = drawn.spec["data"]
    assert band["width"] < 1.0
    assert observed["x"] == [0, 1, 2, 3, 4, 5]
    assert observed["y"] == data["attacks"]
    assert drawn.spec["layout"]["shapes"][0]["x0"] == 2.5


def test_residuals__name_few_bins_and_show_the_band() -> None:
    data = {
        "bin": [f"{i / 20:.2f}-{(i + 1) / 20:.2f}" for i in range(20)],
        "count": [550 + i for i in range(20)],
        "expected_low": [520] * 20,
        "expected_high": [590] * 20,
    }
    layout = residuals_figure(FigureData("residuals", "t", "x", "y", "s", "n", data), "f").spec[
        "layout"
    ]
    assert len(layout["xaxis"]["ticktext"]) <= 7
    low, high = layout["yaxis"]["range"]
    assert low > 400
    assert np.ptp([520, 590]) > 0.5 * (high - low)


def test_replicates__of_a_draw_are_in_the_singular_where_there_is_one() -> None:
    made = study({})
    assert replicates_each(replace(made, replicates=1)) == "1 replicate each"
    assert replicates_each(replace(made, replicates=5)) == "5 replicates each"
