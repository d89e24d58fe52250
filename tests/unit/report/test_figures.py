"""Figures: axes with units, source and n; every number drawn is in the table; no colour alone."""

import dataclasses
from dataclasses import replace

import pytest
from tests.unit.evidence.findings import FIGURES

from tarazu.record import Record, load_record, select
from tarazu.region.admin_units import merge_units
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.findings import KINDS, finding_figure
from tarazu.report.figures.record import deaths_figure, events_figure
from tarazu.report.figures.theme import FIRST_DARK_SHADE, INK, MUTED, PAPER, SERIES, SHADES
from tarazu.report.figures.tile_map import LOWER_BOUNDS, map_figure, shade_of

READABLE = 4.5  # contrast ratio of WCAG 2.2 AA for text
RECORD = load_record()


def _map(record: Record = RECORD) -> Figure:
    drawn = map_figure(record)
    assert drawn is not None
    return drawn


ALL = [
    events_figure(RECORD),
    deaths_figure(RECORD),
    _map(),
    *(finding_figure(figure, key=figure.kind) for figure in FIGURES),
]


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.key)
def test_figure__has_source_n_alternative_text_and_table(figure: Figure) -> None:
    assert figure.source
    assert any(character.isdigit() for character in figure.n)
    assert figure.title in figure.alt
    assert len(figure.alt) > len(figure.title) + 20
    assert figure.table.rows
    assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)


@pytest.mark.parametrize("figure", [f for f in ALL if f.key != "figure-map"], ids=lambda f: f.key)
def test_figure__names_every_axis(figure: Figure) -> None:
    axes = {k: v for k, v in figure.spec["layout"].items() if k.startswith(("xaxis", "yaxis"))}
    assert len(axes) >= 2
    named_rows = [axis for axis in axes.values() if "ticktext" in axis and axis.get("ticks") == ""]
    assert all(axis["title"]["text"] for axis in axes.values() if axis not in named_rows)


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.key)
def test_figure__is_accepted_by_plotly(figure: Figure) -> None:
    assert len(figure.to_plotly().data) == len(figure.spec["data"])


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.kind)
def test_draw__keeps_labels_source_and_n_of_the_estimator(figure) -> None:
    drawn = finding_figure(figure, key="k")
    assert (drawn.title, drawn.source, drawn.n) == (figure.title, figure.source, figure.n)
    assert drawn.spec["layout"]["xaxis"]["title"]["text"] == figure.x_label
    if figure.kind not in ("forest", "effects"):  # whose rows have names
        assert drawn.spec["layout"]["yaxis"]["title"]["text"] == figure.y_label


def test_draw__knows_every_kind_of_the_fixture() -> None:
    assert {figure.kind for figure in FIGURES} == set(KINDS)


def test_draw__refuses_an_unknown_kind_by_name() -> None:
    with pytest.raises(ValueError, match="kind is 'pie'; expected one of windows"):
        finding_figure(replace(FIGURES[0], kind="pie"), key="k")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.kind)
def test_draw__refuses_missing_and_uneven_columns(figure) -> None:
    column = KINDS[figure.kind][0][0]
    without = {name: values for name, values in figure.data.items() if name != column}
    with pytest.raises(ValueError, match=f"lacks column '{column}'"):
        finding_figure(replace(figure, data=without), key="k")
    with pytest.raises(ValueError, match="unequal length"):
        finding_figure(replace(figure, data=without | {column: figure.data[column][1:]}), key="k")


def test_timeline__series_add_up_to_the_record() -> None:
    drawn = sum(value or 0 for trace in events_figure(RECORD).spec["data"] for value in trace["y"])
    assert drawn == RECORD.n_events


def test_timeline__shows_rows_without_a_death_apart_and_hatched() -> None:
    sure, zero = events_figure(RECORD).spec["data"][:2]
    assert sure["name"] != zero["name"]
    assert "pattern" not in sure["marker"]
    assert zero["marker"]["pattern"]["shape"] == "/"
    without = events_figure(select(RECORD, zero_best=False)).spec["data"]
    assert [v or 0 for v in without[0]["y"]] == [v or 0 for v in sure["y"]]
    assert not any(without[1]["y"])


def test_deaths__panels_share_one_scale_and_add_up() -> None:
    figure = deaths_figure(RECORD)
    ranges = {tuple(v["range"]) for k, v in figure.spec["layout"].items() if k.startswith("yaxis")}
    assert len(ranges) == 1
    columns = ["deaths_civilian", "deaths_state", "deaths_militant", "deaths_unknown"]
    drawn = [sum(trace["y"]) for trace in figure.spec["data"]]
    assert drawn == [int(RECORD.events[name].sum()) for name in columns]


def test_tile_map__draws_every_hexagon_and_shares_the_shade_of_a_merged_unit() -> None:
    region, layout = RECORD.region, _map().spec["layout"]
    assert len(layout["shapes"]) == len(region.tiles) == 34
    shades: dict[str, set[str]] = {}
    for tile, shape in zip(region.tiles, layout["shapes"], strict=True):
        shades.setdefault(tile.slug, set()).add(shape["fillcolor"])
    assert len(shades) == 29
    assert all(len(colours) == 1 for colours in shades.values())


def test_tile_map__prints_the_count_of_a_merged_unit_once() -> None:
    texts = _map().spec["data"][0]["text"]
    assert sum("<b>" in text for text in texts) == 29
    assert sum(text == "(Lor)" for text in texts) == 1


def test_tile_map__counts_only_attacks_with_a_confirmed_death_and_says_what_is_missing() -> None:
    events = RECORD.events
    sure = events[(events["initiator"] == "militant") & ~events["zero_best"]]
    placed = int(sure.loc[sure["district"].notna(), "count"].sum())
    homeless = int(sure["count"].sum()) - placed
    assert _map().n.startswith(f"{placed} attacks")
    assert f"{homeless} more without a district" in _map().n
    assert sum(int(row[1]) for row in _map().table.rows) == placed


def test_tile_map__is_left_out_for_a_region_without_tiles() -> None:
    bare = dataclasses.replace(RECORD, region=dataclasses.replace(RECORD.region, tiles=()))
    assert map_figure(bare) is None


def test_merge_units__puts_the_tile_of_the_unit_first() -> None:
    from tarazu.region import load_region

    tiles = [tile for tile in merge_units(load_region()).tiles if tile.slug == "killa_abdullah"]
    assert [(tile.abbr, tile.col) for tile in tiles] == [("KAbd", 3), ("KAbd", 2)]


@pytest.mark.parametrize("value", [0, 1, 4, 5, 79, 80, 10_000])
def test_shade_of__never_falls_as_counts_rise(value: int) -> None:
    assert shade_of(value) <= shade_of(value + 1) < len(SHADES)
    assert LOWER_BOUNDS[shade_of(value)] <= value


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_shades__darken_step_by_step_and_carry_readable_labels() -> None:
    assert [_luminance(s) for s in SHADES] == sorted((_luminance(s) for s in SHADES), reverse=True)
    for i, shade in enumerate(SHADES):
        assert _contrast(shade, PAPER if i >= FIRST_DARK_SHADE else INK) >= READABLE


def test_text__is_readable_on_paper() -> None:
    assert min(_contrast(INK, PAPER), _contrast(MUTED, PAPER)) >= READABLE
    assert len(set(SERIES)) == len(SERIES)


def test_literal__disarms_markup() -> None:
    assert literal("<a href='x'>&") == "&lt;a href='x'&gt;&amp;"
