"""Run a study by name, file or object: arguments are checked before anything is computed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path

from tarazu.core.arguments import check_path, check_whole, wrong_type
from tarazu.core.display import is_seen
from tarazu.core.files.output_folder import check_folder
from tarazu.model import Model
from tarazu.record import Record
from tarazu.region import Region
from tarazu.study.progress import Report, reporting
from tarazu.study.result import StudyResult, load_study_result
from tarazu.study.runner.run import KIND, Job, write_study
from tarazu.study.setup.load import load_study
from tarazu.study.setup.shipped import find_study
from tarazu.study.setup.spec import Study


def run_study(
    study: str | PathLike[str] | Study,
    out: str | PathLike[str] | None = None,
    *,
    record: Record | None = None,
    region: str | PathLike[str] | Region | None = None,
    model: str | PathLike[str] | Model | None = None,
    workers: int = 1,
    progress: bool | Report = True,
    work: str | PathLike[str] | None = None,
    order: Callable[[Sequence[Job]], Iterable[Job]] = iter,
) -> StudyResult:
    """Run a study and write its results to a folder, complete or not at all.

    The same study, record, code and versions give the same bytes for any number of workers, in any
    order of blocks and after any number of interruptions.

    Parameters
    ----------
    study : the name of a shipped one, the path of a TOML file, or what `load_study` returns.
    out : folder for the results. One that this function wrote, and nobody changed, is replaced.
        None: a new temporary folder, named by the result.
    record : of the study's region; draws are kept whose attacks in its last years lie in its
        range. None: no draw is compared with a record.
    region, model : for a study given by name or path; see `load_study`.
    workers : threads, 1 or more.
    progress : whether a long run shows one line on a terminal or in a notebook; or a function that
        is called as member-runs finish, one call at a time, from any thread.
    work : folder for finished blocks; a run that finds blocks of the same study there continues
        with the others. A folder that is named here is not removed at the end. None: a hidden
        folder beside `out`, removed at the end.
    order : puts the blocks that are to be run in the order in which they are started.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The study is wrong, see `load_study`; or the record is of another region.
    SimulationError
        A member left the range in which the model is defined.
    OutputError
        `out` or `work` was not written by this function; see `check_folder` and `open_work`.
    TypeError, ValueError
        An argument of a wrong type, or out of range.

    See Also
    --------
    simulate : one policy under one hypothesis, as a dataset.

    Examples
    --------
    >>> import tarazu as tz
    >>> from tarazu.study import StudySpec, build_study
    >>> spec = StudySpec(
    ...     title="Two policies", question="Are fewer civilians killed?", start="today", seed=1,
    ...     weeks=26, horizons=(26,), draws=2, hypotheses=("full",),
    ...     policies=("status-quo", "surge"),
    ... )
    >>> result = tz.run_study(build_study(spec, name="two"))
    >>> result.to_frame()["policy"].tolist()
    ['status-quo', 'surge', 'status-quo', 'surge']

    A shipped study, which takes minutes, with draws compared with a record:

    >>> tz.run_study("demo", "out", record=tz.read_record("events.csv"))  # doctest: +SKIP
    """
    workers = check_whole("workers", workers, 1)
    if record is not None and not isinstance(record, Record):
        raise wrong_type("record", record, "a record, as `read_record` returns it")
    target = None if out is None else check_path("out", out, "a folder, or None").absolute()
    store = None if work is None else check_path("work", work, "a folder, or None")
    if target is not None:
        check_folder(target, KIND)
    if isinstance(study, Study):
        if region is not None or model is not None:
            raise ValueError(
                f"region or model was given beside study '{study.name}', which was loaded for its "
                "own; expected them with a study's name or path. Give them to load_study"
            )
        loaded = study
    else:
        find_study(study)  # a wrong name is an error before the model is built
        loaded = load_study(study, region=region, model=model)
    if target is None:
        target = Path(tempfile.mkdtemp(prefix=f"tarazu-{loaded.name}-"))
        if progress is True and is_seen(sys.stderr):
            sys.stderr.write(f"study '{loaded.name}': results in {target}\n")
    with reporting(progress, f"study '{loaded.name}'") as report:
        write_study(
            loaded,
            record=record,
            out=target,
            workers=workers,
            progress=report,
            work=store,
            order=order,
        )
    return load_study_result(target)
