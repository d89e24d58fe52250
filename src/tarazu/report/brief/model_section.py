"""The model in the brief: its limits first, its parameters and equations at the end."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import count
from tarazu.model.describe import Description
from tarazu.report.table import Table

MODEL_LIMITS: Final = (
    "Nothing here is fitted to the record: parameters are drawn from priors, most of them assumed. "
    "What the model says is conditional on them, no forecast, and no evidence on which mechanism "
    "is true. Budgets of policies are not equal.",
    "Rates answer operations by the factor 1 + tanh(theta x), so a response at most doubles "
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


def parameter_table(description: Description) -> Table:
    """Return every parameter with unit, prior and source; assumed ones say so first."""
    return Table(
        "Parameters of the model (ASSUMED: a judgement; no measurement stands behind it)",
        ("parameter", "unit", "prior", "source"),
        tuple(
            (p.name, p.unit, p.prior, "ASSUMED" if p.is_assumed else p.source)
            for p in description.parameters
        ),
    )


def parameter_sentence(description: Description) -> str:
    """Say how many parameters rest on nothing but a judgement."""
    total = len(description.parameters)
    assumed = sum(p.is_assumed for p in description.parameters)
    sized = sum("size assumed" in p.source for p in description.parameters if not p.is_assumed)
    return (
        f"Of {count(total)} parameters {count(assumed)} are assumed outright; for {count(sized)} "
        "more a source gives the kind of effect and its size is assumed."
    )


def equation_table(description: Description) -> Table:
    """Return every equation of the model in plain text, in the order of its declaration."""
    return Table(
        "Equations of the model (a transfer is a hazard a week of the people in its source)",
        ("quantity [unit]", "equation", "meaning"),
        tuple(
            (f"{e.quantity} [{e.unit}]", e.text, f"{e.meaning} ({e.kind})")
            for e in description.equations
        ),
    )


def lever_table(description: Description) -> Table:
    """Return every lever with unit, range and what today stands for."""
    return Table(
        "Levers: what a policy can set",
        ("lever", "unit", "range", "today", "meaning"),
        tuple(
            (name, unit, f"{low:g} to {high:g}", f"{default:g}", meaning)
            for name, unit, low, high, default, _, meaning in description.levers
        ),
    )
