"""The annex: anchors that last, tables and figures that can be taken, one size per quantity."""

import base64
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from tests.unit.evidence.findings import FIGURES, weak_retaliation
from tests.unit.report.brief.traced import untraced
from tests.unit.study.cases import make_spec

from tarazu.claims import Ledger, load_ledger, weigh_claims
from tarazu.evidence.battery import Battery, assess
from tarazu.evidence.error_rates import SIZE, SMALLEST_RISE
from tarazu.evidence.finding import CANNOT_TELL, Check
from tarazu.model import build_model
from tarazu.model.description import Description, describe
from tarazu.model.user_model import load_user_model
from tarazu.record import load_record
from tarazu.report import anchors, write_brief
from tarazu.report.annex.document import write_annex
from tarazu.report.annex.model_section import toll_sentence
from tarazu.report.figures.dose import dose_figure, is_dosed
from tarazu.report.tables.battery import glance_table
from tarazu.report.tables.findings import checks_table
from tarazu.report.tables.policies import (
    changes_table,
    hypotheses,
    policy_sentence,
    policy_titles,
    readable,
)
from tarazu.study import StudyResult, build_study, compare, run_study

pytestmark = pytest.mark.slow  # two small studies are run

RECORD = load_record()
CHECK = Check("detectable effect", "0.15 either way", "found in 80% of records", None)


def _finding(name: str, p_value: float, verdict: str, **validation: float | str):
    rates = {SIZE: 0.05, SMALLEST_RISE: 0.7} | validation
    return replace(
        weak_retaliation(), name=name, p_value=p_value, verdict=verdict, validation=rates
    )


@pytest.fixture(scope="module")
def battery() -> Battery:
    return assess(
        [
            _finding(
                "near_repeat",
                0.001,
                "near repeats or bursts",
                **{"false positives at 5%, bursts": 0.375},
            ),
            _finding("reaction", 0.03, "operations follow attacks"),
            _finding("wake", 0.6, CANNOT_TELL),
        ]
    )


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StudyResult]:
    folder = tmp_path_factory.mktemp("studies")
    doses = {"lever": "operational_tempo", "values": (0.0, 0.5, 2.0, 5.0)}
    changes = {
        "small": {},
        "doses": {"policies": ("status-quo",), "grid": doses, "series_weeks": 52},
    }
    return {
        name: run_study(
            build_study(make_spec(draws=4, **more), name=name), record=RECORD, out=folder / name
        )
        for name, more in changes.items()
    }


@pytest.fixture(scope="module")
def ledger(battery: Battery, studies: dict[str, StudyResult]) -> Ledger:
    return weigh_claims(
        [battery.corrected(f) for f in battery.findings], list(studies.values()), load_ledger()
    )


@pytest.fixture(scope="module")
def description() -> Description:
    return describe(build_model())


@pytest.fixture(scope="module")
def page(tmp_path_factory, battery, studies, ledger, description) -> str:
    path = tmp_path_factory.mktemp("annex") / "annex.html"
    write_annex(
        RECORD,
        battery.findings,
        path,
        battery=battery,
        studies=list(studies.values()),
        ledger=ledger,
        description=description,
    )
    return path.read_text(encoding="utf-8")


def _ids(page: str) -> set[str]:
    return set(re.findall(r'\sid="([^"]+)"', page.split("<body>")[1]))


def _text(html: str) -> str:
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_annex__has_the_anchors_that_others_link_to(page, battery, studies, ledger, description):
    wanted = {
        anchors.RECORD,
        anchors.QUALITY,
        anchors.FINDINGS,
        anchors.LEDGER,
        anchors.MODEL,
        anchors.METHODS,
        anchors.PROVENANCE,
        anchors.CITE,
        *(anchors.finding(f.name) for f in battery.findings),
        *(anchors.finding_figure("wake", f.kind, i) for i, f in enumerate(FIGURES, start=1)),
        *(anchors.claim(entry.claim.id) for entry in ledger.entries),
        *(anchors.study(name) for name in studies),
        anchors.study_outcome("small", "deaths_civilian"),
        anchors.study_outcome("small", "attacks"),
        anchors.study_outcome("small", "outcomes"),
        anchors.study_outcome("doses", "quiet_year"),
        *(anchors.parameter(row.name) for row in description.parameters),
        *(anchors.lever(lever[0]) for lever in description.levers),
        *(anchors.equation(row.quantity) for row in description.equations),
    }
    assert wanted - _ids(page) == set()


def test_annex__links_only_to_what_it_has(page: str) -> None:
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert len(links) >= 15
    assert links <= _ids(page)


