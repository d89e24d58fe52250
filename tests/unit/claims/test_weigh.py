import json
import shutil
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
from tests.unit.study.cases import OPERATION, make_operation_study, make_study

from tarazu.claims import RecordResult, load_ledger, weigh_claims
from tarazu.claims.experiments import ModelResult
from tarazu.claims.ledger import SHIPPED, Claim, LedgerSpec, NoExitTest
from tarazu.claims.weigh import decide
from tarazu.core.errors import ScenarioError
from tarazu.core.files.digests import sealed_json
from tarazu.core.provenance import canonical_json, digest_file
from tarazu.evidence.battery import assess
from tarazu.evidence.failure import Failure
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Finding
from tarazu.evidence.sensitivity import RANGED, REDRAWN
from tarazu.record import load_record
from tarazu.report.tables.ledger import verdict_table
from tarazu.study import run_study
from tarazu.study.runner.tables import METRICS
from tarazu.study.setup.policies import SWEEP

# A world in which killing works: the sweep deters, few join, and raids do not slacken with attacks.
WORKS = """
title = "Attrition works"
meaning = "A test."
[restrictions]
retaliation = -0.5
retaliation_harm = -0.5
recruits_per_killed = -1.0
recruits_per_disappeared = 0.0
recruits_per_detained = 0.0
recruitment_response = 0.0
recruitment_response_harm = 0.0
following_share = 0.01
sponsored_share = 0.0
sponsored_arms = 0.0
militants_today = 1e-4
renewal = 0.5
desertion_rate = 0.001
"""
# A world in which it feeds the fight.
FEEDS = """
title = "Attrition feeds the fight"
meaning = "A test."
[restrictions]
retaliation = 1.0
retaliation_harm = 1.0
recruits_per_killed = 2.0
recruits_per_disappeared = 2.0
recruitment_response_harm = 1.5
"""


def finding(name: str, verdict: str, *, converged: bool = True) -> Finding:
    return Finding(
        name=name,
        question="?",
        estimand="",
        unit="",
        estimate=None,
        interval=None,
        level=0.9,
        null="",
        p_value=None,
        verdict=verdict,
        sentence=f"It says {verdict}.",
        n_used={},
        n_dropped={},
        assumptions=(),
        caveats=(),
        diagnostics=(),
        sensitivity=(),
        figures=(),
        references=(),
        converged=converged,
    )


def planted(folder, world: str):
    path = folder / "world.toml"
    path.write_text(world)
    study = make_operation_study(
        hypotheses=(str(path),), draws=12, block=6, weeks=262, horizons=(4, 12, 260), replicates=1
    )
    result = run_study(study, out=folder / "seventeen", workers=2)
    return type(result)(**{**result.__dict__, "name": "seventeen"})


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("works"), WORKS)


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("feeds"), FEEDS)


def weigh(claim: str, findings, results, ledger=None):
    ledger = weigh_claims(findings, results, ledger)
    return next(entry for entry in ledger.entries if entry.claim.id == claim)


def test_attrition__planted_world_in_which_killing_works_says_so(works):
    entry = weigh("C1", [], [works])
    assert entry.verdict == "model-conditional"
    assert entry.model.conclusion == "does not hold"
    assert "does not hold: true in 0%" in entry.explanation


def test_attrition__planted_world_and_a_record_that_shows_it_contradict(works):
    assert (
        weigh("C1", [finding("dose", "attacks fall with dose")], [works]).verdict == "contradicted"
    )


def test_attrition__planted_world_in_which_killing_feeds_the_fight_says_so(feeds):
    entry = weigh("C1", [], [feeds])
    assert entry.verdict == "model-conditional"
    assert entry.model.conclusion == "holds"
    assert weigh("C1", [finding("dose", "attacks rise with dose")], [feeds]).verdict == "supported"


def test_attrition__record_against_the_model_is_inconclusive(works, feeds):
    assert (
        weigh("C1", [finding("dose", "attacks fall with dose")], [feeds]).verdict == "inconclusive"
    )
    assert (
        weigh("C1", [finding("dose", "attacks rise with dose")], [works]).verdict == "inconclusive"
    )


