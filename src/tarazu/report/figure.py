"""What the brief shows: a figure with its words and its numbers, or a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from tarazu.evidence.finding import FigureData

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headed columns.

    Attributes
    ----------
    numeric : positions of the columns that hold numbers, set flush right.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class BriefFigure:
    """One figure, readable without colour, without JavaScript and without eyes.

    Attributes
    ----------
    key : fixed element id, unique in a page.
    alt : what the picture shows, in one or two sentences.
    source, n : where the numbers come from and what they count; printed under the figure.
    spec : Plotly figure as plain data.
    table : the numbers drawn.
    notes : what a reader must know before reading it.
    """

    key: str
    title: str
    alt: str
    source: str
    n: str
    spec: dict[str, Any]
    table: Table
    notes: tuple[str, ...] = ()

    def to_plotly(self) -> go.Figure:
        """Figure object, for notebooks and for other page sizes."""
        import plotly.graph_objects as go

        return go.Figure({"data": self.spec["data"], "layout": self.spec["layout"]})


def finding_figure(
    figure: FigureData,
    key: str,
    spec: dict[str, Any],
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    numeric: frozenset[int],
    notes: tuple[str, ...] = (),
) -> BriefFigure:
    """Brief's figure from an estimator's: its words kept, its numbers in a table.

    Parameters
    ----------
    spec : Plotly figure as plain data.
    columns, rows, numeric : the table beside the picture, as in `Table`.
    """
    return BriefFigure(
        key=key,
        title=figure.title,
        alt=(
            f"{figure.title}. Horizontal axis: {figure.x_label}. Vertical axis: {figure.y_label}. "
            f"{len(rows)} rows, given in the table of this figure."
        ),
        source=figure.source,
        n=figure.n,
        spec=spec,
        table=Table(figure.title, columns, rows, numeric),
        notes=notes,
    )


def literal(text: object) -> str:
    """Text that Plotly shows as it stands, although it reads some HTML in its labels."""
    return escape(str(text), quote=False)
