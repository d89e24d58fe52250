"""PDF files from the HTML documents of a run, by Typst's compiler in a wheel."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tarazu.core.errors import DataError
from tarazu.core.files.outputs import write_outputs
from tarazu.report.pdf.markup import typst_markup
from tarazu.report.pdf.tree import read_document

DOCUMENTS: Final = ("brief.html", "annex.html")
MAIN: Final = "main.typ"
INSTALL: Final = f"Install it with: {sys.executable} -m pip install typst"


def pdf_of(html: str) -> bytes:
    """Return a document of Tarazu's own HTML as PDF, with bookmarks and page numbers.

    Equal documents give equal bytes: no font of the system is read and no time is written.

    Raises
    ------
    DataError
        The package typst is missing; the message says how to install it.
    """
    try:
        import typst
    except ModuleNotFoundError as error:
        raise DataError("a PDF file is made by the package typst", hint=INSTALL) from error
    document = read_document(html)
    files: Any = {MAIN: typst_markup(document).encode()} | {
        name: svg.encode() for name, svg in document.pictures.items()
    }
    compiler = typst.Compiler(files, ignore_system_fonts=True)
    made: Any = compiler.compile(format="pdf", timestamp=0)
    return bytes(made)


def write_pdfs(
    folder: Path, out: Path, *, keep: Sequence[Path] = (), replace: bool = False
) -> tuple[Path, ...]:
    """Write the documents of a run folder as PDF to another folder; return the files.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.files.outputs.check_outputs`.

    Raises
    ------
    DataError
        The folder has neither a brief nor an annex.
    OutputError, ExceptionGroup
        A file must stay; nothing was written.
    """
    found = [folder / name for name in DOCUMENTS if (folder / name).is_file()]
    if not found:
        raise DataError(
            "holds no document to write as PDF",
            file=folder,
            expected=f"{DOCUMENTS[0]} or {DOCUMENTS[1]}, as 'tarazu run' and 'tarazu demo' write",
        )
    files = {out / f"{page.stem}.pdf": pdf_of(page.read_text(encoding="utf-8")) for page in found}
    write_outputs(files, keep=keep, replace=replace)
    return tuple(files)