def test_attrition__short_term_finding_is_no_test_of_it(works):
    entry = weigh("C1", [finding("retaliation", "deterrence")], [works])
    assert entry.record is None
    assert entry.verdict == "model-conditional"


def with_metrics(result, metrics):
    """The same result with other metrics, and their digest."""
    metrics.to_parquet(result.folder / METRICS)
    found = digest_file(result.folder / METRICS)
    return replace(result, digests={**result.digests, METRICS: found})


def test_attrition__a_fall_in_the_first_weeks_does_not_count(feeds, tmp_path):
    """A thousand attacks fewer at once, and never made up for, are the short term of the claim."""
    folder = tmp_path / "short"
    shutil.copytree(feeds.folder, folder)
    metrics = pd.read_parquet(folder / METRICS)
    swept = metrics["policy"].astype(str) == SWEEP
    metrics.loc[swept, "expected_attacks_here"] -= 1_000.0
    short = with_metrics(replace(feeds, folder=folder), metrics)
    assert weigh("C1", [], [short]).model == weigh("C1", [], [feeds]).model
    claim = load_ledger().claims[0]
    paired = claim.paired.model_copy(update={"after_weeks": 0})
    whole = LedgerSpec(title="Mine", claims=(claim.model_copy(update={"paired": paired}),))
    assert weigh_claims([], [feeds], whole).entries[0].model.conclusion == "holds"
    assert weigh_claims([], [short], whole).entries[0].model.conclusion == "does not hold"


@pytest.mark.parametrize(
    ("claim", "estimator", "verdict", "expected"),
    [
        ("C6", "tactics", "no share changed by 15 points or more", "contradicted"),
        ("C6", "tactics", "shares changed", "inconclusive"),  # it has no direction
        ("C7", "reaction", "operations follow attacks", "supported"),
        ("C7", "reaction", "operations avoid the weeks after attacks", "contradicted"),
        ("C7", "reaction", CANNOT_TELL, "inconclusive"),
    ],
)
def test_record__decides_claims_on_tactics_and_initiative(claim, estimator, verdict, expected):
    assert weigh(claim, [finding(estimator, verdict)], []).verdict == expected


@pytest.mark.parametrize("claim", ["C4", "C5", "C8", "C9", "C10", "C11", "C12", "C13", "C14"])
def test_record__cannot_decide_a_claim_without_a_test(claim):
    entry = weigh(claim, [finding(name, "backlash") for name in ("retaliation", "groups")], [])
    assert (entry.record, entry.verdict) == (None, "not run")
    assert entry.claim.rule.startswith("On the record: no test")


@pytest.mark.parametrize(
    ("verdict", "converged", "expected"),
    [
        ("backlash", True, "supported"),
        ("deterrence", True, "contradicted"),
        ("no large effect", True, "inconclusive"),
        (CANNOT_TELL, True, "inconclusive"),
        ("backlash", False, "inconclusive"),
    ],
)
def test_backlash__follows_the_record(verdict, converged, expected):
    entry = weigh("C3", [finding("retaliation", verdict, converged=converged)], [])
    assert entry.verdict == expected


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("displacement", "supported"),
        ("diffusion of calm", "contradicted"),
        (CANNOT_TELL, "inconclusive"),
    ],
)
def test_displacement__follows_the_record(verdict, expected):
    assert weigh("C2", [finding("displacement", verdict)], []).verdict == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"active years only": "backlash", REDRAWN: "backlash"}, "supported"),
        ({"active years only": CANNOT_TELL, REDRAWN: "backlash"}, "supported"),
        ({"active years only": "deterrence", REDRAWN: "backlash"}, "inconclusive"),
        ({"active years only": "backlash", REDRAWN: CANNOT_TELL}, "inconclusive"),
        ({"active years only": "backlash", RANGED: CANNOT_TELL}, "inconclusive"),
        ({"active years only": "backlash", RANGED: "backlash"}, "supported"),
    ],
)
def test_backlash__stands_only_if_other_readings_let_it(readings, expected):
    variants = tuple(Analysis(1.0, None, 0.01, {}, n, verdict) for n, verdict in readings.items())
    found = replace(finding("retaliation", "backlash"), sensitivity=variants)
    entries = {e.claim.id: e for e in weigh_claims([found], []).entries}
    assert entries["C3"].verdict == expected


