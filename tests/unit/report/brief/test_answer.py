"""The answer: the right sign, unit and certainty for each verdict, and few words."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.evidence.findings import weak_retaliation
from tests.unit.report.brief.made import DRAWS, LONG, named, retaliation, study

from tarazu.evidence.battery import Battery, assess
from tarazu.evidence.error_rates import SIZE
from tarazu.evidence.failure import Failure
from tarazu.evidence.finding import Check
from tarazu.record import Record, load_record
from tarazu.report.brief.answer import Answer, answer_of
from tarazu.report.brief.change_panel import change_panel
from tarazu.report.brief.texts import HEADLINE_WORDS, SENTENCE_WORDS, TEXTS, words_in
from tarazu.report.brief.timing_panels import seen_panel
from tarazu.report.likelihood import likelihood

RECORD = load_record()
NOTHING = assess(())
FALL, RISE = np.full(DRAWS, -5.0), np.full(DRAWS, 5.0)
EITHER = np.where(np.arange(DRAWS) % 2 == 0, -5.0, 5.0)
LONG_PLACE = "Former Federally Administered Tribal Areas and Khyber Pakhtunkhwa Province, Pakistan"


def _of(battery: Battery, record: Record = RECORD, **given: object) -> Answer:
    return answer_of(record, battery, given.get("study"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finding", "words", "sentence"),
    [
        (retaliation(), "cannot say whether operations raise or lower attacks", "+0.06"),
        (
            retaliation(0.5, (0.3, 0.7), p_value=0.001, verdict="backlash"),
            "Attacks rise after operations",
            "change by +0.50 within 6 weeks (90% interval, +0.30 to +0.70)",
        ),
        (
            retaliation(-0.5, (-0.7, -0.3), p_value=0.001, verdict="deterrence"),
            "Attacks fall after operations",
            "change by \N{MINUS SIGN}0.50 within 6 weeks",
        ),
        (
            retaliation(None, None, p_value=None),
            "too small to say",
            "the record has too little: 90 operations, 440 attacks",
        ),
    ],
)
def test_answer__has_the_sign_of_the_verdict(finding, words: str, sentence: str) -> None:
    answer = _of(assess([finding]))
    assert words in answer.headline
    assert sentence in answer.sentences[0]


def test_answer__shows_what_the_record_could_have_seen() -> None:
    answer = _of(assess([retaliation()]))
    assert "only changes beyond \N{MINUS SIGN}0.29 or +0.34" in answer.sentences[0]


def test_answer__draws_nothing_from_a_test_that_its_own_check_refuses() -> None:
    check = Check("later days", "124 of 109", False, "above 5%", "on later days more came")
    found = replace(
        retaliation(0.14, (0.07, 0.24), p_value=0.001),
        diagnostics=(check,),
        refused_by=("later days",),
    )
    answer = _of(assess([found]))
    assert "cannot say whether operations raise or lower attacks" in answer.headline
    assert "+0.14 within 6 weeks" in answer.sentences[0]
    assert "the test fails its own check: nothing follows from it" in answer.sentences[0]
    assert words_in(answer.sentences[0]) <= SENTENCE_WORDS
    panel = seen_panel(found, "a source")
    assert panel is not None
    assert panel.lines[0] == "On later days more came."
    assert "possible" not in " ".join(panel.lines)


@pytest.mark.parametrize(("level", "to_end"), [(0.9, 1.645), (0.95, 1.96)])
def test_answer__computes_what_it_could_have_seen_where_that_was_not_measured(
    level: float, to_end: float
) -> None:
    """2.802 standard errors, whatever the level of the interval that shows them."""
    finding = retaliation(0.0, (-0.1 * to_end, 0.2 * to_end), validation={})
    answer = _of(assess([replace(finding, level=level)]))
    assert "beyond \N{MINUS SIGN}0.28 or +0.56" in answer.sentences[0]


def test_answer__never_has_a_verdict_that_correction_takes_back() -> None:
    """Alone the test is significant at 5%; among nine it is not."""
    finding = retaliation(0.5, (0.1, 0.9), p_value=0.02, verdict="backlash")
    others = [named(f"other{i}", "the record cannot tell", 0.5) for i in range(8)]
    battery = assess([finding, *others])
    assert battery.joint_verdict(finding) == "the record cannot tell"
    answer = _of(battery)
    assert "cannot say" in answer.headline
    assert "none finds more than chance" in answer.sentences[1]
    assert "rise" not in answer.headline.replace("raise", "")


def test_answer__carries_the_false_alarms_of_what_it_names() -> None:
    rate = f"{SIZE}, bursts of one district"
    finding = replace(
        named("near_repeat", "near repeats or bursts", 0.001), validation={rate: 0.375}
    )
    words = _of(assess([finding])).sentences[1]
    assert "attacks of one district cluster in time: repeats or bursts" in words
    assert "false alarms in up to 38% of simulated records" in words


def test_answer__counts_tests_that_hold_and_names_the_surest_first() -> None:
    battery = assess(
        [
            named("displacement", "displacement", 0.004),
            named("near_repeat", "near repeats or bursts", 0.001),
            named("dose", "the record cannot tell", 0.5),
        ]
    )
    words = _of(battery).sentences[1]
    assert words.startswith("Of 3 tests on the record, two hold after correction")
    assert "the surest: attacks of one district cluster in time: repeats or bursts" in words


def test_answer__of_one_test_is_in_the_singular() -> None:
    answer = _of(assess([named("near_repeat", "near repeats or bursts", 0.001)]))
    assert answer.headline.startswith("The one test on the record of Balochistan")
    assert answer.sentences[1].startswith("The one test on the record finds more than chance: att")


def test_answer__without_the_central_test_counts_the_others() -> None:
    battery = assess(
        [
            named("near_repeat", "near repeats or bursts", 0.001),
            named("dose", "the record cannot tell", 0.5),
        ]
    )
    assert _of(battery).headline.endswith("Balochistan, Pakistan: one of two tests")


def test_answer__says_why_the_estimator_gave_no_result() -> None:
    failure = Failure("retaliation", "the record has no attack.")
    answer = _of(assess([failure]))
    assert answer.headline.startswith("No estimate of what operations do")
    assert answer.sentences[0] == "The test gave no result: the record has no attack."


@pytest.mark.parametrize(
    ("change", "headline", "sentence"),
    [
        (FALL, "leaves fewer civilians killed than today", "in 100% of futures"),
        (RISE, "leaves more civilians killed than today", "in 0% of futures"),
        (EITHER, "cannot say whether", "in 50% of futures (37% to 63%)"),
    ],
)
def test_answer__names_the_analysts_own_policy_with_its_districts(
    change, headline: str, sentence: str
) -> None:
    own = study(
        {"surge": FALL, "mine": change},
        titles={"mine": "Halve operations"},
        districts={"mine": ("Kech", "Panjgur")},
    )
    answer = _of(NOTHING, study=own)
    assert "'Halve operations'" in answer.headline
    assert headline in answer.headline
    assert "'Halve operations' (Kech, Panjgur)" in answer.sentences[2]
    assert sentence in answer.sentences[2]
    assert "simulated, not calibrated" in answer.headline
    assert "simulated, not calibrated" in answer.sentences[2]


def test_answer__does_not_call_a_policy_that_changes_nothing_worse() -> None:
    """Fewer civilians killed in one draw of ten, more in one, and no difference in eight."""
    change = np.zeros(DRAWS)
    change[:4], change[4:8] = -1.0, 1.0
    answer = _of(NOTHING, study=study({"mine": change}))
    assert "cannot say whether" in answer.headline
    assert "in 10% of futures" in answer.sentences[2]
    assert "more in 10%" in answer.sentences[2]


def test_answer__names_no_leader_that_one_draw_makes() -> None:
    change = EITHER.copy()
    change[0] = -1e6  # the mean is far below 0
    answer = _of(NOTHING, study=study({"surge": change, "withdrawal": EITHER[::-1]}))
    assert "no policy clearly" in answer.headline.lower()
    assert answer.sentences[2].startswith("No policy")


def test_answer__names_a_leader_where_the_interval_allows_one() -> None:
    answer = _of(NOTHING, study=study({"surge": RISE, "withdrawal": FALL}))
    assert "'withdrawal' most often leaves the fewest civilians killed" in answer.headline
    assert "in 100% of futures (94% to 100%), very likely" in answer.sentences[2]


@pytest.mark.parametrize(
    ("quiet", "words"), [({}, "no setting of"), ({"operational_tempo = 10": 0.8}, "violence ends")]
)
def test_answer__of_a_study_of_one_lever_is_whether_violence_ends(quiet, words: str) -> None:
    name = "operational_tempo = 10"
    answer = _of(NOTHING, study=study({name: RISE}, grid="operational_tempo", quiet=quiet))
    assert words in answer.headline
    assert "the tempo of operations" in answer.headline
    assert ("80%" if quiet else "0%") in answer.sentences[2]


def test_answer__says_where_violence_ends_under_other_assumptions_only() -> None:
    """96% under one assumption and 12% with nothing ruled out is not 'set right, it ends'."""
    name = "operational_tempo = 10"
    made = study({name: RISE}, grid="operational_tempo", quiet={name: 0.8})
    is_first = made.metrics["hypothesis"] == "full"
    made.metrics.loc[is_first & (made.metrics["policy"] == name), "quiet_year"] = 0.1
    answer = _of(NOTHING, study=made)
    assert "ends the violence under some assumptions only" in answer.headline
    assert answer.sentences[2].startswith("Under 'nothing ruled out' a year without an attack")
    assert "at most 10% of runs" in answer.sentences[2]


def test_change__turns_on_the_hypothesis_where_each_gives_another_sign() -> None:
    """'No single assumption decides' stood below 15% under one hypothesis and 92% under another."""
    made = study({"surge": RISE, "withdrawal": EITHER}, deterred={"surge": FALL})
    panel = change_panel(made, None)
    assert panel is not None
    assert panel.title == (
        "The choice turns on which is true: crackdown deters, or nothing ruled out"
    )
    assert panel.lines[0].startswith(
        "surge: fewer civilians killed in 100% of futures (94% to 100%) if crackdown deters, "
        "in 0% (0% to 6%) if nothing ruled out"
    )
    assert len(panel.lines) == len(panel.line_anchors) == 2
    assert panel.lines[1].startswith(
        "'surge' and 'withdrawal': none of 20 parameters alone decides"
    )


@pytest.mark.parametrize("deterred", [RISE, EITHER])
def test_change__does_not_turn_on_a_hypothesis_that_leaves_the_sign(deterred) -> None:
    panel = change_panel(study({"surge": RISE}, deterred={"surge": deterred}), None)
    assert panel is not None
    assert panel.title == "No single assumption decides the choice"
    assert len(panel.lines) == 1


@pytest.mark.parametrize(("deterred", "turns"), [(RISE, False), (FALL, True)])
def test_change__title_is_about_the_analysts_own_policy(deterred, turns: bool) -> None:
    made = study({"surge": RISE, "mine": RISE}, deterred={"surge": FALL, "mine": deterred})
    panel = change_panel(made, None)
    assert panel is not None
    assert panel.title.startswith("The choice turns" if turns else "No single assumption decides")
    assert any(line.startswith("surge: fewer civilians killed in 100%") for line in panel.lines)


def test_change__title_is_about_the_lines_below_it() -> None:
    """'A larger record' stood above a line on the coding of events."""
    recoded = replace(weak_retaliation().sensitivity[0], verdict="backlash")
    finding = replace(weak_retaliation(), sensitivity=(recoded,))
    panel = change_panel(study({"tempo = 4": FALL}, grid="operational_tempo"), finding)
    assert panel is not None
    assert panel.title.endswith("how events are coded")
    assert "another coding choice" in panel.lines[0]


def _every_answer() -> list[Answer]:
    longest = {"mine": LONG}
    places = {"mine": ("Dera Bugti", "Killa Saifullah", "Jhal Magsi", "Kech", "Awaran")}
    batteries = [
        NOTHING,
        assess([weak_retaliation()]),
        assess([retaliation()]),
        assess([retaliation(0.5, (0.3, 0.7), p_value=0.001, verdict="backlash")]),
        assess([retaliation(None, None, p_value=None)]),
        assess([Failure("retaliation", "word " * 60)]),
        assess(
            [
                named("tactics", "shares changed", 0.001),
                named("near_repeat", "near repeats or bursts", 0),
            ]
        ),
    ]
    studies = [
        None,
        study({"mine": EITHER}, titles=longest, districts=places),
        study({"mine": np.zeros(DRAWS)}, titles=longest, districts=places),
        study({"surge": EITHER, "withdrawal": FALL}, titles={"withdrawal": LONG}),
        study({"surge": EITHER, "withdrawal": EITHER[::-1]}, titles={"surge": LONG}),
        study({"surge": RISE, "withdrawal": RISE}, titles={"status-quo": LONG}),
        study({}, titles={"status-quo": LONG}),
        study({"operational_tempo = 4": RISE}, grid="operational_tempo"),
    ]
    record = replace(RECORD, region=replace(RECORD.region, title=LONG_PLACE))
    return [
        _of(battery, of, study=made)
        for battery in batteries
        for made in studies
        for of in (RECORD, record)
    ]


def test_answer__keeps_to_its_number_of_words_whatever_titles_are_given() -> None:
    for answer in _every_answer():
        assert words_in(answer.headline) <= HEADLINE_WORDS, answer.headline
        assert len(answer.sentences) == 3
        for sentence in answer.sentences:
            assert words_in(sentence) <= SENTENCE_WORDS, sentence


def test_answer__leaves_no_placeholder_and_no_name_of_the_program() -> None:
    for answer in _every_answer():
        for text in (answer.headline, *answer.sentences):
            assert "{" not in text
            assert "_" not in text
            assert "nan" not in text.lower().split()


def test_likelihood__is_never_surer_than_its_interval() -> None:
    """A share of 95% of 20 futures is not called very likely, nor is one half of 10 'even'."""
    assert likelihood(0.80, 0.99) == "likely"
    assert likelihood(0.91, 0.99) == "very likely"
    assert likelihood(0.26, 0.74) == "undecided"
    assert likelihood(0.2, 0.45) == "less likely than not"
    assert likelihood(0.0, 0.3) == "unlikely"
    assert likelihood(0.0, 0.09) == "very unlikely"


def test_texts__of_every_verdict_are_there() -> None:
    """A verdict of an estimator without plain words would reach the reader as it stands."""
    found = TEXTS.table["found"]
    from importlib import import_module

    from tarazu.evidence import ESTIMATORS

    for name in ESTIMATORS:
        verdicts = import_module(f"tarazu.evidence.{name}.estimator").VERDICTS
        for verdict in verdicts:
            if verdict not in ("the record cannot tell", "described"):
                assert verdict in found, (name, verdict)
