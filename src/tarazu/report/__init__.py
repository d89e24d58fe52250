"""Figures and the brief: results in, pages out; nothing new is computed here."""

from tarazu.report.brief.document import write_brief

__all__ = ["write_brief"]
