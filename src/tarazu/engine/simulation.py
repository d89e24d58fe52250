"""Simulation of a model: the entry that studies call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tarazu.core.errors import SimulationError
from tarazu.core.limits import require_memory
from tarazu.engine.compiler.kernel_files import BuiltKernel, build_kernel, program_of
from tarazu.engine.compiler.numba_source import Source
from tarazu.engine.compiler.program import Program, levels_behind
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.inputs import Inputs, Scratch, prepare
from tarazu.engine.trajectory import (
    Districts,
    FloatArray,
    IntArray,
    Known,
    Pulse,
    State,
    Trajectory,
)
from tarazu.model.declaration import PLACE_UNITS, Model

if TYPE_CHECKING:
    from tarazu.engine.reference_engine import OutOfRange

Engine = Literal["numba", "numpy"]
MANY_CELLS: Final = 1 << 26  # numbers of series, half a GiB: fewer are not compared with the memory


def simulate(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    seed: int,
    members: IntArray,
    weeks: int,
    pulses: Sequence[Pulse] = (),
    keep: Sequence[str] = (),
    start: State | None = None,
    known: Known | None = None,
    mode: Mode = "stochastic",
    engine: Engine = "numba",
) -> Trajectory:
    """Return the weekly series of a batch of members.

    A member's series depends on its parameters, the levers, the pulses, the seed and its id, not
    on the batch that it came in; two runs that differ in levers or pulses use common random
    numbers. Releases the GIL while it runs.

    Parameters
    ----------
    parameters : (M, P) values in the order of ``model.parameters``; (P,) serves all members.
    levers : (L, T, D) settings in the order of ``model.levers``, inside their ranges.
    seed : of the study, >= 0.
    members : (M,) int64 ids >= 0, which address the random numbers.
    weeks : T >= 1.
    pulses : additions to events from outside.
    keep : names of quantities to keep by district; () keeps national series only.
    start : state from which the members start, such as the `end` of an earlier run, which this
        run then continues as if both were one; None: the levels that the model declares.
    known : what a record says of an event; None: all is drawn.
    mode : ``stochastic`` (whole people, drawn events) or ``mean`` (mean field: expectations).
    engine : ``numba`` (generated kernel, cached on disk) or ``numpy`` (the slow reference engine).

    Raises
    ------
    ValueError
        Arrays of the wrong shape, a lever outside its range, an unknown name, a state that does
        not fit.
    SimulationError
        A stock or hazard left its range during the run; gives which, where and when.
    ResourceError
        The series need more memory than there is.
    """
    program = program_of(model)
    cells = np.size(members) * weeks * (len(program.quantities) + len(keep) * len(districts.names))
    if cells > MANY_CELLS:
        require_memory(
            f"the series of {np.size(members):,} members over {weeks:,} weeks",
            cells * np.dtype(np.float64).itemsize,
            reduce="members (draws times replicates), weeks or the quantities kept by district",
        )
    inputs = prepare(
        program,
        parameters,
        levers,
        districts=districts,
        seed=seed,
        members=members,
        weeks=weeks,
        pulses=pulses,
        keep=keep,
        whole=mode == "stochastic",
        start=start,
        known=known,
    )
    shape = (len(inputs.members), weeks)
    national = np.empty((*shape, len(program.quantities)))
    district = np.empty((*shape, len(keep), len(districts.names)))
    run = _run_kernel if engine == "numba" else _run_arrays
    end = run(program, mode, inputs, districts, national, district)
    return Trajectory(
        quantities=program.quantities,
        units=program.units,
        members=inputs.members,
        national=national,
        district_quantities=tuple(keep),
        district=np.moveaxis(district, 2, 3) if keep else None,
        start=_national_start(program, inputs),
        districts=districts.names,
        end=end,
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
    districts: Districts,
    national: FloatArray,
    district: FloatArray,
) -> State:
    from tarazu.engine.reference_engine import ArrayRun, OutOfRange  # late: it loads numba

    run = ArrayRun(program, mode, inputs)
    try:
        run.run(national, district)
    except OutOfRange as failure:
        values = {
            name: value[failure.member, failure.district] for name, value in run.values.items()
        }
        raise _in_words(
            program, districts, failure, int(inputs.members[failure.member]), values
        ) from None
    return State(inputs.members, inputs.first_week + national.shape[1], *run.state())


def _run_kernel(
    program: Program,
    mode: Mode,
    inputs: Inputs,
    districts: Districts,
    national: FloatArray,
    district: FloatArray,
) -> State:
    kernel = build_kernel(program.model, mode, len(districts.names))
    levels, chances = np.empty_like(inputs.start), np.zeros_like(inputs.chances)
    for m in range(len(inputs.members)):
        rows = start_rows(program, kernel.source, inputs, m)
        failed = run_member(kernel, inputs, m, rows, national[m], district[m])
        if failed >= 0:  # the same weeks again, up to the one that failed
            rows = start_rows(program, kernel.source, inputs, m)
            run_member(kernel, inputs, m, rows, national[m, :failed], district[m, :failed])
            before = _table(rows, kernel.source)[:, : len(districts.names)]
            explain(program, mode, inputs, districts, m, failed, before)
        for name, values in _carried(program, kernel.source, levels[m], chances[m]):
            values[:] = _table(rows, kernel.source)[_row(name, kernel.source)][: len(values)]
    return State(inputs.members, inputs.first_week + national.shape[1], levels, chances)


def _table(rows: FloatArray, source: Source) -> FloatArray:
    return rows.reshape(-1, source.stride)


def _row(name: str, source: Source) -> int:
    return source.offsets[name] // source.stride


def _carried(
    program: Program, source: Source, levels: FloatArray, chances: FloatArray
) -> Iterator[tuple[str, FloatArray]]:
    """Yield the row and the values (D,) of all that goes from one week to the next."""
    yield from zip(program.model.stocks, levels, strict=True)
    for shock, values in zip(program.model.shocks, chances, strict=True):
        if (name := f"chance_of_{shock}") in source.offsets:  # the mean field draws none
            yield name, values


def run_member(
    kernel: BuiltKernel,
    inputs: Inputs,
    m: int,
    rows: FloatArray,
    national: FloatArray,
    district: FloatArray,
) -> int:
    """Run one member; return the week in which a value left its range, or -1.

    Writes `national` (T, Q) and `district` (T, K, D), T being the number of weeks, and `rows`,
    the scratch array: the levels before them and, in the end, after them.
    """
    from tarazu.engine.compiler.exit_kernels import WORK  # late: it loads numba

    states = np.empty(len(inputs.streams), dtype=np.uint64)
    scratch = Scratch(rows, states, np.empty(WORK))
    return kernel.run_member(inputs, m, scratch, national, district)


def start_rows(program: Program, source: Source, inputs: Inputs, m: int) -> FloatArray:
    """Return the scratch array of a member before its first week."""
    rows = np.zeros(source.size)
    table, districts = _table(rows, source), len(inputs.population)
    known = dict(_carried(program, source, inputs.start[m], inputs.chances[m]))
    known |= dict(zip(PLACE_UNITS, inputs.places, strict=True))
    for name, values in known.items():
        row = table[_row(name, source)]
        row[:districts], row[districts:] = values, values[0]
    return rows


def explain(
    program: Program,
    mode: Mode,
    inputs: Inputs,
    districts: Districts,
    m: int,
    week: int,
    levels: FloatArray,
) -> None:
    """Run one week again, slowly, from the levels before it; raise what left its range."""
    from tarazu.engine.reference_engine import ArrayRun, OutOfRange

    one = slice(m, m + 1)
    again = inputs._replace(
        parameters=inputs.parameters[one],
        members=inputs.members[one],
        start=levels[None, : len(program.model.stocks)],
        chances=inputs.chances[one],
    )
    run = ArrayRun(program, mode, again)
    try:
        with np.errstate(all="ignore"):
            run.advance(week)
    except OutOfRange as failure:
        values = {name: value[0, failure.district] for name, value in run.values.items()}
        raise _in_words(program, districts, failure, int(inputs.members[m]), values) from None
    raise SimulationError(
        f"left its range in member {inputs.members[m]}", quantity="a quantity", week=week
    )


def _in_words(
    program: Program,
    districts: Districts,
    failure: OutOfRange,
    member: int,
    values: Mapping[str, float],
) -> SimulationError:
    entered = levels_behind(program, failure.reads)
    return SimulationError(
        f"is {failure.value:g} in member {member}. Inputs: "
        + ", ".join(f"{name} = {values[name]:.6g}" for name in entered),
        quantity=failure.what,
        value=failure.value,
        district=districts.names[failure.district],
        week=failure.week,
        expected="a finite value >= 0",
        hint="Check the parameters among these against their priors",
    )
