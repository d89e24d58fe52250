"""A static picture drawn mark by mark: colours come from the style sheet of its page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tarazu.report.svg.marks import WIDE, px

SIZE = 11.0  # px, of letters; pictures are drawn at the width of a narrow screen
LINE = 1.25  # of the size, from one line of text to the next


class Canvas:
    """SVG elements in the order in which they are drawn.

    Marks carry class names in place of colours, so that one picture serves a light page, a dark one
    and a printed one.

    Parameters
    ----------
    width, height : px of the picture's own scale; it is shown as wide as its place.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, look: str) -> None:
        """Draw a rectangle from its upper left corner."""
        self._parts.append(
            f'<rect x="{px(x)}" y="{px(y)}" width="{px(max(width, 0.0))}" '
            f'height="{px(max(height, 0.0))}" class="{look}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        """Draw a line between two points."""
        self._parts.append(
            f'<line x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}" class="{look}"/>'
        )

    def dot(self, x: float, y: float, radius: float, look: str) -> None:
        """Draw a filled circle."""
        self._parts.append(f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" class="{look}"/>')

    def polygon(self, points: Sequence[tuple[float, float]], look: str) -> None:
        """Draw a closed shape."""
        corners = " ".join(f"{px(x)},{px(y)}" for x, y in points)
        self._parts.append(f'<polygon points="{corners}" class="{look}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        look: str = "",
        *,
        anchor: str = "start",
        size: float = SIZE,
    ) -> None:
        """Write one line of text; `y` is its baseline."""
        named = f' class="{look}"' if look else ""
        self._parts.append(
            f'<text x="{px(x)}" y="{px(y)}" font-size="{size:g}" '
            f'text-anchor="{anchor}"{named}>{escape(text)}</text>'
        )

    def svg(self, alt: str, look: str = "") -> str:
        """Return the picture as an SVG element.

        Parameters
        ----------
        alt : what a screen reader reads; "" hides a picture whose numbers stand beside it.
        """
        said = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
        named = f' class="{look}"' if look else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {px(self.width)} '
            f'{px(self.height)}" {said}{named}>{"".join(self._parts)}</svg>'
        )


def fitted(text: str, width: float, size: float = SIZE) -> str:
    """Return a text cut so that it is about as wide as its place.

    Examples
    --------
    >>> fitted("operations next door", 60)
    'operatio…'
    """
    most = max(int(width / (size * WIDE)), 1)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
