"""How a command ends: what was found, where it lies, what to type next, and exit codes."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import typer

from tarazu.cli.terminal.output import INTERNAL, LABEL, USAGE, for_terminal, paragraph, width

if TYPE_CHECKING:
    from tarazu.evidence.battery import Battery
    from tarazu.evidence.failure import Failure
    from tarazu.report.summary import Point


def ending(
    points: Sequence[Point], folder: Path | None, commands: Sequence[tuple[str, str]]
) -> str:
    """Return the last lines of a command: what was found, where it lies, what to type next.

    Parameters
    ----------
    folder : of the results, with a brief in it; None if nothing was written.
    commands : what to type next, without the name of the program, and what it does.
    """
    from tarazu.pipeline.runner import ANNEX, BRIEF, LAB

    lines = ["What was found", *(paragraph(text, label=label) for label, text in points)]
    if folder is not None:
        indent = " " * LABEL
        lines.append("Where it lies")
        for label, path, remark in (
            ("brief", folder / BRIEF, "two pages; open it in a browser, it needs no network"),
            ("annex", folder / ANNEX, "every finding, study and method in full"),
            ("lab", folder / LAB, "move the levers in the browser; it needs no network"),
            ("data", folder, "files: docs/reference/outputs.md"),
        ):  # a path stays on one line, to be copied
            if path.name == LAB and not path.is_file():
                continue  # most runs write none
            lines.append(f"  {label:<{LABEL - 2}}{path}")
            lines.append(fill(remark, width(), initial_indent=indent, subsequent_indent=indent))
    program = _program()
    lines.append("What to type next")
    margin = " " * 6
    for command, meaning in commands:  # a command stays on one line, to be copied
        lines.append(f"  {program} {command}")
        lines.append(fill(meaning, width(), initial_indent=margin, subsequent_indent=margin))
    return "\n".join(lines)


def _program() -> str:
    """Return what starts the program: its name, or its path where the name is not found."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m tarazu"
    if shutil.which("tarazu") is not None:
        return "tarazu"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


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
            sys.stderr.write(for_terminal(line) + "\n")
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
