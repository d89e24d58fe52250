"""Experiments of claims in the model: in which draws of a study a claim holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.claims.ledger import (
    Change,
    Claim,
    LastingTest,
    LoopTest,
    NoExitTest,
    PairedTest,
    PoliciesTest,
)
from tarazu.core.errors import ScenarioError
from tarazu.core.number_format import interval, number
from tarazu.model.hypothesis import UNRESTRICTED
from tarazu.study import OUTCOMES, StudyResult, paired_draws
from tarazu.study.analysis.uncertainty import share_of
from tarazu.study.setup.spec import DRAW_KEYS, POOLED

ModelConclusion = Literal["holds", "does not hold", "depends"]
REPRODUCTION: Final = "reproduction"
NO_DOSE: Final = "the operation does not reach its dose in them"
NO_NUMBER: Final = "the reproduction number is not defined in them"
KEYS: Final = [*DRAW_KEYS]


@dataclass(frozen=True, slots=True)
class Share:
    """Share of draws in which a claim holds, with its Monte Carlo interval (90%).

    Attributes
    ----------
    subset : ``all`` draws or those ``kept``. hypothesis : or ``pooled``, all with equal weight,
        only where the study does not run `full`.
    """

    subset: str
    hypothesis: str
    share: float
    low: float
    high: float
    n_draws: int


@dataclass(frozen=True, slots=True)
class ModelResult:
    """Result of a claim's experiment in the model.

    Attributes
    ----------
    conclusion : what follows for the claim by its rule.
    shares : by subset and hypothesis; empty where no draw could be used.
    n_left_out : draws that were not used. why_left_out : the reason; "" if there are none.
    """

    study: str
    conclusion: ModelConclusion
    shares: tuple[Share, ...]
    n_left_out: int
    detail: str
    why_left_out: str = ""

    @property
    def headline(self) -> Share | None:
        """The share that decides: of `full`, which rules nothing out.

        The others restrict what a claim is about, so that a share pooled over them would hold their
        answer; it stands in only where a study does not run `full`.
        """
        every = {s.hypothesis: s for s in self.shares if s.subset == "all"}
        return every.get(UNRESTRICTED) or every.get(POOLED)


Held = Mapping[tuple[str, str], NDArray[np.bool_]]
"""Whether a claim holds in each draw, by subset and hypothesis."""


class Tested(NamedTuple):
    """In which draws a claim holds, how many were left out and why, and the numbers in words."""

    held: Held
    left_out: int
    why: str
    detail: str


def read_study(claim: Claim, result: StudyResult) -> ModelResult:
    """Return what an experiment shows for a claim.

    Raises
    ------
    ScenarioError
        The claim uses a horizon, a policy or a quantity that its study does not have.
    """
    _check_weeks(claim, result)
    match claim.experiment:
        case PairedTest() as test:
            found = _paired(test, result)
        case NoExitTest() as test:
            found = _no_exit(test, result)
        case PoliciesTest() as test:
            found = _policies(test, result)
        case LoopTest() as test:
            found = _loop(test, result)
        case LastingTest() as test:
            found = _lasting(test, result)
    shares = tuple(_shares(result, found.held))
    why = found.why if found.left_out else ""
    made = ModelResult(result.name, "depends", shares, found.left_out, found.detail, why)
    headline = made.headline
    if headline and headline.share >= claim.share:
        return replace(made, conclusion="holds")
    if headline and headline.share <= 1.0 - claim.share:
        return replace(made, conclusion="does not hold")
    return made


def _check_weeks(claim: Claim, result: StudyResult) -> None:
    test = claim.experiment
    needed = [test.weeks]
    if isinstance(test, PairedTest) and test.after_weeks:
        needed.append(test.after_weeks)
    if isinstance(test, LastingTest):
        needed.append(test.since)
    unknown = [week for week in needed if week not in result.horizons]
    if unknown or (isinstance(test, PairedTest) and not result.is_operation):
        week = (*unknown, test.weeks)[0]
        raise ScenarioError(
            f"claim {claim.id} uses week {week} of study '{result.name}'",
            key="weeks",
            value=week,
            expected=f"one of its horizons ({', '.join(map(str, result.horizons))}), and an "
            "[operation] where one is paired",
        )


def _paired(test: PairedTest, result: StudyResult) -> Tested:
    every, of = paired_draws(result, test.contrast, test.zone), f"expected_{test.measure}"
    draws = every[every["weeks"] == test.weeks].set_index(KEYS)
    if test.after_weeks:
        draws[of] -= every[every["weeks"] == test.after_weeks].set_index(KEYS)[of]
    draws = draws.reset_index()
    dosed = draws[draws["is_dosed"]]
    change = dosed[of]
    dosed = dosed.assign(holds=_beyond(change, test.holds, test.threshold))
    detail = "No draw reaches the dose, so the claim is not tested in the model."
    if len(change):
        when = f"in weeks {test.after_weeks + 1} to {test.weeks}"
        if test.measure == "militants":  # a level, not a sum
            when = f"after {test.weeks} weeks"
        detail = (
            f"Expected change in {test.measure} {test.zone} {when} ({test.contrast}): "
            f"{_spread(change)}."
        )
    return Tested(_held(result, dosed), len(draws) - len(dosed), NO_DOSE, detail)


def _no_exit(test: NoExitTest, result: StudyResult) -> Tested:
    table = _metrics(result, ["kept", "weeks", "quiet_year"])
    table = table[table["weeks"] == test.weeks]
    quiet = table.groupby([*KEYS, "policy"])["quiet_year"].mean()
    best = quiet.groupby(KEYS).max().rename("best").reset_index()
    draws = best.assign(holds=best["best"] < test.probability)
    out = (quiet >= test.probability).groupby(["hypothesis", "policy"]).sum()
    most = out.sort_values(ascending=False, kind="stable").reset_index(name="draws").iloc[0]
    where = "at none in any draw"
    if most["draws"]:
        where = (
            f"most often under {most['hypothesis']} at {most['policy']}: in {most['draws']} of "
            f"{result.draws} draws"
        )
    noun = "replicate" if result.replicates == 1 else "replicates"
    detail = (
        f"Violence dies out {where} (a year without an attack within {test.weeks} weeks in "
        f"{test.probability:.0%} or more of {result.replicates} {noun})."
    )
    return Tested(_held(result, _with_kept(draws, table)), 0, "", detail)


def _policies(test: PoliciesTest, result: StudyResult) -> Tested:
    names = [n for c in test.changes for n in (c.measure, c.per, c.for_each) if n is not None]
    table = _metrics(result, [*dict.fromkeys(names), "kept", "weeks"])
    table = table[table["weeks"] == test.weeks]
    means = table.groupby([*KEYS, "policy"])[[*dict.fromkeys(names)]].mean()
    parts, words = [], []
    for change in test.changes:
        found = _change(change, means, result)
        parts.append(_beyond(found, change.holds, change.threshold))
        words.append(_change_words(change, found, result, test.weeks))
    draws = pd.concat(parts, axis=1).all(axis=1).rename("holds").reset_index()
    return Tested(_held(result, _with_kept(draws, table)), 0, "", " ".join(words))


def _change(change: Change, means: pd.DataFrame, result: StudyResult) -> pd.Series:
    known = [policy.name for policy in result.policies]
    sides = []
    for name in (change.policy, change.against):
        if name not in known:
            raise ScenarioError(
                f"no policy '{name}' in study '{result.name}'",
                key="policy",
                value=name,
                expected=f"one of {', '.join(known)}",
            )
        side = means.xs(name, level="policy")
        sides.append((side, side[change.measure] / (side[change.per] if change.per else 1.0)))
    (there, value), (base, usual) = sides
    if change.for_each is None:
        return (value / usual - 1.0).rename("change")
    return ((value - usual) / (there[change.for_each] - base[change.for_each])).rename("change")


def _change_words(change: Change, found: pd.Series, result: StudyResult, weeks: int) -> str:
    titles = {policy.name: policy.title for policy in result.policies}
    what = _named(change.measure)
    if change.per:
        what += f" per {_named(change.per).removesuffix('s')}"
    if change.for_each:
        what += f", for each more of {_named(change.for_each)}"
    else:
        what += ", in percent"
    scale = 1.0 if change.for_each else 100.0
    known = OUTCOMES.get(change.measure)
    when = "over" if change.per or (known and known.over == "total") else "after"
    return (
        f"Expected change in {what} {when} {weeks} weeks, '{titles[change.policy]}' against "
        f"'{titles[change.against]}': {_spread(found.loc[[_shown(result)]] * scale)}."
    )


def _named(outcome: str) -> str:
    """Return an outcome in words, or a quantity as it is named."""
    if outcome in OUTCOMES:
        title = OUTCOMES[outcome].title
        return title[:1].lower() + title[1:]
    return outcome.replace("_", " ")


def _shown(result: StudyResult) -> str:
    """Return the hypothesis whose draws are described: `full`, else the first."""
    names = [h.name for h in result.hypotheses]
    return UNRESTRICTED if UNRESTRICTED in names else names[0]


def _loop(test: LoopTest, result: StudyResult) -> Tested:
    table = _metrics(result, [REPRODUCTION, "kept", "weeks"])
    table = table[table["weeks"] == test.weeks]
    whole, without = (
        table[table["policy"] == policy].groupby(KEYS)[REPRODUCTION].mean()
        for policy in (test.policy, test.without)
    )
    known = (whole.notna() & without.notna()).to_numpy()
    share = (1.0 - without / whole.where(whole > 0.0))[known].fillna(0.0)
    draws = (share >= test.least).rename("holds").reset_index()
    shown = share.loc[[_shown(result)]] if known.any() else share
    carried = ((whole > 1.0) & (without <= 1.0))[known].loc[shown.index]
    detail = "The reproduction number is defined in no draw, so the claim is not tested."
    if len(shown):
        detail = (
            f"Share of the reproduction number of violence that is missing without the loop, in "
            f"percent: {_spread(shown * 100)}. The loop carries the number above 1 in "
            f"{carried.mean():.0%} of draws."
        )
    return Tested(_held(result, _with_kept(draws, table)), int((~known).sum()), NO_NUMBER, detail)


def _lasting(test: LastingTest, result: StudyResult) -> Tested:
    table = _metrics(result, ["attacks", "kept", "weeks"])
    by_week = {
        weeks: table[table["weeks"] == weeks].groupby([*KEYS, "policy"])["attacks"].mean()
        for weeks in (test.since, test.weeks)
    }
    late = (by_week[test.weeks] - by_week[test.since]).rename("attacks")
    least = late.groupby(KEYS).min()
    judged = _judged(test, result).reindex(least.index, fill_value=False)
    draws = (least >= test.attacks)[judged].rename("holds").reset_index()
    every = (late < test.attacks).rename("out").reset_index()
    every = every.merge(judged.rename("judged").reset_index(), on=KEYS)
    by_tempo = every[every["judged"]].groupby(["hypothesis", "policy"])["out"].mean()
    ways = by_tempo.rename("share").reset_index()
    most = ways.sort_values("share", ascending=False, kind="stable")
    most = most[most["share"] > 0]
    where = "at none in any draw"
    if len(most):
        first = most.iloc[0]
        where = (
            f"most often under {first['hypothesis']} at {first['policy']}: in "
            f"{first['share']:.0%} of draws"
        )
    mine = ways[ways["hypothesis"] == _shown(result)].sort_values("share", kind="stable")
    if len(mine):
        best = mine.iloc[-1]
        where += f"; under {best['hypothesis']} in {best['share']:.0%} of draws at its best tempo"
    detail = (
        f"Violence dies out {where} (fewer than {number(test.attacks)} attacks expected in weeks "
        f"{test.since + 1} to {test.weeks})."
    )
    if not judged.any():
        detail = "No draw is within the limits, so the claim is not tested in the model."
    limits = ", ".join(f"{name} above {number(most)}" for name, most in test.at_most.items())
    why = f"{limits}, where the answer is assumed"
    return Tested(_held(result, _with_kept(draws, table)), int((~judged).sum()), why, detail)


def _judged(test: LastingTest, result: StudyResult) -> pd.Series:
    drawn = result.parameters.astype({"hypothesis": str}).set_index(KEYS)
    unknown = [name for name in test.at_most if name not in drawn]
    if unknown:
        raise ScenarioError(
            f"no parameter '{unknown[0]}' in study '{result.name}'",
            key="at_most",
            value=unknown[0],
            expected="a parameter of its model",
        )
    inside = [drawn[name] <= most for name, most in test.at_most.items()]
    if not inside:
        return pd.Series(data=True, index=drawn.index)
    return pd.concat(inside, axis=1).all(axis=1)


def _metrics(result: StudyResult, columns: list[str]) -> pd.DataFrame:
    """Return some metrics with hypothesis, policy and draw; error if the study lacks one."""
    try:
        table = result.read_metrics([*KEYS, "policy", *columns])
    except ValueError as error:  # pyarrow's for a column that does not exist
        raise ScenarioError(
            f"study '{result.name}' has not all of {', '.join(columns)}",
            key="measure",
            value=columns,
            expected="outcomes, or quantities that the study names",
        ) from error
    return table.astype({"hypothesis": str, "policy": str})


def _with_kept(draws: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return draws with whether each matches the record."""
    kept = table.assign(is_kept=table["kept"].astype("boolean").fillna(value=False))
    return draws.merge(kept.groupby(KEYS)["is_kept"].max().reset_index(), on=KEYS)


