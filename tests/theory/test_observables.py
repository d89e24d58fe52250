"""Numbers of the model beside what somebody counted; and how many priors are assumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tarazu.core.number_format import number
from tarazu.model import build_model
from tarazu.record import load_record
from tarazu.study.setup.scenario import drawn_scenario

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "observables.md"
TOTALS = "disappearances_cited_totals.csv"
DRAWS, YEARS, SEED = 200, 5, 20261128
FIRST, LAST = 2004, 2021

INTRODUCTION = """\
# What can be counted, beside the priors

Written by `make theory` (tests/theory/test_observables.py). No number is edited by hand.

A prior says what was believed before a run. Some of what the model holds is also counted by
somebody. Here the two stand side by side: the model's mean field under `full` and `status-quo`,
{draws} draws of the priors, first {years} years; and the count, with what it does and does not see.
Nothing is fitted: where the two disagree, the model or the count may be wrong.

| quantity | model: median (5% to 95% of draws) | counted | what the count sees |
| --- | --- | --- | --- |"""

HARM = """\
**Civilians killed per operation is the weakest of these.** The record has {dead} civilians dead in
{operations} lethal operations, {counted:.2f} per operation, and hardly codes harm at all: events in
which only civilians died have no known initiator, and reports of bystanders are rare. So the count
is a lower bound and is only partly comparable. The model's median is {model:.2f}. Where a policy
leads another by this number alone, the lead rests on a prior and not on a count."""

ASSUMED = """\
## How many priors are assumed

