"""Why thresholds of the audit are missed: what is found if what is blamed for it were otherwise.

Reported beside the thresholds, and not in their place. See `model_audit_worlds` for how runs are
made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from tests.theory.model_audit_worlds import (
    LATER,
    MIDDLE,
    YEAR,
    Array,
    by_block,
    columns,
    drawn,
    ends_of,
    places,
    reached,
    run,
    settings,
    sweep,
)

from tarazu.engine.compiler.kernel_files import program_of
from tarazu.model import build_model
from tarazu.model.declaration import PLACE_UNITS
from tarazu.model.stocks import IMPORTATION, MILITANTS

BOTH = "R_v over that and over the losses that are missing"
AS_IT_IS, LONG = "as it is", "as it is, over 100 years"
ROOMY = 0.02  # of the willing who fight today: so few that room neither opens nor runs out
SIGNED = ("kin_flow", "retaliation_flow")  # may be none or below: no multiple of them is taken
YEARLY_ATTACKS = "spread of yearly attacks, drawn events"
YEARLY_DEATHS = "spread of yearly deaths of civilians in attacks, drawn events"
HEAVIEST = "share of attacks in the five heaviest districts, drawn events"
BORDER = "share of militants at a border, where some are paid"
SWEEP_WEEKS = "attacks there in the 12 weeks after a sweep"

OWN_OUTCOMES: Mapping[str, str] = {
    "campaign_spread": YEARLY_ATTACKS,
    "campaign_fade": YEARLY_ATTACKS,
    "district_spread": HEAVIEST,
    "district_fade": HEAVIEST,
    "tail_exponent": YEARLY_DEATHS,
    "border_men": BORDER,
    "momentum_decay": SWEEP_WEEKS,
    "operation_memory_decay": SWEEP_WEEKS,
}
"""What parameters are for that no level of the region shows: chance, place, or the next weeks."""


# regimes --------------------------------------------------------------------------------------


def regimes_otherwise(draws: int) -> dict[str, dict[str, float]]:
    """Return the regimes of `full` where what may keep draws from dying out or growing is gone."""
    as_it_is = drawn("full", draws)
    renewal, filled, paid = (
        columns([name])[0] for name in ("renewal", "filled_today", "sponsored_share")
    )

    def changed(*, wider: bool = False, roomy: bool = False, unpaid: bool = False) -> Array:
        parameters = as_it_is.copy()
        if wider:
            parameters[:, renewal] **= 2.0  # lognormal, median 1: twice the spread
        if roomy:
            parameters[:, filled] = ROOMY
        if unpaid:
            parameters[:, paid] = 0.0
        return parameters

    cases = {
        AS_IT_IS: (changed(), 1.0),
        "`renewal` with twice its spread (a factor 1.8, 1 sd)": (changed(wider=True), 1.0),
        "room among the willing neither opens nor runs out": (changed(roomy=True), 1.0),
        "nobody is paid from outside": (changed(unpaid=True), 1.0),
        "no importation at all: nobody paid or by himself, no base tempo": (changed(), 0.0),
        "all of these together": (changed(wider=True, roomy=True, unpaid=True), 0.0),
    }
    return {
        name: reached(parameters, settings(40 * YEAR, **{IMPORTATION: importation}))
        for name, (parameters, importation) in cases.items()
    } | {LONG: reached(as_it_is, settings(100 * YEAR))}


# threshold ------------------------------------------------------------------------------------


def above_one(reproduction: pd.Series) -> dict[str, float]:
    """Return the share of draws of `full` with R_v above 1, and what is left of it step by step.

    R_v is divided by what sets it apart from today: by the room where nobody of the willing
    fights, and by today's losses over those that are left without the base tempo.
    """
    parameters = drawn("full", len(reproduction))
    value = dict(zip(build_model().parameters, parameters.T, strict=True))
    killed = value["killed_per_operation"] * value["recorded_operations"]
    killed = killed / value["operations_recorded_share"]
    raids = value["reported_disappearances"] / value["disappearances_reported_share"]
    captured = value["militants_among_taken"] * raids / (1.0 - 0.3)  # due process today
    deserted = value["desertion_rate"] * value["militants_today"]
    losses = (deserted + killed + captured) / deserted
    room = 1.0 / (1.0 - value["filled_today"])
    known = reproduction.notna().to_numpy()
    steps = {
        "R_v": np.ones(len(losses)),
        "R_v over the room that opens": room,
        BOTH: room * losses,
    }
    number = reproduction.to_numpy()
    return {name: float((number[known] / by[known] > 1.0).mean()) for name, by in steps.items()} | {
        "room": float(np.median(room)),
        "losses": float(np.median(losses)),
    }


# operability ----------------------------------------------------------------------------------


def economy(draws: int) -> dict[str, float]:
    """Return what S7's outcome follows in years 6 to 10, as multiples of today's: median moves."""
    parameters = drawn("full", draws)
    trajectory = run(parameters, settings(10 * YEAR, project_scale=2.5))
    found = {}
    for name, parts in (
        ("damage", ("damage_transport", "damage_energy")),
        ("attacks", ("attacks",)),
        ("investment", ("investment",)),
    ):
        series = np.sum([trajectory.series(part) for part in parts], axis=0)
        moved = np.abs(np.log(series[:, LATER].mean(axis=1) / series[:, :4].mean(axis=1)))
        found[name] = float(np.median(moved))
    return found


def moved_elsewhere(names: Sequence[str], draws: int) -> pd.DataFrame:
    """Return, by parameter, the outcome that it moves most, and the median move of its log.

    Of the levels of the region in years 6 to 10, today or with levers mid-range, but for memories,
    which are no outcome; or of the outcome that the parameter is for, see `OWN_OUTCOMES`.
    """
    rows = []
    for name in names:
        if name in OWN_OUTCOMES:
            rows.append((name, OWN_OUTCOMES[name], _moved_own(name, draws)))
        else:
            rows.append((name, *_moved_most(name, draws)))
    return pd.DataFrame(rows, columns=["parameter", "outcome", "move"]).set_index("parameter")


def _moved_most(name: str, draws: int) -> tuple[str, float]:
    m, parameters = build_model(), drawn("full", draws)
    memories = {stock for stock, s in m.stocks.items() if s.kind == "memory" and stock != "groups"}
    outcomes = [q for q in program_of(m).quantities if q not in memories and q not in SIGNED]
    best = ("", 0.0)
    for levers in (settings(10 * YEAR), settings(10 * YEAR, **MIDDLE)):
        low, high = (
            np.concatenate(by_block(lambda block, at=levers: _levels(block, at, outcomes), p))
            for p in ends_of(parameters, name)
        )
        moves = np.median(np.abs(high - low), axis=0)
        k = int(moves.argmax())
        best = max(best, (outcomes[k], float(moves[k])), key=lambda pair: pair[1])
    return best


def _levels(parameters: Array, levers: Array, outcomes: Sequence[str]) -> Array:
    trajectory = run(parameters, levers)
    levels = [trajectory.series(q)[:, LATER].mean(axis=1) for q in outcomes]
    return np.log(np.stack(levels, axis=1) + 1e-12)


def _moved_own(name: str, draws: int) -> float:
    parameters, levers = drawn("full", draws), settings(10 * YEAR)
    if OWN_OUTCOMES[name] == BORDER:
        parameters = parameters[parameters[:, columns(["sponsored_share"])[0]] > 0.0]
    look = {
        YEARLY_ATTACKS: lambda p: _yearly_spread(p, levers, "attacks"),
        YEARLY_DEATHS: lambda p: _yearly_spread(p, levers, "attack_deaths_civilian"),
        HEAVIEST: lambda p: _heaviest(p, levers),
        BORDER: lambda p: _at_border(p, levers),
        SWEEP_WEEKS: lambda p: sweep(1, 12, next_door=False)(p, levers),
    }[OWN_OUTCOMES[name]]
    low, high = (np.concatenate(by_block(look, p)) for p in ends_of(parameters, name))
    return float(np.median(np.abs(high - low)))


def _yearly_spread(parameters: Array, levers: Array, name: str) -> Array:
    weekly = run(parameters, levers, mode="stochastic").series(name)
    yearly = weekly.reshape(len(weekly), -1, YEAR).sum(axis=2) + 0.5
    return np.asarray(np.log(yearly.std(axis=1) / yearly.mean(axis=1)))


def _heaviest(parameters: Array, levers: Array) -> Array:
    trajectory = run(parameters, levers, mode="stochastic", keep=["attacks"])
    by_district = np.sort(trajectory.by_district("attacks").sum(axis=1), axis=1)
    return np.asarray(np.log(by_district[:, -5:].sum(axis=1) / by_district.sum(axis=1)))


def _at_border(parameters: Array, levers: Array) -> Array:
    trajectory = run(parameters, levers, keep=MILITANTS)
    men = np.sum([trajectory.by_district(name)[:, LATER] for name in MILITANTS], axis=(0, 2))
    border = places().places()[[*PLACE_UNITS].index("border")]
    return np.asarray(np.log((men * border).sum(axis=1) / men.sum(axis=1)))
