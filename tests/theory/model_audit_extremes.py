"""What is seen at the ends of the levers: out of range, not finite, more men than are willing.

The runs of an hour: `python -m tests.theory.model_audit_extremes` makes them ahead, says how far it
is, and goes on where it was stopped; the test of the audit then reads what was kept.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
import sympy as sp
from tests.theory.model_audit_worlds import SEED, YEAR, Array, drawn, places, run, settings

from tarazu.core.files.cache import cache_dir
from tarazu.engine.compiler.kernel_files import build_kernel
from tarazu.model import Model, build_model
from tarazu.model.checks import checked
from tarazu.model.quantities import Definition
from tarazu.model.stocks import FACTIONS, MILITANTS

RECRUITS, WILLING = "recruits_of_the_willing", "willing_here"
YEARS = 20
BLOCK = 5  # draws that are run at once with all stocks of all districts: more leave the cache
SAID_EVERY = 60.0  # seconds


@dataclass
class Extremes:
    """What was seen over runs at the ends of the levers.

    Attributes
    ----------
    largest : militants of the region, at most, by run.
    of_people : the same as a share of all people.
    of_willing : militants over those who would ever fight, or over today's where these are more,
        at most, by run.
    beyond : recruits of a week beyond the willing that a district had left before it, at most, by
        run.
    """

    is_finite: bool = True
    in_range: bool = True
    largest: list[float] = field(default_factory=list)
    of_people: list[float] = field(default_factory=list)
    of_willing: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)

    def add(self, other: Extremes) -> None:
        self.is_finite &= other.is_finite
        self.in_range &= other.in_range
        for name in ("largest", "of_people", "of_willing", "beyond"):
            getattr(self, name).extend(getattr(other, name))


@cache
def counted_model(*, has_room: bool = True) -> Model:
    """Return the shipped model with those counted who join, and those who would, by district.

    Those who would ever fight are a share of sympathisers that is fixed in each draw, times
    `militant_place`: how many militants come from the district today, over the mean. So today the
    same share of them fights everywhere.

    has_room : False: a model that is wrong on purpose, in which the room among the willing is
        always today's.
    """
    m = copy(build_model())
    m.definitions = dict(m.definitions)
    if not has_room:
        m.definitions["room"] = replace(m.definitions["room"], expression=sp.Integer(1))
    joined = sp.Add(m["spoiled"], *(m[f"recruited_{faction}"] for faction in FACTIONS))
    share = m["militants_today"] / (m["filled_today"] * m["sympathisers_today"])
    willing = share * m["sympathiser"] * m["militant_place"]
    counts = (
        (RECRUITS, "persons/week", joined, "who join"),
        (WILLING, "persons", willing, "who would ever fight, before the week"),
    )
    for name, unit, counted, meaning in counts:
        m.definitions[name] = Definition(name, unit, counted, True, "sum", meaning)
    return checked(m)


def look(parameters: Array, levers: Array, model: Model | None = None) -> Extremes:
    """Return what is seen in some draws under the same levers."""
    m, seen = model or counted_model(), Extremes()
    keep = [*m.stocks, RECRUITS, WILLING]
    trajectory = run(parameters, levers, model=m, keep=keep)
    for name, stock in m.stocks.items():
        levels = trajectory.by_district(name)
        low, high = float(levels.min()), float(levels.max())
        seen.is_finite &= bool(np.isfinite([low, high]).all())  # both, unless one is not a number
        seen.in_range &= low >= 0.0 and (stock.kind != "share" or high <= 1.0)
    today = dict(zip(m.parameters, np.atleast_2d(parameters).T, strict=True))["militants_today"]
    men = np.sum([trajectory.by_district(name) for name in MILITANTS], axis=0)[:, :-1]
    willing = trajectory.by_district(WILLING)[:, 1:]  # when the men were counted: before the week
    everywhere, people = men.sum(axis=2), places().population.sum()
    most = np.maximum(willing.sum(axis=2), today[:, None] * people)
    beyond = trajectory.by_district(RECRUITS)[:, 1:] - np.maximum(willing - men, 0.0)
    seen.largest = everywhere.max(axis=1).tolist()
    seen.of_people = (everywhere.max(axis=1) / people).tolist()
    seen.of_willing = (everywhere / most).max(axis=1).tolist()
    seen.beyond = np.maximum(beyond, 0.0).max(axis=(1, 2)).tolist()
    return seen


def at_corners(draws: int, kept: Path | None = None) -> Extremes:
    """Return what is seen in draws that each have a random corner of all levers of their own.

    kept : folder from which finished runs are read, and in which they are kept.
    """
    m, luck = counted_model(), np.random.default_rng(SEED)
    ends = [(lever.low, lever.high) for lever in m.levers.values()]
    corners = luck.integers(0, 2, (draws, len(ends)))
    every = drawn("full", draws)

    def one(i: int) -> Extremes:
        corner = {name: ends[k][corners[i, k]] for k, name in enumerate(m.levers)}
        return look(every[i : i + 1], settings(YEARS * YEAR, **corner))

    jobs = {f"{i} of {draws}": lambda i=i: one(i) for i in range(draws)}
    return _together("corners", jobs, kept)


def at_ends(draws: int, kept: Path | None = None) -> Extremes:
    """Return what is seen with one lever at one of its ends, in the same draws for each."""
    parameters = drawn("full", draws, SEED + 1)

    def one(name: str, end: float, i: int) -> Extremes:
        return look(parameters[i : i + BLOCK], settings(YEARS * YEAR, **{name: end}))

    jobs = {
        f"{name} {end} {i} of {draws}": lambda name=name, end=end, i=i: one(name, end, i)
        for i in range(0, draws, BLOCK)
        for name, lever in counted_model().levers.items()
        for end in (lever.low, lever.high)
    }
    return _together("alone", jobs, kept)


def kept_folder() -> Path:
    """Return the folder of finished runs: of this model, region and code of the audit."""
    kernel = build_kernel(counted_model(), "mean", len(places().names)).source.digest
    sha = hashlib.sha256(kernel.encode())
    for function in (look, at_corners, at_ends, drawn, settings, run):
        sha.update(inspect.getsource(function).encode())
    for values in (places().places(), places().weights, places().population):
        sha.update(values.tobytes())
    return cache_dir() / "model-audit" / sha.hexdigest()[:16]


def _together(what: str, jobs: Mapping[str, Callable[[], Extremes]], kept: Path | None) -> Extremes:
    """Return what is seen in all jobs, in their order; those kept are not run again."""
    done = _read(kept / f"{what}.jsonl") if kept else {}
    left = [job for job in jobs if job not in done]
    began = said = time.monotonic()
    writing = Lock()

    def see(job: str) -> None:
        nonlocal said
        done[job] = jobs[job]()
        if kept:
            line = json.dumps([job, asdict(done[job])])
            with writing, (kept / f"{what}.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if time.monotonic() - said > SAID_EVERY:
            said = time.monotonic()
            print(  # noqa: T201 - the progress of an hour
                f"{what}: {len(done):,} of {len(jobs):,} after {said - began:.0f} s", flush=True
            )

    for job in left[:1]:  # alone: it may compile
        see(job)
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(see, left[1:]):
            pass
    seen = Extremes()
    for job in jobs:
        seen.add(done[job])
    return seen


def _read(file: Path) -> dict[str, Extremes]:
    """Return what was kept, but for a last line that was not finished."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        return {}
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    lines = (json.loads(line) for line in whole.splitlines())
    return {job: Extremes(**values) for job, values in lines}


def main() -> None:
    """Run what the audit asks for, and keep it."""
    folder = kept_folder()
    for look_at, draws in ((at_corners, 10_000), (at_ends, 500)):
        seen = look_at(draws, folder)
        print(  # noqa: T201
            f"{look_at.__name__}: {len(seen.largest):,} runs, finite {seen.is_finite}, in range "
            f"{seen.in_range}, most militants {max(seen.largest):,.0f}, "
            f"of the willing {max(seen.of_willing):.3g}, beyond {max(seen.beyond):.3g}",
            flush=True,
        )


if __name__ == "__main__":
    main()
