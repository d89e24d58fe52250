"""Reproduction number of violence, feedback at an equilibrium, elasticities of growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.engine.mean_field.equilibria import (
    ClosedMap,
    Equilibrium,
    find_equilibrium,
    spectral_radius,
)
from tarazu.engine.mean_field.weekly_map import Linearisation, WeeklyMap
from tarazu.engine.trajectory import FloatArray

FROM_OUTSIDE: Final = 1e-9  # persons per week and district; above it recruitment needs no violence
TAKES_PART: Final = 1e-6  # least participation of violent stocks in a mode; less is rounding
SEED: Final = 1e-8  # violent persons of each stock and district, near whom derivatives are taken
SEEDED_WEEKS: Final = 520
ELASTICITY_STEP: Final = 1e-4  # relative; second differences of the map are smooth at that scale


@dataclass(frozen=True, slots=True, eq=False)
class Reproduction:
    """Recruits that one violent person causes over all channels, where nobody is violent.

    Attributes
    ----------
    number : largest eigenvalue (real part) of the next-generation matrix, its spectral radius
        where no entry is negative; None where it is not defined.
    reason : why not; "" where it is.
    eigenvalue : dominant one of the weekly map at the same state, of the modes in which violent
        stocks take part: the weekly growth factor of violence from small seeds. Other modes, which
        may fade more slowly, are left out. NaN where there is no state.
    equilibrium : the one without violence; None where there is none.
    by_faction : (K,) share of each violent stock in the leading generation, summing to 1.
    """

    number: float | None
    reason: str
    eigenvalue: float
    equilibrium: Equilibrium | None
    by_faction: Mapping[str, float]


def reproduction_number(
    closed: ClosedMap,
    start: FloatArray,
    *,
    violent: Sequence[str],
    recruitment: Sequence[str],
    set_aside: Sequence[str] = (),
) -> Reproduction:
    """Return the reproduction number of violence R_v.

    At the equilibrium without violence the weekly map is split into new infection F, the flows
    of `recruitment` into the violent stocks, and transition T, all else: memories and grievances
    that violence leaves, release, return, movement between districts. The next-generation matrix
    F (1 - T)^-1 counts the recruits that one violent person causes over its whole time and by
    every channel. Above 1 violence grows from small beginnings.

    Parameters
    ----------
    start : (S, D) from which the equilibrium without violence is searched.
    violent : people stocks that are empty where there is no violence.
    recruitment : transfers by which people newly become violent.
    set_aside : levers held at 0 meanwhile, where the model has them: importation, as
        epidemiology calls what comes without an infected person before it.

    References
    ----------
    van den Driessche & Watmough (2002), Mathematical Biosciences 180,
    doi:10.1016/S0025-5564(02)00108-6. Allen & van den Driessche (2008), Journal of Difference
    Equations and Applications 14, doi:10.1080/10236190802332308: weekly maps.
    """
    closed = closed.with_levers_at_zero(set_aside)
    point = _without(closed, start, violent)
    flows = closed.jacobian(point.state)[1].flows
    inflow = {
        name: float(flows[name].max())
        for name, transfer in closed.model.transfers.items()
        if transfer.target in violent and transfer.source not in violent
    }
    outside = [name for name, people in inflow.items() if people > FROM_OUTSIDE]
    if outside:
        named = ", ".join(f"{name} {inflow[name]:.2g}" for name in outside)
        reason = (
            "there is no equilibrium without violence: people become violent though nobody is "
            f"(persons per week in the district with most: {named})"
        )
        return Reproduction(None, reason, float("nan"), None, {})
    if not point.is_settled:
        reason = f"no equilibrium without violence was found (weekly change {point.drift:.1g})"
        return Reproduction(None, reason, float("nan"), None, {})
    jacobian, week = closed.jacobian(_seeded(closed, point.state, violent))
    growth = float(np.abs(_leading_mode(jacobian, closed.rows(violent))[0]))
    generation = _next_generation(closed, jacobian, week, violent, recruitment)
    if generation is None:
        reason = "what violence leaves behind does not fade by itself, so generations have no end"
        return Reproduction(None, reason, growth, point, {})
    values, vectors = np.linalg.eig(generation)
    leading = int(values.real.argmax())  # above 1 where, and only where, violence grows
    share = np.abs(vectors[:, leading]).reshape(len(violent), -1).sum(axis=1)
    return Reproduction(
        number=float(values[leading].real),
        reason="",
        eigenvalue=growth,
        equilibrium=point,
        by_faction=dict(zip(violent, (share / max(share.sum(), 1e-300)).tolist(), strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one more violent person brings about where violence already is.

    NaN where what violence leaves behind does not fade by itself.

    Attributes
    ----------
    eigenvalue : leading eigenvalue of the next-generation matrix with its sign (real part of the
        one of largest modulus); below zero, one more keeps recruits away.
    net_recruits : recruits over all channels by one more violent person of the present mix.
    """

    eigenvalue: float
    net_recruits: float


