"""Contagion in one closed district as an exact Markov chain, from the binomials alone."""

import numpy as np
from scipy import stats


def transition(people: int, contact: float, recovery: float) -> np.ndarray:
    """Probability of j active next week from i active now, (people + 1, people + 1)."""
    counts = np.arange(people + 1)
    chain = np.zeros((people + 1, people + 1))
    for i in counts:
        join = stats.binom.pmf(counts, people - i, -np.expm1(-contact * i / people))
        calm = stats.binom.pmf(counts, i, -np.expm1(-recovery))
        for joined in range(people - i + 1):
            for calmed in range(i + 1):
                chain[i, i + joined - calmed] += join[joined] * calm[calmed]
    return chain
