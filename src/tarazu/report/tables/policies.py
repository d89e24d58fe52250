"""Tables that compare policies: paired changes, regret, every outcome; killing ranks nothing."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from tarazu.core.number_format import count, estimate, number, percent, percent_estimate
from tarazu.report.table import Table
from tarazu.study import OUTCOMES, Comparison, StudyResult
from tarazu.study.analysis.summary import FIRST, in_order, main_horizon
from tarazu.study.setup.outcomes import YEAR

UNCALIBRATED: Final = "Not calibrated"
SHOWN: Final = FIRST  # outcomes whose regret is tabled
POOLED_WORDS: Final = "All, equal weight"
NAMED: Final = 4  # policies that one sentence can hold
SUBSETS: Final = {"all": "all draws", "kept": "draws that match the record's attacks per year"}


def span(weeks: int) -> str:
    """Return a horizon in words."""
    if weeks < YEAR or weeks % YEAR:
        return f"{weeks} weeks"
    years = weeks // YEAR
    return "1 year" if years == 1 else f"{years} years"


def replicates_each(result: StudyResult) -> str:
    """Return the replicates of a draw in words: 1 replicate each, 5 replicates each."""
    number_of = result.replicates
    return "1 replicate each" if number_of == 1 else f"{count(number_of)} replicates each"


def hypotheses(result: StudyResult) -> dict[str, str]:
    """Return readable names by hypothesis, the one that rules nothing out first.

    They are not pooled: a restriction holds part of the answer, so that a share over several would
    hold what was put in.
    """
    names = {h.name: h.title for h in result.hypotheses}
    return {name: names[name] for name in in_order(result)}


def changes_table(result: StudyResult, outcome: str) -> Table | None:
    """Return the paired change of each policy from the baseline; None if there is no other.

    Rows are in the order of the median change where nothing is ruled out; below each median is
    the share of draws in which the policy has less of the outcome.
    """
    changes = _changes(result, outcome)
    if changes.empty:
        return None
    weeks, names = main_horizon(result), hypotheses(result)
    titles = policy_titles(result)
    cells = keyed(changes, "policy", "hypothesis")
    first = next(iter(names))
    order = sorted(
        dict.fromkeys(changes["policy"]), key=lambda name: cells[name, first]["change_median"]
    )
    return Table(
        f"{UNCALIBRATED}: change in {OUTCOMES[outcome].title.lower()} over {span(weeks)} against "
        f"'{titles[result.baseline]}' in the same draw, median (5 to 95% of draws); share of "
        "draws with fewer",
        ("policy", *names.values()),
        tuple(
            (
                titles[name],
                *(
                    f"{_change(cells[name, h])}; {percent(cells[name, h]['share_lower'])}"
                    for h in names
                ),
            )
            for name in order
        ),
    )


def _changes(result: StudyResult, outcome: str) -> pd.DataFrame:
    table = result.to_frame([outcome])
    return table[table["policy"] != result.baseline]


def _change(row: Any) -> str:
    ends = (row["change_q05"], row["change_q95"])
    return estimate(row["change_median"], ends, whole=True)


def policy_titles(result: StudyResult) -> dict[str, str]:
    """Return the title of each policy; settings of one lever without the lever's internal name."""
    return {policy.name: readable(policy.title) for policy in result.policies}


def readable(title: str) -> str:
    """Return a title, with a lever's name in words: ``Operational tempo = 4``."""
    lever, equals, value = title.partition(" = ")
    if not equals or " " in lever:
        return title
    return f"{lever.replace('_', ' ').capitalize()} = {value}"


