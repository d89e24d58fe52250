"""Newton's method for parameters in epochs that interact only through a common border.

The information matrix is then an arrowhead: one block per epoch, and a border of parameters that
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

# A log-likelihood at one point: its value, its gradient in two parts (E, n), (Z,), and minus its
# Hessian in blocks (E, n, n), (E, n, Z), (Z, Z): within epochs, epochs by border, border.
Evaluation = tuple[float, tuple[Array, Array], tuple[Array, Array, Array]]

NEWTON_STEPS: Final = 100
PROFILE_DROP: Final = 1.3528  # of the log-likelihood at the ends of a 90% profile interval
TOLERANCE: Final = 1e-6  # Newton decrement, log-likelihood units
LONGEST_STEP: Final = 3.0  # of a log, in one iteration


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
    evaluate: Callable[[Array, Array], Evaluation],
    local: Array,
    border: Array,
    *,
    tolerance: float = TOLERANCE,
    steps: int = NEWTON_STEPS,
) -> Optimum:
    """Climb from a start to a maximum by damped Newton steps.

    Parameters
    ----------
    evaluate : the log-likelihood and its derivatives at a point.
    local, border : (E, n), (Z,) where to start.
    tolerance : Newton decrement at which to stop, log-likelihood units.
    steps : at most.
    """
    value, gradient, blocks = evaluate(local, border)
    decrement = np.inf
    for _ in range(steps):
        information = factor(*blocks)
        step, border_step = information.divide(*gradient)
        decrement = float((gradient[0] * step).sum() + gradient[1] @ border_step)
        if abs(decrement) < tolerance:
            break
        longest = max(np.abs(step).max(), np.abs(border_step).max())
        length = min(1.0, LONGEST_STEP / longest)
        while True:
            there = evaluate(local + length * step, border + length * border_step)
            if there[0] > value - 1e-9 or length < 1e-6:
                break
            length /= 2
        local, border = local + length * step, border + length * border_step
        value, gradient, blocks = there
    return Optimum(local, border, value, information, decrement, abs(decrement) < tolerance)


def factor(local: Array, cross: Array, border: Array) -> Arrowhead:
    """Factor the blocks of an information matrix, with a ridge where it is not positive yet."""
    ridge = 0.0
    n, z = cross.shape[1:]
    while True:
        try:
            damped = local + ridge * np.eye(n)
            root = np.linalg.cholesky(damped)
            inverse: Array = np.asarray(np.linalg.inv(damped), dtype=np.float64)
            carried = inverse @ cross
            schur = border + ridge * np.eye(z)
            schur = schur - (cross.transpose(0, 2, 1) @ carried).sum(axis=0)
            lower: tuple[Array, bool] = cho_factor(schur, lower=True)
        except LinAlgError:
            ridge = max(2.0 * ridge, 1e-2)
        else:
            diagonal = np.concatenate(
                [np.diagonal(root, axis1=1, axis2=2).ravel(), np.diagonal(lower[0])]
            )
            return Arrowhead(inverse, carried, lower, float(2 * np.log(diagonal).sum()))
