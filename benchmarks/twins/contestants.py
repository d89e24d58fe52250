"""The tools that run the same week, each made ready: its program written, compiled, loaded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.twins.arrays import run_numpy
from benchmarks.twins.c import CTwin
from benchmarks.twins.world import World
from tarazu.engine import simulate
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.planner import plan_week
from tarazu.engine.compiler.week_plan import Week

MEMBERS = 8  # of tools that run one after the other, as studies do
BATCH = 256  # members of tools that run many at once
MESA_MEMBERS = 16  # that are compared with Tarazu's before the time is taken


@dataclass(frozen=True)
class Contestant:
    """A tool ready to run.

    Attributes
    ----------
    run : once: so many `member_weeks`.
    national : () -> (T, Q, M), the national quantities of some weeks and members; the first T of
        the world's weeks, the first Q of its quantities.
    less : what has to be done for a run of any length, taken off the time of `run`.
    clock : seconds of processor time.
    """

    run: Callable[[], object]
    member_weeks: int
    national: Callable[[], np.ndarray]
    less: Callable[[], object] | None = None
    clock: Callable[[], float] = time.thread_time

    def seconds(self) -> float:
        """Run once and return how long it took."""
        began = self.clock()
        self.run()
        ran = self.clock()
        if self.less is None:
            return ran - began
        self.less()
        return (ran - began) - (self.clock() - ran)


@dataclass(frozen=True, eq=False)
class Setting:
    """What all contestants are made from; `short` is the world of the slow ones."""

    mode: str
    world: World
    short: World
    folder: Path

    @property
    def week(self) -> Week:
        return plan_week(program_of(self.world.model), self.mode)


def run_own(world: World, members: int, mode: str) -> np.ndarray:
    """Return Tarazu's national quantities (T, Q, M)."""
    found = simulate(
        world.model,
        world.parameters,
        world.levers,
        districts=world.districts,
        seed=1,
        members=np.arange(members),
        weeks=world.weeks,
        mode=mode,
    )
    return np.moveaxis(found.national, 0, 2)


def tarazu(setting: Setting) -> Contestant:
    world, mode = setting.world, setting.mode
    run_own(world, 1, mode)
    return Contestant(
        partial(run_own, world, MEMBERS, mode),
        MEMBERS * world.weeks,
        partial(run_own, setting.short, BATCH, mode),
    )


def c_program(flags: tuple[str, ...], setting: Setting) -> Contestant:
    world, short, mode = setting.world, setting.short, setting.mode
    twin = CTwin(setting.week, len(world.districts.names), flags, setting.folder)
    inputs = world.inputs(MEMBERS, mode)

    def national() -> np.ndarray:
        batch = short.inputs(BATCH, mode)
        return np.stack([twin.run(batch, m) for m in range(BATCH)], axis=2)

    return Contestant(
        lambda: [twin.run(inputs, m) for m in range(MEMBERS)], MEMBERS * world.weeks, national
    )


def numpy_batch(setting: Setting) -> Contestant:
    short, week = setting.short, setting.week
    batch = short.inputs(BATCH, setting.mode)
    run = partial(run_numpy, week, short.parameters, batch, short.districts)
    return Contestant(run, BATCH * short.weeks, run)


def jax_batch(setting: Setting) -> Contestant:
    """Compiled before the time is taken; XLA has threads of its own, so the process is timed."""
    from benchmarks.twins.jax_week import make_run

    short = setting.short
    batch = short.inputs(BATCH, setting.mode)
    run = make_run(setting.week, short.parameters, batch, short.districts)
    began = time.perf_counter()
    compiled = run.lower(0, short.weeks).compile()
    seconds = time.perf_counter() - began
    print(f"JAX compiled the {setting.mode} week in {seconds:.0f} s")  # noqa: T201

    def once() -> np.ndarray:
        return np.asarray(compiled(1))

    return Contestant(once, BATCH * short.weeks, once, clock=time.process_time)


def mesa_agents(setting: Setting) -> Contestant:
    from benchmarks.twins.agents import Country

    week, short = setting.week, setting.short
    one = short.inputs(1, setting.mode)

    def member(seed: int) -> np.ndarray:
        country = Country(week, short.parameters, one, short.districts, seed)
        found = []
        for _ in range(short.weeks):
            country.step()
            found.append(country.national())
        return np.array(found)

    return Contestant(
        lambda: member(1),
        short.weeks,
        lambda: np.stack([member(seed) for seed in range(MESA_MEMBERS)], axis=2),
    )
