"""The annex in a real browser: search, sorting, folding, figures to take; nothing for axe-core."""

import json
import re
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.browser.test_pages_in_chromium import FLAGS
from tests.unit.evidence.findings import weak_retaliation
from tests.unit.report.brief.made import DRAWS, retaliation, study

from tarazu.evidence.battery import assess
from tarazu.model import build_model
from tarazu.record import load_record
from tarazu.report import write_brief
from tarazu.report.annex.document import write_annex
from tarazu.report.diagram.nodes import causal_diagram
from tarazu.report.diagram.page import diagram_page

DARK = "--blink-settings=preferredColorScheme=0"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
OPEN_ALL = "document.querySelectorAll('details').forEach(function (d) { d.open = true; });"
AXE = """
const found = await axe.run(document, {resultTypes: ["violations"]});
return found.violations.map(function (v) {
  return v.impact + " " + v.id + ": " + v.nodes.map(function (n) { return n.html.slice(0, 120); });
});
"""


@pytest.fixture(scope="module")
def annex(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("annex")
    battery = assess([weak_retaliation(), replace(weak_retaliation(), name="wake")])
    return write_annex(load_record(), battery.findings, folder / "annex.html", battery=battery)


def run_in(browser: str, page: Path, folder: Path, code: str, *flags: str, before: str = "") -> Any:
    """Return what a piece of code returns in a page, half a second after it was loaded.

    The copy that is opened has no content policy: it would forbid the code to run.
    """
    text = POLICY.sub("", page.read_text(encoding="utf-8"))
    script = (
        "window.addEventListener('load', function () { setTimeout(async function () {"
        "let found; try { found = await (async function () {" + code + "})(); }"
        "catch (error) { found = {error: String(error)}; }"
        "const out = document.createElement('pre'); out.id = 'result-of-test';"
        "out.textContent = JSON.stringify(found); document.body.appendChild(out); }, 500); });"
    )
    scripts = "".join(
        "<script>" + part.replace("</script", "<\\/script") + "</script>"
        for part in (before, script)
    )
    copy = folder / "copy.html"
    copy.write_text(text.replace("</body>", scripts + "</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            *FLAGS,
            f"--user-data-dir={folder / 'profile'}",
            *flags,
            "--dump-dom",
            copy.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    result = re.search(r'<pre id="result-of-test">(.*?)</pre>', done.stdout, re.DOTALL)
    assert result is not None, "the code did not end"
    return json.loads(unescape(result[1]))


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_annex__has_no_violation_of_axe(browser, annex, axe, tmp_path, flags) -> None:
    draw_all = "window.dispatchEvent(new Event('beforeprint'));"
    assert run_in(browser, annex, tmp_path, OPEN_ALL + draw_all + AXE, *flags, before=axe) == []


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_brief__has_no_violation_of_axe(browser, axe, tmp_path, flags) -> None:
    page = write_brief(
        load_record(),
        [retaliation()],
        tmp_path / "brief.html",
        studies=[study({"surge": np.full(DRAWS, -5.0)})],
        annex="annex.html",
    )
    assert page.read_text(encoding="utf-8").count('class="from"') > 40
    assert run_in(browser, page, tmp_path, OPEN_ALL + AXE, *flags, before=axe) == []


def test_diagram_page__has_no_violation_of_axe(browser, axe, tmp_path) -> None:
    page = tmp_path / "diagram.html"
    page.write_text(diagram_page(causal_diagram(build_model())), encoding="utf-8")
    assert run_in(browser, page, tmp_path, OPEN_ALL + AXE, before=axe) == []


def test_axe__finds_what_is_wrong(browser, axe, tmp_path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text('<html><body><p style="color:#aaa">pale</p><img src="data:,"></body></html>')
    found = run_in(browser, page, tmp_path, AXE, before=axe)
    assert {line.split(":")[0].split(" ")[1] for line in found} >= {"color-contrast", "image-alt"}


def test_annex__sorts_numbers_as_numbers(browser, annex, tmp_path) -> None:
    found = run_in(
        browser,
        annex,
        tmp_path,
        """
        const table = Array.from(document.querySelectorAll("#record table")).find(function (t) {
          return t.caption && t.caption.textContent.startsWith("Quality");
        });
        const head = table.querySelectorAll("thead th")[1];
        const button = head.querySelector("button");
        const read = function () {
          return Array.from(table.tBodies[0].rows, function (r) { return r.cells[1].textContent; });
        };
        button.click(); const up = read(); const said = head.getAttribute("aria-sort");
        button.click(); const down = read();
        return {up: up, down: down, said: said};
        """,
    )
    numbers = [
        int(cell.replace(",", "")) for cell in found["up"] if cell.replace(",", "").isdigit()
    ]
    assert len(numbers) > 5
    assert numbers == sorted(numbers)
    assert found["said"] == "ascending"
    falling = [int(c.replace(",", "")) for c in found["down"] if c.replace(",", "").isdigit()]
    assert falling == numbers[::-1]


def test_annex__search_finds_and_opens_what_is_folded(browser, annex, tmp_path) -> None:
    found = run_in(
        browser,
        annex,
        tmp_path,
        """
        const box = document.getElementById("search");
        const ask = function (words) { box.value = words; box.dispatchEvent(new Event("input")); };
        ask("MULLER nothing of the kind");
        const none = document.getElementById("found-count").textContent;
        ask("residuals uniform");
        const said = document.getElementById("found-count").textContent;
        const first = document.querySelector("#found button");
        first.click();
        const hit = document.querySelector(".hit");
        const folds = [];
        for (let at = hit; at; at = at.parentElement) {
          if (at.tagName === "DETAILS") folds.push(at.open);
        }
        return {none: none, said: said, hit: hit.textContent, folds: folds};
        """,
    )
    assert found["none"] == "0 places"
    assert re.match(r"[1-9]\d* place", found["said"])
    assert "uniform" in found["hit"]
    assert all(found["folds"])


def test_annex__gives_its_figures_as_png_and_svg(browser, annex, tmp_path) -> None:
    found = run_in(
        browser,
        annex,
        tmp_path,
        """
        const saved = [];
        HTMLAnchorElement.prototype.click = function () {
          saved.push([this.download, this.href.slice(0, 22)]);
        };
        const figure = document.getElementById("figure-timeline");
        figure.querySelectorAll(".take button").forEach(function (b) { b.click(); });
        await new Promise(function (done) { setTimeout(done, 3000); });
        return saved;
        """,
    )
    assert {name for name, _ in found} == {"figure-timeline.png", "figure-timeline.svg"}
    kinds = {name.rsplit(".", 1)[1]: address for name, address in found}
    assert kinds["png"].startswith("data:image/png;base64,")
    assert kinds["svg"].startswith("data:image/svg+xml")


def test_annex__draws_a_figure_when_it_comes_near_and_all_before_printing(chromium, annex) -> None:
    drawn = "document.querySelectorAll('figure .plot > .plot-container').length"
    with chromium.page() as page:
        page.open(annex.as_uri())
        page.run("plots = document.querySelectorAll('figure .plot'); last = [...plots].at(-1); 0")
        first = page.run(drawn)
        page.run("last.scrollIntoView()")
        page.wait("last.querySelector('.main-svg')")
        second = page.run(drawn)
        page.send("Page.printToPDF")
        assert first < second < page.run(drawn) == page.run("plots.length")
        assert page.complaints == []


def test_annex__menu_is_closed_on_narrow_screens_and_open_on_wide_ones(
    browser, annex, tmp_path
) -> None:
    code = "return document.getElementById('contents').open;"
    assert run_in(browser, annex, tmp_path, code) is True
    assert run_in(browser, annex, tmp_path, code, "--window-size=390,900") is False


def test_annex__prints_page_numbers_and_no_buttons(browser, annex, tmp_path) -> None:
    pdf = tmp_path / "annex.pdf"
    profile, made = f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}"
    subprocess.run(
        [browser, *FLAGS, profile, made, "--no-pdf-header-footer", annex.as_uri()],
        capture_output=True,
        check=True,
        timeout=240,
    )
    pages = len(re.findall(rb"/Type /Page\b", pdf.read_bytes()))
    assert 5 <= pages <= 20
