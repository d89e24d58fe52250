"""Newton's method where parameters of one epoch touch those of no other epoch.

The information matrix is then an arrowhead: one block an epoch, and a border of parameters that
hold throughout. Solving block by block costs a twentieth of solving it whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Array = NDArray[np.float64]

NEWTON_STEPS: Final = 100
TOLERANCE: Final = 1e-6  # Newton decrement, log-likelihood units
LONGEST_STEP: Final = 3.0  # of a log, in one iteration


@dataclass(frozen=True, slots=True)
class Surface:
    """A log-likelihood at one point.

    Attributes
    ----------
    value : log-likelihood with its priors.
    local_gradient, border_gradient : (E, n), (Z,).
    local, cross, border : (E, n, n), (E, n, Z), (Z, Z), blocks of minus the Hessian.
    """

    value: float
    local_gradient: Array
    border_gradient: Array
    local: Array
    cross: Array
    border: Array


@dataclass(frozen=True, slots=True)
class Arrowhead:
    """An information matrix, ready to be divided by.

    Attributes
    ----------
    inverse : (E, n, n) of the local blocks.
    carried : (E, n, Z) inverse times the cross blocks.
    schur : Cholesky factor of the border with the local parameters eliminated.
    log_determinant : of the whole matrix.
    """

    inverse: Array
    carried: Array
    schur: tuple[Array, bool]
    log_determinant: float

    def divide(self, local: Array, border: Array) -> tuple[Array, Array]:
        """Return the matrix's inverse times a vector, in the two parts of both."""
        reduced = border - np.einsum("enz,en->z", self.carried, local)
        outer = cho_solve(self.schur, reduced)
        return np.einsum("enm,em->en", self.inverse, local) - self.carried @ outer, outer


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where Newton's method ended.

    Attributes
    ----------
    local, border : (E, n), (Z,) parameters.
    decrement : Newton's last, in log-likelihood units.
    """

    local: Array
    border: Array
    value: float
    information: Arrowhead
    decrement: float
    converged: bool


def maximise(
    evaluate: Callable[[Array, Array], Surface],
    local: Array,
    border: Array,
    *,
    tolerance: float = TOLERANCE,
) -> Optimum:
    """Climb from a start to a maximum by damped Newton steps.

    Parameters
    ----------
    evaluate : the log-likelihood and its derivatives at a point.
    local, border : (E, n), (Z,) where to start.
    tolerance : Newton decrement at which to stop, log-likelihood units.
    """
    here = evaluate(local, border)
    decrement = np.inf
    for _ in range(NEWTON_STEPS):
        information = factor(here)
        step, border_step = information.divide(here.local_gradient, here.border_gradient)
        decrement = float((here.local_gradient * step).sum() + here.border_gradient @ border_step)
        if abs(decrement) < tolerance:
            break
        longest = max(np.abs(step).max(), np.abs(border_step).max())
        length = min(1.0, LONGEST_STEP / longest)
        while True:
            there = evaluate(local + length * step, border + length * border_step)
            if there.value > here.value - 1e-9 or length < 1e-6:
                break
            length /= 2
        local, border, here = local + length * step, border + length * border_step, there
    return Optimum(local, border, here.value, information, decrement, abs(decrement) < tolerance)


def factor(surface: Surface) -> Arrowhead:
    """Factor the information, with a ridge where the surface is not concave yet."""
    ridge = 0.0
    n, z = surface.cross.shape[1:]
    while True:
        try:
            local = surface.local + ridge * np.eye(n)
            root = np.linalg.cholesky(local)
            inverse: Array = np.asarray(np.linalg.inv(local), dtype=np.float64)
            carried = inverse @ surface.cross
            schur = surface.border + ridge * np.eye(z)
            schur = schur - (surface.cross.transpose(0, 2, 1) @ carried).sum(axis=0)
            lower: tuple[Array, bool] = cho_factor(schur, lower=True)
        except LinAlgError:
            ridge = max(2.0 * ridge, 1e-2)
        else:
            diagonal = np.concatenate(
                [np.diagonal(root, axis1=1, axis2=2).ravel(), np.diagonal(lower[0])]
            )
            return Arrowhead(inverse, carried, lower, float(2 * np.log(diagonal).sum()))
