"""What four estimators and the checks that refuse them say on one simulated record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from tests.theory.dose_worlds import DoseWorld, simulate_doses
from tests.theory.worlds import HORIZON, Frame

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.displacement.rings import lead_rows, study_rings
from tarazu.evidence.dose.effect import (
    HEADLINE,
    LEAD_WEEKS,
    LEADS,
    largest_operations,
    measure_dose,
    without,
)
from tarazu.evidence.dose.panel import DosePanel, within_reach
from tarazu.evidence.methods.comparison_days import measure_days
from tarazu.evidence.options import LEVEL
from tarazu.evidence.point_process.after_operations import fit_attacks
from tarazu.evidence.point_process.excess_events import (
    measure_excess,
    measure_lead,
    measure_placebo,
)
from tarazu.evidence.point_process.history import EXPOSED, LATER, NEXT_DOOR
from tarazu.evidence.refusals import declared, limit_of
from tarazu.evidence.wake.estimator import compare, ring_outcomes, summarise, windows_of

PERMUTATIONS = 199
NOTHING = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Outcome:
    """One estimator on one record: its numbers, and the declared checks that failed."""

    estimate: float
    low: float
    high: float
    p_value: float
    failed: tuple[str, ...]


def read(world: DoseWorld, place: Frame, km: np.ndarray, seed: int) -> dict[str, Outcome]:
    drawn = simulate_doses(world, place, seed)
    operations = np.zeros_like(drawn.attacks)
    np.add.at(operations, (drawn.days, drawn.districts), 1)
    used = {"attacks": int(drawn.attacks.sum()), "operations": int(operations.sum())}
    counts = DailyCounts(drawn.attacks, operations, place.calendar_year, place.neighbours, used, {})
    background = fit_attacks(counts)
    here = measure_excess(background, EXPOSED, level=LEVEL)
    beside = measure_excess(background, NEXT_DOOR, level=LEVEL)
    inside, outside, _ = background.branching.values()
    lead = measure_lead(background, times=limit_of("retaliation", "earlier", "times"))
    later = measure_placebo(background, LATER).p_value
    rings = study_rings(counts, horizon=HORIZON, level=LEVEL, replicates=PERMUTATIONS)
    ring_p = 1.0
    if rings is not None:
        leads = [i for i, name in enumerate(rings.names) if name in lead_rows()]
        ring_p = min(1.0, len(leads) * float(rings.p_value[leads].min()))
    return {
        "retaliation": Outcome(
            here.estimate,
            *here.interval,
            here.p_value,
            _failed("retaliation", earlier=lead, later=later, excitation=-(inside + outside)),
        ),
        "displacement": Outcome(
            beside.estimate, *beside.interval, beside.p_value, _failed("displacement", lead=ring_p)
        ),
        "wake": _wake(counts, km),
        "dose": _dose(drawn, place),
    }


def _failed(estimator: str, **values: float) -> tuple[str, ...]:
    """Return the declared checks below their limits; what must stay below comes with a minus."""
    assert values.keys() == declared()[estimator].keys()
    below = {"excitation", "leverage"}
    limits = {name: limit_of(estimator, name) for name in values}
    return tuple(
        name
        for name, value in values.items()
        if (value <= -limits[name] if name in below else value < limits[name])
    )


def _wake(counts: DailyCounts, km: np.ndarray) -> Outcome:
    windows = windows_of(HORIZON)
    contrasts = compare(counts, partial(ring_outcomes, counts, km, windows))
    if contrasts is None:
        return Outcome(*NOTHING, ())
    effects = measure_days(contrasts, replicates=PERMUTATIONS, seed=0)
    found = summarise(contrasts, effects)
    failed = _failed(
        "wake",
        placebo=float(effects.p_value[-1]),
        overlap=effects.dose,
    )
    return Outcome(found.estimate, *found.interval, found.p_value, failed)


def _dose(drawn, place: Frame) -> Outcome:
    weeks = len(drawn.attacks) // 7
    attacks = drawn.attacks[: 7 * weeks].reshape(weeks, 7, -1).sum(axis=1)
    panel = within_reach(
        DosePanel(attacks, drawn.days // 7, drawn.districts, drawn.doses, place.neighbours, {}, {})
    )
    effect = measure_dose(panel, exchanges=PERMUTATIONS)
    leads = measure_dose(panel, LEADS, history_ends=LEAD_WEEKS, exchanges=PERMUTATIONS)
    signs = [effect.estimates[0] > 0]
    for operation in largest_operations(panel):
        one = measure_dose(without(panel, operation), (HEADLINE,), exchanges=PERMUTATIONS)
        signs.append(one.estimates[0] > 0)
    failed = _failed(
        "dose",
        before=float(leads.p_values.min()),
        leverage=-effect.largest_share,
        heaviest=float(len(set(signs)) == 1),
    )
    low, high = effect.intervals[0]
    return Outcome(float(effect.estimates[0]), low, high, float(effect.p_values[0]), failed)
