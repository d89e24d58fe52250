"""The one form in which a rate answers to something, with either sign and no lean."""

from __future__ import annotations

import sympy as sp


def answer(response: sp.Expr, presence: sp.Expr) -> sp.Expr:
    """Return the factor by which a rate answers: 1 + tanh(response * presence), in (0, 2).

    The factor is 1 where the response is 0 or nothing is present; opposite responses move it by
    the same amount up and down. So under a prior that is symmetric about 0 the mean factor is 1.
    An exponential would not do: the mean of exp(r x) over r ~ normal(0, s) is
    exp(s ** 2 * x ** 2 / 2) > 1, and mean outcomes would show backlash that nobody claimed.

    Parameters
    ----------
    response : of either sign, pure number.
    presence : in [0, 1] (or a sum of such shares), pure number.
    """
    return 2 / (1 + sp.exp(-2 * response * presence))