def regret_table(
    result: StudyResult, comparison: Comparison, outcome: str, subset: str
) -> Table | None:
    """Return expectation, worst decile and regret by hypothesis and policy; None without draws."""
    weeks, names = main_horizon(result), hypotheses(result)
    titles = policy_titles(result)
    keys = ("hypothesis", "policy")
    levels = keyed(_of(_at(comparison.outcomes, weeks, subset), outcome), *keys)
    regrets = keyed(_of(_at(comparison.regret, weeks, subset), outcome), *keys)
    rows = tuple(
        (
            names[hypothesis],
            titles[policy],
            _median(level),
            _with_interval(level, "mean"),
            _with_interval(level, "worst_decile"),
            _with_interval(regrets[hypothesis, policy], "mean"),
            percent(regrets[hypothesis, policy]["best_share"]),
            count(level["n_draws"]),
        )
        for hypothesis in names
        for policy in titles
        if (hypothesis, policy) in levels
        for level in [levels[hypothesis, policy]]
    )
    if not rows:
        return None
    return Table(
        f"{UNCALIBRATED}: {OUTCOMES[outcome].title.lower()} over {span(weeks)}, {SUBSETS[subset]}",
        (
            "hypothesis",
            "policy",
            "median (5 to 95% of members)",
            "expected (90% interval)",
            "worst tenth begins at (90% interval)",
            "mean regret (90% interval)",
            "lowest of all policies in",
            "n draws",
        ),
        rows,
        frozenset({6, 7}),
    )


def pairs_table(
    result: StudyResult, comparison: Comparison, outcome: str, subset: str
) -> Table | None:
    """Return the share of members in which one policy does better than another."""
    weeks, names = main_horizon(result), hypotheses(result)
    titles = policy_titles(result)
    pairs = _of(_at(comparison.pairs, weeks, subset), outcome)
    shown = [h for h in names if h in set(pairs["hypothesis"])]
    if not shown:
        return None
    cells = keyed(pairs, "policy_a", "policy_b", "hypothesis")
    couples = list(dict.fromkeys((a, b) for a, b, _ in cells))

    def cell(a: str, b: str, hypothesis: str) -> str:
        row = cells[a, b, hypothesis]
        return percent_estimate(row["p_better"], (row["p_better_low"], row["p_better_high"]))

    return Table(
        f"{UNCALIBRATED}: probability that A does better than B in the same draw, "
        f"{OUTCOMES[outcome].title.lower()} over {span(weeks)}, {SUBSETS[subset]}",
        ("A", "B", *(names[h] for h in shown)),
        tuple((titles[a], titles[b], *(cell(a, b, h) for h in shown)) for a, b in couples),
    )


def unranked_table(
    result: StudyResult, comparison: Comparison, hypothesis: str, subset: str
) -> Table | None:
    """Return every outcome under a hypothesis, unranked; None if there are no draws."""
    weeks = main_horizon(result)
    seen = keyed(_at(comparison.outcomes, weeks, subset), "outcome", "hypothesis", "policy")
    rows = []
    for name, outcome in OUTCOMES.items():
        if (name, hypothesis, result.baseline) not in seen:
            continue
        cells = [seen[name, hypothesis, p.name] for p in result.policies]
        label = outcome.title if outcome.better != "none" else f"{outcome.title} (never ranked)"
        if outcome.over == "quiet_year":
            texts = [percent(cell["mean"]) for cell in cells]
        else:
            texts = [_median(cell) for cell in cells]
        unit = "share of members" if outcome.over == "quiet_year" else outcome.unit
        when = f"after {span(weeks)}" if outcome.over == "end" else f"over {span(weeks)}"
        rows.append((label, f"{unit}, {when}", *texts))
    if not rows:
        return None
    return Table(
        f"{UNCALIBRATED}: every outcome, median (5 to 95% of members), under "
        f"'{hypotheses(result)[hypothesis].lower()}', {SUBSETS[subset]}",
        ("outcome", "unit", *policy_titles(result).values()),
        tuple(rows),
    )