def feedback_number(
    closed: ClosedMap, state: FloatArray, *, violent: Sequence[str], recruitment: Sequence[str]
) -> Feedback:
    """Return the recruits that one more violent person causes where violence already is.

    The next-generation number of the map linearised at any state, for cases in which no
    equilibrium without violence exists. At a stable equilibrium it is below 1, and what is
    missing to 1 comes from recruitment that needs no violence; near 1 violence feeds itself.

    Parameters
    ----------
    state : (S, D). violent, recruitment : as in `reproduction_number`.
    """
    jacobian, week = closed.jacobian(state)
    generation = _next_generation(closed, jacobian, week, violent, recruitment)
    if generation is None:
        return Feedback(float("nan"), float("nan"))
    values = np.linalg.eigvals(generation)
    there = closed.levels(state)[closed.rows(violent)]
    mix = there / max(float(there.sum()), 1e-300)
    return Feedback(
        eigenvalue=float(values[int(np.abs(values).argmax())].real),
        net_recruits=float((generation @ mix).sum()),
    )


def growth_elasticities(
    closed: ClosedMap, state: FloatArray, *, violent: Sequence[str]
) -> dict[str, float]:
    """Return the elasticity of the growth factor to each parameter, at a fixed state.

    The growth factor is the dominant eigenvalue of the modes in which violent stocks take part.

    By how many percent the weekly growth factor rises if the parameter rises by one percent, or,
    for a parameter at zero, by one percent of one. From left and right eigenvectors; they are
    shares of influence, not additive parts.

    Parameters
    ----------
    state : (S, D). violent : people stocks, as in `reproduction_number`.
    """
    jacobian, _ = closed.jacobian(state)
    value, v, w = _leading_mode(jacobian, closed.rows(violent))
    along = closed.directions() @ np.stack([v.real, v.imag], axis=1)
    found = {}
    for p, name in enumerate(closed.model.parameters):
        scale = abs(closed.parameters[p]) or 1.0
        slopes = []
        for sign in (1.0, -1.0):
            parameters = closed.parameters.copy()
            parameters[p] += sign * ELASTICITY_STEP * scale
            moved_map = WeeklyMap(
                closed.model, parameters, closed.levers, districts=closed.districts
            )
            week = moved_map.linearise(state, along)
            rows = np.concatenate([np.arange(r.start, r.stop) for r in map(week.rows, closed.kept)])
            moved = week.jacobian[rows]
            slopes.append(moved[:, 0] + 1j * moved[:, 1])
        change = (w @ (slopes[0] - slopes[1])) / (w @ v) / (2 * ELASTICITY_STEP)
        found[name] = float((change / value).real)
    return found


def _leading_mode(
    jacobian: FloatArray, rows: NDArray[np.int64]
) -> tuple[complex, NDArray[np.complex128], NDArray[np.complex128]]:
    """Return the largest eigenvalue in whose mode some levels take part, right and left vector.

    How much they do: the participation factor, right times left eigenvector, which has no unit.
    """
    values, right = np.linalg.eig(jacobian)
    left = np.linalg.pinv(right)
    part = np.abs(right * left.T)[rows].sum(axis=0)
    leading = int(np.where(part > TAKES_PART, np.abs(values), -1.0).argmax())
    return complex(values[leading]), right[:, leading], left[leading]


def _next_generation(
    closed: ClosedMap,
    jacobian: FloatArray,
    week: Linearisation,
    violent: Sequence[str],
    recruitment: Sequence[str],
) -> FloatArray | None:
    """Return F (1 - T)^-1 over the violent stocks; None where T alone does not fade."""
    new = np.zeros_like(jacobian)
    for name in recruitment:
        new[closed.rows([closed.model.transfers[name].target])] += week.flow_jacobians[name]
    transition = jacobian - new
    if spectral_radius(transition) >= 1.0:
        return None
    rows = closed.rows(violent)
    resolved = np.linalg.inv(np.eye(len(jacobian)) - transition)
    return np.asarray(new[rows] @ resolved[:, rows])


def _without(closed: ClosedMap, start: FloatArray, violent: Sequence[str]) -> Equilibrium:
    """Return the equilibrium of the map whose violent stocks are emptied every week."""
    peaceful = ClosedMap(
        closed.model, closed.parameters, closed.levers, districts=closed.districts, emptied=violent
    )
    state = start.copy()
    for name in violent:
        at = [*closed.model.stocks].index(name)
        state[[*closed.model.stocks].index(str(closed.rest))] += state[at]
        state[at] = 0.0
    return find_equilibrium(peaceful, state)


def _seeded(closed: ClosedMap, state: FloatArray, violent: Sequence[str]) -> FloatArray:
    """Return the state ten years after the first few violent people, kept as few.

    What they leave behind is there too, so that kinks at 0 lie on the side on which it falls.
    """
    at = [[*closed.model.stocks].index(name) for name in violent]
    seeded = state.copy()
    seeded[at] += SEED
    seeded = closed.close(seeded, state)
    few = float(seeded[at].sum())
    for _ in range(SEEDED_WEEKS):
        change = closed.step(seeded) - state
        most = max(float(change[at].sum()), few)
        seeded = closed.close(state + change * (few / most), state)  # as few as before
    return np.asarray(np.maximum(seeded, 0.0))
