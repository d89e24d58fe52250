"""Figures, tables, brief and annex: results in, pages out; nothing new is computed here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.report.annex.document import write_annex
    from tarazu.report.brief.document import write_brief

__all__ = ["write_annex", "write_brief"]


def __getattr__(name: str) -> object:
    """Import a document on first use: tables alone need no estimator and no compiler."""
    if name not in __all__:
        raise AttributeError(f"module 'tarazu.report' has no attribute {name!r}")
    if name == "write_annex":
        from tarazu.report.annex.document import write_annex

        return write_annex
    from tarazu.report.brief.document import write_brief

    return write_brief
