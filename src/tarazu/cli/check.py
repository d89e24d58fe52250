"""``tarazu check``: results against their manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import AsJson, Quiet, Verbose, results_folder
from tarazu.cli.terminal.output import FINDINGS, show


def check(
    folder: Annotated[Path, results_folder(holding="its MANIFEST.json")],
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Check that results are as Tarazu wrote them.

    Compares every file of the folder with the SHA-256 in its manifest. Exit code 1 if a file was
    changed, is damaged or missing, or was added.
    """
    from tarazu.core.files.check_results import find_damage

    number, problems = find_damage(folder)
    lines = [str(problem) for problem in problems]
    found = f"{folder}: {number} files are as Tarazu wrote them."
    data = {"files": number, "problems": lines}
    show("\n".join(lines) if lines else found, data, as_json=as_json)
    if problems:
        raise typer.Exit(FINDINGS)
