"""Compare the policies of a study: outcomes, regret, and pairs; never by people killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.study.analysis.uncertainty import WORST, mean_of, quantile_of, share_of
from tarazu.study.runner.block import SUBSETS
from tarazu.study.runner.result import StudyTables
from tarazu.study.setup.checks import check_outcomes
from tarazu.study.setup.outcomes import OUTCOMES
from tarazu.study.setup.spec import POOLED

FloatArray = NDArray[np.float64]

KEYS: Final = ("subset", "hypothesis", "outcome", "weeks")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Tables of one study; every interval covers 90% of repeated studies (Monte Carlo only).

    Each table has the columns subset (all | kept), hypothesis (or ``pooled``: all draws of all
    hypotheses, or all those kept), outcome, weeks (horizon) and n_draws.

    Attributes
    ----------
    outcomes : + policy; mean, mean_low, mean_high; median, q05, q25, q75, q95 over members;
        worst_decile (and _low, _high: where the worst tenth of draws begins; nan for outcomes
        without a better side); bad_level and exceedance (and _low, _high): share of members worse
        than the status quo in its worst tenth of members, pooled over hypotheses and all draws.
    regret : + policy; mean, mean_low, mean_high of the distance to the best policy of each draw;
        worst_decile (and _low, _high); best_share (and _low, _high): share of draws in which it is
        best, ties shared out.
    pairs : + policy_a, policy_b; p_better, p_better_low, p_better_high: that A does better
        than B in the same member; p_equal; difference, difference_low,
        difference_high of the mean, A less B.
    leaders : + leader, runner_up; difference, difference_low, difference_high, leader less runner
        up; is_separated: whether that interval leaves out 0; best_share of the leader.
    """

    outcomes: pd.DataFrame
    regret: pd.DataFrame
    pairs: pd.DataFrame
    leaders: pd.DataFrame

    def __repr__(self) -> str:
        tables = ("outcomes", "regret", "pairs", "leaders")
        rows = ", ".join(f".{name} ({len(getattr(self, name))} rows)" for name in tables)
        return f"<Comparison: {rows}>"

    def _repr_html_(self) -> str:
        parts = [
            f"<h4>{escape(name)}</h4>{table.head(40).to_html(index=False)}"
            for name, table in (("leaders", self.leaders), ("regret", self.regret))
        ]
        return "".join(parts)


def compare(result: StudyTables, outcomes: Sequence[str] | None = None) -> Comparison:
    """Return the comparison of a study's policies.

    Parameters
    ----------
    outcomes : names from `OUTCOMES`; None for all. Those without a better side (militants killed
        among them) are in the table of outcomes and in no ranking.

    Raises
    ------
    ScenarioError
        An outcome that does not exist.
    """
    tables: dict[str, list[dict[str, Any]]] = {
        "outcomes": [],
        "regret": [],
        "pairs": [],
        "leaders": [],
    }
    for name in check_outcomes(outcomes):
        better = OUTCOMES[name].better
        for keys, members, bad_level in _cells(result, name):
            tables["outcomes"] += _outcome_rows(keys, members, bad_level)
            if better != "none":
                draws = {p: values.mean(axis=1) for p, values in members.items()}
                rows = _regret_rows(keys, draws, better)
                tables["regret"] += rows
                tables["pairs"] += _pair_rows(keys, members, better)
                tables["leaders"] += _leader_rows(keys, draws, better, rows)
    return Comparison(**{name: pd.DataFrame(rows) for name, rows in tables.items()})


def regret(result: StudyTables, outcome: str) -> pd.DataFrame:
    """Return the regret of each policy by one outcome; see `Comparison`.

    Raises
    ------
    ValueError
        The outcome has no better side: it is reported, never an objective.
    """
    if outcome in OUTCOMES and OUTCOMES[outcome].better == "none":
        msg = f"'{outcome}' is reported and never ranked: killing or detaining people would move it"
        raise ValueError(msg)
    return compare(result, [outcome]).regret


