"""Inputs of a run: checked, and laid out as arrays that both engines read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tarazu.engine.compiler.program import Program, compile_program
from tarazu.engine.start import levels_before
from tarazu.engine.trajectory import (
    Districts,
    FloatArray,
    IntArray,
    Known,
    Pulse,
    State,
    StateArray,
)
from tarazu.model.declaration import Model


class Inputs(NamedTuple):
    """Inputs of a run, in fixed types and order.

    Attributes
    ----------
    parameters : (M, P); levers : (C, L, D), a setting each time that one changes.
    lever_change : (T,) index of the setting that begins in a week, -1 for none.
    places : (A, D) attributes of districts in the order of their declaration.
    population : (D,).
    first, neighbour, weight : neighbours of d are entries first[d] .. first[d + 1] - 1, by key.
    first_in, neighbour_in, weight_in : the same, of those that d is a neighbour of.
    keys : (D,); seed; members : (M,); streams : (K,) random stream of each draw of a week.
    pulse_row : (T,) row of the pulse arrays that a week uses, -1 for none.
    pulse_expected, pulse_count, pulse_known : (R, E, D).
    known_share : (M, E) share of an event that a record sees, where it is known.
    start : (M, S, D) levels before the first week; chances : (M, C, D) of the shocks, likewise.
    first_week : weeks behind the start, which random numbers go on from.
    is_mean : (Q,) 1 where districts average; people_share : (D,) share of all people.
    keep : (K,) quantities kept by district.
    """

    parameters: FloatArray
    levers: FloatArray
    lever_change: IntArray
    places: FloatArray
    population: FloatArray
    first: IntArray
    neighbour: IntArray
    weight: FloatArray
    first_in: IntArray
    neighbour_in: IntArray
    weight_in: FloatArray
    keys: IntArray
    seed: int
    members: IntArray
    streams: IntArray
    pulse_row: IntArray
    pulse_expected: FloatArray
    pulse_count: FloatArray
    pulse_known: FloatArray
    known_share: FloatArray
    start: FloatArray
    chances: FloatArray
    first_week: int
    is_mean: IntArray
    people_share: FloatArray
    keep: IntArray


class Scratch(NamedTuple):
    """Arrays that a kernel works on besides its inputs.

    Attributes
    ----------
    x : (rows * stride,) see `tarazu.engine.compiler.kernels`; holds the levels before the run.
    states : (K,) uint64, one for each stream. work : see `exit_kernels.draw_exits`.
    """

    x: FloatArray
    states: StateArray
    work: FloatArray


def prepare(
    program: Program,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    seed: int,
    members: IntArray,
    weeks: int,
    pulses: Sequence[Pulse],
    keep: Sequence[str],
    whole: bool,
    start: State | None = None,
    known: Known | None = None,
) -> Inputs:
    """Return the inputs of a run; `whole` rounds initial people to whole persons.

    Parameters
    ----------
    start : of the members; None: the levels that the model declares.
    known : what a record says of an event; None: all is drawn.

    Raises
    ------
    ValueError
        Wrong shapes, a lever outside its range, an unknown name, a state that does not fit.
    SimulationError
        The initial stocks hold more people than the population.
    """
    model = program.model
    ids = np.ascontiguousarray(members, dtype=np.int64)
    if ids.ndim != 1 or not ids.size or ids.min() < 0 or weeks < 1 or seed < 0:
        msg = f"members {ids.shape}, weeks {weeks}, seed {seed}; expected (M,) ids >= 0, T >= 1"
        raise ValueError(msg)
    values = _parameters(model, parameters, ids.size)
    settings = _levers(model, levers, weeks, districts)
    population = np.floor(districts.population + 0.5)
    first, neighbour, weight = _neighbours(districts, districts.weights)
    first_in, neighbour_in, weight_in = _neighbours(districts, districts.weights.T)
    pulse_row, pulse_arrays = _pulses(model, pulses, weeks, districts, known)
    if start is None:
        levels = levels_before(program, values, districts, whole=whole)
        start = State(ids, 0, levels, np.zeros((ids.size, len(model.shocks), len(population))))
    else:
        _check_start(program, start, ids, len(population), whole=whole)
    return Inputs(
        values,
        *_changes(model, settings),
        districts.places(),
        population,
        first,
        neighbour,
        weight,
        first_in,
        neighbour_in,
        weight_in,
        districts.stream_keys().astype(np.int64),
        seed,
        ids,
        np.array([program.streams[name] for name in program.drawn], dtype=np.int64),
        pulse_row,
        *pulse_arrays,
        _shares(model, values, known),
        np.ascontiguousarray(start.levels, dtype=np.float64),
        np.ascontiguousarray(start.chances, dtype=np.float64),
        start.week,
        np.array([total == "mean" for total in program.totals], dtype=np.int64),
        population / population.sum(),
        np.array([_known(name, program.quantities) for name in keep], dtype=np.int64),
    )


def _check_start(
    program: Program, start: State, members: IntArray, districts: int, *, whole: bool
) -> None:
    """Raise unless a state is of these members and of this model and region."""
    model, count = program.model, len(members)
    shapes = (start.levels.shape, start.chances.shape)
    expected = ((count, len(model.stocks), districts), (count, len(model.shocks), districts))
    if shapes != expected or not np.array_equal(start.members, members) or start.week < 0:
        msg = (
            f"start of members {start.members}, levels {shapes[0]}, chances {shapes[1]}; expected "
            f"members {members}, {expected[0]}, {expected[1]}. Take `State.of` these members"
        )
        raise ValueError(msg)
    people = start.levels[:, [[*model.stocks].index(name) for name in program.people]]
    if whole and np.any(people != np.floor(people)):
        raise ValueError(
            "start has parts of persons; expected whole ones: a run with drawn events starts from "
            "a run with drawn events"
        )


def prepare_week(
    program: Program, parameters: FloatArray, levers: FloatArray, *, districts: Districts
) -> Inputs:
    """Return the inputs of one expected week, people not rounded.

    parameters : (P,). levers : (L, D).
    """
    return prepare(
        program,
        parameters,
        levers[:, None, :],
        districts=districts,
        seed=0,
        members=np.zeros(1, dtype=np.int64),
        weeks=1,
        pulses=(),
        keep=(),
        whole=False,
    )


def _known(name: str, names: Sequence[str]) -> int:
    if name not in names:
        msg = f"no quantity '{name}' to keep; there are {', '.join(names)}"
        raise ValueError(msg)
    return names.index(name)


def _parameters(model: Model, parameters: FloatArray, count: int) -> FloatArray:
    values = np.array(parameters, dtype=np.float64, order="C", ndmin=2)
    if values.shape == (1, len(model.parameters)):
        values = np.repeat(values, count, axis=0)
    if values.shape != (count, len(model.parameters)):
        msg = f"parameters {values.shape}; expected ({count}, {len(model.parameters)})"
        raise ValueError(msg)
    support = np.array([parameter.prior.support for parameter in model.parameters.values()])
    support = support.reshape(-1, 2)
    fine = (values >= np.minimum(support[:, 0], 0.0)) & (values <= support[:, 1])
    wrong = np.flatnonzero(~(fine & np.isfinite(values)).all(axis=0))
    if wrong.size:
        p, (low, high) = wrong[0], support[wrong[0]]
        name = [*model.parameters][p]
        msg = f"parameter '{name}' is {values[:, p]}; expected finite values in "
        raise ValueError(msg + f"[{low:g}, {high:g}]")
    return values


def _levers(model: Model, levers: FloatArray, weeks: int, districts: Districts) -> FloatArray:
    settings = np.ascontiguousarray(levers, dtype=np.float64)
    expected = (len(model.levers), weeks, len(districts.names))
    if settings.shape != expected:
        msg = f"levers {settings.shape}; expected {expected}: levers, weeks, districts"
        raise ValueError(msg)
    return settings


def _changes(model: Model, levers: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return (L, T, D) levers as the settings (C, L, D) and the weeks in which each begins."""
    differ = (levers[:, 1:] != levers[:, :-1]).any(axis=(0, 2))
    begins = np.flatnonzero(np.concatenate([[True], differ]))
    change = np.full(levers.shape[1], -1, dtype=np.int64)
    change[begins] = np.arange(len(begins))
    settings = levers[:, begins]
    for (name, lever), values in zip(model.levers.items(), settings, strict=True):
        low, high = float(values.min()), float(values.max())
        if not lever.low <= low <= high <= lever.high:
            msg = f"lever '{name}' is set to {low:g} to {high:g}; expected {lever.low:g} to "
            raise ValueError(msg + f"{lever.high:g}")
    return np.ascontiguousarray(settings.transpose(1, 0, 2)), change


