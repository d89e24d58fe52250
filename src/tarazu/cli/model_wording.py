"""The declaration of a model as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tarazu.cli.wording import paragraph, table

if TYPE_CHECKING:
    from tarazu.model import Description


def describe_declaration(description: Description) -> str:
    """Return stocks, levers, equations, parameters and signed influences as text."""
    return "\n".join(_lines(description))


def _lines(description: Description) -> Iterator[str]:
    assumed = sum(parameter.is_assumed for parameter in description.parameters)
    yield paragraph(
        f"Model '{description.name}': {len(description.stocks)} stocks, "
        f"{len(description.equations)} equations, {len(description.parameters)} parameters "
        f"({assumed} assumed), {len(description.levers)} levers. Not calibrated."
    )
    yield "\nStocks"
    yield table([list(stock) for stock in description.stocks], left=4)
    yield "\nLevers"
    yield table(
        [
            [
                name,
                unit,
                f"{low:g} to {high:g}",
                f"default {default:g}",
                f"moves {stock}" if stock else "",
                meaning,
            ]
            for name, unit, low, high, default, stock, meaning in description.levers
        ],
        left=6,
    )
    yield "\nEquations"
    for equation in description.equations:
        yield f"  {equation.quantity} ({equation.kind}, {equation.unit}): {equation.meaning}"
        yield f"    = {equation.text}"
    yield "\nParameters"
    head = ["parameter", "unit", "prior", "source"]
    rows = [[row.name, row.unit, row.prior, row.source] for row in description.parameters]
    yield table([head, *rows], left=4)
    yield "\nDirect influences, with the sign of the derivative (± where it takes both)"
    yield table([[edge.source, edge.sign, edge.target] for edge in description.edges], left=3)
