"""The model in the annex: headed 'not calibrated', civilians first, nothing ranked by killing."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from tests.unit.evidence.findings import weak_retaliation
from tests.unit.study.cases import OPERATION, make_spec

from tarazu.claims import Ledger, load_ledger, weigh_claims
from tarazu.core.errors import ScenarioError
from tarazu.model import build_model
from tarazu.model.description import Description, describe
from tarazu.record import load_record
from tarazu.report import write_annex, write_brief
from tarazu.report.annex.model_section import MODEL_LIMITS
from tarazu.report.annex.operation_section import at_once_table, change_figure, civilians_table
from tarazu.report.annex.study_section import StudySection, kept_words, study_section
from tarazu.report.figure import Figure
from tarazu.report.figures.fan import fan_figure
from tarazu.report.table import Table
from tarazu.report.tables.ledger import SIGNS, holds_table, ledger_sentence, ledger_table
from tarazu.report.tables.model import parameter_table
from tarazu.report.tables.policies import (
    pairs_table,
    policy_sentence,
    regret_table,
    span,
    unranked_table,
)
from tarazu.study import OUTCOMES, StudyResult, build_study, compare, paired_differences, run_study
from tarazu.study.runner.result import NOT_CALIBRATED, Label

RECORD = load_record()
HOSTILE = "<img src=x onerror=alert(1)>"
HEAD = "Not calibrated"
DOSES = {"lever": "operational_tempo", "values": (0.0, 0.5, 2.0, 5.0, 10.0)}
CHANGES = {
    "small": {},
    "seventeen": {"policies": ("status-quo",), "weeks": 262, "operation": OPERATION}
    | {"horizons": (4, 12, 260)},
    "attrition": {"policies": ("status-quo",), "grid": DOSES, "series_weeks": 52},
}

Studies = dict[str, StudyResult]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    folder = tmp_path_factory.mktemp("studies")
    return {
        name: run_study(
            build_study(make_spec(draws=4, **changes), name=name),
            record=RECORD,
            out=folder / name,
        )
        for name, changes in CHANGES.items()
    }


@pytest.fixture(scope="module")
def ledger(studies: Studies) -> Ledger:
    spec = load_ledger()
    claims = tuple(claim for claim in spec.claims if claim.study == "seventeen")
    asked = spec.model_copy(update={"claims": claims})
    return weigh_claims([weak_retaliation()], [studies["seventeen"]], asked)


@pytest.fixture(scope="module")
def description() -> Description:
    return describe(build_model())


@pytest.fixture(scope="module")
def sections(studies: Studies) -> dict[str, StudySection]:
    return {name: study_section(result) for name, result in studies.items()}


def _brief(folder: Path, studies: list[StudyResult], ledger: Ledger, about: Description) -> bytes:
    path = folder / "annex.html"
    write_annex(
        RECORD, [weak_retaliation()], path, studies=studies, ledger=ledger, description=about
    )
    return path.read_bytes()


@pytest.fixture(scope="module")
def page(tmp_path_factory, studies, ledger, description) -> str:
    folder = tmp_path_factory.mktemp("brief")
    return _brief(folder, list(studies.values()), ledger, description).decode()


def _words(html: str) -> str:
    body = html.split("<body>")[1].split("<footer>")[0]
    body = re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def _shown(section: StudySection) -> list[Figure | Table]:
    return [
        thing
        for part in section.parts
        for thing in (*part.figures, *(f.table for f in part.figures), *part.tables, *part.more)
    ]


def _tables(result: StudyResult) -> list[Table]:
    return [thing for thing in _shown(study_section(result)) if isinstance(thing, Table)]


@pytest.mark.parametrize(
    "name", ["ledger", "study-small", "study-seventeen", "study-attrition", "model"]
)
def test_annex__has_each_section_of_the_model_and_a_link_to_it(page: str, name: str) -> None:
    assert f'<section id="{name}"' in page
    assert f'href="#{name}"' in page


def test_annex__with_studies_has_the_same_bytes_twice(
    tmp_path, studies, ledger, description
) -> None:
    again = [_brief(tmp_path, list(studies.values()), ledger, description) for _ in range(2)]
    assert again[0] == again[1]


def test_annex__gives_every_element_an_id_of_its_own(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page.split("<body>")[1].split("<script>")[0])
    assert len(ids) == len(set(ids))


def test_annex__without_studies_says_nothing_of_a_model(tmp_path: Path) -> None:
    path = write_annex(RECORD, [weak_retaliation()], tmp_path / "annex.html")
    words = _words(path.read_text(encoding="utf-8"))
    assert "alibrated" not in words
    assert "opposite responses are reciprocal" not in words


def test_annex__carries_the_limits_of_the_model_on_its_first_pages(page: str) -> None:
    limits = _words(page).split("What it does not say")[-1].split("The record: what happened")[0]
    for text in MODEL_LIMITS:
        assert text in limits


def test_annex__answers_with_the_ledger_and_the_policies(page, ledger, studies) -> None:
    answer = _words(page).split("The answer")[-1].split("The record: what happened")[0]
    assert ledger_sentence(ledger) in answer
    small = studies["small"]
    assert policy_sentence(small) in answer
    assert "not evidence about the policies" in answer
    assert "It rests on 90 operations, 440 attacks (p = 0.62)." in answer


@pytest.mark.parametrize("name", list(CHANGES))
def test_study__heads_every_figure_and_table_not_calibrated(sections, name: str) -> None:
    shown = _shown(sections[name])
    assert shown
    for thing in shown:
        heading = thing.title if isinstance(thing, Figure) else thing.caption
        assert heading.startswith(HEAD), heading


def test_study__repeats_the_warning_above_its_section(page: str) -> None:
    for name in CHANGES:
        start = page.split(f'<section id="study-{name}"')[1]
        assert NOT_CALIBRATED in start.split("<h3>")[0]


@pytest.mark.parametrize("name", list(CHANGES))
def test_study__fills_every_table_evenly(sections, name: str) -> None:
    for thing in _shown(sections[name]):
        if isinstance(thing, Table):
            assert thing.rows
            assert {len(row) for row in thing.rows} == {len(thing.columns)}


def test_policies__say_that_budgets_are_not_equal(sections) -> None:
    for name in ("small", "attrition"):
        words = [text for part in sections[name].parts for text in part.words]
        assert any("budgets are not equal" in text for text in words)


def test_policies__one_alone_is_compared_with_nothing(tmp_path: Path) -> None:
    spec = make_spec(draws=2, replicates=1, policies=("status-quo",))
    section = study_section(run_study(build_study(spec, name="one"), record=RECORD, out=tmp_path))
    headings = [part.heading for part in section.parts]
    assert not any("compared" in heading or "against" in heading for heading in headings)
    assert "Every outcome, unranked" in headings
    assert "no policy is compared" in section.lead


def test_policies__show_all_draws_and_those_kept(studies) -> None:
    result = studies["small"]
    comparison = compare(result, ["deaths_civilian"])
    for subset in ("all", "kept"):
        drawn = fan_figure(result, "attacks", "attacks", subset=subset)
        table = regret_table(result, comparison, "deaths_civilian", subset)
        share = result.kept_share["pooled"]
        assert (drawn is None) == (table is None) == (subset == "kept" and share == 0.0)
    words = [text for part in study_section(result).parts for text in part.words]
    assert kept_words(result) in words


def test_policies__are_never_ranked_by_what_killing_moves(studies) -> None:
    comparison = compare(studies["small"])
    ranked = " ".join(t.caption for t in _tables(studies["small"]) if "change" in t.caption)
    for outcome in OUTCOMES.values():
        if outcome.better == "none":
            assert outcome.title.lower() not in ranked, outcome.name
    assert "civilians killed" in ranked
    table = unranked_table(studies["small"], comparison, "full", "all")
    assert table is not None
    unranked = [row[0] for row in table.rows]
    assert "Militants killed (never ranked)" in unranked
    assert unranked[0] == OUTCOMES["deaths_civilian"].title


def test_policies__have_no_regret_table_of_militants_killed(studies) -> None:
    comparison = compare(studies["small"])
    with pytest.raises(KeyError):
        regret_table(studies["small"], comparison, "deaths_militant", "all")


def test_regret__gives_the_numbers_of_the_comparison(studies) -> None:
    result = studies["small"]
    comparison = compare(result, ["attacks"])
    table = regret_table(result, comparison, "attacks", "all")
    assert table is not None
    assert len(table.rows) == 2 * 2  # two mechanisms, never both together; two policies
    best = comparison.regret[comparison.regret["hypothesis"] != "pooled"]
    best = best[(best["subset"] == "all") & (best["weeks"] == 60)]
    shown = [row[6] for row in table.rows]
    assert shown == [f"{100 * share:.0f}%" for share in best["best_share"]]


def test_pairs__give_an_interval_for_each_mechanism(studies) -> None:
    table = pairs_table(studies["small"], compare(studies["small"], ["attacks"]), "attacks", "all")
    assert table is not None
    assert table.rows[0][:2] == ("Status quo", "Surge")
    assert all(re.fullmatch(r"\d+% \(\d+% to \d+%\)", cell) for cell in table.rows[0][2:])


def test_fan__orders_its_bands_and_tells_lines_apart_without_colour(studies) -> None:
    drawn = fan_figure(studies["small"], "attacks", "attacks", subset="all")
    assert drawn is not None
    traces = drawn.spec["data"]
    panel = [trace for trace in traces if trace["xaxis"] == "x"]
    low, high, lower, upper, median = (np.array(trace["y"]) for trace in panel[:5])
    assert (low <= lower).all()
    assert (lower <= median).all()
    assert (median <= upper).all()
    assert (upper <= high).all()
    dashes = {
        trace["name"]: trace["line"].get("dash", "solid")
        for trace in traces[4:]
        if trace.get("name", "").startswith("median")
    }
    assert len(set(dashes.values())) == len(dashes) == 2
    tops = {tuple(v["range"]) for k, v in drawn.spec["layout"].items() if k.startswith("yaxis")}
    assert len(tops) == 1
    assert len(drawn.to_plotly().data) == len(traces)


def test_fan__is_left_out_where_no_draw_is_kept(studies) -> None:
    result = replace(studies["small"])
    bands = result.bands.copy(deep=True)
    bands["attacks"].loc[{"subset": "kept"}] = np.nan
    result.__dict__["bands"] = bands
    assert fan_figure(result, "attacks", "attacks", subset="kept") is None


def test_operation__counts_civilians_first(studies, sections) -> None:
    assert sections["seventeen"].parts[0].heading == "Civilians first"
    table = at_once_table(studies["seventeen"])
    assert table.rows[0][0] == "civilians killed"
    assert table.rows[-1][0] == "militants killed"


def test_operation__signs_the_change_as_with_the_sweep_less_without(studies) -> None:
    result = studies["seventeen"]
    comparison = compare(result, ["deaths_civilian"])
    table = civilians_table(result, comparison, "all")
    assert table is not None
    means = comparison.outcomes.query("subset == 'all' and hypothesis == 'full' and weeks == 260")
    means = means.set_index("policy")["mean"]
    change = means["sweep"] - means["no extra sweep"]
    shown = float(table.rows[0][3].split(" (")[0].replace("\N{MINUS SIGN}", "-"))
    assert shown == pytest.approx(change, abs=0.06)


def test_operation__draws_here_and_next_door_with_marks_of_two_shapes(studies) -> None:
    result = studies["seventeen"]
    drawn = change_figure(paired_differences(result), result, "all")
    assert drawn is not None
    shapes = {t["name"]: t["marker"]["symbol"] for t in drawn.spec["data"]}
    assert shapes == {"here": "circle", "next door": "square"}
    assert len(drawn.spec["data"]) == 2 * len(result.horizons)
    assert {row[1] for row in drawn.table.rows} == {"here", "next door", "everywhere"}
    assert len(drawn.to_plotly().data) == len(drawn.spec["data"])


def test_operation__labels_the_state_from_which_it_starts(sections) -> None:
    assert "Start: a test." in sections["seventeen"].setup


def test_ledger__puts_a_sign_of_its_own_beside_every_verdict(ledger: Ledger) -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)
    for row, entry in zip(ledger_table(ledger).rows, ledger.entries, strict=True):
        assert row[0].endswith(entry.claim.sentence)
        assert row[1] == f"{SIGNS[entry.verdict]} {entry.verdict}"


def test_ledger__gives_shares_with_interval_and_n(ledger: Ledger) -> None:
    for row, entry in zip(ledger_table(ledger).rows, ledger.entries, strict=True):
        assert entry.model is not None
        if entry.model.shares:
            assert re.search(r"\d+% \(\d+% to \d+%; n = \d+\)", row[3])


def test_ledger__tells_by_hypothesis_how_often_a_claim_holds(ledger: Ledger, studies) -> None:
    table = holds_table(ledger, tuple(studies.values()))
    assert table is not None
    titles = {h.title: h.name for h in studies["seventeen"].hypotheses}
    shown = {row[0]: dict(zip(table.columns[1:], row[1:], strict=True)) for row in table.rows}
    for entry in ledger.entries:
        assert entry.model is not None
        for share in entry.model.shares:
            if share.subset == "all" and share.hypothesis in titles.values():
                title = next(t for t, name in titles.items() if name == share.hypothesis)
                assert shown[entry.claim.id][title].startswith(f"{100 * share.share:.0f}%")


def test_ledger__prints_the_rules_as_they_were_written(page: str, ledger: Ledger) -> None:
    words = _words(page)
    for entry in ledger.entries:
        assert " ".join(entry.claim.rule.split()) in words


def test_parameters__show_what_is_assumed(description: Description, page: str) -> None:
    rows = parameter_table(description).rows
    for row, parameter in zip(rows, description.parameters, strict=True):
        assert row[:2] == (parameter.name, parameter.unit)
        assert ("ASSUMED" in row[3]) == parameter.is_assumed
    assert page.count("<td>ASSUMED</td>") == sum(p.is_assumed for p in description.parameters)


def test_annex__disarms_hostile_names_of_policies(tmp_path, studies, ledger, description) -> None:
    told = tuple(Label(p.name, HOSTILE, HOSTILE) for p in studies["small"].policies)
    hostile = replace(studies["small"], title=HOSTILE, question=HOSTILE, policies=told)
    page = _brief(tmp_path, [hostile], ledger, description).decode()
    assert HOSTILE not in page
    assert HOSTILE in _words(page)


@pytest.mark.parametrize(
    ("weeks", "words"), [(4, "4 weeks"), (52, "1 year"), (60, "60 weeks"), (260, "5 years")]
)
def test_span__names_whole_years(weeks: int, words: str) -> None:
    assert span(weeks) == words


def test_documents__refuse_a_study_of_another_region(studies: Studies, tmp_path: Path) -> None:
    elsewhere = load_record("kp-fata")
    for write in (write_brief, write_annex):
        with pytest.raises(
            ScenarioError, match=r"study 'small' is of Balochistan, Pakistan, the r"
        ):
            write(elsewhere, [], tmp_path / "page.html", studies=[studies["small"]])
    assert not list(tmp_path.iterdir())
