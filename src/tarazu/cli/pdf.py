"""``tarazu pdf``: the documents of a run as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import AsJson, Force, Quiet, Verbose, results_folder
from tarazu.cli.terminal.output import show


def pdf(
    folder: Annotated[Path, results_folder(holding="brief.html or annex.html")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            file_okay=False,
            show_default=False,
            help="Folder for the PDF files. Default: FOLDER-pdf, beside it.",
        ),
    ] = None,
    as_json: AsJson = False,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Write the brief and the annex of a run as PDF.

    With bookmarks, page numbers and links, made without a browser. Needs the package typst; where
    it is missing, the message has the command that installs it. What is folded on screen is
    printed, but for the numbers of figures, which the HTML gives as CSV.
    """
    from tarazu.report.pdf.document import write_pdfs

    target = folder.resolve().with_name(f"{folder.resolve().name}-pdf") if out is None else out
    files = write_pdfs(folder, target, keep=[folder], replace=force)
    show("\n".join(map(str, files)), {"files": [str(f) for f in files]}, as_json=as_json)
