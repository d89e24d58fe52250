"""A figure with its words and its numbers, for brief, page, terminal and notebook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from tarazu.report.svg.drawing import draw_svg
from tarazu.report.table import WIDTH, Table

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from tarazu.evidence.finding import FigureData


NOT_CALIBRATED: Final = "The model is not calibrated: the numbers are shares and means of draws."


@dataclass(frozen=True, slots=True, repr=False)
class Figure:
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

    @classmethod
    def of_finding(
        cls,
        data: FigureData,
        key: str,
        spec: dict[str, Any],
        columns: tuple[str, ...],
        rows: tuple[tuple[str, ...], ...],
        numeric: frozenset[int],
        notes: tuple[str, ...] = (),
    ) -> Figure:
        """Return the figure with the words that an estimator gave, and its numbers in a table.

        Parameters
        ----------
        spec : Plotly figure as plain data.
        columns, rows, numeric : the table beside the picture, as in `Table`.
        """
        return cls(
            key=key,
            title=data.title,
            alt=(
                f"{data.title}. Horizontal axis: {data.x_label}. Vertical axis: {data.y_label}. "
                f"{len(rows)} rows, given in the table of this figure."
            ),
            source=data.source,
            n=data.n,
            spec=spec,
            table=Table(data.title, columns, rows, numeric),
            notes=notes,
        )

    def to_plotly(self) -> go.Figure:
        """Return a Plotly figure, for notebooks and for other page sizes."""
        import plotly.graph_objects as go

        return go.Figure({"data": self.spec["data"], "layout": self.spec["layout"]})

    def to_svg(self, width: int = 720) -> str:
        """Return a static picture as an SVG element: no browser, no JavaScript.

        Parameters
        ----------
        width : px, at least 240; the height is that of the figure.
        """
        return draw_svg(self.spec, key=self.key, title=self.title, alt=self.alt, width=width)

    def to_text(self, width: int = WIDTH) -> str:
        """Return title, table, notes, n and source as lines of at most `width` characters."""
        table = replace(self.table, caption=self.title)
        words = [*self.notes, f"n: {self.n}. Source: {self.source}."]
        return "\n".join([table.to_text(width), *(fill(text, width) for text in words)])

    def __repr__(self) -> str:
        return (
            f"<Figure {self.title!r}: {len(self.table.rows)} rows in .table; "
            ".to_svg(), .to_plotly(), .to_text()>"
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f"<figure><figcaption><b>{escape(self.title)}</b></figcaption>{self.to_svg()}{notes}"
            f"<p>n: {escape(self.n)}. Source: {escape(self.source)}.</p></figure>"
        )


def literal(text: object) -> str:
    """Text that Plotly shows as it stands, although it reads some HTML in its labels."""
    return escape(str(text), quote=False)
