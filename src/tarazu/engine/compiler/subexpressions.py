"""Expressions for loops: fixed parts taken out, common parts computed once.

Names of such parts are put together from the words of the declaration, so that generated code
can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import sympy as sp
from sympy.codegen.cfunctions import expm1

_LONGEST_NAME: Final = 60
_WORTH_A_ROW: Final = 3  # operations that it takes to be worth more than a load from memory


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment of generated code; `meaning` becomes the comment above it."""

    name: str
    expression: sp.Expr
    meaning: str = ""


@cache
def stable(expression: sp.Expr) -> sp.Expr:
    """Return the expression with 1 - exp(x) written as -expm1(x), exact for small x."""
    return expression.replace(_is_saturation, _as_expm1)


def _is_saturation(expression: sp.Expr) -> bool:
    return bool(
        expression.is_Add
        and expression.args[0] == 1
        and any(isinstance(-term, sp.exp) for term in expression.args[1:])
    )


def _as_expm1(expression: sp.Expr) -> sp.Expr:
    terms = expression.args[1:]
    at = next(i for i, term in enumerate(terms) if isinstance(-term, sp.exp))
    others = terms[:at] + terms[at + 1 :]
    return sp.Add(-expm1((-terms[at]).args[0]), *others)


def names_in(expressions: Iterable[sp.Expr]) -> set[str]:
    """Return the names that expressions read."""
    return {symbol.name for expression in expressions for symbol in expression.free_symbols}


def symbol(name: str) -> sp.Symbol:
    """Return the symbol of a quantity, as the declaration makes it."""
    return sp.Symbol(name, real=True)


@dataclass
class Names:
    """Gives out names that nothing else has.

    Attributes
    ----------
    taken : names in use.
    """

    taken: set[str]

    def of(self, expression: sp.Expr) -> str:
        """Return a fresh name that describes the expression."""
        word = _words(expression)[:_LONGEST_NAME].rstrip("_")
        name, count = word, 1
        while name in self.taken:
            count += 1
            name = f"{word}_{count}"
        self.taken.add(name)
        return name


def _words(expression: sp.Expr) -> str:
    if isinstance(expression, sp.Symbol):
        return str(expression.name)
    if expression.is_number:
        return "minus" if expression.is_negative else "number"
    if isinstance(expression, sp.Pow):
        return f"{'per' if expression.exp.is_negative else 'power_of'}_{_words(expression.base)}"
    joints = {sp.Add: "_plus_", sp.Mul: "_times_", sp.Max: "_or_more_", sp.Min: "_or_less_"}
    if type(expression) in joints:
        parts = [part for part in expression.args if not part.is_number]
        words = joints[type(expression)].join(_words(part) for part in parts)
        return f"scaled_{words}" if expression.is_Mul and expression.args[0].is_number else words
    return f"{expression.func.__name__}_{'_'.join(_words(part) for part in expression.args)}"


@dataclass
class Hoist:
    """Takes out of expressions the largest parts that read fixed names alone.

    Attributes
    ----------
    is_fixed : whether a name does not change inside the loop.
    cheap : operations up to which a part stays where it is.
    lines : what was taken out, in an order in which nothing is read before it is known.
    """

    names: Names
    is_fixed: Callable[[str], bool]
    cheap: int = 0
    lines: dict[sp.Expr, Line] = field(default_factory=dict)

    def out_of(self, expression: sp.Expr) -> sp.Expr:
        """Return the expression with its fixed parts replaced by names."""
        if not expression.args or expression.is_number:
            return expression
        if all(self.is_fixed(one.name) for one in expression.free_symbols):
            return self._named(expression)
        if expression.is_Add or expression.is_Mul:
            fixed = [p for p in expression.args if self._is_part(p)]
            others = [self.out_of(p) for p in expression.args if not self._is_part(p)]
            if len(fixed) > 1 and any(part.free_symbols for part in fixed):
                return expression.func(self._named(expression.func(*fixed)), *others)
            return expression.func(*(self.out_of(part) for part in fixed), *others)
        return expression.func(*(self.out_of(part) for part in expression.args))

    def _is_part(self, part: sp.Expr) -> bool:
        return all(self.is_fixed(one.name) for one in part.free_symbols)

    def _named(self, expression: sp.Expr) -> sp.Expr:
        is_case = not isinstance(expression, sp.Expr)  # of a choice, or its condition: no number
        if is_case or not expression.args or not expression.free_symbols:
            return expression
        if expression not in self.lines:
            dear = expression.has(sp.exp, expm1, sp.Pow)
            if not dear and expression.count_ops() <= self.cheap:
                return expression
            self.lines[expression] = Line(self.names.of(expression), expression)
        return symbol(self.lines[expression].name)


def share_work(lines: list[Line], names: Names) -> list[Line]:
    """Return the lines with common subexpressions worked out once, each before its first use."""
    fresh = iter(sp.numbered_symbols("shared_", real=True))
    common, rest = sp.cse([line.expression for line in lines], fresh, order="none")
    known: dict[sp.Symbol, sp.Expr] = {}
    for old, expression in common:  # their names may read earlier ones: rename as they come
        known[old] = expression
    words = {old: symbol(names.of(_unfolded(known[old], known))) for old in known}
    pending = {old: expression.xreplace(words) for old, expression in known.items()}
    by_word = {words[old].name: old for old in known}
    written: set[str] = set()
    result: list[Line] = []

    def write(expression: sp.Expr) -> None:
        for name in sorted(names_in([expression]) & by_word.keys()):
            if name in written:  # perhaps by what was written for one before it
                continue
            written.add(name)
            write(pending[by_word[name]])
            result.append(Line(name, pending[by_word[name]]))

    for line, expression in zip(lines, rest, strict=True):
        renamed = expression.xreplace(words)
        write(renamed)
        result.append(Line(line.name, renamed, line.meaning))
    return result


def _unfolded(expression: sp.Expr, known: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    while expression.free_symbols & known.keys():
        expression = expression.xreplace(known)
    return expression


def worth_a_row(names: Names, is_fixed: Callable[[str], bool]) -> Hoist:
    """Return what takes out parts that are worth a row of memory."""
    return Hoist(names, is_fixed, cheap=_WORTH_A_ROW)