Of {total} parameters {fixed} are fixed by definition, {assumed} of the others are ASSUMED: no work
is cited for any part of them. {part} cite a work for a sign, a form or a bound, and say that the
size is assumed or open. {described} cite the description, which is under test and gives no number.
{numbers} take a number from a work or a count. The tables of the
[mechanisms](../mechanisms/README.md) name each one;
[parameters that matter](../explanation/parameters-that-matter.md) says what the twelve rest on that
move outcomes most."""

OPEN = ("assumed", "sign", "lean", "either", "counter-productive", "here of", "disputed", "debate")


def model_numbers() -> pd.DataFrame:
    """Return one row per draw: ratios and yearly numbers of the first years."""
    scenario = drawn_scenario("full", "status-quo", weeks=52 * YEARS, draws=DRAWS, seed=SEED)
    run = scenario.run(np.arange(DRAWS), np.arange(DRAWS), seed=SEED, mode="mean")
    total = {
        name: run.series(name).sum(axis=1)
        for name in (
            "attacks",
            "operations",
            "operations_recorded",
            "operation_deaths_civilian",
            "operation_deaths_militant",
            "attack_deaths_civilian",
            "attack_deaths_state",
            "detained",
            "disappeared",
            "disappearances_reported",
        )
    }
    militants = sum(
        run.series(f"militant_{f}")[:, -1] for f in ("nationalist", "hardline", "islamist")
    )
    return pd.DataFrame(
        {
            "harm": total["operation_deaths_civilian"] / total["operations"],
            "killed": total["operation_deaths_militant"] / total["operations"],
            "deaths": (total["attack_deaths_civilian"] + total["attack_deaths_state"])
            / total["attacks"],
            "attacks": total["attacks"] / YEARS,
            "operations": total["operations_recorded"] / YEARS,
            "disappeared": total["disappearances_reported"] / YEARS,
            "detained": total["detained"] / YEARS,
            "militants": militants,
        }
    )


def record_numbers() -> dict[str, float]:
    events = load_record().events
    events = events[(events["date"].dt.year >= FIRST) & (events["date"].dt.year <= LAST)]
    years = LAST - FIRST + 1
    of = {side: events[events["initiator"] == side] for side in ("militant", "state")}
    deaths = of["militant"][["deaths_state", "deaths_civilian", "deaths_unknown"]].to_numpy()
    operations, attacks = of["state"]["count"].sum(), of["militant"]["count"].sum()
    return {
        "n_operations": float(operations),
        "civilians": float(of["state"]["deaths_civilian"].sum()),
        "harm": of["state"]["deaths_civilian"].sum() / operations,
        "killed": of["state"]["deaths_militant"].sum() / operations,
        "deaths": deaths.sum() / attacks,
        "attacks": attacks / years,
        "operations": operations / years,
    }


def yearly_disappearances(folder: Path) -> list[int]:
    """Return the published totals of a whole year, by any source, smallest first."""
    totals = pd.read_csv(folder / TOTALS, dtype=str)
    whole = totals["period"].str.fullmatch(r"\d{4}")
    named = totals["measure"] == "enforced_disappearances"
    return sorted(int(value) for value in totals.loc[whole & named, "value"])


def priors() -> dict[str, int]:
    """Return how many parameters rest on what."""
    kinds = dict.fromkeys(("fixed", "assumed", "described", "part", "numbers"), 0)
    for parameter in build_model().parameters.values():
        source = parameter.source
        if parameter.prior.describe().startswith("fixed"):
            kinds["fixed"] += 1
        elif source.is_assumed:
            kinds["assumed"] += 1
        elif source.key == "description":
            kinds["described"] += 1
        elif any(word in source.what for word in OPEN):
            kinds["part"] += 1
        else:
            kinds["numbers"] += 1
    return kinds


def page(model: pd.DataFrame, shared: Path) -> str:
    record, reported = record_numbers(), yearly_disappearances(shared)

    def row(title: str, name: str, counted: str, seen: str) -> str:
        low, middle, high = (number(q) for q in model[name].quantile([0.05, 0.5, 0.95]))
        return f"| {title} | {middle} ({low} to {high}) | {counted} | {seen} |"

    span, kinds = f"the record, {FIRST} to {LAST}", priors()
    rows = [
        row(
            "civilians killed per lethal operation",
            "harm",
            f"{record['harm']:.2f}",
            f"{span}: harm is hardly coded",
        ),
        row(
            "militants killed per lethal operation",
            "killed",
            f"{record['killed']:.1f}",
            f"{span}; bystanders may be among them",
        ),
        row(
            "deaths per attack, militants apart",
            "deaths",
            f"{record['deaths']:.1f}",
            f"{span}: an event needs a death to be in it",
        ),
        row("attacks per year", "attacks", f"{record['attacks']:.0f}", span),
        row(
            "lethal operations per year that the record sees",
            "operations",
            f"{record['operations']:.1f}",
            span,
        ),
        row(
            "disappearances per year that reports count",
            "disappeared",
            f"{reported[0]} to {reported[-1]}",
            f"{len(reported)} totals of 2022 and 2024, partisan, by three counters",
        ),
        row("people lawfully detained per year", "detained", "none", "nobody publishes it"),
        row(
            "militants after five years",
            "militants",
            "600 to 10,000",
            "press, today, without a method",
        ),
    ]
    return "\n\n".join(
        [
            "\n".join([INTRODUCTION.format(draws=DRAWS, years=YEARS), *rows]),
            HARM.format(
                dead=round(record["civilians"]),
                operations=round(record["n_operations"]),
                counted=record["harm"],
                model=model["harm"].median(),
            ),
            ASSUMED.format(total=sum(kinds.values()), **kinds),
        ]
    )


def test_observables__page_holds_what_model_and_counts_say(shared_data: Path) -> None:
    model = model_numbers()
    PAGE.write_text(page(model, shared_data) + "\n", encoding="utf-8")
    record = record_numbers()
    assert (record["n_operations"], record["civilians"]) == (97, 4)
    # The prior of what the record counts must allow it; harm alone is told to be no such count.
    for name in ("killed", "deaths", "attacks", "operations"):
        low, high = model[name].quantile([0.005, 0.995])
        assert low <= record[name] <= high, name
