"""Explicit kin groups: one by one, each with who may turn, who has turned and who fights.

Written apart from the model, as the oracle of its two classes of kin groups. Militants lead to
takings, a share of which falls on the kin of present militants; a taking turns a part of those of
the group who may turn; some of these join, the others calm down; militants leave.
"""

# ruff: noqa: NPY002 - inside compiled code np.random is numba's own generator, seeded by run

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

MOST = 200_000  # militants that a run has room for


@dataclass(frozen=True)
class Kin:
    """A closed loop of militants, takings and kin, by week."""

    groups: int = 500_000
    size: int = 30
    turned: float = 0.5  # share of those who may turn whom a taking turns
    joining: float = 0.02 * 0.004 / 0.98  # of the turned, so that 2 % ever join
    calming: float = 0.004
    leaving: float = 0.0055
    start: int = 2_250

    @property
    def recruits(self) -> float:
        """Recruits by first taking of a group."""
        return self.size * self.turned * self.joining / (self.joining + self.calming)

    def takings(self, number: float) -> float:
        """Takings by militant and week at which one militant brings `number` recruits."""
        return number * self.leaving / self.recruits


def militants(
    kin: Kin, number: float, targeting: float, weeks: int, seed: int
) -> NDArray[np.float64]:
    """Return the militants of each week, counted group by group."""
    return np.asarray(
        _follow(
            kin.groups,
            kin.size,
            weeks,
            kin.takings(number),
            targeting,
            kin.turned,
            kin.joining,
            kin.calming,
            kin.leaving,
            kin.start,
            seed,
        )
    )


@numba.njit(cache=True)
def _follow(
    groups, size, weeks, takings, targeting, turned, joining, calming, leaving, start, seed
):
    np.random.seed(seed)
    may = np.full(groups, size)
    has = np.zeros(groups, np.int64)  # turned, and not yet joined or calmed
    at = np.full(groups, -1)
    active = np.zeros(groups, np.int64)
    count = 0
    home = np.zeros(MOST, np.int64)  # group of each militant
    men = 0
    for _ in range(start):
        g = np.random.randint(groups)
        if may[g] > 0:
            may[g] -= 1
            home[men] = g
            men += 1
    series = np.zeros(weeks)
    for week in range(weeks):
        for _ in range(np.random.poisson(takings * men)):
            if men > 0 and np.random.random() < targeting:
                g = home[np.random.randint(men)]
            else:
                g = np.random.randint(groups)
            if may[g] > 0:
                turn = np.random.binomial(may[g], turned)
                may[g] -= turn
                has[g] += turn
                if has[g] > 0 and at[g] < 0:
                    at[g] = count
                    active[count] = g
                    count += 1
        i = 0
        while i < count:
            g = active[i]
            join = np.random.binomial(has[g], joining)
            has[g] -= join
            for _ in range(join):
                if men < MOST:
                    home[men] = g
                    men += 1
            calm = np.random.binomial(has[g], calming) if has[g] > 0 else 0
            has[g] -= calm
            may[g] += calm
            if has[g] == 0:
                count -= 1
                active[i] = active[count]
                at[active[i]] = i
                at[g] = -1
            else:
                i += 1
        i = 0
        while i < men:
            if np.random.random() < leaving:
                may[home[i]] += 1
                men -= 1
                home[i] = home[men]
            else:
                i += 1
        series[week] = men
    return series
