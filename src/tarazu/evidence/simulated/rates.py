"""Error rates measured on simulated records of the size of a record, in blocks that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tarazu.core.code_digest import read_code
from tarazu.core.files.cache import cache_dir, write_atomic
from tarazu.core.files.work_folder import block_file, clear_work, open_work, read_key
from tarazu.core.intervals import wilson_interval
from tarazu.core.provenance import canonical_json, collect_provenance, digest
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import ROOM, SIZE, Validation, with_detectable
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.registry import ESTIMATORS
from tarazu.evidence.simulated.estimates import COUNTED, Found, find_or_nothing
from tarazu.evidence.simulated.marked_estimates import MARKED
from tarazu.evidence.simulated.marks import Marks, read_marks
from tarazu.evidence.simulated.planted import Planted, PlantedWorld, plan_worlds
from tarazu.evidence.simulated.world import Frame, World, frame_of, simulate_record
from tarazu.evidence.words import Words
from tarazu.record import Record

WORDS: Final = Words(__package__)
SEED: Final = 20260701
LEVEL: Final = 0.95  # of the intervals of rates
FEWEST_RECORDS: Final = 20  # with fewer an interval spans a third of all rates
NO_COVERAGE: Final = ("tactics", "escalation")  # whose intervals are of another kind or level
KEPT: Final = "error-rates"  # folder of the cache
MEASURABLE: Final = tuple(name for name in ESTIMATORS if name in {*COUNTED, *MARKED})
BLOCK: Final = 10  # records that are kept together
_MOST_BLOCKS: Final = 10_000  # of one world, in numbers of files

Array = NDArray[np.float64]
Advance = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of simulated records.

    Attributes
    ----------
    name : in words. value : `hits` of `records`. low, high : Wilson's interval at `LEVEL`.
    """

    name: str
    value: float
    low: float
    high: float
    hits: int
    records: int


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """Error rates at the size of one record.

    Attributes
    ----------
    world : the simulated world, in words.
    records : simulated in each row. seed : of the first of them.
    rates : by name of the estimator.
    power : by name of the estimator (effect, share of records in which it was found, records).
    """

    world: str
    records: int
    seed: int
    rates: Mapping[str, tuple[Rate, ...]]
    power: Mapping[str, tuple[tuple[float, float, int], ...]]

    def validation(self, name: str) -> Validation | None:
        """Return the rates of an estimator as its shipped ones stand; None if it has none."""
        if name not in self.rates:
            return None
        summary: dict[str, float | str] = {}
        for rate in self.rates[name]:
            summary[rate.name] = round(rate.value, 3)
            between = WORDS.text("rates", "between", name=rate.name, level=LEVEL)
            summary[between] = WORDS.text(
                "rates",
                "interval",
                low=rate.low,
                high=rate.high,
                hits=rate.hits,
                records=rate.records,
            )
        summary[WORDS.text("labels", "records")] = WORDS.text(
            "rates", "records", n=self.records, seed=self.seed, level=LEVEL
        )
        summary[WORDS.text("labels", "world")] = self.world
        return Validation(with_detectable(summary, self.power[name]), self.power[name])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain dictionaries and lists."""
        return {
            "world": self.world,
            "records": self.records,
            "seed": self.seed,
            "interval": f"Wilson, {LEVEL:.0%}",
            "rates": {
                name: [
                    {
                        "name": rate.name,
                        "value": rate.value,
                        "low": rate.low,
                        "high": rate.high,
                        "hits": rate.hits,
                        "records": rate.records,
                    }
                    for rate in rates
                ]
                for name, rates in self.rates.items()
            },
            "power": {
                name: [dict(zip(("effect", "found", "records"), row, strict=True)) for row in rows]
                for name, rows in self.power.items()
            },
        }


def check_records(records: int) -> None:
    """Refuse a number of records that measures nothing.

    Raises
    ------
    ValueError
        It is below `FEWEST_RECORDS`.
    """
    if records < FEWEST_RECORDS:
        raise ValueError(
            f"error rates on {records} simulated records; expected {FEWEST_RECORDS} or more, "
            "such as 200"
        )


def measure_error_rates(
    record: Record,
    names: Collection[str],
    records: int,
    *,
    work: Path | None = None,
    seed: int = SEED,
    advance: Advance | None = None,
) -> ErrorRates:
    """Measure error rates of estimators on simulated records of the size of a record.

    Parameters
    ----------
    names : of estimators; those that have no simulated world (see `MEASURABLE`) are left out.
    records : simulated per world, 20 or more.
    work : folder of finished blocks; a run that finds blocks of the same record there continues
        with the others, and one with more records goes on from the fewer. It is not removed. None:
        a folder of the cache.
    advance : called with records done, all records, and those that an earlier run had done.

    Raises
    ------
    ValueError
        Too few records.
    FitError
        The record has no day-dated attack with a district.
    OutputError
        `work` was not written by this function.
    """
    check_records(records)
    counts = to_daily_counts(record)
    asked = tuple(name for name in MEASURABLE if name in names)
    worlds = plan_worlds(asked, counts)
    place = frame_of(counts)
    marks = None if MARKED.keys().isdisjoint(asked) else read_marks(record)
    key = _key(counts, marks, asked, seed)
    work = cache_dir() / KEPT / key[:16] if work is None else work
    if read_key(work) != key:
        clear_work(work)
    open_work(work, key)
    jobs = [(w, first) for w in range(len(worlds)) for first in range(0, records, BLOCK)]
    rows: dict[int, list[dict[str, Found]]] = {w: [] for w in range(len(worlds))}
    total, done = records * len(worlds), 0
    kept = {job: _read_block(_path(work, *job), key) for job in jobs}
    earlier = sum(BLOCK for block in kept.values() if block is not None)
    for w, first in jobs:
        block = kept[w, first]
        if block is None:
            block = [_find(worlds[w], place, marks, seed + i) for i in range(first, first + BLOCK)]
            _write_block(_path(work, w, first), key, block)
            done += BLOCK
        rows[w] += block
        if advance is not None:
            advance(min(earlier + done, total), total, min(earlier, total))
    tables = [(world, rows[w][:records]) for w, world in enumerate(worlds)]
    return _summarise(tables, asked, counts, records, seed)


def _find(planted: PlantedWorld, place: Frame, marks: Marks | None, seed: int) -> dict[str, Found]:
    """Return what the estimators that have something to find in a world find in one record."""
    if planted.is_steady:
        place = replace(place, year_level=np.ones_like(place.year_level))
    counts = _simulate(planted.world, place, seed)
    plain = tuple(name for name in planted.planted if name not in MARKED)
    found = find_or_nothing(plain, counts) if plain else {}
    for name in planted.planted:
        if marks is not None and name in MARKED:
            found[name] = MARKED[name](counts, marks, planted.effects, seed)
    return found


def _simulate(world: World, place: Frame, seed: int) -> DailyCounts:
    attacks, operations = simulate_record(world, place, seed)
    used = {"attacks": int(attacks.sum()), "operations": int(operations.sum())}
    return DailyCounts(attacks, operations, place.calendar_year, place.neighbours, used, {})


def _path(work: Path, world: int, first: int) -> Path:
    return block_file(work, world * _MOST_BLOCKS + first // BLOCK)


def _write_block(path: Path, key: str, block: Sequence[Mapping[str, Found]]) -> None:
    content = json.dumps([{name: list(found) for name, found in row.items()} for row in block])
    write_atomic(path, f"{digest((key + content).encode())}\n{content}".encode())


def _read_block(path: Path, key: str) -> list[dict[str, Found]] | None:
    """Return a finished block; None where there is none, or a damaged one."""
    with suppress(OSError, ValueError):
        noted, _, content = path.read_text(encoding="utf-8").partition("\n")
        if noted == digest((key + content).encode()):
            return [
                {name: Found(*found) for name, found in row.items()} for row in json.loads(content)
            ]
    return None


def _key(counts: DailyCounts, marks: Marks | None, names: Sequence[str], seed: int) -> str:
    """Return a digest of everything that a block's numbers depend on, but for their number."""
    parts = (counts.attacks, counts.operations, counts.neighbours, counts.calendar_year)
    identity = {
        "counts": [digest(np.ascontiguousarray(part).tobytes()) for part in parts],
        "shape": list(counts.attacks.shape),
        "marks": None if marks is None else digest(repr(_plain(marks)).encode()),
        "names": list(names),
        "seed": seed,
        "code": _code_digest(),
        "packages": collect_provenance({}).packages,
    }
    return digest(canonical_json(identity))