def _held(result: StudyResult, draws: pd.DataFrame) -> Held:
    """Return `holds` of draws (hypothesis, holds, is_kept) by subset and hypothesis."""
    held = {}
    for hypothesis in (h.name for h in result.hypotheses):
        its = draws[draws["hypothesis"] == hypothesis]
        held["all", hypothesis] = its["holds"].to_numpy(dtype=bool)
        held["kept", hypothesis] = its.loc[its["is_kept"].astype(bool), "holds"].to_numpy(bool)
    return held


def _beyond(change: pd.Series, side: str, threshold: float) -> pd.Series:
    return change > threshold if side == "above" else change < threshold


def _spread(change: pd.Series) -> str:
    low, middle, high = np.quantile(change, [0.05, 0.5, 0.95])
    return (
        f"median {number(middle, signed=True)}, 5% to 95% of draws "
        f"{interval((low, high), signed=True)}"
    )


def _shares(result: StudyResult, held: Held) -> Iterator[Share]:
    names = [h.name for h in result.hypotheses]
    for subset in ("all", "kept") if result.record_range else ("all",):
        for name in names if UNRESTRICTED in names else (*names, POOLED):
            of = names if name == POOLED else [name]
            draws = np.concatenate([held[subset, part] for part in of])
            if len(draws):
                share = share_of(draws.astype(np.float64))
                yield Share(subset, name, share.value, share.low, share.high, len(draws))
