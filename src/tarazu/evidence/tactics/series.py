"""Attacks by quarter and by what they hit, how, and where: three series of shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.record import Record

MONTH_KNOWN: Final = 4  # UCDP date_prec up to which an event has a month, hence a quarter
MOSTLY_URBAN: Final = 0.5  # urban residents of all residents
UNKNOWN: Final = "unknown"
_UNREAD: Final = ("", "unclear", "air_strike", "state_operation")  # militants do neither
_TACTICS: Final = {
    "armed_assault": "armed assault",
    "abduction_execution": "armed assault",
    "clash": "armed assault",
    "bomb_ied": "explosives",
    "rocket_mortar_grenade": "explosives",
    "suicide": "suicide attack",
}


@dataclass(frozen=True, slots=True)
class ShareSeries:
    """Attacks by quarter and label.

    Attributes
    ----------
    name, labels : of the series and its C labels, in words.
    quarters : (T,) first days. known : (T, C). unknown : (T,) attacks without a label.
    """

    name: str
    labels: tuple[str, ...]
    quarters: NDArray[np.datetime64]
    known: NDArray[np.int64]
    unknown: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AttackShares:
    """The three series of a record, with what they rest on."""

    series: tuple[ShareSeries, ...]
    n_used: dict[str, int]
    n_dropped: dict[str, int]


def count_shares(record: Record) -> AttackShares:
    """Return attacks by militants by quarter and target, tactic and kind of district.

    A target counts as security forces only where one of them died: without a death it is a
    default of the rules, hence unknown. Kinds of civilians are one label, because telling them
    apart takes a headline.
    """
    attacks = record.events[record.events["initiator"] == "militant"]
    dated = attacks[attacks["date_precision"] <= MONTH_KNOWN]
    months = dated["date"].to_numpy().astype("datetime64[M]").astype(np.int64)
    quarter = months // 3
    first, last = (int(quarter.min()), int(quarter.max())) if len(dated) else (0, -1)
    quarters = (np.arange(first, last + 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    count = dated["count"].to_numpy().astype(np.int64)
    labels = {
        "targets": _targets(dated),
        "tactics": dated["tactic"].map(lambda key: _tactic(str(key))),
        "districts": _districts(dated, record),
    }
    series = tuple(
        _series(name, label.to_numpy(dtype=object), quarter - first, count, quarters)
        for name, label in labels.items()
    )
    n = int(count.sum())
    others = record.events.groupby("initiator")["count"].sum()
    return AttackShares(
        series=series,
        n_used={"attacks": n},
        n_dropped={
            "without a month": int(attacks["count"].sum()) - n,
            "operations": int(others.get("state", 0)),
            "initiator unclear": int(others.get("unclear", 0)),
            "foreign states": int(others.get("foreign_state", 0)),
            "other actors": int(others.get("other", 0)),
        },
    )


def _series(
    name: str,
    label: NDArray[np.object_],
    place: NDArray[np.int64],
    count: NDArray[np.int64],
    quarters: NDArray[np.datetime64],
) -> ShareSeries:
    labels = tuple(sorted({str(key) for key in label} - {UNKNOWN}))
    known = np.zeros((len(quarters), len(labels)), dtype=np.int64)
    unknown = np.zeros(len(quarters), dtype=np.int64)
    for i, key in enumerate(labels):
        np.add.at(known[:, i], place[label == key], count[label == key])
    np.add.at(unknown, place[label == UNKNOWN], count[label == UNKNOWN])
    return ShareSeries(name, labels, quarters, known, unknown)


def share_known(series: ShareSeries) -> tuple[float, float]:
    """Return the share of attacks with a label, in the earlier half of the attacks and the later.

    Quarters are not divided; 0 where there is no attack.
    """
    labelled = series.known.sum(axis=1)
    attacks = labelled + series.unknown
    is_early = 2 * (np.cumsum(attacks) - attacks) < attacks.sum()
    early, late = (
        float(labelled[half].sum() / max(attacks[half].sum(), 1)) for half in (is_early, ~is_early)
    )
    return early, late


def _targets(events: pd.DataFrame) -> pd.Series:
    defaulted = (events["target"] == "security_forces") & (events["deaths_state"] == 0)
    unread = events["target"].isin(["", "unclear", "militants"]) | defaulted
    civilians = pd.Series("civilians and their property", index=events.index, dtype=object)
    return civilians.mask(events["target"] == "security_forces", "security forces").mask(
        unread, UNKNOWN
    )


def _tactic(key: str) -> str:
    return UNKNOWN if key in _UNREAD else _TACTICS.get(key, "other")


def _districts(events: pd.DataFrame, record: Record) -> pd.Series:
    urban = {d.slug: d.urban_share >= MOSTLY_URBAN for d in record.region.districts}
    words = {True: "mostly urban districts", False: "other districts"}
    return events["district"].map(lambda slug: words[urban[slug]] if slug in urban else UNKNOWN)
