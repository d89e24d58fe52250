"""Arms: the policies of a study as lever arrays and pulses, ready for the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts, Pulse
from tarazu.policy import resolve
from tarazu.region import Region
from tarazu.study.setup.spec import Study

FloatArray = NDArray[np.float64]

WITHOUT, SWEEP, HARMLESS = "no extra sweep", "sweep", "sweep without harm"
"""The arms of a study of one extra operation."""


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One policy of a study.

    Attributes
    ----------
    levers : (L, T, D). pulses : the same in every draw.
    has_sweep : whether the study's extra operation, sized in each draw, is added.
    """

    name: str
    title: str
    meaning: str
    levers: FloatArray
    pulses: tuple[Pulse, ...]
    has_sweep: bool = False


def make_arms(study: Study) -> tuple[Arm, ...]:
    """Return the arms of a study, in the order of its tables."""
    spec, levers = study.spec, study.model.levers
    pulses = tuple(
        Pulse(p.event, p.week, study.district(p.district), p.expected, p.count) for p in spec.pulses
    )
    arms = [
        Arm(p.name, p.title, p.meaning, resolve(p, levers, study.region, spec.weeks), pulses)
        for p in study.policies
    ]
    base = next(arm for arm in arms if arm.name == spec.baseline)
    if spec.operation is not None:
        return _operation_arms(study, base)
    if spec.sweep is not None:
        row = list(levers).index(spec.sweep.lever)
        for value in spec.sweep.values:
            settings = base.levers.copy()
            settings[row] = value
            name = f"{spec.sweep.lever} = {value:g}"
            arms.append(Arm(name, name, f"{levers[spec.sweep.lever].meaning}.", settings, pulses))
    return tuple(arms)


def _operation_arms(study: Study, base: Arm) -> tuple[Arm, ...]:
    operation = study.spec.operation
    assert operation is not None  # the caller looked
    harmless = base.levers.copy()
    columns = [study.district(name) for name in operation.split]
    harmless[list(study.model.levers).index("operation_harm"), operation.week, columns] = 0.0
    return (
        Arm(WITHOUT, "No extra sweep", base.meaning, base.levers, base.pulses),
        Arm(
            SWEEP,
            "The sweep",
            "One extra week of operations, with the harm and custody that the model gives them.",
            base.levers,
            base.pulses,
            has_sweep=True,
        ),
        Arm(
            HARMLESS,
            "The same removals without harm",
            "The same operations in the same week, as if no bystander were killed or taken, nobody "
            "disappeared and the militants killed were not mourned.",
            harmless,
            base.pulses,
            has_sweep=True,
        ),
    )


def baseline_of(study: Study) -> str:
    """Return the name of the arm that stands for today's practice."""
    return study.spec.baseline if study.spec.operation is None else WITHOUT


def places_of(region: Region) -> Districts:
    """Return the districts of a region as the engine reads them."""
    return Districts(
        region.slugs,
        np.array([float(d.population) for d in region.districts]),
        np.array([d.urban_share for d in region.districts]),
        region.weights(),
    )
