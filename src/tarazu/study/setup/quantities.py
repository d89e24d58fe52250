"""Quantities of a model that a study keeps besides the usual outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tarazu.model import Model
from tarazu.study.setup.outcomes import Outcome

PER_WEEK = "/week"


def known_quantities(model: Model) -> dict[str, str]:
    """Return stocks, events and reported definitions, with the unit of their weekly series."""
    known = {name: stock.unit for name, stock in model.stocks.items()}
    known |= {name: f"{event.unit}{PER_WEEK}" for name, event in model.events.items()}
    return known | {d.name: d.unit for d in model.definitions.values() if d.reported}


def extra_outcomes(model: Model, names: Sequence[str]) -> Mapping[str, Outcome]:
    """Return quantities as outcomes: totals of what is counted by week, levels of all else.

    None of them is ever ranked.
    """
    units = known_quantities(model)
    return {
        name: Outcome(
            name,
            _title(model, name),
            units[name].removesuffix(PER_WEEK),
            "total" if units[name].endswith(PER_WEEK) else "end",
            "none",
        )
        for name in names
    }


def _title(model: Model, name: str) -> str:
    for declared in (model.stocks, model.events, model.definitions):
        if name in declared:
            meaning = declared[name].meaning
            return meaning[:1].upper() + meaning[1:]
    raise KeyError(name)