def _cells(
    result: StudyTables, outcome: str
) -> Iterator[tuple[dict[str, Any], dict[str, FloatArray], float]]:
    """Yield keys, (N, R) values by policy and the bad level, for subset, hypothesis, horizon."""
    columns = ["hypothesis", "policy", "member", "kept", "weeks", outcome]
    table = result.read_metrics(columns)
    hypotheses, policies = (
        [h.name for h in result.hypotheses],
        [p.name for p in result.policies],
    )
    shape = (len(hypotheses), len(policies), result.draws, result.replicates)
    lower = OUTCOMES[outcome].better != "higher"
    for weeks in result.horizons:
        rows = table[table["weeks"] == weeks]
        codes = [
            pd.Categorical(rows[name], categories=known).codes
            for name, known in (("hypothesis", hypotheses), ("policy", policies))
        ]
        order = np.lexsort((rows["member"].to_numpy(), codes[1], codes[0]))
        values = rows[outcome].to_numpy(dtype=np.float64)[order].reshape(shape)
        if outcome == "quiet_year" and np.isnan(values).any():
            continue  # a quiet year within less than a year
        is_kept = rows["kept"].astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        kept = is_kept[order].reshape(shape)[:, 0, :, 0]  # (H, N)
        status_quo = values[:, policies.index(result.baseline)]
        bad_level = float(np.quantile(status_quo, WORST if lower else 1.0 - WORST))
        for subset in SUBSETS:
            chosen = np.ones_like(kept) if subset == "all" else kept
            if subset == "kept" and result.record_range is None:
                continue
            for h, name in enumerate((*hypotheses, POOLED)):
                of = [h] if name != POOLED else range(len(hypotheses))
                members = {
                    policy: np.concatenate([values[i, p][chosen[i]] for i in of])
                    for p, policy in enumerate(policies)
                }
                n = len(members[policies[0]])
                if n:
                    keys = dict(zip(KEYS, (subset, name, outcome, weeks), strict=True))
                    yield keys | {"n_draws": n}, members, bad_level


def _outcome_rows(
    keys: Mapping[str, Any], members: Mapping[str, FloatArray], bad_level: float
) -> list[dict[str, Any]]:
    outcome, rows = OUTCOMES[keys["outcome"]], []
    better, mean = outcome.better, share_of if outcome.over == "quiet_year" else mean_of
    for policy, values in members.items():
        draws = values.mean(axis=1)
        row = {**keys, "policy": policy, **mean(draws).columns("mean")}
        levels = {"median": 0.5, "q05": 0.05, "q25": 0.25, "q75": 0.75, "q95": 0.95}
        row |= {name: float(np.quantile(values, level)) for name, level in levels.items()}
        if better != "none":
            level = WORST if better == "lower" else 1.0 - WORST
            worse = values > bad_level if better == "lower" else values < bad_level
            row |= quantile_of(draws, level).columns("worst_decile")
            row["bad_level"] = bad_level
            row |= share_of(worse.mean(axis=1)).columns("exceedance")
        rows.append(row)
    return rows


def _badness(values: FloatArray, better: str) -> FloatArray:
    """Return values of which less is better."""
    return values if better == "lower" else -values


def _regret_rows(
    keys: Mapping[str, Any], draws: Mapping[str, FloatArray], better: str
) -> list[dict[str, Any]]:
    bad = np.stack([_badness(values, better) for values in draws.values()])  # (A, N)
    distance = bad - bad.min(axis=0)
    best = (distance == 0.0) / (distance == 0.0).sum(axis=0)
    return [
        {
            **keys,
            "policy": policy,
            **mean_of(distance[a]).columns("mean"),
            **quantile_of(distance[a], WORST).columns("worst_decile"),
            **share_of(best[a]).columns("best_share"),
        }
        for a, policy in enumerate(draws)
    ]


def _pair_rows(
    keys: Mapping[str, Any], members: Mapping[str, FloatArray], better: str
) -> list[dict[str, Any]]:
    rows = []
    for a, b in combinations(members, 2):
        of_a, of_b = _badness(members[a], better), _badness(members[b], better)
        won, equal = (of_a < of_b).mean(axis=1), (of_a == of_b).mean(axis=1)
        difference = (members[a] - members[b]).mean(axis=1)
        rows.append(
            {
                **keys,
                "policy_a": a,
                "policy_b": b,
                **share_of(won).columns("p_better"),
                "p_equal": float(equal.mean()),
                **mean_of(difference).columns("difference"),
            }
        )
    return rows


def _leader_rows(
    keys: Mapping[str, Any],
    draws: Mapping[str, FloatArray],
    better: str,
    regrets: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the leader in expectation, and whether its lead is separated from zero."""
    if len(draws) < 2:
        return []
    ordered = sorted(draws, key=lambda name: float(_badness(draws[name], better).mean()))
    first, second = ordered[:2]
    difference = mean_of(draws[first] - draws[second])
    return [
        {
            **keys,
            "leader": first,
            "runner_up": second,
            **difference.columns("difference"),
            "is_separated": bool(difference.low > 0.0 or difference.high < 0.0),
            "best_share": next(r["best_share"] for r in regrets if r["policy"] == first),
        }
    ]
