"""Units of expressions: small algebra over words such as ``persons`` and ``week``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import sympy as sp

Unit: TypeAlias = Mapping[str, int]

PURE: Unit = {}


class UnitMismatch(ValueError):  # noqa: N818 - reads as what it is where it is caught
    """Two terms of one sum, or a quantity and its declaration, have different units."""


def parse_unit(text: str) -> Unit:
    """Return the exponents of a unit written as ``"persons/week"``, ``"1/week"`` or ``"1"``.

    Raises
    ------
    ValueError
        Anything but words (or 1) joined by ``*`` and ``/``.

    Examples
    --------
    >>> parse_unit("operations/persons/week")
    {'operations': 1, 'persons': -1, 'week': -1}
    """
    exponents: dict[str, int] = {}
    sign = 1
    for token in text.replace("*", " * ").replace("/", " / ").split():
        if token in "*/":
            sign = 1 if token == "*" else -1
        elif token.isidentifier():
            exponents[token] = exponents.get(token, 0) + sign
        elif token != "1":
            msg = f"unit '{text}': cannot read '{token}'; expected for example 'persons/week'"
            raise ValueError(msg)
    return {word: power for word, power in exponents.items() if power}


def write_unit(unit: Unit) -> str:
    """Return a unit in the form that `parse_unit` reads.

    Examples
    --------
    >>> write_unit({"week": -1, "persons": 1})
    'persons/week'
    """
    above = [word for word, power in sorted(unit.items()) for _ in range(max(power, 0))]
    below = [word for word, power in sorted(unit.items()) for _ in range(max(-power, 0))]
    return "/".join(["*".join(above) or "1", *below])


def times(a: Unit, b: Unit, power: int = 1) -> Unit:
    """Return the unit of ``a * b ** power``."""
    words = [*a, *(word for word in b if word not in a)]
    exponents = {word: a.get(word, 0) + power * b.get(word, 0) for word in words}
    return {word: exponent for word, exponent in exponents.items() if exponent}


def unit_of(expression: sp.Expr, units: Mapping[str, Unit]) -> Unit:
    """Return the unit of an expression whose symbols have the given units.

    A bare number inside ``Max`` or ``Min`` takes the unit of the other terms (a floor of one
    person); anywhere else it is a pure number.

    Raises
    ------
    UnitMismatch
        A sum of different units, or a function of something that is no pure number.
    """
    if isinstance(expression, sp.Symbol):
        return units[expression.name]
    if expression.is_number:
        return PURE
    if isinstance(expression, sp.Mul):
        unit = PURE
        for factor in expression.args:
            unit = times(unit, unit_of(factor, units))
        return unit
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        return times(PURE, unit_of(expression.base, units), int(expression.exp))
    if isinstance(expression, sp.Add | sp.Max | sp.Min):
        return _common_unit(expression, units)
    for argument in expression.args:
        unit = unit_of(argument, units)
        if unit:
            msg = f"{expression.func.__name__} of '{argument}', which is in {write_unit(unit)}"
            raise UnitMismatch(msg)
    return PURE


def _common_unit(expression: sp.Expr, units: Mapping[str, Unit]) -> Unit:
    is_sum = isinstance(expression, sp.Add)
    terms = [term for term in expression.args if is_sum or not term.is_number]
    first, *others = terms
    unit = unit_of(first, units)
    for term in others:
        other = unit_of(term, units)
        if dict(other) != dict(unit):
            verb = "added to" if is_sum else "compared with"
            msg = f"'{term}' in {write_unit(other)} is {verb} '{first}' in {write_unit(unit)}"
            raise UnitMismatch(msg)
    return unit
