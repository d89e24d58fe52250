"""Twenty statements of a brief, each recomputed from the files that lie beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.report.brief.made import text_of
from tests.unit.report.brief.traced import untraced
from tests.unit.study.cases import OPERATION, make_spec

from tarazu.claims import load_ledger
from tarazu.pipeline import StudyInput, Task, run_task
from tarazu.record import load_record
from tarazu.study import build_study

pytestmark = pytest.mark.slow

MINUS = "\N{MINUS SIGN}"
POLICY = """
title = "Half the operations"
meaning = "Half as many operations in two districts."

[[settings]]
lever = "operational_tempo"
value = 0.5
districts = ["kech", "quetta"]
"""
DRAWS = 14
Z = 1.6448536269514722


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with findings, an analyst's own policy, one sweep, and the claims about it."""
    made = tmp_path_factory.mktemp("run")
    (made / "half.toml").write_text(POLICY)
    mine = make_spec(
        draws=DRAWS,
        weeks=104,
        horizons=(52, 104),
        policies=("status-quo", str(made / "half.toml"), "surge"),
    )
    sweep = make_spec(
        draws=4,
        replicates=1,
        weeks=262,
        horizons=(4, 12, 260),
        policies=("status-quo",),
        operation=OPERATION | {"militant_deaths": 17.0},
    )
    every = load_ledger()
    claims = tuple(claim for claim in every.claims if claim.paired is not None)
    task = Task(
        load_record(),
        ("retaliation", "near_repeat", "dose"),
        studies=(
            StudyInput(build_study(mine, name="mine"), b"mine"),
            StudyInput(build_study(sweep, name="seventeen"), b"sweep", "studies/seventeen"),
        ),
        ledger=every.model_copy(update={"claims": claims}),
    )
    run_task(task, made / "out")
    return made / "out"


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    return text_of(folder / "brief.html")


@pytest.fixture(scope="module")
def findings(folder: Path) -> dict[str, dict[str, Any]]:
    return {e["name"]: e for e in json.loads((folder / "findings.json").read_bytes())}


@pytest.fixture(scope="module")
def record(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "record.json").read_bytes())


