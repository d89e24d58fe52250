"""Outcomes by which policies are compared, and those that may never be an objective."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Trajectory
from tarazu.model.stocks import MILITANTS

FloatArray = NDArray[np.float64]

YEAR: Final = 52  # weeks


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number of a member over a horizon.

    Attributes
    ----------
    over : ``total`` over the weeks of the horizon, the level at its ``end``, or whether it holds a
        ``quiet_year``: 52 weeks in a row without one; in a study of the mean field, with fewer than
        one expected.
    better : the better side. ``none``: reported and never ranked, because killing or detaining
        people would move it, or because it counts actions of the policy itself.
    """

    name: str
    title: str
    unit: str
    over: Literal["total", "end", "quiet_year"]
    better: Literal["lower", "higher", "none"]
    series: str = ""

    @property
    def source(self) -> str:
        """The national series that it is taken from."""
        return self.series or self.name


OUTCOMES: Final[Mapping[str, Outcome]] = {
    outcome.name: outcome
    for outcome in (
        Outcome("deaths_civilian", "Civilians killed", "persons", "total", "lower"),
        Outcome(
            "deaths_civilian_attacks", "Civilians killed in attacks", "persons", "total", "lower"
        ),
        Outcome(
            "deaths_civilian_operations",
            "Civilians killed in operations",
            "persons",
            "total",
            "lower",
        ),
        Outcome("deaths_state", "Security forces killed", "persons", "total", "lower"),
        Outcome("deaths_militant", "Militants killed", "persons", "total", "none"),
        Outcome("deaths_custody", "Dead in custody, unaccounted for", "persons", "total", "lower"),
        Outcome("deaths", "People killed, all sides", "persons", "total", "lower"),
        Outcome("attacks", "Militant attacks", "attacks", "total", "lower"),
        Outcome("operations", "Lethal operations", "operations", "total", "none"),
        Outcome("disappeared", "People newly unaccounted for", "persons", "total", "lower"),
        Outcome("relocations", "Militants who moved on", "persons", "total", "none"),
        Outcome("militants", "Militants", "persons", "end", "none"),
        Outcome("sympathisers", "Sympathisers", "persons", "end", "none"),
        Outcome("unaccounted", "People unaccounted for", "persons", "end", "lower"),
        Outcome("trust", "Trust in institutions", "share", "end", "higher"),
        Outcome("grievance", "Grievance over all causes", "share", "end", "lower"),
        Outcome("grievance_repression", "Grievance over repression", "share", "end", "lower"),
        Outcome("grievance_extraction", "Grievance over extraction", "share", "end", "lower"),
        Outcome("grievance_exclusion", "Grievance over exclusion", "share", "end", "lower"),
        Outcome("quiet_year", "A year without an attack", "share", "quiet_year", "none", "attacks"),
    )
}
"""All outcomes, in the order of every table: civilians first."""

SERIES: Final = tuple(dict.fromkeys(outcome.source for outcome in OUTCOMES.values()))
LEVELS: Final = frozenset(o.source for o in OUTCOMES.values() if o.over == "end")

DISTRICT_OUTCOMES: Final[Mapping[str, tuple[float, float]]] = {
    "attacks": (1, 5),
    "deaths_civilian": (1, 10),
    "militants": (50, 250),
    "sympathisers": (5_000, 25_000),
    "unaccounted": (10, 100),
}
"""Outcomes kept by district and year, and two levels of each whose exceedance is counted."""

KEEP: Final = (
    "attacks",
    "attack_deaths_civilian",
    "operation_deaths_civilian",
    *MILITANTS,
    "sympathiser",
    "unaccounted",
)
"""Quantities of the model that a run keeps by district."""


SUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "deaths_civilian": ("attack_deaths_civilian", "operation_deaths_civilian"),
    "deaths_civilian_attacks": ("attack_deaths_civilian",),
    "deaths_civilian_operations": ("operation_deaths_civilian",),
    "deaths_state": ("attack_deaths_state",),
    "deaths_militant": ("operation_deaths_militant",),
    "deaths_custody": ("deaths_in_custody",),
    "deaths": ("dead", "attack_deaths_state"),
    "militants": MILITANTS,
    "sympathisers": ("sympathiser",),
}
"""Series that have another name than a quantity of the model, and the quantities they add up."""


