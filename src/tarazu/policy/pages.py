"""The reference page of the shipped policies: their settings and costs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tarazu.model import build_model
from tarazu.model.quantities import Lever
from tarazu.policy.cost import extra_cost
from tarazu.policy.policy import POLICIES, Policy, Setting, load_policy
from tarazu.region import load_region

WEEKS = 520  # over which costs are averaged
INTRODUCTION = (
    "A policy sets levers; levers that it leaves out stay as in the status quo. Costs are those "
    f"above the status quo, on average over {WEEKS // 52} years. The unit costs behind them are "
    "**ASSUMED**: they serve to compare policies at one budget "
    "(`tarazu.policy.at_extra_cost`), not to estimate spending."
)


def policies_page() -> str:
    """Return the page of all shipped policies."""
    region, levers = load_region(), build_model().levers
    residents = sum(district.population for district in region.districts)
    parts = ["# Policies", INTRODUCTION, "*Made by `make docs` from the files.*"]
    for name in POLICIES:
        policy = load_policy(name)
        cost = extra_cost(policy, levers, region, WEEKS) / residents
        parts += [
            f"## {policy.title} (`{name}`)",
            policy.meaning,
            f"Extra cost: {cost:.1f} rupees per resident and week.",
        ]
        if policy.settings:
            parts.append(_table(policy, levers))
    return "\n\n".join(parts) + "\n"


def _table(policy: Policy, levers: Mapping[str, Lever]) -> str:
    rows = [
        "| lever | status quo | set to | weeks | what it is |",
        "| --- | --- | --- | --- | --- |",
    ]
    for setting in policy.settings:
        lever = levers[setting.lever]
        cells = (
            f"`{setting.lever}`",
            f"{lever.default:g}",
            f"{setting.value:g}",
            _weeks(setting),
            lever.meaning,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _weeks(setting: Setting) -> str:
    if setting.until_week is not None:
        return f"{setting.from_week} to {setting.until_week - 1}"
    return f"from {setting.from_week}" if setting.from_week else "all"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(policies_page(), encoding="utf-8")
