"""Run a model: the one entry that studies call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tarazu.engine.trajectory import FloatArray, IntArray, Places, Pulse, Trajectory
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
    raise NotImplementedError
