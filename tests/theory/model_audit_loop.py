"""How strong the loop is: links held or removed, and shares of variance by group of parameters.

The loop: harm, alienation, kin and retaliation. Contact recruitment, desertion and momentum are
not in it. See `model_audit_worlds` for how runs are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from tests.theory.model_audit_worlds import (
    LATER,
    SEED,
    YEAR,
    Array,
    attacks,
    closed_map,
    columns,
    drawn,
    reproduction,
    run,
    settings,
)

from tarazu.engine import Trajectory
from tarazu.model import Model, build_model
from tarazu.model.hold import Link, with_holds

LOOP = (
    Link("harm_level", "*"),
    Link("missing_level", "*"),
    Link("kin_flow", "*"),
    Link("retaliation_flow", "*"),
    Link("raid_level", "recruitment_coercion"),
)
"""Harm, alienation, kin and retaliation; not contact recruitment, desertion or momentum."""

TEMPOS: Mapping[str, float] = {"today": 1.0, "doubled": 2.0, "halved": 0.5}
"""Tempo of operations under which the links are at work or held; today's is the one asked."""

WEEKS = 10 * YEAR
RESAMPLES = 1_000

GROUPS: Mapping[str, tuple[str, ...]] = {
    "loop: harm, alienation, kin, retaliation": (
        "alienation_response",
        "recruits_per_killed",
        "recruits_per_disappeared",
        "recruits_per_detained",
        "kin_decay",
        "kin_sympathy",
        "kin_targeting",
        "kin_size",
        "spent_share",
        "militant_kin_weight",
        "retaliation",
        "retaliation_harm",
        "recruitment_response",
        "recruitment_response_harm",
        "absence_response",
        "following_share",
        "trust_response",
        "reported_disappearances",
        "disappearances_reported_share",
        "taken_per_operation",
        "deaths_per_operation",
        "long_share",
        "early_return_rate",
        "late_return_rate",
        "custody_death_share",
    ),
    "today's attacks and militants": ("attacks_today", "militants_today"),
    "demography of recruitment": (
        "renewal",
        "filled_today",
        "desertion_rate",
        "contact_share",
        "cooling_rate",
        "sympathisers_today",
    ),
    "men and arms from outside": ("sponsored_share", "sponsored_arms", "spontaneous_share"),
    "livelihoods": ("opportunity_response", "investment_rate", "flight_share"),
    "removals": (
        "killed_per_operation",
        "militants_among_taken",
        "recorded_operations",
        "operations_recorded_share",
        "engaged_share",
    ),
}


@cache
def held_model() -> Model:
    return with_holds(build_model(), LOOP)


def is_flow(link: Link) -> bool:
    return link.source.endswith("flow")


def held_levers(first: Trajectory | None, **levers: float) -> Array:
    """Return levers that hold the loop at what it does in a first week; at none without one.

    Harm, missing and raids are multiples of today's, 1 today; flows are what they are that week.
    Without a first week nobody is harmed: levels and flows are 0.
    """
    values, names = settings(WEEKS, held_model(), **levers), [*held_model().levers]
    for link in LOOP:
        values[names.index(link.switch)] = 1.0
        if first is None:
            values[names.index(link.path)] = 0.0
        elif is_flow(link):
            values[names.index(link.path)] = first.by_district(link.source)[0, :1]
        else:
            values[names.index(link.path)] = 1.0
    return values


def loop(draws: int, hypothesis: str = "full") -> pd.DataFrame:
    """Return, by draw, log attacks of years 6 to 10 and R_v, with the loop at work and held.

    Held: harm, missing and raids are felt as they are today; kin bring, and operations provoke, by
    the week what they do today. In R_v, where importation is set aside, the last two are none.
    Removed: as if nobody had ever been harmed, while contact recruits no more for it.
    """
    keep, model = [link.source for link in LOOP if is_flow(link)], held_model()

    def late(values: Array, levers: Array, model: Model | None = None) -> float:
        return float(np.log(run(values, levers, model=model).series("attacks")[0, LATER].sum()))

    rows = []
    for values in drawn(hypothesis, draws):
        first = run(values, settings(1), keep=keep)
        row = {}
        for name, tempo in TEMPOS.items():
            row[f"free_{name}"] = late(values, settings(WEEKS, operational_tempo=tempo))
            held = held_levers(first, operational_tempo=tempo)
            row[f"held_{name}"] = late(values, held, model)
        row["removed"] = late(values, held_levers(None), model)
        peace = {link.switch: 1.0 for link in LOOP}
        peace |= {link.path: 0.0 if is_flow(link) else 1.0 for link in LOOP}
        numbers = {
            "reproduction": reproduction(closed_map(values)).number,
            "reproduction_held": reproduction(closed_map(values, model, **peace)).number,
        }
        rows.append(row | {k: np.nan if v is None else v for k, v in numbers.items()})
    return pd.DataFrame(rows)


def late_attacks(parameters: Array) -> Array:
    """Return the (draws,) attacks of year 10."""
    return np.asarray(attacks(parameters, settings(WEEKS))[:, -YEAR:].sum(axis=1))


def rank_shares(draws: int) -> dict[str, float]:
    """Return adjusted R2 of the ranks of attacks in year 10 on the ranks of each group."""
    parameters = drawn("full", draws)
    y, shares = rankdata(late_attacks(parameters)), {}
    for group, names in GROUPS.items():
        at = columns(names)
        x = np.column_stack([np.ones(draws), *(rankdata(parameters[:, k]) for k in at)])
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        explained = 1.0 - left.var() / y.var()
        shares[group] = 1.0 - (1.0 - explained) * (draws - 1) / (draws - len(at) - 1)
    return shares


def variance_shares(draws: int) -> pd.DataFrame:
    """Return, by group, its shares of the variance of log attacks in year 10, with their errors.

    Pick-freeze on whole groups: two independent sets of draws, and for each group a third that has
    the group from the second set and all else from the first. `total` is what is left of the
    variance when only the group is drawn again (its interactions with others included), `alone`
    what goes when all but the group is drawn again. Standard errors by bootstrap over draws.

    References
    ----------
    Jansen (1999), Computer Physics Communications 117, doi:10.1016/S0010-4655(98)00154-4.
    """
    first, second = drawn("full", draws), drawn("full", draws, SEED + 1)
    named = {k for names in GROUPS.values() for k in columns(names)}
    groups = {group: columns(names) for group, names in GROUPS.items()}
    groups["all others"] = sorted({*range(first.shape[1])} - named)
    a, b = (np.log(late_attacks(parameters)) for parameters in (first, second))
    luck, rows = np.random.default_rng(SEED), []
    again = luck.integers(0, draws, (RESAMPLES, draws))
    for group, at in groups.items():
        mixed = first.copy()
        mixed[:, at] = second[:, at]
        c = np.log(late_attacks(mixed))

        def shares(of: Array, c: Array = c) -> tuple[Array, Array]:
            spread = (a[of].var(axis=-1, ddof=1) + b[of].var(axis=-1, ddof=1)) / 2
            total = ((a[of] - c[of]) ** 2).mean(axis=-1) / (2 * spread)
            return total, 1.0 - ((b[of] - c[of]) ** 2).mean(axis=-1) / (2 * spread)

        (total, alone), errors = shares(np.arange(draws)), [s.std() for s in shares(again)]
        rows.append((group, len(at), float(total), errors[0], float(alone), errors[1]))
    names = ["group", "parameters", "total", "total_error", "alone", "alone_error"]
    return pd.DataFrame(rows, columns=names).set_index("group")
