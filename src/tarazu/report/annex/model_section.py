"""The model in the brief: its limits, and how many of its parameters are assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import count, estimate, number
from tarazu.model.description import Description

if TYPE_CHECKING:
    from tarazu.record import Record
    from tarazu.study import StudyResult

AUDITED: Final = (
    "In few draws does violence die out or double within 40 years, by an audit of the model. "
    "Shares, and tests that the model did not pass: docs/validation/model-audit.md."
)
MODEL_LIMITS: Final = (
    "Nothing here is fitted to the record: parameters are drawn from priors, most of them assumed. "
    "Results of the model are conditional on them; they are not a forecast, and not evidence on "
    "which hypothesis is true. Budgets of policies are not equal.",
    "Responses have either sign: opposite responses are reciprocal, and none changes a rate by "
    "more than a factor of 7.4. They are centred on today's rates, so a policy acts as far as it "
    "moves violence away from today.",
    AUDITED,
    "Whether a surge lowers attacks rests on assumed numbers of militants killed and captured, and "
    "on responses whose sign is open. Means lean towards a few extreme draws; read medians.",
    "Districts start apart by what is known of them: majority language, deprivation, borders, what "
    "stands there. Levels by district still do not match the record. Attacks are those that "
    "a record would count; raids, lethal operations and disappearances have assumed reporting "
    "shares.",
)


def borrowed_priors(studies: Sequence[StudyResult]) -> tuple[str, ...]:
    """Return the sentences on priors that are not of the region of the studies, each once."""
    return tuple(dict.fromkeys(s.borrowed_priors for s in studies if s.borrowed_priors))


def model_limits(studies: Sequence[StudyResult]) -> tuple[str, ...]:
    """Return the limits of the model in these studies; another region's borrowed priors first."""
    borrowed = borrowed_priors(studies)
    if not borrowed:
        return MODEL_LIMITS
    unaudited = "The audit of the model, docs/validation/model-audit.md, is for Balochistan only."
    limits = (unaudited if limit is AUDITED else limit for limit in MODEL_LIMITS)
    return (*borrowed, *limits)


def toll_sentence(record: Record, result: StudyResult) -> str:
    """Return civilians killed per operation, on the record beside the model; "" without operations.

    The model's is that of the baseline under the first hypothesis: the median over draws of the
    ratio of totals, with 5 to 95%.
    """
    from tarazu.study.analysis.summary import in_order, main_horizon

    events = record.events
    of_state = events[events["initiator"] == "state"]
    operations, killed = float(of_state["count"].sum()), float(of_state["deaths_civilian"].sum())
    if not operations:
        return ""
    metrics = result.metrics
    chosen = metrics[
        (metrics["weeks"] == main_horizon(result))
        & (metrics["policy"] == result.baseline)
        & (metrics["hypothesis"] == in_order(result)[0])
    ]
    totals = chosen.groupby("draw", observed=True)[["deaths_civilian_operations", "operations"]]
    sums = totals.sum()
    sums = sums[sums["operations"] > 0]
    if sums.empty:
        return ""
    ratio = sums["deaths_civilian_operations"] / sums["operations"]
    low, middle, high = (float(ratio.quantile(q)) for q in (0.05, 0.5, 0.95))
    unclear = float(events.loc[events["initiator"] == "unclear", "deaths_civilian"].sum())
    return (
        f"Civilians killed per operation: {number(killed / operations)} on the record "
        f"({count(killed)} in {count(operations)}), {estimate(middle, (low, high), signed=False)} "
        "in the model under today's practice, median and 5% to 95% of draws. They compare in part "
        f"only: {count(unclear)} civilians died in events whose initiator is unclear."
    )


def parameter_sentence(description: Description) -> str:
    """Return the number of parameters that are assumed, as a sentence."""
    total = len(description.parameters)
    assumed = sum(p.is_assumed for p in description.parameters)
    sized = sum("size assumed" in p.source for p in description.parameters if not p.is_assumed)
    return (
        f"Of {count(total)} parameters {count(assumed)} are assumed outright; for {count(sized)} "
        "more a source gives the kind of effect and its size is assumed."
    )
