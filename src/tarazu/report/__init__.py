"""Figures, tables and the brief: results in, pages out; nothing new is computed here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarazu.report.annex.document import write_annex as write_brief

__all__ = ["write_brief"]


def __getattr__(name: str) -> object:
    """Import `write_brief` on first use: tables alone need no estimator and no compiler."""
    if name != "write_brief":
        raise AttributeError(f"module 'tarazu.report' has no attribute {name!r}")
    from tarazu.report.annex.document import write_annex

    return write_annex
