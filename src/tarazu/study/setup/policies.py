"""Policies of a study as lever arrays and pulses, ready for the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts, Pulse
from tarazu.model.places.attributes import read_places
from tarazu.model.quantities import Lever
from tarazu.policy import Policy
from tarazu.policy.lever_arrays import lever_arrays
from tarazu.region import Region
from tarazu.study.setup.spec import Study

FloatArray = NDArray[np.float64]

WITHOUT, SWEEP, HARMLESS = "no extra sweep", "sweep", "sweep without harm"
"""The policies of a study of one extra operation."""


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedPolicy:
    """A policy as lever arrays plus added operations.

    Attributes
    ----------
    levers : (L, T, D). pulses : the same in every draw.
    has_sweep : whether the study's extra operation, sized in each draw, is added.
    """

    name: str
    title: str
    meaning: str
    levers: FloatArray
    pulses: tuple[Pulse, ...] = ()
    has_sweep: bool = False


def resolve_policy(
    policy: Policy,
    levers: Mapping[str, Lever],
    region: Region,
    weeks: int,
    pulses: Sequence[Pulse] = (),
) -> ResolvedPolicy:
    """Return a policy, checked already, as the engine reads it; see `check_policy`."""
    settings = lever_arrays(policy, levers, region, weeks)
    return ResolvedPolicy(policy.name, policy.title, policy.meaning, settings, tuple(pulses))


def resolve_policies(study: Study) -> tuple[ResolvedPolicy, ...]:
    """Return the policies of a study, in the order of its tables."""
    spec, levers = study.spec, study.model.levers
    pulses = [
        Pulse(p.event, p.week, study.district(p.district), p.expected, p.count) for p in spec.pulses
    ]
    policies = [resolve_policy(p, levers, study.region, spec.weeks, pulses) for p in study.policies]
    base = next(policy for policy in policies if policy.name == spec.baseline)
    if spec.operation is not None:
        return _operation_policies(study, base)
    if spec.grid is not None:
        row, meaning = [*levers].index(spec.grid.lever), f"{levers[spec.grid.lever].meaning}."
        for value in spec.grid.values:
            settings = base.levers.copy()
            settings[row] = value
            name = f"{spec.grid.lever} = {_shortest(value)}"
            policies.append(replace(base, name=name, title=name, meaning=meaning, levers=settings))
    return tuple(policies)


def _shortest(value: float) -> str:
    """Return a number with six digits, or with all where these do not give the same number."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _operation_policies(study: Study, base: ResolvedPolicy) -> tuple[ResolvedPolicy, ...]:
    operation = study.spec.operation
    assert operation is not None  # the caller looked
    harmless = base.levers.copy()
    columns = [study.district(name) for name in operation.split]
    harmless[list(study.model.levers).index("operation_harm"), operation.week, columns] = 0.0
    return (
        replace(base, name=WITHOUT, title="No extra sweep"),
        replace(
            base,
            name=SWEEP,
            title="The sweep",
            meaning="One extra week of operations, with the harm and custody that the model gives "
            "them.",
            has_sweep=True,
        ),
        replace(
            base,
            name=HARMLESS,
            title="The same removals without harm",
            meaning="The same operations in the same week, as if no bystander were killed or "
            "taken, nobody disappeared and the militants killed were not mourned.",
            levers=harmless,
            has_sweep=True,
        ),
    )


def baseline_of(study: Study) -> str:
    """Return the name of the policy that stands for the status quo."""
    return study.spec.baseline if study.spec.operation is None else WITHOUT


def districts_of(region: Region) -> Districts:
    """Return the districts of a region as the engine reads them."""
    return Districts.of(region.slugs, read_places(region), region.weights())
