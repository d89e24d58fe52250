"""The annex: complete, equal bytes, no loads, hostile text disarmed, limits before the answer."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.unit.evidence.findings import FIGURES, weak_retaliation

from tarazu.evidence.finding import Finding
from tarazu.record import Record, load_record
from tarazu.report import write_annex

RECORD = load_record()
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
LOADING = {
    "src",
    "srcset",
    "data",
    "poster",
    "background",
    "action",
    "formaction",
    "manifest",
    "xlink:href",
}


class Page(HTMLParser):
    """Tags, ids, headings, scripts and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self._open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self._open == "style":
            self.styles.append(data)
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _brief(folder: Path, record: Record = RECORD, *findings: Finding) -> str:
    path = write_annex(record, findings or (weak_retaliation(),), folder / "annex.html")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(_brief(tmp_path_factory.mktemp("brief")))


def test_annex__has_the_same_bytes_twice(tmp_path: Path) -> None:
    first = write_annex(RECORD, [weak_retaliation()], tmp_path / "a.html").read_bytes()
    second = write_annex(RECORD, [weak_retaliation()], tmp_path / "b.html").read_bytes()
    assert first == second


def test_annex__leaves_nothing_half_written(tmp_path: Path) -> None:
    broken = weak_retaliation((replace(FIGURES[0], kind="pie"),))
    target = tmp_path / "annex.html"
    target.write_text("earlier")
    with pytest.raises(ValueError, match="pie"):
        write_annex(RECORD, [broken], target)
    assert target.read_text() == "earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["annex.html"]


def test_annex__loads_nothing(page: Page) -> None:
    loads = [
        (tag, name, value)
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in LOADING or (tag == "link" and name == "href" and value != "data:,")
    ]
    assert loads == []
    assert not re.search(r"@import|url\s*\(", "".join(page.styles))


