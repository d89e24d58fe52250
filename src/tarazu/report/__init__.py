"""Figures, tables, brief and annex: results in, pages out; nothing new is computed here."""

from typing import TYPE_CHECKING

from tarazu.core import lazy_names

if TYPE_CHECKING:
    from tarazu.report.annex.document import write_annex
    from tarazu.report.brief.document import write_brief

__all__ = ["write_annex", "write_brief"]

# Tables alone need no estimator and no compiler.
_HOMES = {"write_annex": "annex.document", "write_brief": "brief.document"}

__getattr__, __dir__ = lazy_names("tarazu.report", _HOMES)
