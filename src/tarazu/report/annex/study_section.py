"""The section of a study in the annex: figures and tables by kind of study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tarazu.core.number_format import count, percent
from tarazu.record import Record
from tarazu.report import anchors
from tarazu.report.annex.hindcast import WORDS, hindcast_figures
from tarazu.report.annex.operation_section import (
    after_table,
    at_once_table,
    change_figure,
    civilians_table,
    harm_table,
    short_sentence,
)
from tarazu.report.figure import Figure
from tarazu.report.figures.dose import dose_figure, is_dosed
from tarazu.report.figures.fan import fan_figure, of_few_policies
from tarazu.report.table import Table
from tarazu.report.tables.policies import (
    SHOWN,
    changes_table,
    dose_table,
    hypotheses,
    pairs_table,
    policy_sentence,
    readable,
    regret_table,
    replicates_each,
    unranked_table,
)
from tarazu.report.tables.shares import drivers_table, leader_sentences, shares_table
from tarazu.study import Comparison, StudyResult, compare, paired_differences
from tarazu.study.runner.result import UNEQUAL_BUDGETS

STATUS_QUO: Final = "status-quo"  # the policy of today's practice
DOSED: Final = (anchors.ENDING, "deaths_civilian")
HEADINGS: Final = {
    "deaths_civilian": "Civilians killed",
    "attacks": "Attacks",
    "disappeared": "Newly missing",
}
DECIDES: Final = (
    "All parameters vary together between draws. One counts only where its rank correlation with "
    "the change exceeds the largest of all parameters in 95% of random orders of the draws "
    "(Westfall & Young 1993)."
)
ENDED: Final = (
    "Violence counts as ended in a run that has 52 weeks in a row without an attack; in a setting "
    "where most runs have."
)
ONLY_PRIORS: Final = (
    "Hypotheses are restrictions of the priors, and none is tested here: one that allows no "
    "backlash cannot show any, one that allows no deterrence cannot show that. What differs "
    "between them was put in; what they share follows from the equations and the other priors."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its content, in the order: words, figures, tables, more tables.

    Attributes
    ----------
    more : tables that the annex gives as CSV only.
    anchor : of the heading; "" for none.
    """

    heading: str
    words: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    more: tuple[Table, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class StudySection:
    """One study as the annex shows it.

    Attributes
    ----------
    lead : the result as a sentence; "" where there are only tables.
    policies, hypotheses : (title, meaning) each.
    """

    result: StudyResult
    anchor: str
    lead: str
    setup: str
    policies: tuple[tuple[str, str], ...]
    hypotheses: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def study_section(result: StudyResult, record: Record | None = None) -> StudySection:
    """Return the section of a study.

    Parameters
    ----------
    record : of which the study's history is set beside the same years; None: no part on them.
    """
    if result.is_operation:
        lead, parts = "", _operation_parts(result)
    elif is_dosed(result):
        lead, parts = "", _dose_parts(result)
    else:
        lead, parts = _policy_parts(result)
    past = () if record is None else hindcast_figures(result, record)
    if past:
        parts = (*parts, Part("The years before, beside what was counted", (WORDS,), figures=past))
    return StudySection(
        result=result,
        anchor=anchors.study(result.name),
        lead=lead,
        setup=(
            f"{count(result.draws)} draws of all parameters, {replicates_each(result)}, under "
            f"each of {count(len(result.hypotheses))} hypotheses and "
            f"{count(len(result.policies))} policies, over {count(result.weeks)} weeks; policies "
            f"are compared with common random numbers. Start: {result.start}."
        ),
        policies=_policies(result),
        hypotheses=tuple((h.title, h.meaning) for h in result.hypotheses),
        parts=parts,
    )


def kept_words(result: StudyResult) -> str:
    """Return the share of draws that match the record, by title of the hypothesis."""
    sentence = result.kept_sentence()
    if result.record_range is None or "(" not in sentence:
        return sentence
    shares = ", ".join(
        f"{h.title.lower()}: {percent(share)}"
        for h in result.hypotheses
        if (share := result.kept_share[h.name]) is not None
    )
    return f"{sentence.split(' (')[0]} ({shares})."


def _policies(result: StudyResult) -> tuple[tuple[str, str], ...]:
    """Return title and meaning of each policy; settings of one lever share a line."""
    titles: dict[str, str] = {}
    for policy in result.policies:
        shared = policy.meaning in titles
        title = readable(policy.title)
        titles[policy.meaning] = title.split(" = ")[0] if shared else title
    return tuple((title, meaning) for meaning, title in titles.items())


def _known(tables: Sequence[Table | None]) -> tuple[Table, ...]:
    return tuple(table for table in tables if table is not None)


def _policy_parts(result: StudyResult) -> tuple[str, tuple[Part, ...]]:
    comparison = compare(result)
    fan = fan_figure(of_few_policies(result), "attacks", "attacks", subset="all")
    attacks = Part(
        "Attacks to come, by policy and hypothesis",
        (kept_words(result), UNEQUAL_BUDGETS),
        figures=() if fan is None else (fan,),
    )
    first, *others = hypotheses(result)
    unranked = Part(
        "Every outcome, unranked",
        (
            "Militants killed, and all else that killing or detaining people would move, is "
            "reported and never ranks a policy.",
        ),
        tables=_known([unranked_table(result, comparison, first, "all")]),
        more=_known(
            [
                *(unranked_table(result, comparison, name, "all") for name in others),
                unranked_table(result, comparison, first, "kept"),
            ]
        ),
        anchor=anchors.study_outcome(result.name, "outcomes"),
    )
    compared = _compared(result, comparison) if len(result.policies) > 1 else ()
    return policy_sentence(result), (*compared, attacks, unranked)


def _compared(result: StudyResult, comparison: Comparison) -> Iterator[Part]:
    """Yield shares, paired changes by outcome and drivers; means, worst cases, regret are CSV."""
    yield Part(
        "How often each policy has fewer civilians killed",
        leader_sentences(result),
        tables=(shares_table(result),),
        anchor=anchors.study_outcome(result.name, anchors.SHARES),
    )
    for outcome, heading in HEADINGS.items():
        is_ranked = outcome in SHOWN
        yield Part(
            f"{heading}, against today's practice" if _is_today(result) else f"{heading}, compared",
            (ONLY_PRIORS, UNEQUAL_BUDGETS) if outcome == SHOWN[0] else (),
            tables=_known([changes_table(result, outcome)]),
            more=_known(
                [
                    table(result, comparison, outcome, subset)
                    for table in (regret_table, pairs_table)
                    for subset in ("all", "kept")
                    if is_ranked
                ]
            ),
            anchor=anchors.study_outcome(result.name, outcome),
        )
    yield Part(
        "What decides whether civilians are spared",
        (DECIDES,),
        tables=(drivers_table(result),),
        anchor=anchors.study_outcome(result.name, anchors.DRIVERS),
    )


def _is_today(result: StudyResult) -> bool:
    return result.baseline == STATUS_QUO


def _dose_parts(result: StudyResult) -> tuple[Part, ...]:
    comparison = compare(result, DOSED)
    return (
        Part(
            "Does violence end?",
            (ENDED, kept_words(result), UNEQUAL_BUDGETS),
            figures=(dose_figure(result, comparison),),
            more=_known(
                [
                    dose_table(result, comparison, name, subset)
                    for name in DOSED
                    for subset in ("all", "kept")
                ]
            ),
            anchor=anchors.study_outcome(result.name, DOSED[0]),
        ),
    )


def _operation_parts(result: StudyResult) -> tuple[Part, ...]:
    comparison, paired = compare(result, ["deaths_civilian"]), paired_differences(result)
    all_draws, kept = (change_figure(paired, result, subset) for subset in ("all", "kept"))
    kept_table = None if kept is None else _named(kept)
    return (
        Part(
            "Civilians first",
            (
                "The sweep's own week is counted apart; every change below is what follows it. "
                "How many militants it kills in expectation is fixed by the study, not found.",
            ),
            tables=_known(
                [
                    at_once_table(result),
                    after_table(result),
                    civilians_table(result, comparison, "all"),
                ]
            ),
            more=_known([civilians_table(result, comparison, "kept")]),
            anchor=anchors.study_outcome(result.name, SHOWN[0]),
        ),
        Part(
            "Attacks after the sweep, here and next door",
            (short_sentence(result), kept_words(result)),
            figures=() if all_draws is None else (all_draws,),
            more=_known([kept_table]),
            anchor=anchors.study_outcome(result.name, SHOWN[1]),
        ),
        Part(
            "Removal and harm apart",
            (
                "Removing men lowers attacks in the model because attacks grow with the number of "
                "militants; how much rests on assumed kill rates and an assumed number of "
                "militants. Harm works through grievance, of either sign.",
            ),
            tables=_known([harm_table(paired, result, "all")]),
            more=_known([harm_table(paired, result, "kept")]),
        ),
    )


def _named(figure: Figure) -> Table:
    """Return the numbers of a figure under its title, which says the draws."""
    return replace(figure.table, caption=figure.title)
