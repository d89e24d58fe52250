"""Twenty simulated histories beside the record: a picture to look at, and later public totals."""

import csv
from pathlib import Path

import numpy as np
import pytest
from tests.theory import start_worlds as worlds
from tests.theory.history_figure import draw_histories

from tarazu.record import load_record
from tarazu.region import load_region
from tarazu.study.setup.scenario import drawn_scenario

ROOT = Path(__file__).parents[2]
TOTALS = ROOT.parent / "shared" / "data" / "disappearances_cited_totals.csv"
PAGE = ROOT / "docs" / "validation" / "histories.md"
FIGURE = PAGE.with_suffix(".svg")
DRAWS, HEAVIEST = 20, 5
MANY = 20  # attacks of a unit in all years: the fourth darkest shade of the map
YEARS = range(2004, 2022)
LATER = range(2022, 2026)
MEASURES = {"enforced_disappearances": "disappearances", "militant_attacks": "attacks"}

pytestmark = pytest.mark.skipif(not TOTALS.is_file(), reason="no data beside the project")


def simulated() -> dict[str, np.ndarray]:
    """Return attacks (DRAWS, years, units) and reported disappearances (DRAWS, years), 2004-25."""
    scenario = drawn_scenario("full", "status-quo", weeks=1, draws=DRAWS, seed=worlds.SEED)
    run = worlds.run_history(scenario, np.arange(DRAWS), "stochastic", keep=("attacks",))
    days = np.datetime64(worlds.FIRST) + 7 * np.arange(worlds.WEEKS)
    year = days.astype("datetime64[Y]").astype(int) + 1970
    weekly = run.by_district("attacks")
    units = load_record().region.slugs
    inside = np.array([[d.frame_unit == unit for unit in units] for d in load_region().districts])
    years = [*YEARS, *LATER]
    attacks = np.stack([weekly[:, year == y].sum(axis=1) @ inside for y in years], axis=1)
    reported = run.series("disappearances_reported")
    return {
        "attacks": attacks,
        "disappearances": np.stack([reported[:, year == y].sum(axis=1) for y in years], axis=1),
    }


def recorded() -> np.ndarray:
    """Return attacks of the record with a confirmed death, (years, units)."""
    record = load_record()
    events = record.events[(record.events["initiator"] == "militant") & ~record.events["zero_best"]]
    units = record.region.slugs
    counts = np.zeros((len(YEARS), len(units)))
    for row in events.dropna(subset=["district"]).itertuples():
        if row.date.year in YEARS:
            counts[YEARS.index(row.date.year), units.index(row.district)] += row.count
    return counts


def lines(attacks: np.ndarray) -> dict[str, float]:
    """Return what an eye compares, of attacks (years, units)."""
    yearly, units = attacks.sum(axis=1), np.sort(attacks.sum(axis=0))[::-1]
    steps = np.abs(np.diff(yearly)) / np.maximum(yearly[1:] + yearly[:-1], 1.0)
    return {
        "attacks per year": yearly.mean(),
        "most in a year by the mean": yearly.max() / max(yearly.mean(), 1e-9),
        "least in a year by the mean": yearly.min() / max(yearly.mean(), 1e-9),
        "first two years by the mean": yearly[:2].mean() / max(yearly.mean(), 1e-9),
        "change from year to year, by their sum": steps.mean(),
        "correlation of a year with the next": np.corrcoef(yearly[1:], yearly[:-1])[0, 1],
        "share of the five heaviest units": units[:HEAVIEST].sum() / max(units.sum(), 1.0),
        "share of Quetta": attacks.sum(axis=0)[load_record().region.slugs.index("quetta")]
        / max(units.sum(), 1.0),
        "units without an attack": float((units == 0).sum()),
        "units with 20 attacks or more": float((units >= MANY).sum()),
        "last five years by the five before": yearly[-5:].sum() / max(yearly[-10:-5].sum(), 1.0),
    }


def cited() -> list[tuple[int, str, str, float]]:
    """Return whole years (year, what, source, number) of the public totals of 2022 to 2025."""
    with TOTALS.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["measure"] in MEASURES]
    return [
        (int(r["period"]), MEASURES[r["measure"]], r["source"], float(r["value"]))
        for r in rows
        if r["period"].isdecimal() and int(r["period"]) in LATER
    ]


