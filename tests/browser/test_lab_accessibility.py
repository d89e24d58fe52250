"""Every page of the lab, light and dark: axe-core finds nothing, whatever its impact."""

import pytest

pytest.importorskip("uvicorn", reason="THE LAB WAS NOT LOOKED AT IN A BROWSER: no extra 'app'")

from tests.browser.devtools import Page

pytestmark = pytest.mark.slow

PAGES = {
    "lab": "?p=surge&y=1",
    "compare": "compare?y=1&s=p%3Dsurge&s=p%3Dwithdrawal",
    "why": "why?p=surge&y=1&off=retaliation-crackdown#link-retaliation-crackdown",
    "evidence": "evidence?d=kech&from=2009&until=2013",
    "problem": "?h=nothing",
}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
RUN = """
axe.run(document, { resultTypes: ["violations"], RULES }).then((found) => found.violations.map(
  (one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120))}`))
"""
ALL = RUN.replace("RULES", "")
# A dark page is the light one in other colours: the same elements, names, roles and order.
COLOURS = RUN.replace("RULES", 'runOnly: ["color-contrast", "link-in-text-block"]')


@pytest.mark.parametrize("name", PAGES)
def test_page__has_no_violation_of_axe(page: Page, address: str, axe: str, name: str) -> None:
    for scheme, rules in (("light", ALL), ("dark", COLOURS)):
        page.prefer(prefers_color_scheme=scheme)
        page.open(address + PAGES[name])
        page.run(OPEN_ALL)
        page.run(f"{axe};0")
        assert page.run(rules) == [], scheme
        if name == "lab":
            page.run("document.querySelector('[data-place]').click()")
            assert page.run(rules) == [], f"the dialog, {scheme}"
    if name == "problem":
        page.complaints.clear()  # of its status, 422


def test_axe__finds_what_is_wrong_in_a_page_of_the_lab(page: Page, address: str, axe: str) -> None:
    page.open(f"{address}compare")
    page.run("document.querySelector('label').remove()")
    page.run("document.querySelector('.lead').style.color = '#bbb'")
    page.run(f"{axe};0")
    found = {line.partition(":")[0] for line in page.run(ALL)}
    assert found >= {"critical select-name", "serious color-contrast"}
    assert {line.partition(":")[0] for line in page.run(COLOURS)} == {"serious color-contrast"}
