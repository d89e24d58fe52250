"""Contagion between districts in continuous time, exactly: Gillespie's direct method (1976)."""

import numpy as np


def active_after(
    people: int, start: int, contact: float, recovery: float, travel: float, weights, weeks, rng
) -> int:
    """Return the number of active people, over all districts, after some weeks.

    People of a district are calm or active; a calm one turns active at contact * active / people,
    an active one calms down at `recovery` and moves to a neighbour, by weight, at `travel`.
    """
    districts = len(weights)
    active = np.full(districts, start)
    calm = np.full(districts, people - start)
    now = 0.0
    while True:
        joining = contact * calm * active / people
        calming = recovery * active
        leaving = travel * active * (weights.sum(axis=1) > 0.0)
        rates = np.concatenate([joining, calming, leaving])
        total = rates.sum()
        if total == 0.0:
            return int(active.sum())
        now += rng.exponential(1.0 / total)
        if now > weeks:
            return int(active.sum())
        which = int(np.searchsorted(np.cumsum(rates), rng.random() * total))
        kind, d = divmod(which, districts)
        if kind == 0:
            calm[d], active[d] = calm[d] - 1, active[d] + 1
        elif kind == 1:
            calm[d], active[d] = calm[d] + 1, active[d] - 1
        else:
            j = rng.choice(districts, p=weights[d])
            active[d], active[j] = active[d] - 1, active[j] + 1
