"""Tables of a model's declaration: stocks, levers, equations, parameters, direct influences."""

from __future__ import annotations

from tarazu.model.description import Description
from tarazu.report.table import Table


def stock_table(description: Description) -> Table:
    """Return every stock with its kind and unit."""
    return Table("Stocks", ("stock", "kind", "unit", "meaning"), description.stocks)


def lever_table(description: Description) -> Table:
    """Return every lever with unit, range and its default, which is today's practice."""
    return Table(
        "Levers: what a policy can set",
        ("lever", "unit", "range", "today", "moves", "meaning"),
        tuple(
            (name, unit, f"{low:g} to {high:g}", f"{default:g}", stock or "", meaning)
            for name, unit, low, high, default, stock, meaning in description.levers
        ),
    )


def equation_table(description: Description) -> Table:
    """Return every equation in plain text, in the order of its declaration."""
    return Table(
        "Equations of the model (a transfer is a hazard per week of the people in its source)",
        ("quantity [unit]", "equation", "meaning"),
        tuple(
            (f"{e.quantity} [{e.unit}]", e.text, f"{e.meaning} ({e.kind})")
            for e in description.equations
        ),
    )


def parameter_table(description: Description) -> Table:
    """Return every parameter with unit, prior and source; assumed ones are marked."""
    return Table(
        "Parameters of the model (ASSUMED: a judgement; no measurement stands behind it)",
        ("parameter", "unit", "prior", "source"),
        tuple(
            (p.name, p.unit, p.prior, "ASSUMED" if p.is_assumed else p.source)
            for p in description.parameters
        ),
    )


def influence_table(description: Description) -> Table:
    """Return every direct influence with the sign of its derivative."""
    return Table(
        "Direct influences, with the sign of the derivative (± where it takes both)",
        ("source", "sign", "target"),
        tuple((edge.source, edge.sign, edge.target) for edge in description.edges),
    )
