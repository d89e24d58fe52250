"""Run a model: the one entry that studies call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from tarazu.core.errors import SimulationError
from tarazu.engine.build import build_kernel, program_of
from tarazu.engine.inputs import Inputs, prepare
from tarazu.engine.program import Program, levels_behind
from tarazu.engine.trajectory import Failure, FloatArray, IntArray, Places, Pulse, Trajectory
from tarazu.model.declaration import Model

Mode = Literal["stochastic", "mean"]
Engine = Literal["numba", "numpy"]


def simulate(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    places: Places,
    seed: int,
    members: IntArray,
    weeks: int,
    pulses: Sequence[Pulse] = (),
    keep: Sequence[str] = (),
    mode: Mode = "stochastic",
    engine: Engine = "numba",
) -> Trajectory:
    """Return the weekly series of a batch of members.

    A member's series depends on its parameters, the levers, the pulses, the seed and its id, not
    on the batch that it came in; two runs that differ in levers or pulses share their luck draw by
    draw. Releases the GIL while it runs.

    Parameters
    ----------
    parameters : (M, P) values in the order of ``model.parameters``; (P,) serves all members.
    levers : (L, T, D) settings in the order of ``model.levers``, inside their ranges.
    seed : of the study, >= 0.
    members : (M,) int64 ids >= 0; luck hangs on the id.
    weeks : T >= 1.
    pulses : added to events from outside.
    keep : names of quantities to keep by district; () keeps national series only.
    mode : ``stochastic`` (whole people, drawn events) or ``mean`` (mean field: expectations).
    engine : ``numba`` (generated kernel, cached on disk) or ``numpy`` (slow, obvious, the oracle).

    Raises
    ------
    ValueError
        Arrays of the wrong shape, a lever outside its range, an unknown name.
    SimulationError
        A stock or hazard left its range during the run; says which, where and when.
    """
    program = program_of(model)
    inputs = prepare(
        program,
        parameters,
        levers,
        places=places,
        seed=seed,
        members=members,
        weeks=weeks,
        pulses=pulses,
        keep=keep,
        whole=mode == "stochastic",
    )
    shape = (len(inputs.members), weeks)
    national = np.empty((*shape, len(program.quantities)))
    district = np.empty((*shape, len(places.names), len(keep)))
    run = _run_kernel if engine == "numba" else _run_arrays
    run(program, mode, inputs, places, national, district)
    return Trajectory(
        quantities=program.quantities,
        units=program.units,
        members=inputs.members,
        national=national,
        district_quantities=tuple(keep),
        district=district if keep else None,
        start=_national_start(program, inputs),
        places=places.names,
    )


def _national_start(program: Program, inputs: Inputs) -> FloatArray:
    sums = inputs.start.sum(axis=2)
    means = inputs.start @ inputs.people_share
    averaged = inputs.is_mean[: len(program.model.stocks)] == 1
    return np.where(averaged, means, sums)


def _run_arrays(
    program: Program,
    mode: Mode,
    inputs: Inputs,
    places: Places,
    national: FloatArray,
    district: FloatArray,
) -> None:
    from tarazu.engine.arrays import ArrayRun, OutOfRange  # late: it loads numba

    try:
        ArrayRun(program, mode, inputs).run(national, district)
    except OutOfRange as failure:
        what, week, d, _, value = failure.args
        raise SimulationError(
            f"is {value:g}",
            quantity=what,
            value=value,
            district=places.names[d],
            week=week,
            expected="a finite value >= 0",
        ) from failure


def _run_kernel(
    program: Program,
    mode: Mode,
    inputs: Inputs,
    places: Places,
    national: FloatArray,
    district: FloatArray,
) -> None:
    kernel = build_kernel(program.model, mode)
    districts = len(inputs.population)
    now = np.zeros((len(program.quantities), districts))
    nearby = np.zeros((len(program.model.nearby), 2, districts))
    pull = np.zeros((len(program.movers), districts))
    arrivals = np.zeros_like(pull)
    streams = np.array([program.streams[name] for name in program.luck], dtype=np.int64)
    luck = np.zeros((len(streams), districts))
    hazards, moved = np.zeros(len(streams)), np.zeros(len(streams))
    for m, member in enumerate(inputs.members):
        now[: len(program.model.stocks)] = inputs.start[m]
        failure = Failure(
            *kernel.run_member(
                inputs.parameters[m],
                inputs.levers,
                inputs.population,
                inputs.urban_share,
                inputs.first,
                inputs.neighbour,
                inputs.weight,
                inputs.keys,
                inputs.pulse_row,
                inputs.pulse_expected,
                inputs.pulse_count,
                inputs.seed,
                member,
                inputs.is_mean,
                inputs.people_share,
                inputs.keep,
                now,
                nearby,
                pull,
                arrivals,
                streams,
                luck,
                hazards,
                moved,
                national[m],
                district[m],
            )
        )
        if failure.week >= 0:
            check = kernel.checks[failure.quantity]
            values = _values(program, inputs, now, m, failure)
            entered = levels_behind(program, check.reads)
            raise SimulationError(
                f"left its range in member {member}; what entered: "
                + ", ".join(f"{name} = {values[name]:.6g}" for name in entered),
                quantity=check.quantity,
                district=places.names[failure.district],
                week=failure.week,
                expected="a finite value >= 0",
                hint="Check the parameters among these against their priors",
            )


def _values(
    program: Program, inputs: Inputs, now: FloatArray, m: int, failure: Failure
) -> dict[str, float]:
    """Return what was known before the week in one district, by name."""
    model, week, d = program.model, failure.week, failure.district
    values = {"population": inputs.population[d], "urban_share": inputs.urban_share[d]}
    values |= {name: now[s, d] for s, name in enumerate(model.stocks)}
    values |= {name: inputs.levers[at, week, d] for at, name in enumerate(model.levers)}
    values |= {name: inputs.parameters[m, p] for p, name in enumerate(model.parameters)}
    return values
