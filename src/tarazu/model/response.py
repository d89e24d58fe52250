"""The one form in which a rate responds to something, with either sign and no lean."""

from __future__ import annotations

import sympy as sp


def response(pull: sp.Expr) -> sp.Expr:
    """Return the factor by which a rate responds: exp(2 tanh(pull / 2)).

    The factor is 1 where nothing pulls, about exp(pull) where little does, and stays within
    exp(-2) and exp(2). Opposite pulls give reciprocals, so that under a prior that is symmetric
    about 0 a rise by a factor is as likely as a fall by the same factor. (1 + tanh, used before,
    lets a rate fall to nothing but only double.)

    Parameters
    ----------
    pull : sum of responses of either sign times contrasts with today, pure number.
    """
    return sp.exp(4 / (1 + sp.exp(-pull)) - 2)


def contrast(level: sp.Expr) -> sp.Expr:
    """Return how far a level >= 0 is from today's, which is 1: (level - 1) / (level + 1).

    0 today, -1 where there is none of it, towards 1 where there is very much. A level and its
    reciprocal give opposite contrasts.
    """
    return (level - 1) / (level + 1)
