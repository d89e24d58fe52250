"""Who leaves by which exit, district by district, each number by one call of the quantile."""

from dataclasses import dataclass

import numpy as np

from tarazu.core.jit import kernel
from tarazu.core.random.exponential import exp, expm1
from tarazu.core.random.streams import binomial_quantile, member_state, uniform_at, week_state
from tarazu.engine.compiler import exit_kernels


@dataclass(frozen=True)
class Draws:
    """What `draw_exits` gave, and what the quantiles give on the same random numbers.

    persons : (D,). hazards : (E, D). left, expected_left : (D,). moved, expected_moved : (E, D).
    """

    persons: np.ndarray
    hazards: np.ndarray
    left: np.ndarray
    moved: np.ndarray
    expected_left: np.ndarray
    expected_moved: np.ndarray

    def broken(self) -> dict[str, int]:
        """Count districts in which a law does not hold, by the law."""
        counts = {
            "nobody or more leaves": self.left < 0.0,
            "no more leave than are there": self.left > self.persons,
            "exits sum to who leaves": self.moved.sum(axis=0) != self.left,
            "no exit gives persons back": (self.moved < 0.0).any(axis=0),
            "closed exits get nobody": ((self.moved > 0.0) & (self.hazards == 0.0)).any(axis=0),
            "total is the quantile": self.left != self.expected_left,
            "exits are the quantiles": (self.moved != self.expected_moved).any(axis=0),
        }
        return {law: int(wrong.sum()) for law, wrong in counts.items() if wrong.any()}


def drawn_exits(
    persons: np.ndarray, hazards: np.ndarray, week: int, draw=exit_kernels.draw_exits
) -> Draws:
    """Draw once in each district with `draw` and by quantiles.

    persons : (D,) whole. hazards : (E, D) 1/week. draw : in place of `draw_exits`.
    """
    exits, districts = hazards.shape
    x = np.zeros((4 + 3 * exits, districts))
    x[0], hazard_rows = persons, slice(4, 4 + exits)
    x[hazard_rows] = hazards
    x[4 + exits : 4 + 2 * exits] = np.cumsum(hazards[::-1], axis=0)[::-1]
    x[1] = x[4 + exits]
    _write_none(x[0], x[1], x[2])
    states = np.empty(exits + 1, dtype=np.uint64)
    _write_states(week, states)
    keys = np.arange(districts)
    rows = np.array([0, 1, 2, 3, 4, 4 + exits, 4 + 2 * exits]) * districts
    work = np.empty(exit_kernels.WORK)
    draw(x.reshape(-1), np.array([*rows, exits, 0]), districts, states, keys, work)
    left, moved = np.empty(districts), np.empty((exits, districts))
    _draw_one_by_one(x[0], x[4 : 4 + exits], x[4 + exits : 4 + 2 * exits], states, left, moved)
    return Draws(x[0], x[hazard_rows], x[3], x[4 + 2 * exits :], left, moved)


@kernel
def _write_none(persons, hazard, none):
    for d in range(persons.shape[0]):
        none[d] = exp(-persons[d] * hazard[d])


@kernel
def _write_states(week, states):
    member = member_state(0, 0)
    for k in range(states.shape[0]):
        states[k] = week_state(member, k, week)


@kernel
def _draw_one_by_one(persons, hazards, rests, states, left, moved):
    """Write who leaves (D,) and by which exit (E, D); rests : sums of a hazard and later ones."""
    last = hazards.shape[0] - 1
    for d in range(persons.shape[0]):
        luck = uniform_at(states[0], d, 0)
        rest = binomial_quantile(luck, int(persons[d]), -expm1(-rests[0, d]))
        left[d] = rest
        for i in range(last):
            share = hazards[i, d] / rests[i, d] if rests[i, d] > 0.0 else 0.0
            moved[i, d] = binomial_quantile(uniform_at(states[1 + i], d, 0), int(rest), share)
            rest -= moved[i, d]
        moved[last, d] = rest