def test_annex__lists_every_section_in_its_contents(page: str) -> None:
    contents = page.split('<nav aria-label="Contents">')[1].split("</nav>")[0]
    listed = re.findall(r'href="#([^"]+)"', contents)
    sections = re.findall(r'<section id="([^"]+)"', page)
    assert [name for name in listed if name in sections] == sections


def test_annex__gives_every_table_as_csv(page: str) -> None:
    files = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    assert len(files) > 15
    for content in files:
        lines = base64.b64decode(content).decode().splitlines()
        assert len(lines) > 1
    figures = re.findall(r'<figure id="([^"]+)"', page)
    for key in figures:
        assert f'download="{key}.csv"' in page


def test_annex__banner_gives_the_corrected_verdict(page: str, battery: Battery) -> None:
    """Contradiction 1: the verdict that Holm takes back stood in the banner."""
    banner = page.split('<div class="verdicts">')[1].split("</div>")[0]
    by_verdict = dict(re.findall(r"<p><strong>(.*?)</strong>: (.*?)</p>", banner))
    for finding in battery.findings:
        verdict = battery.joint_verdict(finding)
        shown = by_verdict[verdict[:1].upper() + verdict[1:]]
        assert f'href="#{anchors.finding(finding.name)}"' in shown
    assert "Operations follow attacks" not in by_verdict
    section = page.split('<section id="finding-reaction"')[1].split("</section>")[0]
    assert f"<td>{CANNOT_TELL}</td>" in section
    assert "<td>operations follow attacks</td>" not in section


def test_glance__shows_the_worst_rate_of_false_positives_beside_the_usual(battery) -> None:
    """Contradiction 2: the one survivor was the least safe, and its table alone said so."""
    rows = {row[0]: row for row in glance_table(battery).rows}
    assert rows["Near repeat"][4] == "5.0% (37.5%)"
    assert rows["Wake"][4] == "5.0%"


def test_checks__leave_out_a_computed_effect_where_one_was_measured(battery) -> None:
    """Contradiction 3: the detectable effect had two sizes in one section."""
    finding = replace(battery.findings[2], diagnostics=(*battery.findings[2].diagnostics, CHECK))
    table = checks_table(finding)
    assert table is not None
    assert "detectable effect" not in {row[1] for row in table.rows}
    unmeasured = replace(finding, validation={})
    table = checks_table(unmeasured)
    assert table is not None
    assert "detectable effect" in {row[1] for row in table.rows}


def test_toll__of_record_and_model_stand_in_one_sentence(page: str, studies) -> None:
    """Contradiction 11: 0.04 civilians per operation on the record never met the model's."""
    result = studies["small"]
    sentence = toll_sentence(RECORD, result)
    assert "0.04 on the record (4 in 97)" in sentence
    rows = result.metrics.query(
        "weeks == 60 and hypothesis == @first and policy == @result.baseline",
        local_dict={"first": next(iter(hypotheses(result))), "result": result},
    )
    ratios = [
        sum(of_draw["deaths_civilian_operations"]) / sum(of_draw["operations"])
        for _, of_draw in rows.groupby("draw")
        if sum(of_draw["operations"])
    ]
    shown = float(sentence.split("(4 in 97), ")[1].split(" (")[0])
    assert shown == pytest.approx(np.median(ratios), abs=0.006)
    assert sentence in _text(page)


def test_annex__never_names_a_best_policy(page: str) -> None:
    """Contradictions 9 and 10: "best on average" and "best most often" shared a cell."""
    words = _text(page.split("<main>")[1]).lower()
    assert "best policy on average" not in words
    assert "(best in" not in words
    assert "on average is" not in words


def test_changes__are_ordered_by_the_median_and_give_the_paired_numbers(studies) -> None:
    result = studies["doses"]
    table = changes_table(result, "deaths_civilian")
    frame = result.to_frame(["deaths_civilian"])
    frame = frame[frame["policy"] != result.baseline]
    assert table is not None
    first = next(iter(hypotheses(result)))
    medians = frame[frame["hypothesis"] == first].set_index("policy")["change_median"]
    titles = policy_titles(result)
    order = [titles[name] for name in medians.sort_values(kind="stable").index]
    assert [row[0] for row in table.rows] == order
    assert titles[result.baseline] not in order
    for row in table.rows:
        for cell in row[1:]:
            assert re.fullmatch(r"\S+ \(\S+ to \S+\); \d+%", cell), cell


