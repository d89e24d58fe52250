"""Changes of an outcome from the baseline, member by member with common random numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tarazu.study.runner.result import StudyTables

KEYS = ["hypothesis", "member"]


def changes_from_baseline(result: StudyTables, outcome: str, weeks: int) -> pd.DataFrame:
    """Return how each policy changes an outcome against the baseline of its study.

    All hypotheses are pooled with equal weight. The order is that of the study.

    Parameters
    ----------
    outcome : name from `OUTCOMES`. weeks : one of the horizons of the study.

    Returns
    -------
    pandas.DataFrame
        policy, title; median, q05 and q95 of the change over members; p_fewer: share of members
        with less than under the baseline.
    """
    table = result.read_metrics(["hypothesis", "policy", "member", "weeks", outcome])
    table = table[table["weeks"] == weeks]
    names = table["policy"].astype(str)
    values = {
        policy.name: table[names == policy.name]
        .astype({"hypothesis": str})
        .set_index(KEYS)[outcome]
        for policy in result.policies
    }
    base = values[result.baseline]
    rows = []
    for policy in result.policies:
        if policy.name == result.baseline:
            continue
        change = (values[policy.name] - base.reindex(values[policy.name].index)).to_numpy(float)
        q05, median, q95 = np.quantile(change, [0.05, 0.5, 0.95])
        rows.append(
            {
                "policy": policy.name,
                "title": policy.title,
                "median": float(median),
                "q05": float(q05),
                "q95": float(q95),
                "p_fewer": float((change < 0).mean()),
            }
        )
    return pd.DataFrame(rows, columns=["policy", "title", "median", "q05", "q95", "p_fewer"])
