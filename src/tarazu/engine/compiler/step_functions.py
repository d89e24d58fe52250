"""Functions of a step of a given length, each with its limit for short steps and its derivatives.

Every form of the equations writes them in its own way: kernels without a division by 0, NumPy
without a choice that stops vectors, system dynamics files with the step as a symbol.
"""

from __future__ import annotations

from typing import Final

import sympy as sp

STEP: Final = sp.Symbol("DT", positive=True)
"""Length of a step, in weeks."""


class Leaving(sp.Function):  # type: ignore[misc]  # sympy has no types
    """1 - exp(-x): the share that leaves within a step, x being hazard times step."""

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        """Return 0 at 0."""
        return sp.Integer(0) if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative."""
        return sp.exp(-self.args[0])


class Departing(sp.Function):  # type: ignore[misc]
    """(1 - exp(-x)) / x: with it exits by a hazard are smooth where the hazard is 0."""

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        """Return 1 at 0."""
        return sp.Integer(1) if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative."""
        return DepartingSlope(*self.args)


class DepartingSlope(sp.Function):  # type: ignore[misc]
    """Derivative of `Departing`."""


class AtMost(sp.Function):  # type: ignore[misc]
    """Flow of as many as an event counts, but not more within a step than there are persons.

    Arguments: count per week, persons, step.
    """

    @classmethod
    def eval(cls, count: sp.Expr, persons: sp.Expr, step: sp.Expr) -> sp.Expr | None:
        """Return the count where the step is 0."""
        return count if step.is_zero else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by the count or by the persons; by the count where both agree."""
        count, persons, step = self.args
        above = step * count > persons
        slopes = {1: (sp.Integer(0), sp.Integer(1)), 2: (1 / step, sp.Integer(0))}
        if argindex not in slopes:
            raise sp.core.function.ArgumentIndexError(self, argindex)
        bounded, free = slopes[argindex]
        return sp.Piecewise((bounded, above), (free, True))


class Relaxing(sp.Function):  # type: ignore[misc]
    """Change per week of a level that moves by dx/dt = rise - rate * x, solved over the step.

    Arguments: level, rise, rate, step.
    """

    @classmethod
    def eval(cls, level: sp.Expr, rise: sp.Expr, rate: sp.Expr, step: sp.Expr) -> sp.Expr | None:
        """Return the right-hand side where the step is 0."""
        return rise - rate * level if step.is_zero else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by the level, by the rise or by the rate."""
        level, rise, rate, step = self.args
        if argindex == 1:
            return -rate * Departing(step * rate)
        if argindex == 2:
            return Departing(step * rate)
        if argindex == 3:
            slope = step * DepartingSlope(step * rate)
            return (rise - rate * level) * slope - level * Departing(step * rate)
        raise sp.core.function.ArgumentIndexError(self, argindex)


class Shared(sp.Function):  # type: ignore[misc]
    """One number divided by another; 0 where the divisor is 0."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by the number or by the divisor."""
        number, divisor = self.args
        if argindex == 1:
            return Shared(sp.Integer(1), divisor)
        return -Shared(Shared(number, divisor), divisor)


class Nearby(sp.Function):  # type: ignore[misc]
    """Sum over the neighbours of a district, by weight."""


class Inward(sp.Function):  # type: ignore[misc]
    """Sum over those that a district is a neighbour of, by their weight for it."""


class Everywhere(sp.Function):  # type: ignore[misc]
    """Sum over all districts."""


SUMS: Final = (Nearby, Inward, Everywhere)