def _neighbours(districts: Districts, weights: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return neighbours in the order of their keys, so that relabelling changes no draw."""
    keys = districts.stream_keys()
    first, neighbour, weight = [0], list[int](), list[float]()
    for row in weights:
        near = sorted(np.flatnonzero(row > 0.0).tolist(), key=lambda j: int(keys[j]))
        neighbour += near
        weight += [float(row[j]) for j in near]
        first.append(len(neighbour))
    return (
        np.array(first, dtype=np.int64),
        np.array(neighbour, dtype=np.int64),
        np.array(weight, dtype=np.float64),
    )


def _pulses(
    model: Model, pulses: Sequence[Pulse], weeks: int, districts: Districts, known: Known | None
) -> tuple[IntArray, tuple[FloatArray, FloatArray, FloatArray]]:
    """Return the row of each week, and rows of what is expected, counted and known (R, E, D)."""
    events, D = [*model.events], len(districts.names)
    covered = np.zeros(weeks, dtype=np.bool_)
    if known is not None:
        _check_known(model, known, weeks, D)
        covered |= known.covered
    pulsed = sorted({pulse.week for pulse in pulses}.union(np.flatnonzero(covered).tolist()))
    expected = np.zeros((max(len(pulsed), 1), len(events), D))
    count, is_known = np.zeros_like(expected), np.zeros_like(expected)
    rows = np.full(weeks, -1, dtype=np.int64)
    for pulse in pulses:
        inside = 0 <= pulse.week < weeks and 0 <= pulse.district < D
        if pulse.event not in events or not inside or pulse.expected < 0 or pulse.count < 0:
            msg = (
                f"{pulse}; expected one of {', '.join(events)}, a week below {weeks}, a district "
                f"below {D}, nothing negative"
            )
            raise ValueError(msg)
        rows[pulse.week] = row = pulsed.index(pulse.week)
        expected[row, events.index(pulse.event), pulse.district] += pulse.expected
        count[row, events.index(pulse.event), pulse.district] += pulse.count
    rows[covered] = np.searchsorted(pulsed, np.flatnonzero(covered))
    if known is not None:
        e = events.index(known.event)
        is_known[rows[covered], e] = 1.0
        count[rows[covered], e] += known.counts[covered]
    return rows, (expected, count, is_known)


def _check_known(model: Model, known: Known, weeks: int, districts: int) -> None:
    """Raise unless what a record says fits the model and the weeks of a run."""
    shapes = (known.counts.shape, known.covered.shape)
    named = known.event in model.events and known.share in model.parameters
    if not named or shapes != ((weeks, districts), (weeks,)) or known.counts.min() < 0:
        msg = (
            f"known counts {shapes[0]}, weeks {shapes[1]} of '{known.event}' by '{known.share}'; "
            f"expected an event and a parameter of the model, ({weeks}, {districts}), ({weeks},), "
            "nothing negative"
        )
        raise ValueError(msg)


def _shares(model: Model, parameters: FloatArray, known: Known | None) -> FloatArray:
    """Return the (M, E) share of each event that a record sees, 0 where it is not known."""
    shares = np.zeros((len(parameters), len(model.events)))
    if known is not None:
        column = parameters[:, [*model.parameters].index(known.share)]
        shares[:, [*model.events].index(known.event)] = column
    return shares


def first_state(model: Model, parameters: FloatArray, *, districts: Districts) -> FloatArray:
    """Return the (S, D) levels before week 0 that (P,) parameters give, people not rounded."""
    start = levels_before(compile_program(model), parameters[None, :], districts, whole=False)
    return np.asarray(start[0])
