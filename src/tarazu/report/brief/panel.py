"""A panel of the brief: a sentence that says what it shows, a picture or lines, n and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes
    ----------
    key : element id. title : what the panel shows, as a sentence.
    picture : SVG element; "" for a panel of lines.
    lines : sentences, most important first.
    note : n, source and method.
    anchor : section of the annex that has the rest, and its numbers; "" for none.
    picture_anchor : where the numbers of the picture are, if elsewhere.
    line_anchors : where those of each line are; empty if they are all at `anchor`.
    """

    key: str
    title: str
    picture: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
    anchor: str = ""
    picture_anchor: str = ""
    line_anchors: tuple[str, ...] = ()

    def line_anchor(self, line: int) -> str:
        """Return where the numbers of a line are."""
        return self.line_anchors[line] if self.line_anchors else self.anchor