def _plain(marks: Marks) -> list[object]:
    series = [part.tolist() for pair in marks.series for part in pair]
    return [marks.doses.tolist(), marks.deaths.tolist(), series]


@cache
def _code_digest() -> str:
    return read_code({ROOM: Path(str(files(ROOM)))}, prose=False).digest


def _summarise(
    tables: Sequence[tuple[PlantedWorld, Sequence[Mapping[str, Found]]]],
    names: Sequence[str],
    counts: DailyCounts,
    records: int,
    seed: int,
) -> ErrorRates:
    rates: dict[str, tuple[Rate, ...]] = {}
    power: dict[str, tuple[tuple[float, float, int], ...]] = {}
    for name in names:
        own = [
            (world.planted[name], np.array([row[name] for row in rows]))
            for world, rows in tables
            if name in world.planted
        ]
        rates[name] = tuple(rate for planted, found in own for rate in _rates(name, planted, found))
        power[name] = tuple(_power(planted, found) for planted, found in own)
    on = tables[0][0].world if tables else World()
    districts, days = counts.attacks.shape[1], len(counts.attacks)
    return ErrorRates(_in_words(on, counts, districts, days), records, seed, rates, power)


def _in_words(on: World, counts: DailyCounts, districts: int, days: int) -> str:
    return WORDS.text(
        "world",
        "assumed",
        attacks=counts.n_used["attacks"],
        operations=counts.n_used["operations"],
        districts=districts,
        days=days,
        excitation=on.excitation,
        contagion=on.contagion,
        reaction=on.reaction,
        drift=on.drift,
        bursts=on.bursts,
        ties=on.ties,
        gaps=on.region_gaps + on.district_gaps,
    )


