"""The one form in which a rate answers to something, with either sign and no lean."""

from __future__ import annotations

import sympy as sp


def answer(pull: sp.Expr) -> sp.Expr:
    """Return the factor by which a rate answers: 1 + tanh(pull), in (0, 2).

    The factor is 1 where nothing pulls; opposite pulls move it by the same amount up and down. So
    under a prior that is symmetric about 0 the mean factor is 1. An exponential would not do: the
    mean of exp(r x) over r ~ normal(0, s) is exp(s ** 2 * x ** 2 / 2) > 1, and mean outcomes would
    show backlash that nobody claimed.

    Parameters
    ----------
    pull : sum of responses of either sign times how present each thing is, pure number.
    """
    return 2 / (1 + sp.exp(-2 * pull))
