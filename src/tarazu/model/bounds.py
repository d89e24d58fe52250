"""Bounds of expressions by interval arithmetic: shows that a hazard cannot turn negative."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

import sympy as sp

Bounds: TypeAlias = tuple[float, float]


def bounds_of(expression: sp.Expr, bounds: Mapping[str, Bounds]) -> Bounds:
    """Return values that an expression cannot leave, given those of its symbols.

    The bounds hold but need not be tight: ``x - x`` with x in [0, 1] gives (-1, 1), so write
    ``1 - (1 - a) * (1 - b)`` rather than ``a + b - a * b``.
    """
    if isinstance(expression, sp.Symbol):
        return bounds[expression.name]
    if expression.is_number:
        return float(expression), float(expression)
    parts = [bounds_of(argument, bounds) for argument in expression.args]
    if isinstance(expression, sp.Add):
        return sum(low for low, _ in parts), sum(high for _, high in parts)
    if isinstance(expression, sp.Mul):
        product = parts[0]
        for part in parts[1:]:
            product = _product(product, part)
        return product
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        return _power(parts[0], int(expression.exp))
    if isinstance(expression, sp.exp):
        return _exp(parts[0][0]), _exp(parts[0][1])
    if isinstance(expression, sp.Max):
        return max(low for low, _ in parts), max(high for _, high in parts)
    if isinstance(expression, sp.Min):
        return min(low for low, _ in parts), min(high for _, high in parts)
    return -math.inf, math.inf


def _product(a: Bounds, b: Bounds) -> Bounds:
    ends = [0.0 if 0.0 in (x, y) else x * y for x in a for y in b]
    return min(ends), max(ends)


def _power(base: Bounds, exponent: int) -> Bounds:
    low, high = base
    for _ in range(abs(exponent) - 1):
        low, high = _product((low, high), base)
    if exponent % 2 == 0:
        low = max(low, 0.0)
    return (low, high) if exponent > 0 else _inverse((low, high))


def _inverse(bounds: Bounds) -> Bounds:
    low, high = bounds
    if low < 0.0 < high:
        return -math.inf, math.inf
    if low >= 0.0:
        return 1.0 / high if high else math.inf, 1.0 / low if low else math.inf
    return 1.0 / high if high else -math.inf, 1.0 / low


def _exp(x: float) -> float:
    return math.exp(x) if x < 700.0 else math.inf
