"""PDF of the documents: every word of the HTML that is for paper, links, bookmarks, equal bytes."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.unit.evidence.findings import weak_retaliation

from tarazu.core.errors import DataError
from tarazu.record import load_record
from tarazu.report.annex.document import write_annex
from tarazu.report.pdf.document import pdf_of, write_pdfs
from tarazu.report.pdf.markup import START, typst_markup
from tarazu.report.pdf.tree import Element, is_left_out, read_document

NEEDS_TYPST = pytest.mark.skipif(
    find_spec("typst") is None, reason="NO PDF WAS MADE: the package typst is not here"
)
HOSTILE = '#panic("x") \\ "quoted" $ * _ ] [ @label <tag> // no /* comment'


@pytest.fixture(scope="module")
def annex(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    return write_annex(load_record(), [weak_retaliation()], folder / "annex.html")


def _page(body: str, title: str = "A title") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def _said(markup: str) -> str:
    """Return the words of a markup: its strings, without what it is made with."""
    body = markup.split(START)[1]
    strings = re.findall(r'#"((?:[^"\\]|\\.)*)";', body)
    return " ".join(" ".join(strings).split())


def _words(element: Element) -> list[str]:
    words = []
    for child in element.children:
        if isinstance(child, str):
            words += child.split()
        elif not is_left_out(child) and not (element.tag == "figure" and child.tag == "details"):
            words += _words(child)
    return words


def test_markup__holds_every_word_that_is_for_paper(annex: Path) -> None:
    document = read_document(annex.read_text(encoding="utf-8"))
    said = _said(typst_markup(document)).replace("\\", "").split()
    assert sorted(said) == sorted(_words(document.body))
    assert len(said) > 1000


def test_markup__sets_each_sentence_of_the_answer_apart() -> None:
    """Three sentences ran into one another, with a link between them."""
    body = '<p class="answer"><span>One.</span> <span>Two.</span></p>'
    markup = typst_markup(read_document(_page(body)))
    assert '#par[#"One.";]#par[#"Two.";]' in markup


def test_markup__frames_the_cells_that_are_framed_on_screen() -> None:
    """The note below the strip says what a frame means, and the PDF had none."""
    body = '<table><tr><td class="cell">57%</td><td class="cell clear">92%</td></tr></table>'
    markup = typst_markup(read_document(_page(body)))
    assert '#rect(stroke: 1pt, inset: 2.5pt)[#"92%";]' in markup
    assert markup.count("#rect") == 1


def test_markup__cannot_be_left_by_any_text() -> None:
    from html import escape

    markup = typst_markup(read_document(_page(f"<p>{escape(HOSTILE)}</p>", escape(HOSTILE))))
    assert _said(markup).replace("\\\\", "\\").replace('\\"', '"') == HOSTILE
    body = markup.split(START)[1]
    assert "panic" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", body)


def test_tree__draws_every_figure_and_keeps_svg_as_it_is(annex: Path) -> None:
    html = annex.read_text(encoding="utf-8")
    document = read_document(html)
    assert len(document.pictures) == html.count('class="plot"')
    assert all(svg.startswith("<svg ") for svg in document.pictures.values())
    drawn = '<svg viewBox="0 0 9 9"><title>A &amp; B</title><rect width="9" height="9"/></svg>'
    document = read_document(_page(f"<p>before {drawn} after</p>"))
    assert document.pictures == {"picture-1.svg": drawn}
    (picture,) = document.body.elements("img")
    assert picture.attributes == {"src": "picture-1.svg", "alt": "A & B"}


def test_markup__links_to_what_it_has_only() -> None:
    page = _page(
        '<h2 id="here">Here</h2><p><a href="#here">one</a> <a href="#gone">two</a> '
        '<a href="annex.html#there">three</a> <a href="https://example.org/">four</a></p>'
    )
    markup = typst_markup(read_document(page))
    assert markup.count("#link(") == 3
    assert '#link("annex.pdf")[#"three";]' in markup
    assert '#link(label("here"))[#"one";]' in markup
    assert '#link("https://example.org/")[#"four";]' in markup
    assert markup.count("<here>") == 1


def test_markup__keeps_heads_spans_and_numbers_of_a_table() -> None:
    page = _page(
        '<table><thead><tr><th>a</th><th colspan="2">b</th></tr></thead>'
        '<tbody><tr id="row"><th>x</th><td class="num">1</td><td>2</td></tr></tbody></table>'
        '<p><a href="#row">to it</a></p>'
    )
    markup = typst_markup(read_document(page))
    assert "#table(columns: 3, table.header(" in markup
    assert 'table.cell(colspan: 2)[#"b";]' in markup
    assert 'table.cell(align: right + top)[#"1";]' in markup
    assert '[#metadata(none)<row>#"x";]' in markup


CSS = """
:root { --a: #abc; --b: #112233; }
@media (prefers-color-scheme: dark) { :root { --a: #000; } .x { fill: #111; } }
svg { fill: var(--b); display: block; }
.x, .y { fill: var(--a); } .y { stroke: var(--b); background: var(--a); color: var(--b); }
.x .z { fill: #999; }
@page { margin: 1mm; }
"""


def test_picture__carries_the_colours_of_its_classes_in_the_light() -> None:
    page = (
        f'<html><head><style>{CSS}</style></head><body><p><svg><g class="x y z"/></svg></p></body>'
    )
    (svg,) = read_document(page).pictures.values()
    style = "svg { fill: #112233 } .x { fill: #abc } .y { fill: #abc; stroke: #112233 }"
    assert svg == f'<svg><style>{style}</style><g class="x y z"/></svg>'


def test_markup__begins_a_page_with_each_further_sheet() -> None:
    page = _page('<div class="sheet"><p>one</p></div><div class="sheet"><p>two</p></div>')
    one, two = typst_markup(read_document(page)).split("#pagebreak(weak: true)")
    assert '#"one";' in one
    assert '#"two";' in two


def test_cell__is_painted_as_on_the_page() -> None:
    page = f'<style>{CSS}</style><body><table><tr><td class="y">7</td></tr></table></body>'
    markup = typst_markup(read_document(page))
    assert 'fill: rgb("#aabbcc")' in markup
    assert 'text(fill: rgb("#112233"))[#"7";]' in markup


@NEEDS_TYPST
def test_pdf__has_bookmarks_links_and_equal_bytes(annex: Path) -> None:
    html = annex.read_text(encoding="utf-8")
    made = pdf_of(html)
    assert made.startswith(b"%PDF-")
    assert b"/Outlines" in made
    assert b"/Lang" in made
    assert made == pdf_of(html)


@NEEDS_TYPST
def test_pdfs__are_written_beside_the_run_and_replace_nothing_of_others(
    annex: Path, tmp_path: Path
) -> None:
    (tmp_path / "annex.pdf").write_text("mine")
    with pytest.raises(Exception, match="not written by Tarazu"):
        write_pdfs(annex.parent, tmp_path)
    assert (tmp_path / "annex.pdf").read_text() == "mine"
    files = write_pdfs(annex.parent, tmp_path / "out")
    assert [file.name for file in files] == ["annex.pdf"]
    assert files == write_pdfs(annex.parent, tmp_path / "out")


def test_pdfs__of_a_folder_without_documents_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"brief\.html or annex\.html"):
        write_pdfs(tmp_path, tmp_path / "out")


@pytest.mark.skipif(find_spec("typst") is not None, reason="typst is here")
def test_pdf__without_its_package_says_how_to_install_it() -> None:
    with pytest.raises(DataError, match="pip install typst"):
        pdf_of(_page("<p>x</p>"))
