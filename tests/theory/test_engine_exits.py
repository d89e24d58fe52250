"""Who leaves a stock, and by which exit: binomial and multinomial over ten million draws.

Cases are mixed over the districts, so that each block of districts holds few persons and many,
small hazards and large ones. A family of p-values fails by chance once in 1 / ALPHA runs.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats
from tests.reference import count_quantiles as reference
from tests.reference.broken_kernels import changed_module
from tests.reference.exits_one_by_one import Draws, drawn_exits

from tarazu.engine.compiler import exit_kernels

ALPHA = 1e-6
FEWEST = 20.0  # expected in a cell of a chi-square
PERSONS = (0, 1, 2, 3, 4, 7, 20, 61, 150, 300)
HAZARDS = (1e-6, 1e-3, 0.02, 0.1, 0.35, 0.5, 0.69, 0.7, 0.9, 1.25, 1.6, 3.0, 10.0, 50.0)  # 1/week
SHARES = np.array([0.5, 0.0, 0.3, 0.2])  # of the hazard, by exit; the second is closed
JOINTLY = 7  # persons up to which the exits are compared jointly, not one by one
CASES = [(persons, hazard) for persons in PERSONS for hazard in HAZARDS]
REPEATS, WEEKS = 6_000, 12  # 10.08 million draws, 72,000 per case


@cache
def drawn(draw=exit_kernels.draw_exits) -> tuple[Draws, ...]:
    """Draw every case `REPEATS` times each week, in an order of districts by chance."""
    persons, hazards = np.tile(np.array(CASES).T, REPEATS)
    order = np.random.default_rng(3).permutation(persons.size)
    by_exit = SHARES[:, None] * hazards[order]
    return tuple(drawn_exits(persons[order], by_exit, week, draw) for week in range(WEEKS))


@cache
def counts_of(persons: int, hazard: float) -> np.ndarray:
    """Return who took each exit in the draws of one case, (draws, E)."""
    whole = SHARES.sum() * hazard
    parts = []
    for draws in drawn():
        is_case = (draws.persons == persons) & np.isclose(draws.hazards.sum(axis=0), whole)
        parts.append(draws.moved[:, is_case].T.astype(np.int64))
    return np.concatenate(parts)


def p_of_cells(seen: np.ndarray, expected: np.ndarray) -> float:
    """Return the chi-square p-value after all cells with little expected are pooled into one."""
    order = np.argsort(-expected, kind="stable")
    seen, expected = seen[order], expected[order]
    kept = int((expected >= FEWEST).sum())
    if expected[kept:].sum() < FEWEST:  # too little together: the least of the others joins them
        kept = max(kept - 1, 0)
    edges = range(min(kept + 1, len(expected)))  # each cell that is kept, then the pooled ones
    pooled, wanted = np.add.reduceat(seen, edges), np.add.reduceat(expected, edges)
    if len(pooled) == 1:
        return 1.0
    return float(stats.chi2.sf(((pooled - wanted) ** 2 / wanted).sum(), len(pooled) - 1))


def p_of_count(counts: np.ndarray, persons: int, share: float) -> float:
    expected = counts.size * stats.binom(persons, share).pmf(np.arange(persons + 1))
    return p_of_cells(np.bincount(counts, minlength=persons + 1), expected)


def p_of_exits(counts: np.ndarray, persons: int, hazards: np.ndarray) -> float:
    """Compare the numbers by exit with the multinomial; counts : (draws, E) of open exits."""
    joint = reference.competing_exits(persons, hazards)
    shape = (persons + 1,) * len(hazards)
    cells = np.array([k for k in np.ndindex(shape) if sum(k) <= persons])
    seen = np.bincount(np.ravel_multi_index(tuple(counts.T), shape), minlength=np.prod(shape))
    stayed = persons - cells.sum(axis=1, keepdims=True)
    expected = len(counts) * joint.pmf(np.hstack([cells, stayed]))
    return p_of_cells(seen[np.ravel_multi_index(tuple(cells.T), shape)], expected)


def p_values(persons: int, hazard: float, claimed: float) -> list[float]:
    """Return p-values of the draws at one hazard under the claim of another."""
    counts, is_open = counts_of(persons, hazard), SHARES > 0.0
    left = -np.expm1(-claimed * SHARES.sum())
    values = [p_of_count(counts.sum(axis=1), persons, left)]
    if persons <= JOINTLY:
        return [*values, p_of_exits(counts[:, is_open], persons, claimed * SHARES[is_open])]
    shares = left * SHARES / SHARES.sum()
    return values + [p_of_count(counts[:, i], persons, shares[i]) for i in np.flatnonzero(SHARES)]


def test_draw_exits__keeps_its_laws_and_draws_what_the_quantiles_give():
    assert sum(draws.persons.size for draws in drawn()) >= 10_000_000
    assert [draws.broken() for draws in drawn()] == [{}] * WEEKS


def test_draw_exits__negative_control_terms_without_end_break_the_laws():
    endless = changed_module(exit_kernels, "none if is_walk else 0.0", "none")
    broken = [draws.broken() for draws in drawn(endless.draw_exits)]
    assert sum(laws.get("no more leave than are there", 0) for laws in broken) > 0


@pytest.mark.parametrize("persons", [n for n in PERSONS if n > 0])
def test_draw_exits__are_binomial_in_total_and_multinomial_by_exit(persons):
    family = [p for hazard in HAZARDS for p in p_values(persons, hazard, hazard)]
    assert min(family) * len(family) > ALPHA


@pytest.mark.parametrize(("persons", "hazard"), [(2, 1.25), (4, 0.69), (20, 0.1), (300, 0.02)])
def test_draw_exits__negative_control_a_wrong_hazard_is_seen(persons, hazard):
    assert min(p_values(persons, hazard, 1.05 * hazard)) < ALPHA


def test_draw_exits__negative_control_a_wrong_share_of_an_exit_is_seen():
    counts = counts_of(4, 1.25)[:, SHARES > 0.0]
    assert p_of_exits(counts, 4, 1.25 * np.array([0.48, 0.32, 0.2])) < ALPHA
