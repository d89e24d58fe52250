"""The causal diagram in HTML: the picture, and what each of its boxes holds and does."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from tarazu.core.files.outputs import write_outputs
from tarazu.model import Model
from tarazu.report.content_policy import content_policy
from tarazu.report.diagram.loops import loop_notes, loops_table
from tarazu.report.diagram.nodes import WORDS, Arrow, Diagram, Node, causal_diagram
from tarazu.report.diagram.picture import diagram_svg, sentence, title

KEY: Final = "causal-diagram"
NAME: Final = "causal-loops"  # of the files
OPEN: Final = " Open a box for what it holds."
NOTES: Final = (
    "An arrow stands for every influence of a quantity in one box on a quantity in another; its "
    "sign is that of their derivatives over prior and state, as the declaration of the model has "
    "them. Where one of them may have either sign, so may the arrow.",
    "Drawn: the arrows of the loops that the description of the conflict claims, and the "
    f"strongest of each other box. All others are listed below.{OPEN}",
)
STYLE: Final = (
    "body{margin:0 auto;max-width:1040px;padding:20px;color:#1b1f24;background:#fff;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif}"
    "h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2em}details{margin:.4em 0}"
    "summary{cursor:pointer;color:#00588c}code{font-size:.85em}"
    "details:target{background:#fff3c4}li{margin-bottom:.25em}"
)


def write_diagram(
    model: Model, folder: Path, *, keep: Sequence[Path] = (), replace: bool = False
) -> Path:
    """Write the diagram as a page and as a picture, and the table of its loops; return the page.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.files.outputs.check_outputs`.

    Raises
    ------
    OutputError, ExceptionGroup
        A file must stay; nothing was written.
    """
    diagram = causal_diagram(model)
    page = folder / f"{NAME}.html"
    write_outputs(
        {
            page: diagram_page(diagram).encode(),
            folder / f"{NAME}.svg": diagram_svg(diagram, links=False).encode(),
            folder / f"{NAME}.csv": loops_table(diagram.edges).to_csv().encode(),
        },
        keep=keep,
        replace=replace,
    )
    return page


def diagram_page(diagram: Diagram) -> str:
    """Return a page with the diagram, its boxes and the loops of the model; it runs no script."""
    loops = "".join(f"<li>{escape(note)}</li>" for note in loop_notes(diagram.edges))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{content_policy(())}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">'
        f"<title>{escape(title(diagram))}</title><style>{STYLE}</style></head>\n<body><main>"
        f"<h1>{escape(title(diagram))}</h1>\n{diagram_html(diagram)}"
        f"<h2>Loops</h2><ul>{loops}</ul>"
        f"<p>Source: declaration of the model '{escape(diagram.model)}'.</p></main></body></html>\n"
    )


def diagram_html(diagram: Diagram, *, anchors: Collection[str] = (), key: str = KEY) -> str:
    """Return the picture, its notes, and a part for each box.

    Parameters
    ----------
    anchors : quantities for which the page has a row ``equation-...`` to link to.
    """
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in NOTES)
    boxes = "\n".join(_box(node, diagram, anchors) for node in diagram.nodes)
    return f'<div class="drawing">{diagram_svg(diagram, key=key)}</div>\n{notes}\n{boxes}'


def diagram_lines(diagram: Diagram) -> tuple[str, ...]:
    """Return every arrow as a sentence, those of the spine first: the diagram without a picture."""
    order = sorted(diagram.arrows, key=lambda arrow: not diagram.is_spine(arrow))
    return tuple(sentence(arrow, diagram) for arrow in order)


def docs_page(diagram: Diagram) -> str:
    """Return the page of the documentation: the picture beside it, and every arrow in words."""
    lines = "\n".join(f"- {line}" for line in diagram_lines(diagram))
    boxes = "\n".join(
        f"| {node.title} | {node.meaning} | {len(node.parts)} |" for node in diagram.nodes
    )
    return (
        f"# {title(diagram)}\n\n*Made by `make docs` from the declaration of the model.*\n\n"
        f"![{title(diagram)}; every arrow is listed below]({KEY}.svg)\n\n"
        + "\n\n".join(NOTES).removesuffix(OPEN)
        + "\n\n| box | holds | quantities |\n|---|---|---|\n"
        + f"{boxes}\n\n## Every arrow\n\n{lines}\n"
    )


def _box(node: Node, diagram: Diagram, anchors: Collection[str]) -> str:
    out = [arrow for arrow in diagram.arrows if arrow.source == node.name]
    into = [arrow for arrow in diagram.arrows if arrow.target == node.name]
    parts = ", ".join(_part(part, node, anchors) for part in node.parts)
    return (
        f'<details id="node-{node.name}" class="fold"><summary>{escape(node.title)}: '
        f"{escape(node.meaning)}</summary>"
        f"<p>Holds {len(node.parts)} quantities: {parts}.</p>"
        f"{_arrows('It acts on', out, diagram, is_out=True)}"
        f"{_arrows('What acts on it', into, diagram, is_out=False)}</details>"
    )


def _part(part: str, node: Node, anchors: Collection[str]) -> str:
    words = escape(part.replace("_", " "))
    if part in anchors:
        words = f'<a href="#equation-{escape(part)}">{words}</a>'
    return f"{words} (falls when it rises)" if part in node.against else words


def _arrows(head: str, arrows: Sequence[Arrow], diagram: Diagram, *, is_out: bool) -> str:
    if not arrows:
        return ""
    return f"<p>{head}:</p><ul>{''.join(_lines(arrows, diagram, is_out=is_out))}</ul>"


def _lines(arrows: Sequence[Arrow], diagram: Diagram, *, is_out: bool) -> Iterator[str]:
    for arrow in sorted(arrows, key=lambda arrow: -len(arrow.links)):
        other = escape(diagram.title(arrow.target if is_out else arrow.source))
        words = WORDS[arrow.effect]
        count = len(arrow.links)
        said = f"{words}: {other}" if is_out else f"{other} {words} it"
        yield f"<li>{said} ({count} link{'s' if count > 1 else ''})</li>"


def _write_docs(folder: Path) -> None:
    from tarazu.model import build_model

    diagram = causal_diagram(build_model())
    (folder / f"{KEY}.md").write_text(docs_page(diagram), encoding="utf-8")
    (folder / f"{KEY}.svg").write_text(diagram_svg(diagram, links=False), encoding="utf-8")


if __name__ == "__main__":
    _write_docs(Path(sys.argv[1]))
