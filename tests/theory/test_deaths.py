"""Error rates of findings with deaths drawn as they might be; writes docs/validation/deaths.md."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Final

import numpy as np
import pytest
from scipy.stats import binom
from tests.theory.dose_worlds import DoseRecord, DoseWorld, simulate_doses
from tests.theory.pages import share, write_page
from tests.theory.severity_worlds import SeverityWorld, simulate_deaths
from tests.theory.worlds import Frame, World, frame, simulate_record

from tarazu.evidence.dose.effect import HEADLINE, measure_dose, measure_imputed
from tarazu.evidence.dose.estimator import IMPUTED_EXCHANGES
from tarazu.evidence.dose.panel import DosePanel, within_reach
from tarazu.evidence.methods.deaths import IMPUTED, MODELS, WIDER, WIDER_RANGE, draw_deaths
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.severity.trend import compare_halves, compare_imputed

SEED = 20261128
RECORDS = 200
ORDERS = 199
REPORTED: Final = "best estimates as reported"
LARGEST_SIZE = 0.07
MOST_DIFFERENCE = 0.03  # of the size, from that of the reported deaths on the same records
NO_DOSE, DOSE = "dose: no effect", "dose: +0.4 attacks per reported death"
SAME, RISE = "severity: equally deadly", "severity: 50% more deaths"
NOISY = "severity: equally deadly, true deaths drawn from the wider range"
NULLS = (NO_DOSE, SAME, NOISY)
SHARE = (HEADLINE[1] - HEADLINE[0] + 1) / 52  # of a dose's effect that the headline weeks hold
TRUTHS = {NO_DOSE: 0.0, DOSE: 0.4 * SHARE, SAME: 0.0, RISE: np.log(1.5), NOISY: 0.0}
UNITS = {name: "attacks per death" if "dose" in name else "log" for name in TRUTHS}
ROWS = (REPORTED, *MODELS)
Row = tuple[float, float, float, float, float]  # estimate, p-value, ends, share of the variance
Measured = dict[str, Row]


def panel_of(drawn: DoseRecord, place: Frame) -> DosePanel:
    weeks = len(drawn.attacks) // 7
    attacks = drawn.attacks[: 7 * weeks].reshape(weeks, 7, -1).sum(axis=1)
    return within_reach(
        DosePanel(attacks, drawn.days // 7, drawn.districts, drawn.doses, place.neighbours, {}, {})
    )


def read_dose(world: DoseWorld, place: Frame, seed: int) -> Measured:
    panel = panel_of(simulate_doses(world, place, seed), place)
    plain = measure_dose(panel, exchanges=IMPUTED_EXCHANGES)
    low, high = plain.intervals[0]
    rows = {REPORTED: (float(plain.estimates[0]), float(plain.p_values[0]), low, high, 0.0)}
    for name, model in MODELS.items():
        doses = draw_deaths(panel.doses, model, seed=seed)
        one = measure_imputed(panel, doses, exchanges=IMPUTED_EXCHANGES)
        rows[name] = (one.estimate, one.p_value, *one.interval, one.share)
    return rows


def read_severity(world: SeverityWorld, noisy: bool, place: Frame, seed: int) -> Measured:
    events = sum(simulate_record(World(), place, seed)).sum(axis=1)  # type: ignore[attr-defined]
    deaths, months = simulate_deaths(world, np.repeat(np.arange(len(events)), events), seed)
    if noisy:  # what is reported is the truth with an error
        deaths = draw_deaths(deaths, WIDER_RANGE, imputations=1, seed=seed + 1)[0].astype(np.int64)
    plain = compare_halves(deaths, months, replicates=ORDERS)
    ends = np.log(plain.interval)
    rows = {REPORTED: (float(np.log(plain.ratio)), plain.p_value, *ends, 0.0)}
    for name, model in MODELS.items():
        drawn = draw_deaths(deaths, model, seed=seed)
        one = compare_imputed(drawn, months, replicates=ORDERS)
        rows[name] = (one.estimate, one.p_value, *one.interval, one.share)
    return rows


def readers(place: Frame) -> dict[str, Callable[[int], Measured]]:
    return {
        NO_DOSE: partial(read_dose, DoseWorld(), place),
        DOSE: partial(read_dose, DoseWorld(per_death=0.4), place),
        SAME: partial(read_severity, SeverityWorld(), False, place),
        RISE: partial(read_severity, SeverityWorld(rise=0.5), False, place),
        NOISY: partial(read_severity, SeverityWorld(), True, place),
    }


def columns(found: list[Measured], row: str) -> dict[str, np.ndarray]:
    values = np.array([record[row] for record in found])
    return dict(zip(("estimate", "p", "low", "high", "share"), values.T, strict=True))


def write_table(table: dict[str, list[Measured]]) -> None:
    """Write the page from the records that were measured."""
    rows = []
    for world, found in table.items():
        for row in ROWS:
            c, n = columns(found, row), len(found)
            hits = int((c["p"] < SIGNIFICANCE).sum())
            covered = int(((c["low"] <= TRUTHS[world]) & (TRUTHS[world] <= c["high"])).sum())
            rows.append(
                f"| {world} | {row} | {n} | {TRUTHS[world]:+.3f} {UNITS[world]} | "
                f"{c['estimate'].mean():+.3f} | {c['estimate'].std(ddof=1):.3f} | "
                f"{share(covered, n)} | {share(hits, n)} | {c['share'].mean():.1%} |"
            )
    page = [*INTRODUCTION, *rows, "", *NOTES, ""]
    write_page("deaths", "Uncertainty of deaths: measured error rates", SEED, page)


INTRODUCTION = (
    "Deaths are best estimates. Two sensitivity analyses of dose and of severity draw the true "
    "numbers 20 times, event by event, from the reported-value-inflated Gumbel law of Vesco et "
    "al. (2026, doi:10.1177/00220027261423826): with some probability the reported number is "
    "right, otherwise the true one follows a Gumbel law around it. The statistic is averaged over "
    "the draws; each permutation is applied to all draws, and the averages are compared.",
    "",
    "| law | probability that the reported number is right | location | scale | source |",
    "|---|---|---|---|---|",
    "| deaths drawn around the best estimate | logit 2.899 - 0.461 x | log(1 + location) = 0.157 + "
    "0.941 x | log(scale) = -1.767 + 0.701 x | fitted to low, best and high of the 5,889 rows of "
    "UCDP GED in Pakistan with a death, 1989-2021; that low and high are the 5% and 95% points is "
    "ASSUMED |",
    "| deaths drawn from a wider range, assumed | half of it | the same | four times as large | "
    "ASSUMED: the authors report that UCDP's coders find low and high too narrow, and the truth "
    "more often above |",
    "",
    "x is the logarithm of one plus the reported deaths. The coefficients of the authors, from "
    "their survey of UCDP's coders, come with the R package uncertainUCDP and were not available; "
    "theirs also differ by type of violence. The law needs the best estimate alone, so it works "
    "for the shipped figures, which have no low and high. It is applied as it is to records of "
    "other regions and sources, for which it was not fitted.",
    "",
    "Simulated records as on the pages of dose and severity. Found: p < 0.05; without an effect "
    "it is the rate of false positives. Covered: share of 95% intervals that hold the true value "
    "of the reported deaths. In brackets exact 95% intervals of the shares. From deaths: mean "
    "share of Rubin's total variance that lies between draws.",
    "",
    "| world | deaths | records | true | mean | sd | covered | found | from deaths |",
    "|---|---|---|---|---|---|---|---|---|",
)
NOTES = (
    "What this is not. Draws are independent between events: an error that all events of a year, a "
    "side or a source share, such as claims that are always too high, moves all of them together "
    "and is not in it. Draws know nothing of later attacks, so an effect of the dose is nearer to "
    "0 with them than with the reported deaths: they can weaken a finding, not make one. An "
    "event without a death by the best estimate stays without. The exponent of the tail in "
    "severity is fitted to the reported deaths. Escalation counts days with an attack and uses no "
    "deaths. `tz.impute_deaths` gives records with drawn deaths, for panels and for whatever "
    "else is computed from deaths.",
)


@pytest.fixture(scope="module")
def laboratory() -> dict[str, list[Measured]]:
    place = frame()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        table = {
            name: list(pool.map(read, range(SEED, SEED + RECORDS), chunksize=5))
            for name, read in readers(place).items()
        }
    write_table(table)
    return table


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("world", NULLS)
def test_size__holds_with_drawn_deaths(laboratory, world, row):
    found, n = laboratory[world], RECORDS
    hits = int((columns(found, row)["p"] < SIGNIFICANCE).sum())
    assert binom.sf(hits - 1, n, LARGEST_SIZE) > 0.01


@pytest.mark.parametrize("row", MODELS)
@pytest.mark.parametrize("world", NULLS)
def test_size__is_near_that_of_reported_deaths(laboratory, world, row):
    found = laboratory[world]
    sizes = [float((columns(found, r)["p"] < SIGNIFICANCE).mean()) for r in (REPORTED, row)]
    assert abs(sizes[1] - sizes[0]) <= MOST_DIFFERENCE


def test_effects__are_nearer_to_zero_the_wider_the_draws(laboratory):
    means = {row: columns(laboratory[DOSE], row)["estimate"].mean() for row in ROWS}
    assert means[IMPUTED] == pytest.approx(
        means[REPORTED], rel=0.02
    )  # the source's range: no change
    assert 0 < means[WIDER] < means[REPORTED]


def test_zero__is_outside_the_interval_where_p_is_small(laboratory):
    for found in laboratory.values():
        for row in ROWS:
            c = columns(found, row)
            outside = (c["low"] > 0) | (c["high"] < 0)
            assert (outside == (c["p"] < SIGNIFICANCE)).all()
