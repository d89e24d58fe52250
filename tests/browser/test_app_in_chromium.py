"""The lab in a real browser: levers move pictures, links restore, nothing is complained of."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("uvicorn", reason="THE LAB WAS NOT LOOKED AT IN A BROWSER: no extra 'app'")

from tests.browser.devtools import Browser, Page
from tests.browser.lab import get, wait_until_ready

import tarazu as tz
from tarazu.app.comparison import COMPARED
from tarazu.app.futures import EXPECTED_DRAWS, STAGES
from tarazu.app.lab import SEED, load_lab
from tarazu.app.pages.saved import saved_page
from tarazu.policy import Policy, Setting

pytestmark = pytest.mark.slow

WIDTHS = (360, 768, 1440)
TOLERANCE = 1e-9  # relative
LAST = STAGES[-1]
MINUS = "\N{MINUS SIGN}"

# Set a control as a person does: the events of a drag, then of letting go.
SET = """
(() => {
  const control = document.getElementById(%s);
  control.value = %s;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
})()
"""


# The first half of it: a drag that has not ended, so that no members are drawn yet.
DRAG = SET.replace('  control.dispatchEvent(new Event("change", { bubbles: true }));\n', "")


def put(page: Page, control: str, value: object, script: str = SET) -> None:
    page.run(script % (json.dumps(control), json.dumps(str(value))))


def headline(page: Page) -> str:
    return str(page.run("document.getElementById('headline').textContent"))


def all_members(page: Page) -> None:
    page.wait(f"document.getElementById('run-state').textContent === '{LAST} futures'", 120)


def change_of(policy: Policy, members: int, mode: str) -> str:
    run = {"draws": members, "weeks": 52, "seed": SEED, "mode": mode, "progress": False}
    attacks = tz.simulate(policy, "full", **run).attacks - tz.simulate(**run).attacks
    change = attacks.sum("week").values
    fewer = int((change < 0).sum())
    low, median, high = np.quantile(change, (0.05, 0.5, 0.95))
    kind = "expected paths" if mode == "mean" else "futures"

    def shown(value: float) -> str:
        size = int(abs(value) + 0.5)
        sign = "+" if value > 0 else MINUS
        return f"{sign}{size}" if size else "0"

    return (
        f"{fewer} of {members} {kind} have fewer attacks than under today's practice. Change over "
        f"1 year: {shown(median)} attacks (median; 90% interval, {shown(low)} to {shown(high)})."
    )


def test_lever__moves_the_fan_to_the_numbers_of_the_python_interface(
    page: Page, address: str
) -> None:
    policy = Policy("own", "own", "own", (Setting(lever="operational_tempo", value=2.0),))
    page.open(f"{address}?y=1")
    put(page, "lever-operational_tempo", 2, DRAG)
    expected = change_of(policy, EXPECTED_DRAWS, "mean")
    page.wait(f"document.getElementById('headline').textContent === {json.dumps(expected)}")
    put(page, "lever-operational_tempo", 2)
    all_members(page)
    assert headline(page) == change_of(policy, LAST, "stochastic")
    assert f"{address}model.js" in page.requests  # of the worker, so these are seen too


def test_link__restores_the_scenario(page: Page, address: str) -> None:
    page.open(address)
    put(page, "lever-dialogue", 0.6)
    put(page, "start", "withdrawal")
    put(page, "number-due_process", 0.75)
    put(page, "years", 1)
    page.run("document.querySelector('input[name=h][value=deterrence]').click()")
    all_members(page)
    link, said = page.run("location.href"), headline(page)
    assert "dialogue" not in link  # another start puts levers back
    page.open("about:blank")
    page.open(link)
    all_members(page)
    assert headline(page) == said
    values = (
        "['lever-due_process', 'start', 'years'].map((id) => document.getElementById(id).value)"
    )
    assert page.run(values) == ["0.75", "withdrawal", "1"]
    assert page.run("document.querySelector('input[name=h]:checked').value") == "deterrence"
    assert page.run("document.querySelectorAll('.note').length") == 0


def test_undo__goes_back_and_redo_forth(page: Page, address: str) -> None:
    value = "document.getElementById('lever-due_process').value"
    page.open(address)
    put(page, "lever-due_process", 0.6)
    put(page, "lever-due_process", 0.9)
    page.run("document.getElementById('undo').click()")
    assert page.run(value) == "0.6"
    key = "new KeyboardEvent('keydown', {key: 'z', ctrlKey: true, shiftKey: %s, bubbles: true})"
    page.run(f"document.body.dispatchEvent({key % 'false'})")
    assert page.run(value) == "0.3"
    assert page.run("document.getElementById('undo').disabled")
    page.run(f"document.body.dispatchEvent({key % 'true'})")
    page.run("document.getElementById('redo').click()")
    assert page.run(value) == "0.9"
    assert "due_process=0.9" in page.run("location.search")


def test_dialog__moves_a_lever_in_one_district_from_a_day_on(page: Page, address: str) -> None:
    page.open(f"{address}?y=1")
    put(page, "lever-operational_tempo", 2)
    page.run("document.querySelector('[data-place=operational_tempo]').click()")
    page.run("document.querySelector('#place [data-division=Makran]').click()")
    chosen = "[...document.querySelectorAll('#place [value]:checked')].map((one) => one.value)"
    assert page.run(chosen) == ["gwadar", "kech", "panjgur"]
    page.run("document.querySelector('#place [data-division=Makran]').click()")
    page.run("document.querySelector('#place input[value=kech]').click()")
    assert page.run("document.querySelector('#place [data-division=Makran]').indeterminate")
    put(page, "place-start", "2026-05-21")
    assert "week 20" in page.run("document.getElementById('place-week').textContent")
    put(page, "place-ramp", 8)
    page.run("document.getElementById('place-use').click()")
    all_members(page)
    said = "Moved in Kech from 21 May 2026 (week 20) over 8 weeks; before and elsewhere as today."
    assert page.run("document.getElementById('where-operational_tempo').textContent") == said
    settings = tuple(
        Setting(
            lever="operational_tempo", value=value, districts=("kech",), from_week=a, until_week=b
        )
        for value, a, b in ((1.25, 20, 24), (1.75, 24, 28), (2.0, 28, None))
    )
    assert headline(page) == change_of(Policy("own", "own", "own", settings), LAST, "stochastic")
    link, now = page.run("document.getElementById('link').href"), headline(page)
    page.open("about:blank")
    page.open(link)
    all_members(page)
    assert headline(page) == now


def test_cancel__ends_the_run_on_the_server(page: Page, address: str) -> None:
    page.open(f"{address}?y=10&operational_tempo=1.5")
    page.wait("!document.getElementById('cancel').hidden")
    page.run("document.getElementById('cancel').click()")
    assert page.run("document.getElementById('run-state').textContent") == "Cancelled"
    end = time.monotonic() + 20
    while json.loads(get(address + "health"))["computing"]:
        assert time.monotonic() < end, "the run goes on"
        time.sleep(0.1)
    assert page.run("document.getElementById('again').hidden") is False


def test_closed_page__ends_its_run(chromium: Browser, address: str) -> None:
    with chromium.page() as page:
        page.open(f"{address}?y=10&operational_tempo=1.6")
        page.wait("document.getElementById('run-state').textContent.startsWith('Running')")
    end = time.monotonic() + 20
    while json.loads(get(address + "health"))["computing"]:
        assert time.monotonic() < end, "the run goes on"
        time.sleep(0.1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page__is_as_wide_as_the_window(page: Page, address: str, scheme: str) -> None:
    page.prefer(prefers_color_scheme=scheme)
    for width in WIDTHS:
        page.size(width)
        page.open(f"{address}?p=surge&y=1")
        page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.wait("document.getElementById('python').textContent.includes('import tarazu')")
        assert page.run("document.documentElement.scrollWidth") <= width


def test_first_picture__needs_no_script(chromium: Browser, address: str) -> None:
    with chromium.page(scripts=False) as page:
        page.open(f"{address}?p=surge&h=backlash")
        text = page.send("DOM.getOuterHTML", nodeId=page.send("DOM.getDocument")["root"]["nodeId"])
        html = text["outerHTML"]
        assert html.count('class="policy median"') == 3
        assert "of 8 expected paths have" in html
        assert '<button type="submit">Show</button>' in html
        assert page.complaints == []


# Keep what the page saves.
CATCH = """
window.saved = [];
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => { window.saved.push(blob); return make(blob); };
"""


def test_page__gives_pictures_and_the_brief_away_and_replays(page: Page, address: str) -> None:
    page.open(f"{address}?p=surge&y=1")
    page.run(CATCH)
    page.run("document.querySelector('figure.map [data-save=png]').click()")
    page.wait("window.saved.length === 1")
    size = "createImageBitmap(window.saved[0]).then((one) => [one.width, one.height])"
    box = page.run(
        "(() => { const b = document.querySelector('#map').viewBox.baseVal; return b.width })()"
    )
    width, height = page.run(size)
    assert width == 2 * (box + 32)
    assert height > width / 2
    page.run("document.getElementById('brief').click()")
    page.wait("window.saved.length === 2", 120)
    assert "n = 64 futures" in page.run("window.saved[1].text()")
    put(page, "lever-operational_tempo", 1.5)
    all_members(page)
    said, points = headline(page), "document.querySelector('.policy.median').getAttribute('points')"
    now = page.run(points)
    page.run("document.getElementById('replay').click()")
    page.wait(f"{points} !== {json.dumps(now)}")
    page.wait(f"{points} === {json.dumps(now)}")
    assert headline(page) == said


def test_tables__hold_the_numbers_of_the_picture(page: Page, address: str) -> None:
    page.open(f"{address}?p=surge&y=1")
    all_members(page)
    page.run("document.querySelector('figure details').open = true")
    page.wait("document.querySelector('figure tbody tr td').textContent !== ''")
    rows = page.run(
        "[...document.querySelectorAll('figure.large tbody tr')].map((r) => r.innerText)"
    )
    assert len(rows) == 4
    run = {"draws": LAST, "weeks": 52, "seed": SEED, "progress": False}
    quarters = tz.simulate("surge", **run).attacks.coarsen(week=13).sum()
    first = float(quarters.isel(week=0).median())
    assert rows[0].split("\t")[2] == f"{first:,.1f}"


def test_comparison__takes_the_policy_of_the_lab_and_fills_in_members(
    page: Page, address: str
) -> None:
    page.open(f"{address}?y=1")
    put(page, "start", "withdrawal")
    page.run("document.getElementById('keep').click()")
    put(page, "start", "surge")
    page.open(page.run("document.getElementById('compare').href"))
    page.wait("document.getElementById('run-state').textContent.startsWith('5 of 5')", 120)
    run = {"draws": COMPARED, "weeks": 52, "seed": SEED, "progress": False}
    withdrawal, surge = (tz.simulate(p, "backlash", **run) for p in ("withdrawal", "surge"))
    fewer = int(((withdrawal.attacks - surge.attacks).sum("week") < 0).sum())
    cells = (
        "[...document.querySelector('tr[data-hypothesis=backlash]').cells].map((c) => c.innerText)"
    )
    assert page.run(cells)[-1] == f"{int(100 * fewer / COMPARED + 0.5)}%"
    flips = "[...document.querySelectorAll('[data-flips=attacks] li')].map((li) => li.innerText)"
    page.wait(f"({flips}).some((text) => text.startsWith('If nothing is ruled out'))")
    assert any(text.startswith(("A below B", "B below A")) for text in page.run(flips))


def test_saved_page__works_from_a_disk(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "lab.html"
    file.write_text(saved_page(load_lab()), encoding="utf-8")
    policy = Policy("own", "own", "own", (Setting(lever="operational_tempo", value=2.0),))
    with chromium.page() as page:
        page.open(f"{file.as_uri()}#y=1")
        put(page, "lever-operational_tempo", 2)
        page.wait("document.getElementById('headline').textContent.includes('of 8 expected paths')")
        assert headline(page) == change_of(policy, EXPECTED_DRAWS, "mean")
        link = page.run("location.href")
        page.open("about:blank")
        page.open(link)
        page.wait("document.getElementById('headline').textContent.includes('of 8 expected paths')")
        assert page.run("document.getElementById('lever-operational_tempo').value") == "2"
        assert page.complaints == []
        assert {url.partition(":")[0] for url in page.requests} <= {"file", "about", "data"}


def test_server__that_is_asked_to_stop_ends_runs_and_stops(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tarazu", "app", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found is not None
        host = found.group()
        wait_until_ready(f"http://{host}/")
        body = b'{"years": 10, "levers": {"dialogue": 0.3}}'
        head = f"POST /api/runs HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", int(found.group(1)))) as client:
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            threading.Timer(0.5, os.kill, (process.pid, signal.SIGTERM)).start()
            client.settimeout(30)
            parts = []
            while part := client.recv(65536):
                parts.append(part)
        assert b'"stopped"' in b"".join(parts)
        process.wait(20)
        assert process.stderr.read().count("Traceback") == 0


def events_between(first: str, last: str, initiator: str) -> dict[str, int]:
    """Return events by district with pandas alone."""
    events = tz.load_record().events
    chosen = (events["date"] >= first) & (events["date"] <= last) & (events["date_precision"] <= 4)
    chosen &= events["initiator"] == initiator
    counts = events[chosen].groupby("district", observed=True)["count"].sum()
    return {str(slug): int(n) for slug, n in counts.items()}


def test_evidence__brush_and_filter_give_the_counts_of_the_record(page: Page, address: str) -> None:
    tile = "document.querySelector('#map text.value[data-slug=%s]').textContent"
    page.open(f"{address}evidence")
    put(page, "kind", "state")
    drag(page, "timeline", 2009, 2013)
    assert "from=2009&until=2013" in page.run("location.search")
    operations = events_between("2009-01-01", "2013-12-31", "state")
    assert page.run(tile % "quetta") == str(operations["quetta"])
    page.run("document.querySelector('#map [data-slug=quetta]').dispatchEvent("
             "new MouseEvent('click', { bubbles: true }))")  # fmt: skip
    said = f"Quetta, 2009 to 2013: {operations['quetta']} operations by the state."
    assert page.run("document.getElementById('shown').textContent") == said
    put(page, "by", "month")
    put(page, "from", "2012-03")
    put(page, "kind", "militant")
    attacks = events_between("2012-03-01", "2013-12-31", "militant")
    assert page.run(tile % "kech") == str(attacks["kech"])
    rows = "[...document.querySelectorAll('#figure-timeline td')].map((c) => Number(c.textContent))"
    assert sum(page.run(rows)) == events_between("1992-01-01", "2021-12-31", "militant")["quetta"]
    link, said = page.run("location.href"), page.run("document.getElementById('shown').textContent")
    page.open("about:blank")
    page.open(link)
    page.wait("document.documentElement.classList.contains('script')")
    assert page.run("document.getElementById('shown').textContent") == said
    page.prefer(forced_colors="active")
    fills = "[...document.querySelectorAll('.tile-text')].map((one) => getComputedStyle(one).fill)"
    assert len({*page.run(fills)}) == 1  # numbers on dark tiles are not dark
    page.size(360)
    page.wait("document.documentElement.scrollWidth <= 360")


def drag(page: Page, picture: str, first: int, last: int) -> None:
    """Drag the mouse over the timeline from one year to another."""
    box = page.run(
        f"(() => {{ const b = document.getElementById('{picture}').getBoundingClientRect();"
        "return [b.left, b.top + b.height / 2, b.width]; })()"
    )
    span = tz.load_record().start.year, tz.load_record().end.year
    left, right = 40, 10  # px beside the plot

    def at(year: int) -> float:
        share = (year - span[0] + 0.5) / (span[1] - span[0] + 1)
        return float(box[0] + left + share * (box[2] - left - right))

    for kind, year in (("mousePressed", first), ("mouseMoved", last), ("mouseReleased", last)):
        page.send(
            "Input.dispatchMouseEvent",
            type=kind,
            x=at(year),
            y=box[1],
            button="left",
            buttons=1,
            clickCount=1,
        )
