"""What the audit of the model asks, as functions of the number of draws.

Mean field unless a function says otherwise, `status-quo`, 34 districts of the default region, draws
of the parameters from the priors (Latin hypercube). Nothing is calibrated: a share is a share of
draws. What each row of the description must move is fixed here before any run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from tarazu.core.quantities import Normal, SpikeSlab
from tarazu.engine import Districts, Pulse, Trajectory, simulate
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap
from tarazu.engine.mean_field.reproduction import Reproduction, reproduction_number
from tarazu.model import HYPOTHESES, Model, build_model, draw_parameters, load_hypothesis
from tarazu.model.stocks import IMPORTATION, MILITANTS
from tarazu.policy import POLICIES, load_policy, resolve
from tarazu.region import load_region
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.policies import districts_of

Array = NDArray[np.float64]

SEED = 20261128
YEAR = 52
BLOCK = 25  # draws that are run at once: more leave the cache
LATER = slice(5 * YEAR, 10 * YEAR)  # years 6 to 10
LOW, HIGH = 0.1, 0.9  # points of a prior between which a parameter is moved
LEAST_MOVE = 0.05  # of an outcome, for a row to count as at work
INERT = 1e-3
SWEEP = 3.0  # operations, 17 militants in expectation at the medians
STRUCK = "khuzdar"


@cache
def places() -> Districts:
    return districts_of(load_region())


def drawn(hypothesis: str, draws: int, seed: int = SEED) -> Array:
    m = build_model()
    uniforms = latin_hypercube([*m.parameters], draws, seed)
    return draw_parameters(m, load_hypothesis(hypothesis), uniforms)


def settings(weeks: int, model: Model | None = None, **values: float) -> Array:
    m = model or build_model()
    levels = np.array([values.get(name, lever.default) for name, lever in m.levers.items()])
    return np.broadcast_to(levels[:, None, None], (len(levels), weeks, len(places().names))).copy()


def run(
    parameters: Array,
    levers: Array,
    *,
    model: Model | None = None,
    keep: Sequence[str] = (),
    pulses: Sequence[Pulse] = (),
    members: Sequence[int] | None = None,
    mode: Mode = "mean",
) -> Trajectory:
    """Return one run per row of the parameters; in the mean field `members` decide nothing."""
    return simulate(
        model or build_model(),
        np.atleast_2d(parameters),
        levers,
        districts=places(),
        seed=SEED,
        members=np.arange(len(np.atleast_2d(parameters))) if members is None else members,
        weeks=levers.shape[1],
        keep=keep,
        pulses=pulses,
        mode=mode,
    )


def attacks(parameters: Array, levers: Array, model: Model | None = None) -> Array:
    """Return the (draws, weeks) attacks of the region, block by block."""
    return np.concatenate(
        by_block(lambda block: run(block, levers, model=model).series("attacks"), parameters)
    )


def by_block(look: Callable[[Array], Array], parameters: Array, size: int = BLOCK) -> list[Array]:
    """Return what is seen in each block of draws, two at a time: runs release the lock."""
    first, *others = (parameters[i : i + size] for i in range(0, len(parameters), size))
    seen = [look(first)]  # alone: it may compile
    with ThreadPoolExecutor(2) as pool:
        return [*seen, *pool.map(look, others)]


def militants(trajectory: Trajectory) -> Array:
    return np.sum([trajectory.series(name) for name in MILITANTS], axis=0)


def columns(names: Sequence[str]) -> list[int]:
    return [[*build_model().parameters].index(name) for name in names]


# thresholds -----------------------------------------------------------------------------------


def average_place() -> Districts:
    return places().average()


def closed_map(parameters: Array, model: Model | None = None, **values: float) -> ClosedMap:
    m = model or build_model()
    return ClosedMap(m, parameters, settings(1, m, **values)[:, 0, :1], districts=average_place())


def reproduction(closed: ClosedMap) -> Reproduction:
    m = closed.model
    recruitment = [
        name
        for name, transfer in m.transfers.items()
        if transfer.target in MILITANTS and transfer.source not in MILITANTS
    ]
    start = first_state(m, closed.parameters, districts=average_place())
    return reproduction_number(
        closed, start, violent=MILITANTS, recruitment=recruitment, set_aside=(IMPORTATION,)
    )


def growth_from_seeds(closed: ClosedMap, found: Reproduction, years: int = 60) -> float:
    """Return the growth of log militants by week from a seed, no importation, at the end."""
    assert found.equilibrium is not None
    alone = closed.with_levers_at_zero((IMPORTATION,))
    at = [[*closed.model.stocks].index(name) for name in MILITANTS]
    state = found.equilibrium.state.copy()
    state[at] += 1e-8
    state = alone.close(state, found.equilibrium.state)
    logs = []
    for _ in range(years * YEAR):
        heads = float(state[at].sum())
        if not 1e-30 < heads < 1e-3:
            break
        logs.append(np.log(heads))
        state = alone.step(state)
    tail = logs[len(logs) // 2 :]
    return (tail[-1] - tail[0]) / max(len(tail) - 1, 1)


def thresholds(draws: int, hypothesis: str = "full") -> pd.DataFrame:
    """Return, by draw, R_v, growth from small seeds and growth of attacks over 15 years."""
    parameters = drawn(hypothesis, draws)
    rows = []
    for values in parameters:
        closed = closed_map(values)
        found = reproduction(closed)
        grows = np.nan if found.number is None else growth_from_seeds(closed, found)
        rows.append((np.nan if found.number is None else found.number, grows))
    table = pd.DataFrame(rows, columns=["reproduction", "seed_growth"])
    levels = run_militants(parameters, settings(15 * YEAR))
    return table.assign(growth=np.log(levels[:, -1] / levels[:, 0]))


def run_militants(parameters: Array, levers: Array) -> Array:
    return np.concatenate(by_block(lambda block: militants(run(block, levers)), parameters))


def rank_correlation(a: pd.Series, b: pd.Series) -> float:
    known = a.notna() & b.notna()
    return float(spearmanr(a[known], b[known]).statistic)


# regimes --------------------------------------------------------------------------------------


def regimes(
    draws: int, hypothesis: str = "full", years: int = 40, mode: Mode = "mean"
) -> dict[str, float]:
    """Return shares of draws by what attacks do: last five years against the first five."""
    return reached(drawn(hypothesis, draws), settings(years * YEAR), mode=mode)


def reached(parameters: Array, levers: Array, mode: Mode = "mean") -> dict[str, float]:
    """Return the shares of some draws, under the same levers, that reach each regime."""
    draws, years = len(parameters), levers.shape[1] // YEAR

    def look(members: Array) -> Array:
        at = members.astype(np.int64)
        return run(parameters[at], levers, members=at, mode=mode).series("attacks")

    weekly = np.concatenate(by_block(look, np.arange(draws)))
    yearly = weekly.reshape(draws, years, YEAR).sum(axis=2)
    first, last = yearly[:, :5].mean(axis=1), yearly[:, -5:].mean(axis=1)
    ratio = last / np.maximum(first, 1e-9)
    return {
        "dies out": float((last < 1.0).mean()),
        "falls by more than 2": float((ratio < 0.5).mean()),
        "persists within 1.5": float(((ratio > 1 / 1.5) & (ratio < 1.5)).mean()),
        "grows by more than 2": float((ratio > 2.0).mean()),
        "waves": float(np.mean([has_waves(row) for row in yearly])),
    }


def has_waves(yearly: Array, least: float = 0.2) -> bool:
    """Return whether log attacks turn at least three times, each time by 20 % or more."""
    logs, turns, side = np.log(yearly + 1e-9), 0, 0
    edge = logs[0]
    for value in logs[1:]:
        if side == 0:
            side = int(np.sign(value - edge)) if abs(value - edge) > least else 0
            edge = value if side else edge
        elif side * (value - edge) > 0:
            edge = value
        elif abs(value - edge) > least:
            turns, side, edge = turns + 1, -side, value
    return turns >= 3


# mirror ---------------------------------------------------------------------------------------


def sign_free() -> list[int]:
    """Return the columns of parameters whose prior is symmetric about no effect."""
    return [
        k
        for k, parameter in enumerate(build_model().parameters.values())
        if isinstance(parameter.prior, Normal | SpikeSlab) and parameter.prior.mean == 0.0
    ]


def mirror(draws: int) -> pd.DataFrame:
    """Return, by policy, the even and odd parts of its effect on log attacks, years 6 to 10."""
    m, region, weeks = build_model(), load_region(), 10 * YEAR
    parameters, free = drawn("full", draws), sign_free()
    flipped, none = parameters.copy(), parameters.copy()
    flipped[:, free] *= -1.0
    none[:, free] = 0.0
    effects: dict[str, list[Array]] = {}
    for name in POLICIES:
        levers = resolve(load_policy(name), m.levers, region, weeks)
        effects[name] = [
            np.log(attacks(p, levers)[:, LATER].sum(axis=1)) for p in (parameters, flipped, none)
        ]
    base = effects.pop("status-quo")
    rows = []
    for name, values in effects.items():
        plain, mirrored, zero = (v - b for v, b in zip(values, base, strict=True))
        even, odd = (plain + mirrored) / 2, (plain - mirrored) / 2
        rows.append(
            {
                "policy": name,
                "median": np.median(plain),
                "fewer": (plain < -0.01).mean(),
                "more": (plain > 0.01).mean(),
                "even": even.mean(),
                "zero": zero.mean(),
                "excess": (even - zero).mean(),
                "odd_sd": odd.std(),
                "zero_fewer": (zero < -0.01).mean(),
                "zero_more": (zero > 0.01).mean(),
            }
        )
    return pd.DataFrame(rows).set_index("policy")


# operability ----------------------------------------------------------------------------------

Outcome = Callable[[Array, Array], Array]


def _later(name: str) -> Outcome:
    def outcome(parameters: Array, levers: Array) -> Array:
        series = run(parameters, levers).series(name)[:, LATER]
        return np.asarray(np.log(series.mean(axis=1) + 1e-12))

    return outcome


def _urban_share(parameters: Array, levers: Array) -> Array:
    trajectory = run(parameters, levers)
    urban = trajectory.series("attacks_urban")[:, LATER].sum(axis=1)
    return np.asarray(np.log(urban / trajectory.series("attacks")[:, LATER].sum(axis=1)))


def _men(parameters: Array, levers: Array) -> Array:
    return np.asarray(np.log(militants(run(parameters, levers))[:, LATER].mean(axis=1)))


def sweep(first: int, last: int, *, next_door: bool) -> Outcome:
    """Return log attacks of some weeks after a sweep less those without it, there or next door."""

    def outcome(parameters: Array, levers: Array) -> Array:
        here = places()
        struck = here.names.index(STRUCK)
        where = np.flatnonzero(here.weights[struck]) if next_door else np.array([struck])
        weeks = levers[:, : 2 + last]
        logs = []
        for pulses in ([Pulse("operations", 1, struck, expected=SWEEP)], []):
            series = run(parameters, weeks, keep=["attacks"], pulses=pulses).by_district("attacks")
            logs.append(np.log(series[:, 1 + first :, where].sum(axis=(1, 2)) + 1e-12))
        return np.asarray(logs[0] - logs[1])

    return outcome


@dataclass(frozen=True)
class Row:
    """A row of the description: which parameters, with which levers, must move which outcome."""

    name: str
    says: str
    parameters: tuple[str, ...]
    outcome_name: str
    outcome: Outcome
    levers: tuple[tuple[str, float], ...] = ()


ROWS = (
    Row(
        "S1",
        "seventeen killed",
        ("retaliation", "recruits_per_killed"),
        "attacks there in the year after a sweep",
        sweep(1, 52, next_door=False),
    ),
    Row(
        "S2",
        "intelligence",
        ("tip_value",),
        "civilians killed in operations",
        _later("operation_deaths_civilian"),
        (("technical_intelligence", 0.5),),
    ),
    Row(
        "S3",
        "body counts",
        ("killed_per_operation", "militants_among_taken"),
        "attacks",
        _later("attacks"),
        (("operational_tempo", 5.0),),
    ),
    Row(
        "S4",
        "next valley, weeks later",
        ("scatter",),
        "attacks next door in the 12 weeks after a sweep",
        sweep(1, 12, next_door=True),
    ),
    Row(
        "S5",
        "ecosystem of grievance",
        ("weight_exclusion", "agency_response", "contact_share"),
        "militants",
        _men,
        (("local_agency", 0.5),),
    ),
    Row(
        "S6 targets",
        "guards move attacks",
        ("hardening",),
        "urban share of attacks",
        _urban_share,
        (("protection_urban", 0.125),),
    ),
    Row(
        "S6 cities", "urban seeding", ("seeding_response",), "urban share of attacks", _urban_share
    ),
    Row(
        "S7",
        "economic attrition",
        ("flight_share", "repair_share", "fiscal_dependence"),
        "services",
        _later("service_level"),
        (("project_scale", 2.5),),
    ),
    Row(
        "S8",
        "reactive state",
        ("standing_response",),
        "civilians killed in attacks",
        _later("attack_deaths_civilian"),
        (("reactive_share", 0.5),),
    ),
    Row(
        "S9",
        "projects without agency",
        ("project_response",),
        "attacks",
        _later("attacks"),
        (("project_scale", 2.5),),
    ),
    Row(
        "S10",
        "the missing, kin, sympathisers",
        ("recruits_per_disappeared", "kin_sympathy", "alienation_response"),
        "sympathisers",
        _later("sympathiser"),
        (("due_process", 0.5), ("accounting", 0.5)),
    ),
    Row(
        "S11",
        "the loop",
        ("alienation_response", "recruits_per_disappeared", "recruitment_response"),
        "attacks",
        _later("attacks"),
        (("operational_tempo", 5.0),),
    ),
    Row(
        "S12",
        "revenue share",
        ("revenue_yield", "services_response"),
        "sympathisers",
        _later("sympathiser"),
        (("local_revenue_share", 0.5),),
    ),
    Row(
        "S13 due process",
        "lawful custody",
        ("recruits_per_disappeared", "absence_response"),
        "attacks",
        _later("attacks"),
        (("due_process", 0.5),),
    ),
    Row(
        "S13 accounting",
        "the missing accounted for",
        ("accounting_gain", "absence_response"),
        "attacks",
        _later("attacks"),
        (("accounting", 0.5),),
    ),
    Row(
        "S13 redress",
        "families compensated",
        ("redress_response",),
        "attacks",
        _later("attacks"),
        (("redress", 0.5),),
    ),
    Row(
        "S14",
        "dialogue, agency, proxies",
        ("dialogue_response", "agency_response"),
        "attacks",
        _later("attacks"),
        (("dialogue", 0.5), ("local_agency", 0.5)),
    ),
    Row(
        "S15",
        "emergent groups",
        ("splinter_response", "group_turnover"),
        "groups that a record names",
        _later("groups_active"),
        (("operational_tempo", 5.0),),
    ),
    Row("S16 men", "foreign pay", ("sponsored_share",), "attacks", _later("attacks")),
    Row("S16 arms", "foreign arms", ("sponsored_arms",), "attacks", _later("attacks")),
    Row(
        "S17",
        "no kinetic exit",
        ("surge_capacity", "engaged_share", "recruitment_response"),
        "attacks",
        _later("attacks"),
        (("operational_tempo", 5.0),),
    ),
)


def ends_of(parameters: Array, name: str) -> tuple[Array, Array]:
    """Return the draws with one parameter at the low and at the high point of its prior."""
    (k,) = columns([name])
    prior = build_model().parameters[name].prior
    pair = []
    for point in (LOW, HIGH):
        moved = parameters.copy()
        moved[:, k] = prior.quantile(point)
        pair.append(moved)
    return pair[0], pair[1]


def operability(draws: int) -> pd.DataFrame:
    """Return, by row and parameter, the median move of the outcome and the share beyond 5 %."""
    parameters = drawn("full", draws)
    rows = []
    for row in ROWS:
        levers = settings(10 * YEAR, **dict(row.levers))
        for name in row.parameters:
            low, high = (row.outcome(p, levers) for p in ends_of(parameters, name))
            moved = np.abs(high - low)
            share = float((moved >= LEAST_MOVE).mean())
            rows.append((row.name, row.says, name, row.outcome_name, np.median(moved), share))
    return pd.DataFrame(
        rows, columns=["row", "says", "parameter", "outcome", "median_move", "share_moved"]
    )


MIDDLE: Mapping[str, float] = {
    "technical_intelligence": 0.5,
    "reactive_share": 0.5,
    **{f"protection_{kind}": 0.125 for kind in ("security", "transport", "energy", "urban")},
    "discrimination_rules": 0.5,
    "due_process": 0.5,
    "accounting": 0.5,
    "redress": 0.5,
    "project_scale": 2.5,
    "local_revenue_share": 0.5,
    "services": 0.5,
    "local_agency": 0.5,
    "proxies": 0.25,  # mid-range is today's: a response to it would be at rest
    "dialogue": 0.5,
    "dialogue_hardline": 0.5,
    "dialogue_islamist": 0.5,
    "reintegration_support": 0.5,
    "operational_tempo": 2.0,
}


def moves(draws: int) -> pd.Series:
    """Return, by parameter, the median move of log attacks, today or with levers mid-range."""
    parameters = drawn("full", draws)
    scenes = (settings(10 * YEAR), settings(10 * YEAR, **MIDDLE))
    found = {}
    for name in build_model().parameters:
        largest = 0.0
        for levers in scenes:
            logs = [
                np.log(attacks(p, levers)[:, LATER].sum(axis=1)) for p in ends_of(parameters, name)
            ]
            largest = max(largest, float(np.median(np.abs(logs[1] - logs[0]))))
        found[name] = largest
    return pd.Series(found).sort_values()


# levels ---------------------------------------------------------------------------------------


def levels(draws: int, years: int = 5, resamples: int = 1_000) -> pd.DataFrame:
    """Return, by hypothesis, the median ratio of its attacks to `full`, with a 90 % interval."""
    totals = {
        name: attacks(drawn(name, draws), settings(years * YEAR)).sum(axis=1) for name in HYPOTHESES
    }
    luck, rows = np.random.default_rng(SEED), []
    for name in HYPOTHESES[1:]:
        ratio = totals[name] / totals["full"]
        again = luck.integers(0, draws, (resamples, draws))
        low, high = np.quantile(np.median(ratio[again], axis=1), [0.05, 0.95])
        spread = np.quantile(ratio, [0.05, 0.95])
        rows.append((name, np.median(ratio), low, high, *spread))
    names = ["hypothesis", "median", "low", "high", "draws_low", "draws_high"]
    return pd.DataFrame(rows, columns=names).set_index("hypothesis")
