"""Hindcast: what a history counts in each calendar year, to stand beside what others counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.engine.compiler.kernel_files import program_of
from tarazu.model import Model
from tarazu.record import Record
from tarazu.study.setup.history import History

FloatArray = NDArray[np.float64]

ATTACKS: Final = "attacks"
COUNTED: Final = (ATTACKS, "disappearances_reported")  # as a record and reports count them
RECORD_YEARS: Final = 5  # the last ones of a record, with which draws are compared
QUANTILES: Final = (0.05, 0.5, 0.95)
WHOLE_YEAR: Final = 52  # weeks that begin in it, at least


def counted_of(model: Model) -> tuple[str, ...]:
    """Return the national series of a model that a hindcast counts."""
    return tuple(name for name in COUNTED if name in program_of(model).quantities)


def whole_years(history: History) -> tuple[int, ...]:
    """Return the calendar years that a history passes through from end to end."""
    years, weeks = np.unique(_year_of_weeks(history), return_counts=True)
    return tuple(years[weeks >= WHOLE_YEAR].tolist())


def sum_years(history: History, series: FloatArray) -> FloatArray:
    """Return (M, Y, K) sums of (M, T, K) weekly counts over `whole_years`.

    A week belongs to the year in which it begins.
    """
    year, years = _year_of_weeks(history), whole_years(history)
    sums = np.zeros((len(series), len(years), series.shape[2]))
    for y, one in enumerate(years):
        sums[:, y] = series[:, year == one].sum(axis=1)
    return sums


def recorded_attacks(record: Record) -> dict[int, int]:
    """Return the attacks of a record by calendar year, those without any left out."""
    events = record.events
    attacks = events[events["initiator"] == "militant"]
    years, counts = attacks["date"].dt.year.to_numpy(), attacks["count"].to_numpy()
    return {int(year): int(counts[years == year].sum()) for year in np.unique(years)}


def compared_years(record: Record) -> tuple[int, ...]:
    """Return the last whole calendar years of a record, with which draws are compared."""
    last = recorded_years(record).stop
    return tuple(range(last - RECORD_YEARS, last))


def recorded_years(record: Record) -> range:
    """Return the calendar years of which a record holds every day."""
    day = timedelta(days=1)
    before, after = record.start - day, record.end + day
    return range(before.year + 1, after.year)


def describe_years(
    history: History, counts: Mapping[str, FloatArray], names: Sequence[str]
) -> dict[str, object]:
    """Return quantiles over members of yearly counts, for study.json.

    counts : (M, Y, K) by hypothesis. names : (K,) what is counted.
    """
    return {
        "years": list(whole_years(history)),
        "quantiles": list(QUANTILES),
        "counts": {
            hypothesis: {
                name: np.quantile(values[:, :, k], QUANTILES, axis=0).T.tolist()
                for k, name in enumerate(names)
            }
            for hypothesis, values in counts.items()
        },
    }


def _year_of_weeks(history: History) -> NDArray[np.int64]:
    """Return the (T,) calendar year in which each week of a history begins."""
    begins: list[date] = [history.first_day + timedelta(weeks=t) for t in range(history.weeks)]
    return np.array([day.year for day in begins])
