"""The model in the brief: its limits, and how many of its parameters are assumed."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import count
from tarazu.model.description import Description

MODEL_LIMITS: Final = (
    "Nothing here is fitted to the record: parameters are drawn from priors, most of them assumed. "
    "Results of the model are conditional on them; they are not a forecast, and not evidence on "
    "which hypothesis is true. Budgets of policies are not equal.",
    "Rates respond to operations by the factor 1 + tanh(theta x), so a response at most doubles "
    "a rate. An exponential was ruled out because it makes backlash on average out of a prior that "
    "favours neither side.",
    "Grievance cannot fall below zero, and it and sympathisers start low: they have more room to "
    "rise than to fall. Means lean to harm under symmetric priors; read medians.",
    "Whether a surge lowers attacks rests on assumed kill rates and an assumed number of "
    "militants.",
    "All districts start with equal shares of everything, so levels by district do not match the "
    "record; and the model has no reporting: its attacks are all attacks, the record's are those "
    "that were reported.",
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