def _shifted(result: StudyResult, change: float) -> StudyResult:
    """Return the result with the surge at a fixed distance from the status quo in all draws."""
    metrics = result.metrics.copy()
    keys = ["hypothesis", "draw", "replicate", "weeks"]
    today = metrics[metrics["policy"] == result.baseline].set_index(keys)["deaths_civilian"]
    other = metrics["policy"] != result.baseline
    places = metrics.loc[other].set_index(keys).index
    metrics["deaths_civilian"] = metrics["deaths_civilian"].astype(float)
    metrics.loc[other, "deaths_civilian"] = today.loc[places].to_numpy() + change
    shifted = replace(result)
    shifted.__dict__["metrics"] = metrics
    return shifted


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (-5.0, "Fewer in most draws under every hypothesis: surge."),
        (5.0, "No policy has fewer in most draws under every hypothesis."),
    ],
)
def test_policies__are_called_lower_only_where_they_are(studies, change, words) -> None:
    sentence = policy_sentence(_shifted(studies["small"], change))
    assert words in sentence
    sign = "\N{MINUS SIGN}" if change < 0 else "+"
    assert f"surge {sign}5.00 ({sign}5.00 to {sign}5.00)" in sentence
    assert "not evidence about the policies" in sentence


def test_policies__of_many_the_ends_are_named(studies, monkeypatch) -> None:
    monkeypatch.setattr("tarazu.report.tables.policies.NAMED", 3)
    result = studies["doses"]
    table = changes_table(result, "deaths_civilian")
    assert table is not None
    names = [row[0] for row in table.rows]
    assert len(names) == 4
    sentence = policy_sentence(result).lower()
    assert f"lowest of {len(names)} policies, {names[0].lower()} " in sentence
    assert f"highest, {names[-1].lower()} " in sentence
    between = sentence.split("median and 5%")[1].split("not evidence")[0].split(". ")[0]
    assert not any(f" {name.lower()} " in between for name in names[1:-1])


def test_titles__carry_no_internal_name() -> None:
    assert readable("operational_tempo = 4") == "Operational tempo = 4"
    assert readable("Political settlement") == "Political settlement"


def test_annex__shows_no_internal_name_of_a_lever_or_finding(page: str) -> None:
    """Contradiction 13: "operational_tempo" stood 249 times in the text."""
    body = page.split("<main>")[1].split('<section id="model"')[0]
    assert "operational_tempo" not in _text(body)
    assert "near_repeat" not in _text(body)


def test_dose__answers_whether_violence_ends_in_one_figure(studies) -> None:
    result = studies["doses"]
    assert is_dosed(result)
    assert not is_dosed(studies["small"])
    comparison = compare(result, ["quiet_year"])
    drawn = dose_figure(result, comparison)
    table = comparison.outcomes.query(
        "subset == 'all' and weeks == @weeks", local_dict={"weeks": max(result.horizons)}
    )
    for trace, hypothesis in zip(drawn.spec["data"], result.hypotheses, strict=True):
        shares = table[table["hypothesis"] == hypothesis.name].set_index("policy")["mean"]
        assert trace["y"] == [shares[p.name] for p in result.policies]
    assert drawn.spec["layout"]["xaxis"]["ticktext"][1:] == ["0", "0.5", "2", "5"]


def test_dose__brief_leads_to_the_numbers_of_the_figure(page, studies, tmp_path: Path) -> None:
    brief = tmp_path / "brief.html"
    write_brief(RECORD, [], brief, studies=[studies["doses"]], annex="annex.html")
    assert untraced(brief.read_text(encoding="utf-8"), page) == []


def test_annex__names_hypotheses_and_findings_by_their_titles(page: str, studies) -> None:
    result = studies["small"]
    body = _text(page.split("<main>")[1])
    if result.record_range is not None:
        shares = re.findall(r"range of the record's last five years \((.*?)\)", body)
        assert shares
        for hypothesis in result.hypotheses:
            assert hypothesis.title.lower() in shares[0]


def test_annex__of_a_model_with_an_own_mechanism_draws_that_model(studies, tmp_path: Path) -> None:
    how_to = Path(__file__).parents[3] / "docs" / "how-to" / "your-own-mechanism.md"
    code = how_to.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    file = tmp_path / "curfew.py"
    file.write_text(code, encoding="utf-8")
    model = load_user_model(file).model
    path = write_annex(RECORD, [], tmp_path / "annex.html", studies=[studies["small"]], model=model)
    section = path.read_text(encoding="utf-8").split('<section id="model"')[1]
    drawing = section.split('<h3 id="causal-diagram">')[1].split("<table")[0]
    assert "<svg" in drawing
    assert "curfew" in section.split("Levers: unit, range, today")[1]


def test_annex__of_equal_inputs_has_equal_bytes(tmp_path: Path, battery: Battery) -> None:
    paths = [
        write_annex(RECORD, battery.findings, tmp_path / name, battery=battery)
        for name in ("a.html", "b.html")
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()