def sources_of(series: str) -> tuple[str, ...]:
    """Return the quantities of the model that a series adds up."""
    return SUMS.get(series, (series,))


def series_of(series: str, get: Callable[[str], FloatArray]) -> FloatArray:
    """Return one weekly series of `SERIES`, or of a quantity of the model.

    Killed on all sides: everybody who died, those in custody too, and the state's men.

    Parameters
    ----------
    get : returns a quantity of the model, (M, T) or (M, T, D).
    """
    parts = [get(name) for name in sources_of(series)]
    if series == "deaths":  # nobody is dead before the first week
        parts[0] = np.diff(parts[0], axis=1, prepend=0.0)
    return parts[0] if len(parts) == 1 else np.asarray(np.sum(parts, axis=0))


def national_series(trajectory: Trajectory) -> dict[str, FloatArray]:
    """Return the (M, T) weekly series of `SERIES`, by name."""
    return {name: series_of(name, trajectory.series) for name in SERIES}


def measure(
    series: Mapping[str, FloatArray],
    horizons: Sequence[int],
    origin: int,
    outcomes: Mapping[str, Outcome] = OUTCOMES,
) -> FloatArray:
    """Return the outcomes of each member.

    Parameters
    ----------
    series : (M, T) by name, from `national_series`.
    horizons : weeks, counted from week `origin` on.
    outcomes : what is measured.

    Returns
    -------
    (M, H, K) in the order of `outcomes`; nan for a quiet year within less than a year.
    """
    columns = [
        np.stack(
            [
                _measure(outcome, series[outcome.source][:, origin : origin + horizon])
                for horizon in horizons
            ],
            axis=1,
        )
        for outcome in outcomes.values()
    ]
    return np.stack(columns, axis=2)


def _measure(outcome: Outcome, weeks: FloatArray) -> FloatArray:
    if outcome.over == "total":
        return np.asarray(weeks.sum(axis=1))
    if outcome.over == "end":
        return np.asarray(weeks[:, -1])
    if weeks.shape[1] < YEAR:
        return np.full(weeks.shape[0], np.nan)
    so_far = np.concatenate([np.zeros((weeks.shape[0], 1)), weeks.cumsum(axis=1)], axis=1)
    within_year = so_far[:, YEAR:] - so_far[:, :-YEAR]
    return np.asarray((within_year < 1.0).any(axis=1), dtype=np.float64)


def coarse_series(series: Mapping[str, FloatArray], step: int) -> dict[str, FloatArray]:
    """Return the (M, T // step) series by name: totals of counts, levels at the end of a step."""
    return {
        name: weekly[:, step - 1 :: step]
        if name in LEVELS
        else np.asarray(_steps(weekly, step).sum(axis=2))
        for name, weekly in series.items()
    }


def _steps(weekly: FloatArray, step: int) -> FloatArray:
    steps = weekly.shape[1] // step
    return weekly[:, : steps * step].reshape(weekly.shape[0], steps, step)


def district_years(trajectory: Trajectory) -> FloatArray:
    """Return yearly outcomes by district, (M, Y, D, K) in the order of `DISTRICT_OUTCOMES`.

    Counts are totals of the year, people are those at its end; a run of less than a year is one
    period.
    """
    get = trajectory.by_district
    weekly = {name: series_of(name, get) for name in DISTRICT_OUTCOMES}
    weeks = weekly["attacks"].shape[1]
    length = min(YEAR, weeks)
    columns = []
    for name in DISTRICT_OUTCOMES:
        if name in LEVELS:
            columns.append(weekly[name][:, length - 1 :: length])
        else:
            members, _, districts = weekly[name].shape
            years = weekly[name][:, : weeks // length * length]
            columns.append(years.reshape(members, -1, length, districts).sum(axis=2))
    return np.stack(columns, axis=3)