def test_verdict__every_combination_is_decided_as_written():
    expected = {
        ("supported", "does not hold"): "inconclusive",
        ("contradicted", "holds"): "inconclusive",
    }
    for says, model in product(
        ("supported", "contradicted", "cannot tell"), ("holds", "does not hold", "depends", None)
    ):
        record = RecordResult("f", "v", "s", says, "w")
        reading = None if model is None else ModelResult("s", model, (), 0, "")
        default = "inconclusive" if says == "cannot tell" else says
        assert decide(record, reading) == expected.get((says, model), default)


@pytest.mark.parametrize("model", ["holds", "does not hold", "depends"])
def test_verdict__without_a_record_is_never_more_than_model_conditional(model):
    assert decide(None, ModelResult("s", model, (), 0, "")) == "model-conditional"


def test_verdict__without_anything_is_not_run():
    ledger = weigh_claims([], [])
    assert {entry.verdict for entry in ledger.entries} == {"not run"}


def attrition(folder, world: str):
    path = folder / "world.toml"
    path.write_text(world)
    study = make_study(
        hypotheses=(str(path),),
        policies=("status-quo",),
        grid={"lever": "operational_tempo", "values": (0.0, 10.0)},
        weeks=520,
        horizons=(520,),
        draws=6,
    )
    result = run_study(study, record=load_record(), out=folder / "attrition", workers=2)
    return type(result)(**{**result.__dict__, "name": "attrition"})


def world_of(*restrictions: str) -> str:
    """Return a world in which operations bring and prevent no attacks, and some restrictions."""
    lines = ("retaliation = 0.0", "retaliation_harm = 0.0", *restrictions)
    return "\n".join(['title = "World"', 'meaning = "A test."', "[restrictions]", *lines]) + "\n"


NO_EXIT = LedgerSpec(
    title="Mine",
    claims=(
        Claim(
            id="X",
            title="No exit",
            sentence="No tempo ends it.",
            rule="A test.",
            no_exit=NoExitTest(study="attrition", weeks=520, probability=0.9),
        ),
    ),
)


def test_no_exit__world_without_attackers_has_a_way_out(tmp_path):
    world = world_of("attacks_today = 1e-15")
    entry = weigh("X", [], [attrition(tmp_path, world)], NO_EXIT)
    assert entry.verdict == "model-conditional"
    assert entry.model.conclusion == "does not hold"


def test_no_exit__world_of_men_paid_whatever_happens_has_none(tmp_path):
    world = world_of("sponsored_share = 0.9", "sponsored_arms = 0.8")
    entry = weigh("X", [], [attrition(tmp_path, world)], NO_EXIT)
    assert entry.verdict == "model-conditional"
    assert entry.model.conclusion == "holds"


def test_no_exit__one_lucky_replicate_is_no_way_out(tmp_path):
    world = world_of("sponsored_share = 0.9", "sponsored_arms = 0.8")
    result = attrition(tmp_path, world)
    metrics = pd.read_parquet(result.folder / METRICS)
    fastest = metrics["policy"].astype(str) == "operational_tempo = 10"
    quiet = {0: 2, 1: 1}  # replicates with a quiet year, by draw; the others have none
    for draw, replicates in quiet.items():
        of_draw = fastest & (metrics["draw"] == draw) & (metrics["replicate"] < replicates)
        metrics.loc[of_draw, "quiet_year"] = 1.0
    entry = weigh("X", [], [with_metrics(result, metrics)], NO_EXIT)
    (share,) = [
        s.share for s in entry.model.shares if s.subset == "all" and s.hypothesis == "world"
    ]
    assert share == pytest.approx(5 / 6)
    assert "at operational_tempo = 10: in 1 of 6 draws" in entry.explanation


def test_ledger__writes_the_same_json_twice_and_reads_well(works):
    ledger = weigh_claims([finding("retaliation", "backlash")], [works])
    again = weigh_claims([finding("retaliation", "backlash")], [works])
    assert canonical_json(ledger.to_dict()) == canonical_json(again.to_dict())
    assert "model-conditional" in ledger._repr_html_()


