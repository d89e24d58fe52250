"""Worlds in which records of the size of a record are simulated, and what is planted in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from tarazu.core.errors import FitError
from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.point_process.history import EXPOSED, NEXT_DOOR
from tarazu.evidence.simulated.estimates import measure_excesses
from tarazu.evidence.simulated.marks import NO_EFFECTS, Effects
from tarazu.evidence.simulated.world import HORIZON, World

Role = Literal["null", "effect", "prevented"]

MEASURED_YEARS, MEASURED_DISTRICTS = 30, 29  # to which the defaults of `World` belong
ERRORS: Final = (2.0, 4.0, 6.0)  # standard errors: found in some, in most and in nearly all records
COMMON: Final = (0.25, 0.5, 1.0)  # attacks per operation, where no error can be estimated
PREVENTED: Final = (0.25, 0.5, 1.0)  # shares of attacks
MOST_REACTIONS: Final = 0.5  # of all operations: the others have a tempo of their own
PER_DEATH: Final = (0.1, 0.2, 0.4)  # attacks in the weeks of the headline per militant killed
HEADLINE_SHARE: Final = 48 / 52  # weeks 5 to 52 of those over which the effect is spread
RISES: Final = (0.25, 0.5, 1.0)  # of deaths per event
SHIFTS: Final = (0.15, 0.3, 0.45)  # of a share
EXPONENTS: Final = (-0.5, -0.25, 0.25, 0.5)
WEAK: Final = 0.1  # attacks that an attack brings, where the world has 0.3


@dataclass(frozen=True, slots=True)
class Planted:
    """What one estimator should find in a world.

    Attributes
    ----------
    role : "null", an "effect" that is known, or "prevented", whose size depends on the record.
    effect : in the unit of the estimator, or the share that operations prevent.
    """

    role: Role
    effect: float


@dataclass(frozen=True, slots=True)
class PlantedWorld:
    """A world and what each estimator should find in it.

    Attributes
    ----------
    effects : planted in the marks of events. is_steady : the level of attacks is constant, where
        that is what an estimator tests.
    """

    name: str
    world: World
    planted: Mapping[str, Planted]
    effects: Effects = NO_EFFECTS
    is_steady: bool = False


def world_like(counts: DailyCounts) -> World:
    """Return the world with everything on but effects, for the length and districts of a record."""
    years = len(counts.attacks) / 365.25 / MEASURED_YEARS
    default, attacks, operations = World(), counts.attacks.sum(), counts.operations.sum()
    reactions = float(attacks) * (default.reaction + default.reaction_next_door)
    share = min(1.0, MOST_REACTIONS * float(operations) / max(reactions, 1.0))
    districts = counts.attacks.shape[1] / MEASURED_DISTRICTS
    return replace(
        default,
        bursts=round(default.bursts * years),
        region_gaps=round(default.region_gaps * years),
        district_gaps=round(default.district_gaps * years * districts),
        reaction=default.reaction * share,
        reaction_next_door=default.reaction_next_door * share,
    )


def plan_worlds(names: Collection[str], counts: DailyCounts) -> tuple[PlantedWorld, ...]:
    """Return the worlds that the estimators need, each with what they should find there."""
    on = world_like(counts)
    here, beside = _effects(counts) if _either(names) else (COMMON, COMMON)
    nothing = Planted("null", 0.0)
    own: dict[str, Planted] = dict.fromkeys(("retaliation", "wake", "displacement"), nothing)
    own |= {"reaction": Planted("effect", on.reaction)}
    own |= {"near_repeat": Planted("effect", on.excitation)}
    own |= dict.fromkeys(("dose", "severity", "tactics"), nothing)
    worlds = [PlantedWorld("no effect", on, own)]
    for effect in here:
        found = {
            "retaliation": Planted("effect", effect),
            "wake": Planted("effect", total_effect(on, effect)),
        }
        worlds.append(PlantedWorld(f"{effect:+g} here", replace(on, effect=effect), found))
    for effect in beside:
        world = replace(on, next_door_effect=effect)
        found = {"displacement": Planted("effect", effect)}
        worlds.append(PlantedWorld(f"{effect:+g} next door", world, found))
    for share in PREVENTED:
        found = dict.fromkeys(("retaliation", "wake"), Planted("prevented", share))
        worlds.append(PlantedWorld(f"{share:g} prevented", replace(on, suppression=share), found))
    calm = replace(on, reaction=0.0, reaction_next_door=0.0)
    slow = replace(calm, reaction=on.reaction / 3)
    alone = replace(on, excitation=0.0, contagion=0.0)
    worlds += [
        PlantedWorld("no reaction", calm, {"reaction": nothing}),
        PlantedWorld("weak reaction", slow, {"reaction": Planted("effect", slow.reaction)}),
        PlantedWorld("no excitation", alone, {"near_repeat": nothing}),
        PlantedWorld(
            "weak excitation",
            replace(alone, excitation=WEAK),
            {"near_repeat": Planted("effect", WEAK)},
        ),
    ]
    worlds += _marked_worlds(on)
    asked = (replace(w, planted=_only(w.planted, names)) for w in worlds)
    return tuple(world for world in asked if world.planted)


def _marked_worlds(on: World) -> list[PlantedWorld]:
    """Return the worlds with an effect in the marks of events, and the steady ones."""
    marked = [
        *(("dose", each, Effects(per_death=each / HEADLINE_SHARE)) for each in PER_DEATH),
        *(("severity", 100 * rise, Effects(rise=rise)) for rise in RISES),
        *(("tactics", 100 * shift, Effects(shift=shift)) for shift in SHIFTS),
        *(("escalation", b, Effects(exponent=b)) for b in EXPONENTS),
    ]
    worlds = [
        PlantedWorld(
            f"{effect:+g} of {name}",
            replace(on, drift=0.0) if name == "escalation" else on,
            {name: Planted("effect", effect)},
            effects,
            is_steady=name == "escalation",
        )
        for name, effect, effects in marked
    ]
    constant = {"escalation": Planted("null", 0.0)}
    return [PlantedWorld("constant rate", on, constant, is_steady=True), *worlds]


def total_effect(world: World, effect: float) -> float:
    """Return attacks within the horizon that an operation adds, with those that they bring.

    Planted attacks fall evenly on the horizon; each brings `excitation` more with a mean lag of 10
    days, each of those with ties, and so on. Gaps, which hide some of all attacks, are left out.
    """
    ratio = world.excitation / (1 - world.ties)
    rate = (1 - ratio) / 10.0
    brought = ratio / (1 - ratio) * (1 - (1 - np.exp(-rate * HORIZON)) / (rate * HORIZON))
    return float(effect * (1 + brought))


def _either(names: Collection[str]) -> bool:
    return not {"retaliation", "wake", "displacement"}.isdisjoint(names)


def _only(planted: Mapping[str, Planted], names: Collection[str]) -> dict[str, Planted]:
    return {name: found for name, found in planted.items() if name in names}


def _effects(counts: DailyCounts) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return effects at home and next door, as many standard errors as `ERRORS` of this record."""
    try:
        excesses = measure_excesses(counts, (EXPOSED, NEXT_DOOR))
    except FitError:
        return COMMON, COMMON
    found: list[tuple[float, ...]] = []
    for excess in excesses:
        if not excess.measured or excess.n_treatments == 0:
            found.append(COMMON)
            continue
        variance = excess.dispersion * max(excess.expected, 1.0) + excess.expected_se**2
        error = float(np.sqrt(variance)) / excess.n_treatments
        found.append(tuple(float(f"{errors * error:.2g}") for errors in ERRORS))
    return found[0], found[1]
