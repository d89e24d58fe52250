"""The page of causes in a real browser: keys, a link that is switched off, an unknown moved."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("uvicorn", reason="THE LAB WAS NOT LOOKED AT IN A BROWSER: no extra 'app'")

from tests.browser.devtools import Page

from tarazu.app.futures import EXPECTED_DRAWS
from tarazu.app.lab import SEED
from tarazu.engine import simulate
from tarazu.model import build_model
from tarazu.model.hold import Link, with_holds
from tarazu.study.setup.scenario import Scenario, drawn_scenario

pytestmark = pytest.mark.slow

WEEKS = 52
TOLERANCE = 1e-9  # relative
LINK = Link("attack_level", "wanted")  # all of the arrow from retaliation to crackdown
OFF = "retaliation-crackdown"
MINUS = "\N{MINUS SIGN}"
VISIBLE = (
    "[...document.querySelectorAll('.part')].filter((one) => one.checkVisibility())"
    ".map((one) => one.id).join()"
)
HEADLINE = "document.getElementById('headline').textContent"


def attacks(scenario: Scenario, *, engine: str = "numba", keep: tuple[str, ...] = ()):
    return simulate(
        scenario.model,
        scenario.parameters,
        scenario.levers,
        districts=scenario.districts,
        seed=SEED,
        members=np.arange(len(scenario.parameters)),
        weeks=WEEKS,
        keep=keep,
        mode="mean",
        engine=engine,
    )


def shown(change: np.ndarray) -> str:
    """Return median and interval as the page writes them."""

    def one(value: float) -> str:
        size = int(abs(value) + 0.5)
        return f"{'+' if value > 0 else MINUS}{size}" if size else "0"

    low, median, high = map(one, np.quantile(change, (0.05, 0.5, 0.95)))
    return f"{median} attacks over 1 year against today's practice (90% interval, {low} to {high})"


def scenarios() -> list[Scenario]:
    return [
        drawn_scenario("full", name, weeks=WEEKS, draws=EXPECTED_DRAWS, seed=SEED)
        for name in ("status-quo", "surge")
    ]


# What the page's worker runs, for the first draw alone: the reference engine is slow.
FIRST_DRAW = """
(async () => {
  const [{ runMembers }, model] = await Promise.all(
    ["/static/expected.js", "/why-model.js"].map((one) => import(one)));
  const lab = JSON.parse(document.getElementById("data").textContent);
  const inputs = await (await fetch("/api/inputs?h=full")).json();
  inputs.parameters = inputs.parameters.slice(0, 1);
  return [[], lab.links["%s"].held].map(
    (held) => runMembers(lab, inputs, model, lab.state, held).totals[0][0]);
})()
"""


def attacks_of_first_draw() -> list[float]:
    """Return attacks under the surge with all links, and with one held, by the reference engine."""
    today, surge = (replace(one, parameters=one.parameters[:1]) for one in scenarios())
    model = with_holds(today.model, [LINK])
    base = attacks(today.with_model(model), engine="numpy", keep=(LINK.input,))
    held = surge.with_model(model).with_lever(LINK.switch, 1.0)
    held = held.with_lever(LINK.path, base.by_district(LINK.input)[0])
    runs = (attacks(surge), attacks(held, engine="numpy"))
    return [float(run.series("attacks").sum()) for run in runs]


def change_with(parameter: str, value: float) -> np.ndarray:
    runs = []
    for scenario in scenarios():
        scenario.parameters[:, scenario.column(parameter)] = value
        runs.append(attacks(scenario).series("attacks").sum(axis=1))
    return runs[1] - runs[0]


def test_link__switched_off_moves_the_numbers_to_those_of_python(page: Page, address: str) -> None:
    page.open(f"{address}why?p=surge&y=1&h=full")
    page.run(f"document.querySelector('button[data-off={OFF}]').click()")
    page.wait(
        f"/Without the link.*As drawn/.test({HEADLINE})", 120
    )  # its model may have to be written
    found, expected = page.run(FIRST_DRAW % OFF), attacks_of_first_draw()
    assert found == pytest.approx(expected, rel=TOLERANCE)
    assert abs(expected[1] - expected[0]) > 1.0  # the link matters
    page.run("document.getElementById('reset').click()")
    page.wait("document.getElementById('unknowns').children.length === 10", 120)
    slider = "document.querySelector('#unknowns input')"
    page.run(f"{slider}.value = 17; {slider}.dispatchEvent(new Event('input'))")
    page.wait(f"/90% quantile.*As drawn/.test({HEADLINE})")
    name = page.run("document.querySelector('#unknowns li').dataset.unknown")
    value = build_model().parameters[name].prior.quantile(0.9)
    assert shown(change_with(name, float(value))) in page.run(HEADLINE)
    link, said = page.run("document.getElementById('link').href"), page.run(HEADLINE)
    page.open("about:blank")
    page.open(link)
    page.wait(f"{HEADLINE} === {json.dumps(said)}")


def test_keys__move_focus_in_the_diagram_and_open_its_parts(page: Page, address: str) -> None:
    def press(key: str) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            code = {"windowsVirtualKeyCode": 13, "text": "\r"} if key == "Enter" else {}
            page.send(
                "Input.dispatchKeyEvent",
                type=kind.replace("rawKeyDown", "keyDown"),
                key=key,
                **code,
            )

    at = "document.activeElement.getAttribute('href') ?? document.activeElement.id"
    page.open(f"{address}why?p=surge&y=1")
    page.run("document.querySelector('.diagram a[tabindex=\"0\"]').focus()")
    assert page.run(at) == "#node-crackdown"
    press("ArrowRight")
    assert page.run(at) == "#link-crackdown-alienation"
    press("Enter")
    assert page.run(at) == "link-crackdown-alienation"
    assert page.run(VISIBLE) == "link-crackdown-alienation"
    press("Escape")
    assert page.run(at) == "#link-crackdown-alienation"
    wide = page.run("document.querySelector('.diagram').clientWidth")
    press("+")
    assert page.run("document.querySelector('.diagram').clientWidth") > wide
