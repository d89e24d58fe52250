"""The causal diagram: four arrows to find, signs of the declaration, nothing printed over a box."""

import re
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import pytest

from tarazu.model import Model, build_model
from tarazu.model.description import Edge
from tarazu.report.diagram import nodes, picture
from tarazu.report.diagram.nodes import OTHER, Diagram, causal_diagram
from tarazu.report.diagram.page import diagram_html, diagram_lines, diagram_page, docs_page
from tarazu.report.diagram.picture import BOX, SPINE_BOX, diagram_svg
from tarazu.report.svg.marks import width_of

DOCS = Path(__file__).parents[3] / "docs" / "explanation"
SVG = "{http://www.w3.org/2000/svg}"
FOUR = [
    ("crackdown", "alienation"),
    ("alienation", "recruitment"),
    ("recruitment", "retaliation"),
    ("retaliation", "crackdown"),
]


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model()


@pytest.fixture(scope="module")
def diagram(model: Model) -> Diagram:
    return causal_diagram(model)


def test_nodes__every_quantity_of_the_shipped_model_has_one(diagram) -> None:
    """A new quantity needs a line in report/diagram/groups.toml."""
    assert [node.parts for node in diagram.nodes if node.name == OTHER] == []
    held = [part for node in diagram.nodes for part in node.parts]
    assert len(held) == len(set(held))
    names = {name for edge in diagram.edges for name in (edge.source, edge.target)}
    left = names - set(held)
    references = [re.compile(p.replace("*", ".*")) for p in nodes._table()["references"]]
    assert all(any(p.fullmatch(name) for p in references) for name in left), left


def test_nodes__are_few_enough_to_read(diagram) -> None:
    assert 12 <= len(diagram.nodes) <= 16
    assert len(diagram.drawn) <= 26


def test_nodes__hold_every_pattern_of_the_table(diagram) -> None:
    """A name that the model has no longer is a mistake in the table."""
    held = {part for node in diagram.nodes for part in node.parts}
    for words in nodes._table()["nodes"].values():
        for pattern in (*words["parts"], *words.get("against", ())):
            expression = re.compile(pattern.replace("*", ".*"))
            assert any(expression.fullmatch(part) for part in held), pattern


def test_spine__is_the_four_arrows_of_the_description(diagram) -> None:
    assert list(diagram.spine_links) == FOUR
    effects = {(a.source, a.target): a.effect for a in diagram.drawn if diagram.is_spine(a)}
    assert effects == {
        ("crackdown", "alienation"): "open",  # the answer is not built in
        ("alienation", "recruitment"): "raises",
        ("recruitment", "retaliation"): "raises",
        ("retaliation", "crackdown"): "raises",
    }


def test_arrows__have_the_signs_of_their_links(diagram) -> None:
    against = {part for node in diagram.nodes for part in node.against}
    home = {part: node.name for node in diagram.nodes for part in node.parts}
    expected: dict[tuple[str, str], set[str]] = {}
    for edge in diagram.edges:
        pair = (home.get(edge.source), home.get(edge.target))
        if None in pair or pair[0] == pair[1]:
            continue
        turned = (edge.source in against) != (edge.target in against)
        sign = edge.sign if edge.sign == "±" or not turned else "+-".replace(edge.sign, "")
        expected.setdefault(pair, set()).add(sign)
    words = {"+": "raises", "-": "lowers"}
    found = {(a.source, a.target): a.effect for a in diagram.arrows}
    assert set(found) == set(expected)
    for pair, signs in expected.items():
        single = words.get(next(iter(signs)), "open") if len(signs) == 1 else None
        assert found[pair] == ("open" if "±" in signs else single or "mixed"), pair


def test_arrow__turns_with_a_part_that_stands_against_its_node() -> None:
    place = {"bluntness": ("finding", True), "tips": ("trust", False), "a": ("x", False)}
    assert nodes._effect(Edge("tips", "bluntness", "-"), place) == "raises"
    assert nodes._effect(Edge("tips", "bluntness", "+"), place) == "lowers"
    assert nodes._effect(Edge("tips", "a", "-"), place) == "lowers"
    assert nodes._effect(Edge("bluntness", "a", "±"), place) == "open"
    assert nodes._together({"raises", "lowers"}) == "mixed"


def test_picture__fits_its_names_in_their_boxes(diagram) -> None:
    for node in diagram.nodes:
        is_spine = node.name in diagram.spine
        size, (wide, _) = (17, SPINE_BOX) if is_spine else (13.5, BOX)
        assert width_of(node.title, size) <= wide - 8, node.title


