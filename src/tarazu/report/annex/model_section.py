"""The model in the brief: its limits, and how many of its parameters are assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import count
from tarazu.model.description import Description

if TYPE_CHECKING:
    from tarazu.study import StudyResult

AUDITED: Final = (
    "In few draws does violence die out or double within 40 years; the audit of the model, "
    "docs/validation/model-audit.md, gives the shares and the tests that the model does not pass."
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
    "All districts start with equal rates per capita, so levels by district do not match the "
    "record. Attacks are those that a record would count; raids, lethal operations and "
    "disappearances have assumed reporting shares.",
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


def parameter_sentence(description: Description) -> str:
    """Return the number of parameters that are assumed, as a sentence."""
    total = len(description.parameters)
    assumed = sum(p.is_assumed for p in description.parameters)
    sized = sum("size assumed" in p.source for p in description.parameters if not p.is_assumed)
    return (
        f"Of {count(total)} parameters {count(assumed)} are assumed outright; for {count(sized)} "
        "more a source gives the kind of effect and its size is assumed."
    )
