"""The tables of a finished study: a folder, read when first used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tarazu.core.errors import DataError
from tarazu.core.files.digests import check_digest, read_sealed
from tarazu.study.runner.reduce import BANDS, DISTRICTS, RESULT, TABLES
from tarazu.study.runner.tables import METRICS, PARAMETERS
from tarazu.study.setup.outcomes import OUTCOMES
from tarazu.study.setup.spec import DRAW_KEYS, POOLED

if TYPE_CHECKING:
    import xarray as xr

NOT_CALIBRATED = (
    "Not calibrated: parameters are drawn from priors, most of them assumed. These are conditional "
    "statements about the model, not forecasts."
)
AGAIN = "Run the study again"
UNEQUAL_BUDGETS = "Policies are compared each at its own cost: their budgets are not equal."


@dataclass(frozen=True, slots=True)
class Label:
    """Name, title and meaning of a policy or a hypothesis of a study.

    Attributes
    ----------
    districts : names of those in which a policy differs from the baseline; empty for all of them.
    """

    name: str
    title: str
    meaning: str
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindcast:
    """What the members of a study count in the calendar years of their history.

    Attributes
    ----------
    years : (Y,) whole calendar years. quantiles : (Q,) over members.
    counts : (Y, Q) by hypothesis (and ``pooled``) and by what is counted.
    recorded : attacks of the record by year; years without any are left out, and all are empty
        without a record.
    compared : years of the record in which attacks decide which draws are kept; empty if the
        history does not pass through all of them.
    """

    years: tuple[int, ...]
    quantiles: tuple[float, ...]
    counts: Mapping[str, Mapping[str, Sequence[Sequence[float]]]]
    recorded: Mapping[int, int]
    compared: tuple[int, ...]


@dataclass(frozen=True)
class StudyTables:
    """What a finished study left in its folder; tables are read when first used.

    Attributes
    ----------
    name, title, question : of the study. start : label of the state from which runs start.
    weeks : of a run. origin_week : from which `horizons` (weeks) are counted.
    draws, replicates : members are draws times replicates, under each hypothesis and policy.
    policies, hypotheses : of the study. baseline : the policy that stands for the status quo.
    record_range : least and most attacks per year in the record's last five years, or None.
    kept_share : share of draws whose attacks lie in that range, by hypothesis and ``pooled``; None
        where no record was given.
    hindcast : what members count in the years of their history; None without one.
    is_operation : whether its policies are one extra sweep and the policies it is compared with.
    digests : SHA-256 of each table, by file name; a table is checked whenever it is read.
    grid : name of the lever whose values were run in place of policies; "" without one.
    region : title of the region whose districts were run.
    borrowed_priors : sentence on the priors that are not of this region; "" for Balochistan.
    """

    folder: Path
    name: str
    title: str
    question: str
    start: str
    weeks: int
    origin_week: int
    horizons: tuple[int, ...]
    draws: int
    replicates: int
    seed: int
    policies: tuple[Label, ...]
    baseline: str
    hypotheses: tuple[Label, ...]
    record_range: tuple[int, int] | None
    kept_share: Mapping[str, float | None]
    is_operation: bool
    digests: Mapping[str, str]
    region: str
    borrowed_priors: str = ""
    grid: str = ""
    hindcast: Hindcast | None = None

    @property
    def caveats(self) -> tuple[str, ...]:
        """Sentences to print beside every number."""
        return (NOT_CALIBRATED, UNEQUAL_BUDGETS, *filter(None, [self.borrowed_priors]))

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """One row per hypothesis, policy, member and horizon (``weeks``); see `OUTCOMES`."""
        return self.read_metrics()

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row per hypothesis and draw, one column per parameter of the model."""
        return pd.read_parquet(self._checked(PARAMETERS))

    @cached_property
    def parameter_info(self) -> pd.DataFrame:
        """One row per parameter: parameter, unit, prior (of the model, unrestricted), source."""
        import pyarrow.parquet as pq

        schema = pq.read_schema(self._checked(PARAMETERS))
        return pd.DataFrame(
            [
                {"parameter": field.name}
                | {key.decode(): text.decode() for key, text in field.metadata.items()}
                for field in schema
                if field.name not in DRAW_KEYS
            ]
        )

    @cached_property
    def experiments(self) -> pd.DataFrame:
        """`metrics` with the parameters of each draw, joined on hypothesis and draw.

        A parameter that has the name of a column of `metrics` gets the ending ``_parameter``.
        """
        return self.metrics.merge(
            self.parameters,
            on=list(DRAW_KEYS),
            how="left",
            validate="many_to_one",
            suffixes=("", "_parameter"),
        )

    def read_metrics(self, columns: list[str] | None = None) -> pd.DataFrame:
        """Return some columns of `metrics`, read afresh; None for all."""
        return pd.read_parquet(self._checked(METRICS), columns=columns)

    @cached_property
    def bands(self) -> xr.Dataset:
        """Quantiles (and ``NAME_mean``) of national series: subset, hypothesis, policy, week."""
        return _read(self._checked(BANDS))

    @cached_property
    def districts(self) -> xr.Dataset:
        """Mean, variance and exceedance by subset, hypothesis, policy, year and district."""
        return _read(self._checked(DISTRICTS))

    def _checked(self, name: str) -> Path:
        """Return the path of a table; raise a DataError if it is not as it was written."""
        check_digest(self.folder / name, self.digests[name], hint=AGAIN)
        return self.folder / name

    def kept_sentence(self) -> str:
        """Return in words the share of draws with as many attacks as the record."""
        share = self.kept_share[POOLED]
        if self.record_range is None or share is None:
            return "No record was given, so no draw was compared with one."
        low, high = self.record_range
        parts = ", ".join(f"{h.name} {self.kept_share[h.name]:.0%}" for h in self.hypotheses)
        said = f"In {share:.0%} of draws"
        if self.hindcast is not None and self.hindcast.compared:
            first, last = self.hindcast.compared[0], self.hindcast.compared[-1]
            return (
                f"{said} the history gives {low} to {high} attacks per year in {first}–{last}, the "
                f"range of the record in the same years ({parts})."
            )
        return (
            f"{said} the status quo gives {low} to {high} attacks per year, the range of the "
            f"record's last five years ({parts})."
        )

    def _repr_html_(self) -> str:
        policies = "".join(
            f"<li><b>{escape(p.title)}</b>: {escape(p.meaning)}</li>" for p in self.policies
        )
        notes = "".join(f"<p>{escape(text)}</p>" for text in (self.kept_sentence(), *self.caveats))
        return (
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p><ul>{policies}</ul>"
            f"<p>{self.draws} draws x {self.replicates} replicates under "
            f"{', '.join(escape(h.title) for h in self.hypotheses)}; {self.weeks} weeks; start: "
            f"{escape(self.start)}. {len(OUTCOMES)} outcomes.</p>{notes}"
        )


