"""How fast the engines are beside other tools that run the same equations.

Every round runs each tool once, one after the other, in one thread; what is reported is the median
over rounds of the ratio to Tarazu in the same round, so that a busy machine slows all alike. Times
are processor time of the thread that works; for JAX, which has threads of its own, of the process.
Tools that are not installed are left out and said.
"""

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np

from benchmarks.twins.arrays import run_numpy
from benchmarks.twins.c import FAST, STRICT, CTwin
from benchmarks.twins.world import World, shipped_world
from tarazu.engine import simulate
from tarazu.engine.build import program_of
from tarazu.engine.passes import plan_week
from tarazu.engine.xmile import write_xmile

TARGETS = {  # how many times as fast as the other Tarazu is meant to be
    "stochastic": {
        "C strict": 1.5,
        "C fast-math": 1.0,
        "NumPy 256": 2.0,
        "JAX 256": 5.0,
        "Mesa": 100.0,
    },
    "mean": {"C strict": 2.5, "C fast-math": 0.8, "PySD flattened": 3000.0},
}
SHORT = 52  # weeks of the tools that are slow


def run_own(world: World, members: int, mode: str) -> None:
    simulate(
        world.model,
        world.parameters,
        world.levers,
        places=world.places,
        seed=1,
        members=np.arange(members),
        weeks=world.weeks,
        mode=mode,
    )


def contestants(mode: str, world: World, short: World, folder: Path, only: list[str]) -> dict:
    """Return by name: what runs the tool once, and how many member-weeks that is."""
    week = plan_week(program_of(world.model), mode)
    members = 8

    def wanted(name: str, module: str) -> bool:
        return (not only or name in only) and find_spec(module) is not None

    run_own(world, 1, mode)
    result = {"Tarazu": (lambda: run_own(world, members, mode), members * world.weeks)}
    inputs = world.inputs(members, mode)
    for name, flags in (("C strict", STRICT), ("C fast-math", FAST)):
        twin = CTwin(week, len(world.places.names), flags, folder)
        result[name] = (
            lambda twin=twin: [twin.run(inputs, m) for m in range(members)],
            members * world.weeks,
        )
    batch = short.inputs(256, mode)
    result["NumPy 256"] = (
        lambda: run_numpy(week, short.parameters, batch, short.places),
        256 * short.weeks,
    )
    if wanted("JAX 256", "jax"):
        from benchmarks.twins.jax_week import make_run

        run = make_run(week, short.parameters, batch, short.places)
        began = time.perf_counter()
        run(0, short.weeks).block_until_ready()
        print(f"JAX compiles the {mode} week in {time.perf_counter() - began:.0f} s")  # noqa: T201
        result["JAX 256"] = (lambda: run(1, short.weeks).block_until_ready(), 256 * short.weeks)
    if wanted("Mesa", "mesa") and mode == "stochastic":
        from benchmarks.twins.agents import Country

        one = short.inputs(1, mode)

        def mesa_run() -> None:
            country = Country(week, short.parameters, one, short.places)
            for _ in range(short.weeks):
                country.step()
                country.national()

        result["Mesa"] = (mesa_run, short.weeks)
    if wanted("PySD flattened", "pysd") and mode == "mean":
        result["PySD flattened"] = pysd_flattened(short, folder)
    return result


def pysd_flattened(world: World, folder: Path) -> tuple:
    import pysd

    file = folder / "flat.xmile"
    text = write_xmile(
        world.model, world.parameters, world.levers, places=world.places, weeks=world.weeks
    )
    file.write_text(text, encoding="utf-8")
    model = pysd.read_xmile(str(file))
    return lambda: model.run(final_time=8, return_columns=["trust_d0"]), 8


def compare(mode: str, rounds: int, folder: Path, only: list[str]) -> dict:
    world, short = shipped_world(), shipped_world(SHORT)
    districts = len(world.places.names)
    entries = contestants(mode, world, short, folder, only)
    if only:
        entries = {n: e for n, e in entries.items() if n == "Tarazu" or n in only}
    speeds: dict[str, list[float]] = {name: [] for name in entries}
    for _ in range(rounds):
        for name, (run, member_weeks) in entries.items():
            clock = time.process_time if name.startswith("JAX") else time.thread_time
            began = clock()
            run()
            speeds[name].append(member_weeks * districts / (clock() - began))
    own = np.array(speeds["Tarazu"])
    table = {}
    for name, values in speeds.items():
        ratio = own / np.array(values)
        table[name] = {
            "district_weeks_per_second": float(np.median(values)),
            "tarazu_is_faster_by": float(np.median(ratio)),
            "lowest": float(ratio.min()),
            "highest": float(ratio.max()),
            "target": TARGETS[mode].get(name),
        }
    return table


def two_threads(rounds: int, mode: str = "stochastic") -> dict:
    """Members shared by two threads against one, in wall-clock time; the same bytes."""
    world, members = shipped_world(), 24
    halves = [np.arange(members)[half::2] for half in (0, 1)]

    def part(of: np.ndarray) -> bytes:
        return simulate(
            world.model,
            world.parameters,
            world.levers,
            places=world.places,
            seed=1,
            members=of,
            weeks=world.weeks,
            mode=mode,
        ).national.tobytes()

    alone = [part(half) for half in halves]
    ratios = []
    for _ in range(rounds):
        began = time.perf_counter()
        assert [part(half) for half in halves] == alone
        one = time.perf_counter() - began
        with ThreadPoolExecutor(2) as pool:
            began = time.perf_counter()
            assert [*pool.map(part, halves)] == alone
            ratios.append(one / (time.perf_counter() - began))
    return {"median": float(np.median(ratios)), "highest": max(ratios), "target": 1.85}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--modes", nargs="*", default=["stochastic", "mean"])
    parser.add_argument("--out", type=Path, default=Path("docs/validation/engine-speed.json"))
    given = parser.parse_args()
    found: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        for mode in given.modes:
            found[mode] = compare(mode, given.rounds, Path(folder), given.only)
            print(json.dumps({mode: found[mode]}, indent=1), flush=True)  # noqa: T201
    found["two threads"] = two_threads(given.rounds)
    print(json.dumps(found["two threads"]), flush=True)  # noqa: T201
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