def test_ledger__asking_a_study_for_another_horizon_is_an_error(works):
    claim = load_ledger().claims[0]
    paired = claim.paired.model_copy(update={"weeks": 13})
    asked = LedgerSpec(title="Mine", claims=(claim.model_copy(update={"paired": paired}),))
    with pytest.raises(ScenarioError, match="week 13"):
        weigh_claims([], [works], asked)
    paired = claim.paired.model_copy(update={"after_weeks": 5})
    asked = LedgerSpec(title="Mine", claims=(claim.model_copy(update={"paired": paired}),))
    with pytest.raises(ScenarioError, match="week 5"):
        weigh_claims([], [works], asked)


def sized(folder, militants: float):
    operation = OPERATION | {"militant_deaths": militants}
    study = make_operation_study(operation=operation, draws=6, weeks=262, horizons=(4, 12, 260))
    result = run_study(study, out=folder / "seventeen", workers=2)
    return type(result)(**{**result.__dict__, "name": "seventeen"})


def test_ledger__counts_draws_that_do_not_reach_the_dose(tmp_path):
    entry = weigh("C1", [], [sized(tmp_path, 120.0)])
    assert {s.hypothesis for s in entry.model.shares} == {"full", "deterrence"}
    asked = sum(s.n_draws for s in entry.model.shares)
    assert entry.model.n_left_out > 0
    assert asked > 0
    assert entry.model.n_left_out + asked == 2 * 6


def test_ledger__says_when_no_draw_reaches_the_dose(tmp_path):
    entry = weigh("C1", [], [sized(tmp_path, 5_000.0)])
    assert entry.model.conclusion == "depends"
    assert "No draw reaches the dose" in entry.explanation


def test_weigh_claims__takes_results_and_ledger_by_path(works, tmp_path):
    described = json.loads((works.folder / "study.json").read_text())
    for path in works.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    del described["sha256"]
    (tmp_path / "study.json").write_bytes(sealed_json(described | {"name": "seventeen"}))
    assert weigh_claims([], [str(tmp_path)], str(SHIPPED)) == weigh_claims([], [works])


def test_weigh_claims__of_a_wrong_type_names_the_value():
    with pytest.raises(TypeError, match="a finding is 'retaliation'"):
        weigh_claims(["retaliation"], [])
    with pytest.raises(TypeError, match="folder is 3"):
        weigh_claims([], [3])
    with pytest.raises(TypeError, match="ledger is 3"):
        weigh_claims([], [], 3)
    with pytest.raises(TypeError, match=r"findings is .*; expected several findings in a list"):
        weigh_claims(finding("retaliation", "backlash"), [])
    with pytest.raises(TypeError, match=r"results is 'out'.*expected several results in a list"):
        weigh_claims([], "out")


def test_weigh_claims__takes_the_corrected_verdicts_and_failures_of_a_battery():
    tests = [replace(finding("retaliation", "backlash"), p_value=0.03)]
    alone = assess(tests)
    three = assess([*tests, *(replace(tests[0], name=name) for name in ("dose", "wake"))])
    frames = [weigh_claims(battery).to_frame().set_index("id") for battery in (alone, three)]
    claim = next(e.claim.id for e in weigh_claims(alone).entries if e.record is not None)
    assert [frame.loc[claim, "record"] for frame in frames] == ["supported", "cannot tell"]
    failed = assess([Failure("retaliation", "the record has no attack.")])
    assert weigh_claims(failed).to_frame().set_index("id").loc[claim, "record"] == "cannot tell"


def test_verdict_table__has_a_line_per_claim_with_what_decided_it(works):
    ledger = weigh_claims([finding("dose", "attacks fall with dose")], [works])
    rows = {row[0]: row for row in verdict_table(ledger).rows}
    assert len(rows) == 14
    assert rows["C1"] == ("C1", "Attrition", "contradicted", "contradicted", "0%")
    assert rows["C2"][2:4] == ("model-conditional", "not run")
    assert rows["C4"][2:] == ("not run", "no test", "–")


def test_ledger__shows_its_verdicts_in_one_line():
    assert "C1 not run, " in repr(weigh_claims([], []))
