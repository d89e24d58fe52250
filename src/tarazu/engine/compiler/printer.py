"""Expressions of the declaration as Python source for loops over floats."""

from __future__ import annotations

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter


class Printer(PythonCodePrinter):  # type: ignore[misc]  # sympy has no types
    """Prints expressions of floats, without a call that would keep a loop from whole vectors."""

    def _print_Max(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return self._nested("max", expr)

    def _print_Min(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return self._nested("min", expr)

    def _print_Integer(self, expr: sp.Expr) -> str:  # noqa: N802 - sympy's name
        return f"{int(expr)}.0" if abs(int(expr)) < 10**15 else str(expr)

    def _print_exp(self, expr: sp.Expr) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_expm1(self, expr: sp.Expr) -> str:
        return f"expm1({self._print(expr.args[0])})"

    def _print_Pow(self, expr: sp.Expr, rational: bool = False) -> str:  # noqa: N802
        power = int(expr.exp) if expr.exp.is_Integer else 0
        if not 2 <= abs(power) <= 8:
            return str(super()._print_Pow(expr, rational=rational))
        base = f"({self._print(expr.base)})"
        product = " * ".join([base] * abs(power))
        return f"({product})" if power > 0 else f"(1.0 / ({product}))"

    def _nested(self, function: str, expr: sp.Expr) -> str:
        text, *others = [str(self._print(argument)) for argument in expr.args]
        for other in others:
            text = f"{function}({text}, {other})"
        return text