def dose_table(
    result: StudyResult, comparison: Comparison, outcome: str, subset: str
) -> Table | None:
    """Return one outcome by policy (down) and hypothesis (across) at the longest horizon."""
    weeks = max(result.horizons)
    seen = keyed(_of(_at(comparison.outcomes, weeks, subset), outcome), "policy", "hypothesis")
    names = _seen_of(hypotheses(result), seen, 1)
    if not names:
        return None

    def cell(policy: str, hypothesis: str) -> str:
        row = seen[policy, hypothesis]
        if OUTCOMES[outcome].over != "quiet_year":
            return _median(row)
        return percent_estimate(row["mean"], (row["mean_low"], row["mean_high"]))

    what = (
        "share of members (90% interval)"
        if OUTCOMES[outcome].over == "quiet_year"
        else "median (5 to 95% of members)"
    )
    return Table(
        f"{UNCALIBRATED}: {OUTCOMES[outcome].title.lower()}, {what}, over {span(weeks)}, "
        f"{SUBSETS[subset]}",
        ("policy", *names.values()),
        tuple(
            (title, *(cell(name, h) for h in names))
            for name, title in policy_titles(result).items()
        ),
    )


def policy_sentence(result: StudyResult) -> str:
    """Return each policy's change in civilians killed, and whether one has fewer everywhere.

    Of more than `NAMED` policies the lowest and the highest are given. A policy is called lower
    only where the interval of its share of draws lies above one half under every hypothesis.
    """
    titles = {name: _inline(title) for name, title in policy_titles(result).items()}
    changes = _changes(result, SHOWN[0])
    if changes.empty:
        return (
            "In the model, which is not calibrated, one policy was run alone, "
            f"'{titles[result.policies[0].name]}': no policy is compared with another."
        )
    names = hypotheses(result)
    first = next(iter(names))
    of_first = changes[changes["hypothesis"] == first].sort_values(["change_median", "policy"])
    parts = [
        f"{titles[row['policy']]} {_change(row)}, fewer in {percent(row['share_lower'])}"
        for row in of_first.to_dict("records")
    ]
    if len(parts) > NAMED:
        parts = [f"lowest of {len(parts)} policies, {parts[0]}", f"highest, {parts[-1]}"]
    lowest = changes.groupby("policy")["share_lower_low"].min()
    lower = [titles[name] for name in of_first["policy"] if lowest[name] > 0.5]
    verdict = (
        f"Fewer in most draws under every hypothesis: {_listed(lower)}."
        if lower
        else "No policy has fewer in most draws under every hypothesis."
    )
    return (
        "In the model, which is not calibrated, civilians killed over "
        f"{span(main_horizon(result))} change against '{titles[result.baseline]}', median and 5% "
        f"to 95% of draws under '{_inline(names[first])}': {'; '.join(parts)}. {verdict} This "
        "follows from priors, most of them assumed, and is not evidence about the policies."
    )


def _inline(title: str) -> str:
    """Return a title as it stands within a sentence; proper names keep their capitals."""
    return title[:1].lower() + title[1:]


def _listed(parts: list[str]) -> str:
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), parts[-1]])


def keyed(table: pd.DataFrame, *columns: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a table by the values of some of its columns."""
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return {tuple(row[column] for column in columns): row for row in rows}


def _seen_of(
    names: dict[str, str], seen: dict[tuple[Any, ...], dict[str, Any]], place: int
) -> dict[str, str]:
    """Return the hypotheses at a position of the keys: some have no kept draw."""
    known = {key[place] for key in seen}
    return {name: title for name, title in names.items() if name in known}


def _at(table: pd.DataFrame, weeks: int, subset: str) -> pd.DataFrame:
    return table[(table["weeks"] == weeks) & (table["subset"] == subset)]


def _of(table: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return table[table["outcome"] == outcome]


def _median(row: Any) -> str:
    """Return the median of an outcome with 5 to 95% of members."""
    return estimate(row["median"], (row["q05"], row["q95"]), signed=False, whole=True)


def _with_interval(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low != low and high != high:
        return f"{number(row[name], whole=True)} (too few draws for an interval)"
    return estimate(row[name], (low, high), signed=False, whole=True)
