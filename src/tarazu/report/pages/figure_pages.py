"""Figures as pages of their own, each with its numbers beside it as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tarazu.core.files.cache import write_atomic
from tarazu.core.files.outputs import write_outputs
from tarazu.evidence import Finding
from tarazu.report.content_policy import content_policy, page_nonce
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.findings import finding_figure

SCRIPT: Final = "plotly.min.js"  # one copy beside the pages: they open without a network


def write_figures(findings: Sequence[Finding], folder: Path) -> None:
    """Write page and table of every figure of some findings to a folder that is being built."""
    drawn = [
        finding_figure(figure, key=f"{finding.name}-{figure.kind}-{i}")
        for finding in findings
        for i, figure in enumerate(finding.figures, start=1)
    ]
    for name, data in _files(drawn):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / name, data)


def write_pages(
    figures: Sequence[Figure],
    folder: Path,
    *,
    keep: Sequence[Path] = (),
    replace: bool = False,
) -> None:
    """Write an HTML page and a CSV table per figure to a folder, beside its other files.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.files.outputs.check_outputs`.

    Raises
    ------
    OutputError, ExceptionGroup
        A file must stay; nothing was written.
    """
    files = {folder / name: data for name, data in _files(figures)}
    write_outputs(files, keep=keep, replace=replace)


def _files(figures: Sequence[Figure]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of some figures."""
    if not figures:
        return
    from plotly.offline import get_plotlyjs

    yield SCRIPT, get_plotlyjs().encode()
    for figure in figures:
        yield f"{figure.key}.html", _page(figure).encode()
        yield f"{figure.key}.csv", figure.table.to_csv().encode()


def _page(figure: Figure) -> str:
    picture = figure.to_plotly().to_html(
        full_html=False, include_plotlyjs=False, div_id=figure.key, config=figure.spec["config"]
    )
    notes = "".join(f"<p>{literal(note)}</p>" for note in figure.notes)
    content = f"{literal(figure.title)}{picture}{notes}{literal(figure.source)}{literal(figure.n)}"
    nonce = page_nonce(content)
    # Plotly writes < in its data as \u003c, so that this is the tag of its script only.
    picture = picture.replace("<script>", f'<script nonce="{nonce}">')
    policy = content_policy([f"nonce-{nonce}"])
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{literal(figure.title)}</title>"
        f'<script nonce="{nonce}" src="{SCRIPT}"></script></head>\n'
        '<body style="font-family: system-ui, sans-serif; max-width: 60rem; margin: 2rem auto">'
        f"<h1 style='font-size: 1.2rem'>{literal(figure.title)}</h1>\n{picture}\n{notes}"
        f"<p>Source: {literal(figure.source)}. n: {literal(figure.n)}.</p></body></html>\n"
    )
