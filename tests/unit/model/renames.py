"""Renames in a declared model, for tests of what a rename changes."""

from copy import copy
from dataclasses import fields, replace

import sympy as sp

from tarazu.model import Model
from tarazu.model.quantities import Tail


def renamed(model: Model, old: str, new: str, *, stream_id: str | None) -> Model:
    """Return the model with one quantity under another name, in all that reads it."""
    swap = {model[old]: model[new]}

    def fresh(value):
        if isinstance(value, sp.Basic):
            return value.xreplace(swap)
        if isinstance(value, Tail):
            return parts(value)
        return new if value == old else value

    def parts(quantity):
        kept = {f.name: getattr(quantity, f.name) for f in fields(quantity)}
        return replace(
            quantity,
            **{
                name: value if name in {"kind", "unit", "meaning", "stream_id"} else fresh(value)
                for name, value in kept.items()
            },
        )

    def group(quantities):
        made = {fresh(name): parts(quantity) for name, quantity in quantities.items()}
        if old in quantities and hasattr(quantities[old], "stream_id"):
            made[new] = replace(made[new], stream_id=stream_id)
        return made

    other = copy(model)
    for name in ("parameters", "levers", "stocks", "events", "transfers", "definitions"):
        setattr(other, name, group(getattr(model, name)))
    for name in ("nearby", "everywhere"):
        sums = getattr(model, name)
        setattr(other, name, {fresh(key): fresh(value) for key, value in sums.items()})
    other.changes = [parts(change) for change in model.changes]
    return other
