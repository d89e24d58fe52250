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
    anchor : section of the annex that has the rest; "" for none.
    """

    key: str
    title: str
    picture: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
    anchor: str = ""