def load_tables(folder: Path) -> StudyTables:
    """Return what `run_study` wrote to a folder.

    Raises
    ------
    DataError
        The folder holds no complete result, or one that another version wrote, or study.json was
        changed. Tables that were changed are found when they are read.
    """
    path = folder / RESULT
    if not path.is_file():
        raise DataError(
            f"has no {RESULT}" if folder.is_dir() else "does not exist",
            file=folder,
            expected="the folder of a study's result, as run_study and `tarazu run` write it",
            hint=AGAIN,
        )
    try:
        described = read_sealed(path, hint=AGAIN)
        missing = [name for name in TABLES if not (folder / name).exists()]
        if missing:
            raise DataError(f"'{missing[0]}' is missing", file=folder, expected="a whole result")
        spec, low_high = described["spec"], described["record_range"]
        return StudyTables(
            folder=folder,
            name=described["name"],
            title=spec["title"],
            question=spec["question"],
            start=described["start"],
            weeks=spec["weeks"],
            origin_week=described["origin_week"],
            horizons=tuple(spec["horizons"]),
            draws=spec["draws"],
            replicates=spec["replicates"],
            seed=spec["seed"],
            policies=tuple(
                Label(**policy | {"districts": tuple(policy.get("districts", ()))})
                for policy in described["policies"]
            ),
            baseline=described["baseline"],
            hypotheses=tuple(Label(**hypothesis) for hypothesis in described["hypotheses"]),
            record_range=None if low_high is None else (low_high[0], low_high[1]),
            kept_share=described["kept_share"],
            is_operation=described["is_operation"],
            digests={name: described["files"][name] for name in TABLES},
            region=described["region"]["title"],
            borrowed_priors=described["borrowed_priors"],
            grid="" if spec["grid"] is None else spec["grid"]["lever"],
            hindcast=_read_hindcast(described["hindcast"]),
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"cannot be read ({error})",
            file=path,
            expected="a folder written by this version of run_study",
            hint=AGAIN,
        ) from error


def _read_hindcast(described: Mapping[str, Any] | None) -> Hindcast | None:
    if described is None:
        return None
    return Hindcast(
        years=tuple(described["years"]),
        quantiles=tuple(described["quantiles"]),
        counts=described["counts"],
        recorded={int(year): count for year, count in described["recorded"].items()},
        compared=tuple(described["compared"]),
    )


def _read(path: Path) -> xr.Dataset:
    import xarray as xr

    with xr.open_dataset(path, engine="scipy") as dataset:
        return dataset.load()
