"""How a command ends: messages and exit codes of estimators that gave no result."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tarazu.cli.output import INTERNAL, USAGE

if TYPE_CHECKING:
    from tarazu.evidence.battery import Battery
    from tarazu.evidence.failure import Failure


def exit_for_failures(battery: Battery | None, folder: Path | None) -> None:
    """Exit with an error code if estimators ended in a bug, or if none gave a result.

    Parameters
    ----------
    folder : of the run, which holds the tracebacks; None: they are written to temporary files.

    Raises
    ------
    typer.Exit
        `INTERNAL` after a bug, `USAGE` where every estimator failed for ordinary reasons.
    """
    if battery is None or not battery.failures:
        return
    bugs = [failure for failure in battery.failures if failure.is_bug]
    for failure in bugs:
        for line in _failure_lines(failure, _traceback_path(failure, folder)):
            sys.stderr.write(line + "\n")
    if bugs:
        raise typer.Exit(INTERNAL)
    if not battery.findings:
        sys.stderr.write("error: no estimator gave a result on this record.\n")
        raise typer.Exit(USAGE)


def _failure_lines(failure: Failure, path: Path) -> Iterator[str]:
    from tarazu import __version__

    yield f"estimator '{failure.name}' failed: {failure.reason}"
    yield f"This is a bug in Tarazu {__version__}, not in your input. All other results were kept."
    yield f"Traceback, which a report needs: {path}"


def _traceback_path(failure: Failure, folder: Path | None) -> Path:
    """Return the file of a traceback; it is written here if there is no run folder."""
    from tarazu.pipeline.runner import traceback_file

    if folder is not None:
        return folder / traceback_file(failure.name)
    prefix = f"tarazu-{failure.name}-"
    with tempfile.NamedTemporaryFile(
        "w", prefix=prefix, suffix=".txt", encoding="utf-8", delete=False
    ) as file:
        file.write(failure.traceback)
    return Path(file.name)