def test_picture__keeps_boxes_apart_and_inside(diagram) -> None:
    boxes = []
    for node in diagram.nodes:
        wide, high = SPINE_BOX if node.name in diagram.spine else BOX
        boxes.append((node.x - wide / 2, node.y - high / 2, node.x + wide / 2, node.y + high / 2))
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= picture.WIDTH
        assert bottom <= picture.HEIGHT - 40  # the legend
        for other in boxes[i + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart


def test_picture__leads_no_arrow_of_the_spine_through_a_box(diagram) -> None:
    for arrow in diagram.drawn:
        if not diagram.is_spine(arrow):
            continue
        (x0, y0), (cx, cy), (x1, y1) = picture._curve(arrow, diagram)
        for t in [i / 50 for i in range(51)]:
            x = (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t**2 * x1
            y = (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t**2 * y1
            for node in diagram.nodes:
                if node.name in (arrow.source, arrow.target):
                    continue
                wide, high = picture._size(node.name, diagram)
                inside = abs(x - node.x) < wide / 2 and abs(y - node.y) < high / 2
                assert not inside, (arrow.source, arrow.target, node.name)


def test_picture__is_the_same_each_time_and_says_what_it_shows(diagram, model) -> None:
    text = diagram_svg(diagram)
    assert text == diagram_svg(causal_diagram(model, diagram.edges))  # the second time
    root = ET.fromstring(text)
    assert root.attrib["role"] == "group"  # it holds links
    assert ET.fromstring(diagram_svg(diagram, links=False)).attrib["role"] == "img"
    named = {e.attrib["id"]: e.text or "" for e in root if e.tag in (SVG + "title", SVG + "desc")}
    assert list(named) == root.attrib["aria-labelledby"].split()
    title, description = named.values()
    assert title.endswith("Crackdown → Alienation → Recruitment → Retaliation")
    assert "Crackdown may raise or lower alienation (1 link)." in description
    assert description.count(".") == len(diagram.drawn)


def test_picture__tells_signs_apart_without_colour(diagram) -> None:
    looks = [(dash, sign) for _, dash, sign in picture.LOOKS.values()]
    assert len({dash for dash, _ in looks}) == len(looks)
    assert len({sign for _, sign in looks}) == len(looks)


def test_lines__say_every_arrow_the_spine_first(diagram) -> None:
    lines = diagram_lines(diagram)
    assert len(lines) == len(diagram.arrows)
    assert {line.split(" ")[0] for line in lines[:4]} == {
        "Crackdown",
        "Alienation",
        "Recruitment",
        "Retaliation",
    }


def test_page__opens_each_box_into_its_parts(diagram) -> None:
    html = diagram_html(diagram, anchors={"attacks", "grievance_level"})
    links = set(re.findall(r'href="#(node-[a-z]+)"', html))
    assert links == {f"node-{node.name}" for node in diagram.nodes}
    assert links == set(re.findall(r'<details id="(node-[a-z]+)"', html))
    assert '<a href="#equation-attacks">attacks</a>' in html
    assert "#equation-trust" not in html
    for node in diagram.nodes:
        box = html.split(f'<details id="node-{node.name}"')[1].split("</details>")[0]
        for part in node.parts:
            assert part.replace("_", " ") in box


def test_page__runs_nothing_and_loads_nothing(diagram) -> None:
    page = diagram_page(diagram)
    assert "<script" not in page
    assert "src=" not in page
    policy = unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    assert policy.startswith("default-src 'none'; script-src; ")


def test_docs__are_current(diagram) -> None:
    assert docs_page(diagram) == (DOCS / "causal-diagram.md").read_text("utf-8"), "run `make docs`"
    picture_of_docs = (DOCS / "causal-diagram.svg").read_text("utf-8")
    assert diagram_svg(diagram, links=False) == picture_of_docs, "run `make docs`"


def test_diagram__of_a_model_without_anything_is_empty_and_of_a_new_part_has_another_box() -> None:
    empty = causal_diagram(Model("lone"))
    assert empty.nodes == empty.arrows == empty.drawn == ()
    ET.fromstring(diagram_svg(empty))


def test_diagram__gives_what_no_box_has_a_box_of_its_own() -> None:
    place = {"curfew": nodes._place("curfew", nodes._table())}
    assert place == {"curfew": (OTHER, False)}
    (node,) = nodes._nodes(place, nodes._table())
    assert node.parts == ("curfew",)