@pytest.fixture(scope="module")
def metrics(folder: Path) -> pd.DataFrame:
    table = pd.read_parquet(folder / "metrics.parquet")
    return table[table["weeks"] == 104]


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+,.{digits}f}".replace("-", MINUS)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _by_draw(metrics: pd.DataFrame, outcome: str, policy: str, hypothesis: str) -> np.ndarray:
    chosen = metrics[(metrics["policy"] == policy) & (metrics["hypothesis"] == hypothesis)]
    draws = chosen.assign(draw=chosen["member"] // 2)  # two replicates per draw
    return draws.groupby("draw")[outcome].mean().to_numpy()


def _change(metrics: pd.DataFrame, outcome: str, policy: str, hypothesis: str = "full"):
    today = _by_draw(metrics, outcome, "status-quo", hypothesis)
    return _by_draw(metrics, outcome, policy, hypothesis) - today


def _wilson(share: float, n: int) -> tuple[float, float]:
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return middle - half, middle + half


def test_statements__are_links_to_the_places_of_their_numbers(folder) -> None:
    pages = (folder / name for name in ("brief.html", "annex.html"))
    assert untraced(*(path.read_text(encoding="utf-8") for path in pages)) == []


def test_statements__have_one_level_for_tests_and_one_for_futures(folder) -> None:
    """Contradiction 7: 90%, 95% and 5% stood side by side.

    Intervals of tests go with their level of 5%; all that is simulated, and the precision of the
    rules, is given by its middle 90%.
    """
    said = text_of(folder / "brief.html")
    assert set(re.findall(r"(\d+)% (?:\w+ )?interval", said)) == {"90", "95"}
    findings = json.loads((folder / "findings.json").read_bytes())
    levels = {one["level"] for one in findings if one["interval"] is not None}
    assert levels == {0.95}
    sentences = " ".join(one["sentence"] for one in findings)
    assert set(re.findall(r"(\d+)% interval", sentences)) == {"95"}


def test_statements__have_the_corrected_verdict_in_banner_table_and_brief(folder, findings) -> None:
    """Contradiction 1: the banner said what the table took back."""
    page = (folder / "annex.html").read_text(encoding="utf-8")
    rows = json.loads((folder / "evidence.json").read_bytes())["rows"]
    banner = page.split('<div class="verdicts">')[1].split("</div>")[0].lower()
    for row in rows:
        line = next(p for p in banner.split("</p>") if f"#finding-{row['name']}" in p)
        assert f"<strong>{row['verdict']}</strong>" in line
        section = page.split(f'<section id="finding-{row["name"]}"')[1].split("</section>")[0]
        assert f"<td>{row['verdict']}</td>" in section
    held = sum(row["kind"] == "test" and row["verdict"] != "the record cannot tell" for row in rows)
    word = {0: "none finds", 1: "one holds", 2: "two hold"}[held]
    assert word in text_of(folder / "brief.html")


def test_statements__rest_on_what_their_test_uses(folder, findings) -> None:
    """Contradiction 8: near repeats of attacks were said to rest on operations too."""
    assert set(findings["near_repeat"]["n_used"]) == {"attacks"}
    assert set(findings["retaliation"]["n_used"]) == {"attacks", "operations"}


def test_statements__say_best_in_one_sense_only(folder) -> None:
    """Contradictions 9 and 10: "best on average" and "best most often" stood in one cell."""
    for name in ("brief.html", "annex.html"):
        page = (folder / name).read_text(encoding="utf-8").split("<main>")[1]
        for cell in re.findall(
            r"<(?:td|th|li|p|span)\b[^>]*>(.*?)</(?:td|th|li|p|span)>", page, re.S
        ):
            assert not ("on average" in cell and "most often" in cell)
            assert "(best in" not in cell


def test_statement__years_of_records(text, record) -> None:
    years = int(record["end"][:4]) - int(record["start"][:4]) + 1
    assert f"{years} years of records" in text


def test_statement__estimate_and_interval(text, findings) -> None:
    one = findings["retaliation"]
    low, high = map(_signed, one["interval"])
    assert f"change by {_signed(one['estimate'])} within 6 weeks" in text
    assert f"(95% interval, {low} to {high})" in text


def test_statement__detectable_effects(text, findings) -> None:
    rates = findings["retaliation"]["validation"]
    fall, rise = rates["smallest fall found in 80%"], rates["smallest rise found in 80%"]
    assert f"beyond {_signed(fall)} or {_signed(rise)}" in text


def test_statement__operations_needed(text, findings) -> None:
    one = findings["retaliation"]
    needed = [v for k, v in one["validation"].items() if k.startswith("operations needed")]
    on_record = one["n_used"]["operations"]
    assert f"about {needed[0]} operations; {on_record} are on record" in text


def test_statement__tests_that_hold_after_correction(text, findings) -> None:
    p = sorted(e["p_value"] for e in findings.values() if e["p_value"] is not None)
    steps = np.maximum.accumulate([value * (len(p) - i) for i, value in enumerate(p)])
    held = int((np.minimum(steps, 1) < 0.05).sum())
    words = {0: "none finds", 1: "one holds", 2: "two hold"}[held]
    assert re.search(rf"Of {len(p)} tests[^.]*{words}", text)


def test_statement__headline_is_the_corrected_verdict(text, findings) -> None:
    verdict = findings["retaliation"]["verdict"]
    assert ("cannot say whether operations" in text) == (verdict == "the record cannot tell")


def test_statement__attacks_around_operations(text, findings) -> None:
    (figure,) = (f for f in findings["retaliation"]["figures"] if f["kind"] == "windows")
    data = figure["data"]
    for attacks, low, high in zip(data["attacks"], data["low"], data["high"], strict=True):
        assert f": {attacks}, by chance {low:.0f} to {high:.0f}" in text


def test_statement__attacks_and_operations_on_record(text, record) -> None:
    sides = record["by_initiator"]
    assert f"n = {sides['militant']} attacks, {sides['state']} operations" in text


def test_statement__unclear_events(text, record) -> None:
    unclear = record["by_initiator"]["unclear"]
    assert f"{unclear} events ({_percent(unclear / record['events'])}) are unclear" in text


def test_statement__events_without_a_confirmed_death(text, record) -> None:
    zero = record["quality"]["zero_best"]
    assert f"{zero} events ({_percent(zero / record['events'])}) have no confirmed death" in text


def test_statement__events_without_district_or_day(text, record) -> None:
    quality = record["quality"]
    words = f"{quality['no_district']} events have no district and {quality['imprecise_dates']} no"
    assert words in text


def test_statement__precision_of_the_rules(text, record) -> None:
    check = record["initiator_check"]
    (sample,) = (s for s in check["samples"] if s["sample"] == check["headline"])
    right = sample["precision"]["militant"]
    assert f"{_percent(right['estimate'])} were right" in text
    between = f"{_percent(right['low'])} to {_percent(right['high'])}"
    assert f"(90% interval, {between}; n = {right['total']})" in text


def test_statement__years_without_an_event(text, record) -> None:
    seen = {year["year"] for year in record["quality"]["by_year"] if year["events"]}
    first, last = int(record["start"][:4]), int(record["end"][:4])
    gaps = [year for year in range(first, last + 1) if year not in seen]
    assert f"{len(gaps)} of {last - first + 1} years have no event on record" in text


def test_statement__share_of_futures_of_the_analysts_own_policy(text, metrics) -> None:
    share = float((_change(metrics, "deaths_civilian", "half") < 0).mean())
    low, high = _wilson(share, DRAWS)
    words = f"in {_percent(share)} of futures ({_percent(low)} to {_percent(high)})"
    assert words in text.split("'Half the operations' (Kech, Quetta): fewer civilians die")[1][:80]


@pytest.mark.parametrize("outcome", ["deaths_civilian", "attacks", "disappeared"])
@pytest.mark.parametrize("policy", ["half", "surge"])
def test_statement__paired_change(text, metrics, outcome: str, policy: str) -> None:
    low, middle, high = np.quantile(_change(metrics, outcome, policy), (0.05, 0.5, 0.95))
    shown = [_signed(round(value), 0) if round(value) else "0" for value in (middle, low, high)]
    assert f"{shown[0]} {shown[1]} to {shown[2]}" in text


@pytest.mark.parametrize("hypothesis", ["full", "deterrence"])
def test_statement__share_under_each_hypothesis(folder, metrics, hypothesis: str) -> None:
    page = (folder / "brief.html").read_text(encoding="utf-8")
    row = page.split("Surge</th>")[1].split("</tr>")[0]
    cells = re.findall(r'title="(\d+%) of futures, (\d+%) to (\d+%)"', row)
    share = float((_change(metrics, "deaths_civilian", "surge", hypothesis) < 0).mean())
    expected = tuple(map(_percent, (share, *_wilson(share, DRAWS))))
    assert cells[["full", "deterrence"].index(hypothesis)] == expected


def test_statement__claims_in_the_model(text, folder) -> None:
    entries = json.loads((folder / "claims.json").read_bytes())["entries"]
    assert entries
    for entry in entries:
        shares = (entry["model_result"] or {}).get("shares") or ()
        (share,) = (s for s in shares if s["subset"] == "all" and s["hypothesis"] == "full")
        low, high = _percent(share["low"]), _percent(share["high"])
        assert f"{_percent(share['share'])} ({low} to {high})" in text


def test_statement__claims_on_the_record(text, folder) -> None:
    entries = json.loads((folder / "claims.json").read_bytes())["entries"]
    decided = sum(e["verdict"] in ("supported", "contradicted") for e in entries)
    words = f"The record decides {decided or 'none'} of {len(entries)} claims"
    assert words in text


def test_statement__number_of_futures(text, folder) -> None:
    spec = json.loads((folder / "study.json").read_bytes())["spec"]
    assert f"n = {spec['draws']} futures per assumption" in text


def test_statement__districts_of_the_policy(folder) -> None:
    described = json.loads((folder / "study.json").read_bytes())
    districts = {p["name"]: p["districts"] for p in described["policies"]}
    assert districts == {"status-quo": [], "half": ["Kech", "Quetta"], "surge": []}


def test_statement__one_sweep(text, folder) -> None:
    table = pd.read_parquet(folder / "studies" / "seventeen" / "metrics.parquet")
    table = table[(table["weeks"] == 260) & (table["hypothesis"] == "full")]
    values = table.pivot_table(index="member", columns="policy", values="attacks", observed=True)
    low, middle, high = np.quantile(values["sweep"] - values["no extra sweep"], (0.05, 0.5, 0.95))
    shown = [_signed(round(value), 0) if round(value) else "0" for value in (middle, low, high)]
    assert f"Attacks over 5 years after it: {shown[0]} ({shown[1]} to {shown[2]})" in text


def test_statement__source_and_licence(text, record) -> None:
    source = record["source"]
    assert f"Data: {source['title']} ({source['licence']}), {record['start']} to" in text


def test_links__lead_to_sections_of_the_annex(folder) -> None:
    brief, annex = ((folder / f"{name}.html").read_text() for name in ("brief", "annex"))
    anchors = set(re.findall(r'href="annex\.html#([^"]+)"', brief))
    assert len(anchors) >= 6
    assert anchors <= set(re.findall(r'\sid="([^"]+)"', annex))
