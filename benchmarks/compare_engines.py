"""How fast the engines are beside other tools that run the same equations.

Before any time is taken, each tool's results are held against Tarazu's: the mean field to 1e-6,
the stochastic engine's means over members within their errors. Then every round runs each tool
once, one after the other; what is reported is the median over rounds of the ratio to Tarazu in the
same round, so that a busy machine slows all alike. Times are processor time on one core;
translating and compiling are not in them. Tools that are not installed are left out and said.
"""

import argparse
import json
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.twins.c import FAST, STRICT
from benchmarks.twins.contestants import (
    Contestant,
    Setting,
    c_program,
    jax_batch,
    mesa_agents,
    numpy_batch,
    tarazu,
)
from benchmarks.twins.system_dynamics import (
    bptk_end_to_end,
    bptk_engine,
    pysd_flattened,
    pysd_subscripted,
)
from benchmarks.twins.world import shipped_world
from tarazu.engine import simulate

SHORT = 52  # weeks of the tools that are slow
AGREEMENT = 1e-6  # of the mean field, relative
SPREAD = 1.5  # of differences between means of the stochastic week over their standard errors: 1
COMMON_LUCK = 3.0  # the same where levels that come and go move all weeks and quantities together


@dataclass(frozen=True)
class Tool:
    """A tool to compare with: what has to be installed, and what it is meant to be slower by.

    Attributes
    ----------
    targets : mode -> how many times as fast Tarazu is meant to be; None if nothing is aimed at.
    """

    make: Callable[[Setting], Contestant]
    targets: dict[str, float | None]
    module: str = "tarazu"


TOOLS = {
    "Tarazu": Tool(tarazu, {"stochastic": None, "mean": None}),
    "C strict": Tool(partial(c_program, STRICT), {"stochastic": 1.5, "mean": 2.5}),
    "C fast-math": Tool(partial(c_program, FAST), {"stochastic": 1.0, "mean": 0.8}),
    "NumPy 256": Tool(numpy_batch, {"stochastic": 2.0, "mean": None}),
    "JAX 256": Tool(jax_batch, {"stochastic": 5.0, "mean": None}, "jax"),
    "Mesa": Tool(mesa_agents, {"stochastic": 100.0}, "mesa"),
    "PySD flattened": Tool(pysd_flattened, {"mean": 3000.0}, "pysd"),
    "PySD subscripted": Tool(pysd_subscripted, {"mean": 10000.0}, "pysd"),
    "BPTK-Py Rust engine": Tool(bptk_engine, {"mean": 40.0}, "BPTK_Py"),
    "BPTK-Py end to end": Tool(bptk_end_to_end, {"mean": None}, "BPTK_Py"),
}


def contestants(setting: Setting, only: list[str]) -> dict[str, Contestant]:
    """Return by name the tools that are wanted and installed, ready to run."""
    wanted = {n: tool for n, tool in TOOLS.items() if setting.mode in tool.targets}
    ready = {}
    for name, tool in wanted.items():
        if only and name not in (*only, "Tarazu"):
            continue
        if find_spec(tool.module) is None:
            print(f"{name} is left out: {tool.module} is not installed")  # noqa: T201
            continue
        began = time.perf_counter()
        ready[name] = tool.make(setting)
        print(f"{name} made ready in {time.perf_counter() - began:.0f} s", flush=True)  # noqa: T201
    return ready


def agreement(own: np.ndarray, other: np.ndarray, mode: str, limit: float | None = None) -> float:
    """Return how far results (T, Q, M) are from Tarazu's; raise if they are not the same."""
    own = own[: other.shape[0], : other.shape[1]]
    if mode == "mean":
        off = float(np.max(np.abs(other - own[:, :, :1]) / np.maximum(np.abs(own[:, :, :1]), 1e-6)))
    else:
        # One variance for both: alone, few members rarely see what is rare and think it surer.
        variance = np.concatenate([own, other], axis=2).var(axis=2, ddof=1)
        error = np.sqrt(variance * (1.0 / own.shape[2] + 1.0 / other.shape[2]))
        difference = other.mean(axis=2) - own.mean(axis=2)
        varies = error > 1e-9 * np.abs(own.mean(axis=2))
        off = float(np.sqrt(np.mean((difference[varies] / error[varies]) ** 2)))
    limit = limit or (AGREEMENT if mode == "mean" else SPREAD)
    if not off < limit:
        msg = f"it does not compute what Tarazu does: {off:.3g} off; expected less than {limit:g}"
        raise ValueError(msg)
    return off


def check_shocks(setting: Setting) -> None:
    """Compare the C program with Tarazu where levels come and go by themselves.

    The other worlds hold the spreads of these levels at 0, which is as much work.
    """
    moved = shipped_world(SHORT, with_shocks=True)
    folder = setting.folder / "moved"
    folder.mkdir()
    one = Setting(setting.mode, moved, moved, folder)
    own, other = tarazu(one).national(), c_program(STRICT, one).national()
    off = agreement(own, other, one.mode, COMMON_LUCK)
    rises = [part.std(axis=2).mean() for part in (own, other)]
    still = tarazu(setting).national().std(axis=2).mean()
    spread = rises[1] / rises[0]
    print(  # noqa: T201
        f"with levels that come and go: C is {off:.2f} off in means, its spread over members is "
        f"{spread:.3f} of Tarazu's, which is {rises[0] / still:.2f} of that without them",
        flush=True,
    )


def compare(setting: Setting, rounds: int, only: list[str]) -> dict:
    ready = contestants(setting, only)
    reference, off = ready["Tarazu"].national(), {}
    for name, one in ready.items():
        if name == "Tarazu":
            continue
        try:
            off[name] = agreement(reference, one.national(), setting.mode)
        except ValueError as error:
            msg = f"{name}, {setting.mode}: {error}"
            raise SystemExit(msg) from error
    districts = len(setting.world.districts.names)
    speeds: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, one in ready.items():
            speeds[name].append(one.member_weeks * districts / one.seconds())
    own = np.array(speeds["Tarazu"])
    table = {}
    for name, values in speeds.items():
        ratio = own / np.array(values)
        table[name] = {
            "district_weeks_per_second": float(np.median(values)),
            "tarazu_is_faster_by": float(np.median(ratio)),
            "lowest": float(ratio.min()),
            "highest": float(ratio.max()),
            "target": TOOLS[name].targets[setting.mode],
            "off": off.get(name),
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
            districts=world.districts,
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
    warnings.simplefilter("ignore")  # of PySD and what it imports
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # before XLA counts them and makes threads
    found: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        for mode in given.modes:
            setting = Setting(mode, shipped_world(), shipped_world(SHORT), Path(folder))
            if mode == "stochastic":
                check_shocks(setting)
            found[mode] = compare(setting, given.rounds, given.only)
            print(json.dumps({mode: found[mode]}, indent=1), flush=True)  # noqa: T201
    os.sched_setaffinity(0, cores)
    found["two threads"] = two_threads(given.rounds)
    print(json.dumps(found["two threads"]), flush=True)  # noqa: T201
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
