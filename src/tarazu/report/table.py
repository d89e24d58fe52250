"""One table of displayed text, for terminal, brief, notebook and CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from math import nan
from textwrap import wrap as wrap_text
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import plain
from tarazu.core.tables.csv_text import csv_text

if TYPE_CHECKING:
    import pandas as pd

WIDTH: Final = 80  # columns of a terminal
INDENT: Final = "  "
GAP: Final = "  "
wrap = partial(wrap_text, break_on_hyphens=False)  # names with hyphens stay whole
INTERVAL: Final = re.compile(r"\S*\d\S* to \S*\d\S*")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headed columns.

    Attributes
    ----------
    numeric : positions of the columns that hold numbers, set flush right.
    names_rows : whether a row's first cell says nothing without the heading of its column, as a
        value of one of two crossed variables; a number never does.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    names_rows: bool = False

    def to_text(self, width: int = WIDTH) -> str:
        """Return the table as lines of at most `width` characters.

        Cells are wrapped where the columns do not fit side by side; where they cannot, each row
        becomes a block with one line per column.
        """
        widths = self._widths(width - len(INDENT) - len(GAP) * (len(self.columns) - 1))
        lines = self._blocks(width) if widths is None else self._aligned(widths)
        return "\n".join([*wrap(self.caption, width), *lines])

    def to_html(
        self,
        *,
        caption: bool = True,
        style: str = "",
        ids: Sequence[str] = (),
        links: Sequence[str] = (),
    ) -> str:
        """Return the table as an HTML element, for a page or a notebook.

        Parameters
        ----------
        style : CSS class; ``"cards"`` also labels each cell with its column for narrow screens.
        ids, links : of each row, its element id and the address that its first cell links to.
        """
        kind = f' class="{style}"' if style else ""
        lines = [f"<table{kind}>"]
        if caption:
            lines.append(f"<caption>{escape(self.caption)}</caption>")
        heads = "".join(
            f'<th scope="col"{self._class(i)}>{escape(name)}</th>'
            for i, name in enumerate(self.columns)
        )
        lines += [f"<thead><tr>{heads}</tr></thead>", "<tbody>"]
        for i, row in enumerate(self.rows):
            name = f' id="{escape(ids[i])}"' if ids else ""
            link = links[i] if links else ""
            lines.append(f"<tr{name}>{''.join(self._html_cells(row, style, link))}</tr>")
        return "\n".join([*lines, "</tbody>", "</table>"])

    def to_csv(self) -> str:
        """Return the table as CSV; numbers with an ASCII minus and no thousands separators."""
        return csv_text(
            self.columns,
            (
                [
                    plain(cell) if i in self.numeric or INTERVAL.fullmatch(cell) else cell
                    for i, cell in enumerate(row)
                ]
                for row in self.rows
            ),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a frame; columns of numbers as floats, percent as shares."""
        import pandas as pd

        frame = pd.DataFrame([list(row) for row in self.rows], columns=list(self.columns))
        for i in self.numeric:
            values = [_value(row[i]) for row in self.rows]
            if any(value is not None for value in values):
                frame.isetitem(i, [nan if value is None else value for value in values])
        return frame

    def _repr_html_(self) -> str:
        return self.to_html()

    def _class(self, column: int) -> str:
        return ' class="num"' if column in self.numeric else ""

    def _html_cells(self, row: Sequence[str], style: str, link: str) -> Iterator[str]:
        for i, cell in enumerate(row):
            if i == 0:
                text = f'<a href="{escape(link)}">{escape(cell)}</a>' if link else escape(cell)
                yield f'<th scope="row"{self._class(i)}>{text}</th>'
            else:
                label = f' data-label="{escape(self.columns[i])}"' if style == "cards" else ""
                yield f"<td{self._class(i)}{label}>{escape(cell)}</td>"

    def _widths(self, room: int) -> list[int] | None:
        """Return widths of columns that fit in `room` together; None where no wrapping does it."""
        columns = list(zip(self.columns, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        least = [
            max(len(part) for cell in column for part in _parts(cell, whole=i in self.numeric))
            for i, column in enumerate(columns)
        ]
        if sum(least) > room:
            return None
        while sum(widths) > room:  # the widest column that can be wrapped gives way
            widest = max(
                (i for i in range(len(widths)) if widths[i] > least[i]), key=widths.__getitem__
            )
            widths[widest] -= 1
        return widths

    def _aligned(self, widths: Sequence[int]) -> Iterator[str]:
        for row in (self.columns, *self.rows):
            cells = [wrap(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
            for line in range(max(map(len, cells))):
                parts = [
                    self._aligned_cell(cell[line] if line < len(cell) else "", i, widths[i])
                    for i, cell in enumerate(cells)
                ]
                yield INDENT + GAP.join(parts).rstrip()

    def _aligned_cell(self, text: str, column: int, width: int) -> str:
        return text.rjust(width) if column in self.numeric else text.ljust(width)

    def _blocks(self, width: int) -> Iterator[str]:
        is_named = self.names_rows or 0 in self.numeric
        for row in self.rows:
            head = f"{self.columns[0]}: {row[0]}" if is_named else row[0]
            yield from wrap(head, width, initial_indent=INDENT, subsequent_indent=INDENT)
            for name, cell in zip(self.columns[1:], row[1:], strict=True):
                yield from wrap(
                    f"{name}: {cell}",
                    width,
                    initial_indent=2 * INDENT,
                    subsequent_indent=4 * INDENT,
                )


def _parts(cell: str, *, whole: bool) -> Sequence[str]:
    """Return what a wrapped cell is made of: its words, or the whole of a number or interval."""
    is_number = whole and any(map(str.isdigit, cell))
    return [cell] if is_number or INTERVAL.fullmatch(cell) else cell.split() or [""]


def _value(cell: str) -> float | None:
    """Return the number in a cell; None where it is not one."""
    text = plain(cell)
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
