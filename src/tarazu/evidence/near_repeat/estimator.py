"""Near repeat: do attacks come close together in space and time, and after operations."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts, count_days
from tarazu.evidence.error_rates import read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.near_repeat.knox import (
    LAGS,
    NULLS,
    Incidents,
    KnoxTest,
    Null,
    backwards,
    incidents,
    knox,
)
from tarazu.evidence.sensitivity import FEWEST, analyse_sensitivity, by_sign, disagreement, forest
from tarazu.record import Record

LEVEL: Final = 0.9
SAME, NEXT_DOOR = 0, 1  # bands of distance
SHORT, LONG = 2, 3  # first lags that a test sums: up to 14 days, up to 28 days
REPLICATES: Final = 999
FEWER: Final = 199
UNIT: Final = "pairs of attacks beyond chance, per pair expected by chance"
PRIMARY: Final[Null] = "own trends, common bursts"
WORDS: Final[dict[Null, str]] = {
    "common trends": "dates exchanged among all: valid only if all districts share one trend",
    "own trends": f"dates moved by up to {SHIFT_DAYS} days within the district: bursts of the "
    "whole region count as repeats",
    "own trends, common bursts": "dates exchanged within the same 52 weeks: districts keep their "
    "slow trends and the region its bursts",
}
verdict_of: Final = by_sign("near repeats", "spacing out")


def near_repeat(record: Record) -> Finding:
    """Return whether attacks repeat in their district within two weeks more than by chance.

    The estimand is the number of pairs of attacks in one district, 1 to 14 days apart, over the
    number expected where dates are exchanged among the attacks of the same 52 weeks. Attacks of
    one district and day are one incident. Clustering, not cause.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Knox (1964), Applied Statistics 13, doi:10.2307/2985220.
    Townsley, Johnson & Ratcliffe (2008), Security Journal 21: near repeats of attacks.
    """
    counts = count_days(record)
    attacks, bands = incidents(counts.attacks), distance_bands(counts.neighbours)
    validation = read_validation(files(__package__) / "error_rates.json")
    test = _among(counts, attacks, bands, PRIMARY, REPLICATES)
    excess, bounds, p_value = beyond_chance(test, SAME, SHORT)
    estimable = len(attacks.day) >= FEWEST and not np.isnan(excess)
    used = {"attack incidents": len(attacks.day)}
    verdict = verdict_of(excess, p_value) if estimable else CANNOT_TELL
    sensitivity: tuple[Analysis, ...] = ()
    checks: tuple[Check, ...] = ()
    figures: tuple[FigureData, ...] = ()
    if estimable:
        sensitivity = analyse_sensitivity(record, analyse_near_repeat, verdict_of, level=LEVEL)
        checks = (*_other_nulls(counts, attacks, bands), *_directed(counts, attacks, bands))
        main = Analysis(excess, bounds, p_value, used)
        source = record.source.title
        figures = (
            _lag_figure(test, source, used),
            forest("Near repeats on other readings", UNIT, source, main, verdict, sensitivity),
        )
    return Finding(
        name="near_repeat",
        question="Do attacks repeat in the same district within two weeks?",
        estimand=(
            "pairs of attacks in one district 1 to 14 days apart, as a share above or below those "
            "expected where dates are exchanged among the attacks of the same 52 weeks; the "
            "interval is the range over 90 % of exchanges. Clustering, not cause"
        ),
        unit=UNIT,
        estimate=excess if estimable else None,
        interval=bounds if estimable else None,
        level=LEVEL,
        null="within 52 weeks, dates and districts of attacks have nothing to do with each other",
        p_value=p_value if estimable else None,
        verdict=verdict,
        sentence=_sentence(test, verdict, used, sensitivity) if estimable else _too_little(used),
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        assumptions=(
            "Within any 52 weeks all districts share one trend: a district that flares up alone "
            "for some months looks like near repeats. The classical Knox test, in the checks, "
            "needs one trend over the whole record, which does not hold where the conflict moves.",
            "Events of one district and day are one incident.",
        ),
        caveats=(
            "Near repeats may be contagion, a campaign of one group, or a place at risk: the test "
            "does not tell which.",
            "Pairs in which an attack follows an operation are no effect of operations: both may "
            "follow an earlier attack, which this test does not condition on.",
        ),
        diagnostics=checks,
        sensitivity=sensitivity,
        figures=figures,
        references=("Knox 1964, doi:10.2307/2985220", "Townsley, Johnson & Ratcliffe 2008"),
        validation=validation.summary,
    )


def distance_bands(neighbours: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (D, D) bands: 0 the same district, 1 next door, -1 farther."""
    bands = np.where(neighbours, NEXT_DOOR, -1).astype(np.int64)
    np.fill_diagonal(bands, SAME)
    return bands


def beyond_chance(test: KnoxTest, band: int, lags: int) -> tuple[float, tuple[float, float], float]:
    """Return the share of pairs beyond those expected, its range and p-value."""
    ratio, (low, high), p_value = test.ratio(band, lags)
    return ratio - 1.0, (low - 1.0, high - 1.0), p_value


