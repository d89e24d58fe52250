"""Static pictures: every mark of a figure is drawn, inside the picture, from the same numbers."""

import re
from xml.etree import ElementTree as ET

import pytest
from tests.unit.evidence.findings import FIGURES

from tarazu.record import load_record
from tarazu.report.figures.findings import finding_figure
from tarazu.report.figures.record import deaths_figure, events_figure
from tarazu.report.figures.theme import figure_spec
from tarazu.report.figures.tile_map import map_figure
from tarazu.report.svg.drawing import draw_svg
from tarazu.report.svg.scales import make_scale

SVG = "{http://www.w3.org/2000/svg}"
WIDTH, HEIGHT = 720, 300


def drawn(traces: list[dict], **layout: object) -> ET.Element:
    spec = figure_spec(traces, height=HEIGHT, layout=layout)
    return ET.fromstring(draw_svg(spec, key="test", title="A & B", alt="what <is> shown"))


def texts(picture: ET.Element) -> str:
    return " ".join("".join(element.itertext()) for element in picture.iter(f"{SVG}text"))


def points(picture: ET.Element) -> list[tuple[float, float]]:
    return [
        (float(circle.attrib["cx"]), float(circle.attrib["cy"]))
        for circle in picture.iter(f"{SVG}circle")
    ]


@pytest.mark.parametrize("data", FIGURES, ids=lambda data: data.kind)
def test_svg__of_every_kind_of_figure_is_valid_and_has_its_words(data) -> None:
    figure = finding_figure(data, key=f"figure-{data.kind}")
    picture = ET.fromstring(figure.to_svg())
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-label"] == figure.alt
    assert any(picture.iter(f"{SVG}{name}") for name in ("path", "polyline", "rect"))
    assert "nan" not in figure.to_svg().replace("finance", "")


def test_svg__of_the_record_has_no_coordinate_outside_the_picture() -> None:
    record = load_record()
    for figure in (events_figure(record), deaths_figure(record), map_figure(record)):
        assert figure is not None
        picture = ET.fromstring(figure.to_svg(600))
        for rect in picture.iter(f"{SVG}rect"):
            if "x" in rect.attrib:
                assert -1 <= float(rect.attrib["x"]) <= 600
                assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 601


def test_svg__points_lie_where_their_numbers_say() -> None:
    trace = {"type": "scatter", "mode": "markers", "x": [0, 1, 2], "y": [0, 10, 5]}
    (x0, y0), (x1, y1), (x2, y2) = points(drawn([trace]))
    assert x0 < x1 < x2
    assert y1 < y2 < y0  # up is more
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y2 == pytest.approx(y2 - y1, abs=0.2)


def test_svg__log_axis_spaces_factors_evenly() -> None:
    trace = {"type": "scatter", "mode": "markers", "x": [1, 10, 100], "y": [1, 1, 1]}
    xs = [x for x, _ in points(drawn([trace], xaxis={"type": "log"}))]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)


def test_svg__missing_points_break_a_line_and_are_not_drawn() -> None:
    trace = {"type": "scatter", "mode": "lines+markers", "x": [0, 1, 2, 3], "y": [1, None, 2, 3]}
    picture = drawn([trace])
    assert len(points(picture)) == 3
    assert len(list(picture.iter(f"{SVG}polyline"))) == 2


def test_svg__bars_stack_and_the_tallest_fits() -> None:
    first = {"type": "bar", "x": ["a", "b"], "y": [2, 4]}
    second = {"type": "bar", "x": ["a", "b"], "y": [2, 8], "marker": {"pattern": {"shape": "/"}}}
    picture = drawn([first, second], barmode="stack")
    bars = [r for r in picture.iter(f"{SVG}rect") if "x" in r.attrib]
    heights = [float(bar.attrib["height"]) for bar in bars]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.3)
    assert heights[3] == pytest.approx(4 * heights[2], abs=0.3)
    assert float(bars[3].attrib["y"]) + heights[3] == pytest.approx(
        float(bars[1].attrib["y"]), abs=0.3
    )
    assert min(float(bar.attrib["y"]) for bar in bars) >= 0
    assert bars[2].attrib["fill"] == "url(#hatch-test)"


def test_svg__error_bars_reach_both_ends() -> None:
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [5],
        "y": [0],
        "error_x": {"array": [5], "arrayminus": [2], "color": "#123456"},
    }
    picture = drawn([trace])
    ((x, _),) = points(picture)
    (bar,) = [p for p in picture.iter(f"{SVG}path") if p.attrib.get("stroke") == "#123456"]
    low, high = map(float, re.match(r"M([\d.]+),[\d.]+H([\d.]+)", bar.attrib["d"]).groups())  # type: ignore[union-attr]
    assert (high - x) / (x - low) == pytest.approx(2.5, rel=0.02)


def test_svg__text_is_escaped_and_has_bold_and_italic() -> None:
    trace = {"type": "bar", "x": ["R&D &amp; <x>"], "y": [1], "name": "n", "showlegend": True}
    note = {
        "text": "<b>loud</b><br><i>aside</i>",
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
    }
    picture = drawn([trace], annotations=[note])
    assert "R&D & <x>" in texts(picture)
    spans = {span.text: span for span in picture.iter(f"{SVG}tspan")}
    assert spans["loud"].get("font-weight") == "bold"
    assert spans["aside"].get("font-style") == "italic"


def test_svg__refuses_what_it_cannot_draw() -> None:
    with pytest.raises(
        ValueError, match="trace is of type 'pie'; expected scatter, bar or heatmap"
    ):
        drawn([{"type": "pie", "x": [1], "y": [1]}])
    with pytest.raises(ValueError, match="width is 100; expected 240 pixels or more"):
        events_figure(load_record()).to_svg(100)


def test_figure__shows_itself_with_its_words_and_source() -> None:
    figure = finding_figure(FIGURES[0], key="figure-1")
    assert len(repr(figure)) < 200
    page = figure._repr_html_()
    assert page.count("<svg") == 1
    assert figure.title in page
    assert figure.source in page


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ({"tickvals": [1, 2], "ticktext": ["one", "two"]}, ["one", "two"]),
        ({"dtick": 0.5, "tickformat": ".0%"}, ["100%", "150%", "200%"]),
        ({"range": [2003.4, 2006.6], "dtick": 1, "tickformat": "d"}, ["2004", "2005", "2006"]),
    ],
)
def test_ticks__are_as_the_axis_says(axis, expected) -> None:
    values = [1.0, 2.0]
    scale = make_scale({"rangemode": "normal", **axis}, values, 0, 200, zero=False)
    assert [text for _, text in scale.ticks] == expected