def _rates(name: str, planted: Planted, found: Array) -> list[Rate]:
    """Return the rates of one world: found (R, 4) estimate, ends of the interval, p-value."""
    hit = int((found[:, 3] < SIGNIFICANCE).sum())  # NaN, "cannot tell", is not found
    if planted.role == "prevented":
        title = WORDS.text("rates", "prevented", share=planted.effect)
        return [_rate(title, hit, len(found))]
    covered = int(((found[:, 1] <= planted.effect) & (planted.effect <= found[:, 2])).sum())
    if planted.role == "null":
        if name in NO_COVERAGE:
            return [_rate(SIZE, hit, len(found))]
        cover = _rate(WORDS.text("rates", "coverage"), covered, len(found))
        return [_rate(SIZE, hit, len(found)), cover]
    of = WORDS.text("of", name)
    rates = [_rate(WORDS.text("rates", "power", effect=planted.effect, of=of), hit, len(found))]
    if name in {"retaliation", "wake", "displacement"}:  # whose estimand is what was planted
        title = WORDS.text("rates", "coverage_effect", effect=planted.effect)
        rates.append(_rate(title, covered, len(found)))
    return rates


def _rate(name: str, hits: int, records: int) -> Rate:
    z = float(ndtri(0.5 + LEVEL / 2))
    low, high = wilson_interval(hits / records, records, z)
    return Rate(name, hits / records, low, high, hits, records)


def _power(planted: Planted, found: Array) -> tuple[float, float, int]:
    effect = planted.effect
    if planted.role == "prevented":
        known = found[~np.isnan(found[:, 0]), 0]
        effect = float(known.mean()) if len(known) else 0.0
    share = float((found[:, 3] < SIGNIFICANCE).mean())
    return round(effect, 4), round(share, 3), len(found)
