"""Tasks: what to compute from a record, such as the findings of a battery or a study."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.claims import LedgerSpec
    from tarazu.model.user_model import UserModel
    from tarazu.record import Record
    from tarazu.region import Region
    from tarazu.study import Study

DEMO = "demo"

_log = logging.getLogger("tarazu.pipeline")


@dataclass(frozen=True, slots=True)
class StudyInput:
    """A study with the bytes of its file, which are copied into the run folder.

    Attributes
    ----------
    subfolder : folder of its results inside the run folder; "." for the run folder itself.
    files : files that were read: the study and those that it names; empty for a shipped study.
    """

    study: Study
    text: bytes
    subfolder: str = "."
    files: tuple[Path, ...] = ()

    def origin(self, out: Path) -> str:
        """Return what distinguishes this study from others of its name with results in `out`.

        The name of a shipped study, or the path of its file relative to the parent of `out`.
        """
        if not self.files:
            return self.study.name
        file = self.files[0].resolve()
        try:
            return Path(os.path.relpath(file, out.resolve().parent)).as_posix()
        except ValueError:  # on another drive
            return file.as_posix()


@dataclass(frozen=True, slots=True)
class Task:
    """A record and everything that is computed from it in one run.

    Attributes
    ----------
    estimators : names of the estimators to run. significance : of all their tests together.
    error_rates : simulated records per row on which error rates are measured; None for none.
    figures : whether each figure gets a page and a CSV table of its own beside the brief.
    ledger : claims to decide from the findings and the studies; None for none.
    """

    record: Record
    estimators: tuple[str, ...] = ()
    significance: float = 0.05
    figures: bool = False
    error_rates: int | None = None
    studies: tuple[StudyInput, ...] = ()
    ledger: LedgerSpec | None = None

    def __post_init__(self) -> None:
        """Raise unless the studies are of the region of the record; see `check_region`."""
        if not self.studies:
            return
        from tarazu.study.setup.checks import check_region

        for given in self.studies:
            check_region(given.study.name, given.study.region, self.record.region)

    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of every input by its name."""
        digests = dict(self.record.inputs)
        digests |= {f"study {given.study.name}": given.study.digest for given in self.studies}
        digests |= {
            f"model of study {given.study.name}": given.study.model_digest
            for given in self.studies
            if given.study.model_digest
        }
        return digests if self.ledger is None else digests | {"claims": self.ledger.digest}


def estimator_names() -> tuple[str, ...]:
    """Return the names of all estimators."""
    from tarazu.evidence import ESTIMATORS

    return tuple(ESTIMATORS)


def read_study(
    name_or_path: str,
    subfolder: str = ".",
    *,
    region: Region | None = None,
    model: UserModel | Path | None = None,
) -> StudyInput:
    """Read a study by the name of a shipped one or by path; see `load_study` for its errors.

    Parameters
    ----------
    subfolder : see `StudyInput`.
    region : Balochistan if None.
    model : Python file with a mechanism of the user, or what `load_user_model` read of it.
    """
    from tarazu.model.user_model import load_user_model
    from tarazu.study import find_study, load_study

    own = load_user_model(model) if isinstance(model, Path) else model
    study = load_study(name_or_path, region=region, model=own)
    path = find_study(name_or_path)
    named = (*study.spec.hypotheses, *study.spec.policies)
    files = (path, *(path.parent / name for name in named if name.endswith(".toml")))
    return StudyInput(
        study, path.read_bytes(), subfolder, files if path == Path(name_or_path) else ()
    )


def demo_task(record: Record, *, region: Region | None = None, model: Path | None = None) -> Task:
    """Return the task of `tarazu demo`: all estimators, the study 'demo' and all claims.

    Parameters
    ----------
    region : of the record, in its own administrative frame; Balochistan if None. Studies of the
        ledger that are about districts of another region are left out.
    model : Python file with a mechanism of the user.
    """
    from tarazu.claims import load_ledger

    ledger = load_ledger()
    names = (DEMO, *(name for name in ledger.studies if name != DEMO))
    studies = _studies(names, region, model)
    return Task(record, estimator_names(), studies=studies, ledger=ledger)


def ledger_task(
    record: Record,
    claims: Path | None = None,
    *,
    region: Region | None = None,
    model: Path | None = None,
) -> Task:
    """Return the task of `tarazu claims`: all claims, with the studies that they name.

    All estimators run, so that a finding is corrected for the same tests as in every other run.

    Parameters
    ----------
    claims : file of claims; None for the shipped ones.
    region, model : see `demo_task`.
    """
    from tarazu.claims import load_ledger

    ledger = load_ledger(claims)
    studies = _studies(ledger.studies, region, model)
    return Task(record, estimator_names(), studies=studies, ledger=ledger)


def _studies(
    names: Sequence[str], region: Region | None, model: Path | None
) -> tuple[StudyInput, ...]:
    """Return the shipped studies that a region can run; the demo's results stand on top."""
    from tarazu.model.user_model import load_user_model
    from tarazu.region import load_region
    from tarazu.study import STUDIES, studies_of
    from tarazu.study.setup.checks import unknown_name

    where = load_region() if region is None else region
    own = None if model is None else load_user_model(model)
    fitting = studies_of(where)
    for name in names:
        if name not in STUDIES:
            raise unknown_name("study", name, STUDIES, None, None)
        if name not in fitting:
            _log.warning(
                "Study '%s' is left out: it is about districts of Balochistan, not of %s.",
                name,
                where.title,
            )
    return tuple(
        read_study(name, "." if name == DEMO else f"studies/{name}", region=region, model=own)
        for name in names
        if name in fitting
    )
