"""The section of a study in the brief: figures and tables by kind of study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tarazu.core.number_format import count
from tarazu.report.annex.operation_section import (
    at_once_table,
    change_figure,
    civilians_table,
    harm_table,
    short_sentence,
)
from tarazu.report.figure import Figure
from tarazu.report.figures.fan import MOST_FANS, fan_figure
from tarazu.report.table import Table
from tarazu.report.tables.policies import (
    SHOWN,
    dose_table,
    hypotheses,
    leaders_table,
    pairs_table,
    policy_sentence,
    regret_table,
    unranked_table,
)
from tarazu.study import Comparison, StudyResult, compare, paired_differences
from tarazu.study.runner.result import UNEQUAL_BUDGETS

READ_MEDIANS: Final = (
    "Medians stand first: violence multiplies in a few draws, and a mean follows those draws."
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
    more : tables that are folded away on screen and printed.
    """

    heading: str
    words: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    more: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class StudySection:
    """One study as the brief shows it.

    Attributes
    ----------
    lead : the result as a sentence; "" where there are only tables.
    policies, hypotheses : (title, meaning) each.
    """

    result: StudyResult
    lead: str
    setup: str
    policies: tuple[tuple[str, str], ...]
    hypotheses: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def study_section(result: StudyResult) -> StudySection:
    """Return the section of a study."""
    if result.is_operation:
        lead, parts = "", _operation_parts(result)
    elif len(result.policies) > MOST_FANS:  # doses, which get a table
        lead, parts = "", _dose_parts(result)
    else:
        lead, parts = _policy_parts(result)
    return StudySection(
        result=result,
        lead=lead,
        setup=(
            f"{count(result.draws)} draws of all parameters, {count(result.replicates)} replicates "
            f"each, under each of {count(len(result.hypotheses))} hypotheses and "
            f"{count(len(result.policies))} policies, over {count(result.weeks)} weeks; policies "
            f"are compared with common random numbers. Start: {result.start}."
        ),
        policies=_policies(result),
        hypotheses=tuple((h.title, h.meaning) for h in result.hypotheses),
        parts=parts,
    )


def _policies(result: StudyResult) -> tuple[tuple[str, str], ...]:
    """Return title and meaning of each policy; settings of one lever share a line."""
    titles: dict[str, str] = {}
    for policy in result.policies:
        shared = policy.meaning in titles
        title = policy.title.split(" = ")[0] if shared else policy.title
        titles[policy.meaning] = title
    return tuple((title, meaning) for meaning, title in titles.items())


def _known(tables: Sequence[Table | None]) -> tuple[Table, ...]:
    return tuple(table for table in tables if table is not None)


def _policy_parts(result: StudyResult) -> tuple[str, tuple[Part, ...]]:
    comparison = compare(result)
    subsets = ("all", "kept") if result.record_range is not None else ("all",)
    fans = [fan_figure(result, "attacks", "attacks", subset=subset) for subset in subsets]
    attacks = Part(
        "Attacks to come, by policy and hypothesis",
        (result.kept_sentence(), UNEQUAL_BUDGETS),
        figures=tuple(figure for figure in fans if figure is not None),
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
    )
    compared: Iterable[Part] = ()
    if len(result.policies) > 1:
        compared = _compared(result, comparison)
    return policy_sentence(result, comparison), (attacks, *compared, unranked)


def _compared(result: StudyResult, comparison: Comparison) -> Iterator[Part]:
    yield Part(
        "Which policy holds up",
        (ONLY_PRIORS, READ_MEDIANS, UNEQUAL_BUDGETS),
        tables=_known([leaders_table(result, comparison, "all")]),
        more=_known([leaders_table(result, comparison, "kept")]),
    )
    for outcome, heading in zip(SHOWN, ("Civilians killed", "Attacks"), strict=True):
        kept = [table(result, comparison, outcome, "kept") for table in (regret_table, pairs_table)]
        yield Part(
            f"{heading}: expectation, worst cases and regret",
            (
                "Regret: how much worse a policy does than the best policy of the same draw. "
                "Best in: share of draws in which it is that policy.",
            ),
            tables=_known([regret_table(result, comparison, outcome, "all")]),
            more=_known([pairs_table(result, comparison, outcome, "all"), *kept]),
        )


def _dose_parts(result: StudyResult) -> tuple[Part, ...]:
    outcomes = ("quiet_year", "deaths_civilian")
    comparison = compare(result, outcomes)
    all_draws, kept = (
        [dose_table(result, comparison, name, subset) for name in outcomes]
        for subset in ("all", "kept")
    )
    return (
        Part(
            "What each setting leads to",
            (result.kept_sentence(), READ_MEDIANS, UNEQUAL_BUDGETS),
            tables=_known(all_draws),
            more=_known(kept),
        ),
    )


def _operation_parts(result: StudyResult) -> tuple[Part, ...]:
    comparison, paired = compare(result, ["deaths_civilian"]), paired_differences(result)
    subsets = ("all", "kept") if result.record_range is not None else ("all",)
    civilians = [civilians_table(result, comparison, subset) for subset in subsets]
    changes = [change_figure(paired, result, subset) for subset in subsets]
    return (
        Part(
            "Civilians first",
            (
                "The sweep's own week is counted apart; every change below is what follows it. "
                "How many militants it kills in expectation is fixed by the study, not found.",
            ),
            tables=_known([at_once_table(result), *civilians]),
        ),
        Part(
            "Attacks after the sweep, here and next door",
            (short_sentence(result), result.kept_sentence()),
            figures=tuple(figure for figure in changes if figure is not None),
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