def test_annex__forbids_itself_to_load_or_to_run_anything_else(page: Page) -> None:
    policy = next(
        m["content"] or ""
        for m in page.named("meta")
        if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    runnable = [text for attributes, text in page.scripts if "type" not in attributes]
    assert len(runnable) == 2
    runnable += [text for attributes, text in page.scripts if attributes.get("id") == "plotly"]
    assert len(runnable) == 3
    for text in runnable:
        code = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{code}'" in policy
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe" not in scripts


@pytest.mark.parametrize(
    "section",
    ["limits", "answer", "record", "finding-retaliation", "methods", "provenance", "cite"],
)
def test_annex__has_each_section_and_a_link_to_it(page: Page, section: str) -> None:
    assert any(attributes.get("id") == section for attributes in page.named("section"))
    assert any(attributes.get("href") == f"#{section}" for attributes in page.named("a"))


def test_annex__puts_limits_and_failed_checks_right_after_the_answer(page: Page) -> None:
    order = [a.get("id") for a in page.named("section")]
    assert order[:2] == ["answer", "limits"]
    limits = page.text.split("What it does not say")[-1].split("The record: what happened")[0]
    assert "attacks before operations: 39 against 18" in limits
    assert "residuals uniform" not in limits
    assert "lethal events only" in limits
    assert "not a forecast" in limits


def test_annex__answers_in_five_sentences_with_numbers(page: Page, tmp_path: Path) -> None:
    answer = page.text.split("The answer")[-1].split("The record: what happened")[0]
    assert "−0.20 to +0.41" in answer
    assert "90 operations, 440 attacks" in answer
    assert "p = 0.62" in answer
    items = re.search(r'<ol class="answer">(.*?)</ol>', _brief(tmp_path), re.DOTALL)
    assert items is not None
    assert items[1].count("<li>") == 5


def test_annex__names_the_reruns_that_differ(tmp_path: Path) -> None:
    finding = weak_retaliation()
    other = replace(finding.sensitivity[0], verdict="backlash")
    text = Page(
        _brief(tmp_path, RECORD, replace(finding, sensitivity=(other, *finding.sensitivity[1:])))
    ).text
    assert "Of 3 other coding choices and subsets, 2 give the same verdict and 1 do" in text
    assert "without best = 0: backlash" in text


def test_annex__warns_where_the_fit_did_not_converge(tmp_path: Path) -> None:
    text = Page(_brief(tmp_path, RECORD, replace(weak_retaliation(), converged=False))).text
    assert "did not converge" in text.split("The answer")[-1].split("The record: what happened")[0]


def test_annex__says_when_error_rates_were_not_measured(tmp_path: Path) -> None:
    finding = replace(weak_retaliation(FIGURES[:1]), validation={})
    text = Page(_brief(tmp_path, RECORD, finding)).text
    assert "Error rates and detectable effects were not measured for this record" in text
    assert "was not measured here" in text


def test_annex__says_so_where_nothing_could_be_estimated(tmp_path: Path) -> None:
    finding = replace(weak_retaliation(), estimate=float("nan"), interval=None, p_value=None)
    text = Page(_brief(tmp_path, RECORD, finding)).text
    assert "No number can be given" in text
    assert "nan" not in text.lower().split()


def test_annex__of_a_record_without_findings_shows_the_record(tmp_path: Path) -> None:
    path = write_annex(RECORD, (), tmp_path / "annex.html")
    page = Page(path.read_text(encoding="utf-8"))
    assert "692 events" in page.text
    assert "No checks were made." in page.text


def test_annex__shows_every_figure_with_words_numbers_and_data(page: Page) -> None:
    figures = page.named("figure")
    assert len(figures) == 4 + len(FIGURES)
    plots = [a for a in page.named("div") if a.get("class") == "plot"]
    assert all(a["role"] == "img" and a["aria-label"] for a in plots)
    data = [json.loads(text) for a, text in page.scripts if a.get("type") == "application/json"]
    assert len(data) == len(plots) == len(figures)
    assert page.text.count("Source: ") == len(figures)
    assert page.text.count(" n: ") >= len(figures)


def test_annex__can_be_read_by_a_machine_that_reads_aloud(page: Page) -> None:
    assert page.named("html")[0]["lang"] == "en"
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(later - earlier <= 1 for earlier, later in steps)
    assert all("scope" in attributes for attributes in page.named("th"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [target for _, a in page.tags for target in (a.get("aria-labelledby") or "").split()]
    assert set(targets) <= set(ids)


def test_annex__disarms_hostile_text(tmp_path: Path) -> None:
    region = RECORD.region
    first = replace(region.districts[0], name=HOSTILE)
    tiles = tuple(replace(tile, abbr=HOSTILE) for tile in region.tiles)
    record = replace(
        RECORD,
        region=replace(
            region, title=HOSTILE, districts=(first, *region.districts[1:]), tiles=tiles
        ),
        source=replace(RECORD.source, title=HOSTILE, citations=(HOSTILE,)),
    )
    finding = weak_retaliation(tuple(replace(f, title=HOSTILE, x_label=HOSTILE) for f in FIGURES))
    finding = replace(finding, question=HOSTILE, sentence=HOSTILE, caveats=(HOSTILE,))
    page = Page(_brief(tmp_path, record, finding))
    assert page.named("img") == []
    assert not any(name.startswith("on") for _, a in page.tags for name in a)
    assert len([a for a, _ in page.scripts if "type" not in a]) == 2
    assert "<script>alert(1)" in page.text
    for attributes, text in page.scripts:
        if attributes.get("type") == "application/json":
            assert "<" not in text
            json.loads(text)


def test_annex__cites_the_data_and_names_versions_and_digests(page: Page) -> None:
    cite = page.text.split("How to cite")[-1]
    for words in ("Sundberg", "Melander", "Davies", "Pettersson", "Öberg", "CC BY 4.0", "Tarazu"):
        assert words in cite
    provenance = page.text.split("Provenance")[-2] + page.text.split("Provenance")[-1]
    assert all(digest in provenance for digest in RECORD.inputs.values())


def test_annex__holds_no_place_finer_than_a_district_and_no_clock(page: Page) -> None:
    specs = "".join(text for a, text in page.scripts if a.get("type") == "application/json")
    assert not re.search(r"\b(lat|lon|latitude|longitude)\b", specs)
    assert not re.search(r"\b\d\d:\d\d:\d\d\b", page.text + specs)


def test_annex__of_a_wrong_type_names_the_value(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="path is None"):
        write_annex(RECORD, [weak_retaliation()], None)
    with pytest.raises(TypeError, match=r"record is 'events.csv'.*read_record"):
        write_annex("events.csv", [], tmp_path / "annex.html")
    with pytest.raises(TypeError, match="folder is 3"):
        write_annex(RECORD, [], tmp_path / "annex.html", studies=[3])


def test_annex__has_the_corrected_verdicts_without_a_battery_too(tmp_path: Path) -> None:
    one = replace(weak_retaliation(), p_value=0.03, verdict="backlash", sentence="Alone it holds.")
    other = replace(one, name="wake", p_value=0.04)
    alone = write_annex(RECORD, [one], tmp_path / "one.html").read_text()
    both = write_annex(RECORD, [one, other], tmp_path / "two.html").read_text()
    assert "after correction for 2 tests" not in alone
    assert both.count("after correction for 2 tests") >= 2