def page(found: dict[str, np.ndarray], record: np.ndarray) -> str:
    own = lines(record)
    draws = [lines(one[: len(YEARS)]) for one in found["attacks"]]
    rows = []
    for name, value in own.items():
        values = np.array([draw[name] for draw in draws])
        below = int((values < value).sum())
        rows.append(
            f"| {name} | {value:.2f} | {np.median(values):.2f} | {values.min():.2f} to "
            f"{values.max():.2f} | {below} of {DRAWS} |"
        )
    later = []
    for year, what, source, number in cited():
        values = found[what][:, len(YEARS) + LATER.index(year)]
        if what == "attacks":
            values = values.sum(axis=1)  # over units
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        model = f"{middle:.0f} ({low:.0f} to {high:.0f})"
        later.append(f"| {year} | {what} | {source} | {number:.0f} | {model} |")
    return "\n".join(
        [
            "# Twenty simulated histories beside the record",
            "",
            "Drawn and written by tests/theory/test_histories.py; no number is edited by hand. "
            f"{DRAWS} draws of `full`, one replicate each, without a policy, from {worlds.FIRST}: "
            "the lethal operations of the record are given, everything else is drawn. Nothing is "
            "calibrated and none was chosen. The record is that of attacks in which somebody is "
            "known to have died.",
            "",
            "![Attacks by year and district, the record first](histories.svg)",
            "",
            "| what an eye compares | record | median of twenty | all twenty | below the record |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "## After the record",
            "",
            "The record ends in 2021. Public totals of whole years since stand beside the same "
            "histories. Those who count disappearances are parties or close to one; attacks of "
            "think tanks include those without a death, which the record and the model leave out.",
            "",
            "| year | what | source | total | model: median (5 to 95 % of twenty) |",
            "|---|---|---|---|---|",
            *later,
            "",
            SEEN,
            "",
        ]
    )


SEEN = """\
## What still gives the simulation away

Seen with the picture in hand, the record among the twenty is found at once, by these:

- **Where it begins.** The record is nearly quiet in 2004 and 2005 and climbs for years. A simulated
  history begins at the level that the priors call today's, which is the mean of these 18 years, and
  may begin with its worst years. The history has to start somewhere, and nothing is known of 2004.
- **One city.** In the record one hexagon, Quetta, is far darker than all others. Simulated maps
  have several dark hexagons, another place in each, and Quetta is seldom the darkest.
- **Too much colour.** The record's map has few dark hexagons. Most simulated maps have more, even
  where their total is that of the record: the attacks that Quetta lacks are spread over the south
  and centre.
- **Whole areas.** Dark hexagons of a simulation lie in the south and centre together, because what
  is known of districts (language, deprivation, sites) makes neighbours alike. The record has single
  dark places among pale ones: Quetta, Dera Bugti, Kech.
- **Single years.** Some simulated years stand alone, twice or more as high as both neighbours: a
  campaign lasts half a year in the model. The record's high years come in company: it climbs from
  2005 to 2009, stays high until 2012, falls for four years and climbs again. No simulation has so
  slow a wave and so little noise about it; 6, 14 and 17 come nearest.
- **The rise after 2021.** The think tank's total of 2024 lies far above the twenty in that year.
  Part of it is attacks in which nobody died; the rest is a rise that the histories do not have.
- **A few draws are far too violent**: their bars leave the scale, which ends at twice the worst
  year of the record. No draw was removed.
"""


def test_histories__are_drawn_beside_the_record():
    found, record = simulated(), recorded()
    region = load_record().region
    units = {slug: u for u, slug in enumerate(region.slugs)}
    tiles = [units[tile.slug] for tile in region.tiles]
    panels = [("Record", record.sum(axis=1), record.sum(axis=0)[tiles])]
    for i, one in enumerate(found["attacks"][:, : len(YEARS)]):
        panels.append((f"Simulation {i + 1}", one.sum(axis=1), one.sum(axis=0)[tiles]))
    FIGURE.write_text(draw_histories(region, [*YEARS], panels), encoding="utf-8")
    PAGE.write_text(page(found, record), encoding="utf-8")
    assert record.sum() > 300
    assert (found["attacks"].sum(axis=(1, 2)) > 0).all()