def analyse_near_repeat(record: Record) -> Analysis | None:
    """Return the near repeats of one reading of a record; None where it holds too little."""
    counts = count_days(record)
    attacks = incidents(counts.attacks)
    if len(attacks.day) < FEWEST:
        return None
    test = _among(counts, attacks, distance_bands(counts.neighbours), PRIMARY, FEWER)
    excess, bounds, p_value = beyond_chance(test, SAME, SHORT)
    if np.isnan(excess):
        return None
    return Analysis(excess, bounds, p_value, {"attack incidents": len(attacks.day)})


def _among(
    counts: DailyCounts,
    attacks: Incidents,
    bands: NDArray[np.int64],
    null: Null,
    replicates: int,
) -> KnoxTest:
    n_days = len(counts.attacks)
    return knox(attacks, None, bands, n_days=n_days, null=null, replicates=replicates)


def _other_nulls(
    counts: DailyCounts, attacks: Incidents, bands: NDArray[np.int64]
) -> tuple[Check, ...]:
    checks = []
    for null in NULLS:
        test = _among(counts, attacks, bands, null, REPLICATES)
        here, next_door = test.ratio(SAME, SHORT), test.ratio(NEXT_DOOR, SHORT)
        checks.append(
            Check(
                f"Knox test, {null}",
                f"same district {here[0]:.2f} (p {here[2]:.3f}), next door {next_door[0]:.2f} "
                f"(p {next_door[2]:.3f}) of the pairs expected, 1 to 14 days",
                WORDS[null],
                None,
            )
        )
    return tuple(checks)


def _directed(
    counts: DailyCounts, attacks: Incidents, bands: NDArray[np.int64]
) -> tuple[Check, ...]:
    operations, n_days = incidents(counts.operations), len(counts.attacks)
    if len(operations.day) < FEWEST:
        return ()
    checks = []
    for name, sources, targets in (
        ("attacks after operations", operations, attacks),
        (
            "operations after attacks",
            backwards(operations, n_days),
            backwards(attacks, n_days),
        ),
    ):
        test = knox(sources, targets, bands, n_days=n_days, null="own trends")
        (here, *_), (next_door, *_) = test.ratio(SAME, LONG), test.ratio(NEXT_DOOR, LONG)
        checks.append(
            Check(
                f"directed pairs: {name}",
                f"same district {here:.2f} (p {test.share_above(SAME, LONG):.3f}), next door "
                f"{next_door:.2f} (p {test.share_above(NEXT_DOOR, LONG):.3f}) of the pairs "
                "expected, 1 to 28 days; one-sided, for more",
                f"operations moved by up to {SHIFT_DAYS} days, attacks left in place; descriptive",
                None,
            )
        )
    return tuple(checks)


def _sentence(
    test: KnoxTest, verdict: str, used: dict[str, int], sensitivity: tuple[Analysis, ...]
) -> str:
    ratio, (low, high), _ = test.ratio(SAME, SHORT)
    pairs = int(test.observed[SAME, :SHORT].sum())
    opening = {
        "near repeats": "Attacks repeat close by",
        "spacing out": "Attacks keep apart",
        CANNOT_TELL: "The record cannot tell whether attacks repeat close by",
    }[verdict]
    text = (
        f"{opening}: {pairs} pairs of attacks in one district 1 to 14 days apart among "
        f"{used['attack incidents']} incidents, {ratio:.2f} times what chance gives with dates "
        f"exchanged within a year (range over 90 % of exchanges {low:.2f} to {high:.2f}). This is "
        "clustering, not cause."
    )
    return text + disagreement(verdict, sensitivity)


def _too_little(used: dict[str, int]) -> str:
    return (
        "The record cannot tell whether attacks repeat close by: it holds "
        f"{used['attack incidents']} incidents with a day and a district, and at least {FEWEST} "
        "are needed, some of them in the same year."
    )


def _lag_figure(test: KnoxTest, source: str, used: dict[str, int]) -> FigureData:
    panels, rows, estimates, lows, highs, pairs, verdicts = [], [], [], [], [], [], []
    for band, place in ((SAME, "same district"), (NEXT_DOOR, "next door")):
        for k, (first, last) in enumerate(LAGS):
            one = KnoxTest(test.observed[:, k : k + 1], test.moved[:, :, k : k + 1])
            excess, (low, high), p_value = beyond_chance(one, band, 1)
            if np.isnan(excess):
                continue
            panels.append(place)
            rows.append(f"{first}-{last} days apart")
            estimates.append(excess)
            lows.append(low)
            highs.append(high)
            pairs.append(int(test.observed[band, k]))
            verdicts.append(verdict_of(excess, p_value))
    return FigureData(
        kind="effects",
        title="Pairs of attacks by distance and lag",
        x_label=UNIT,
        y_label="distance and lag",
        source=source,
        n=f"{used['attack incidents']} incidents; n counts pairs; ranges over 90 % of "
        f"{len(test.moved)} exchanges of dates within 52 weeks, each row alone",
        data={
            "panel": panels,
            "row": rows,
            "estimate": estimates,
            "low": lows,
            "high": highs,
            "n": pairs,
            "verdict": verdicts,
        },
    )
