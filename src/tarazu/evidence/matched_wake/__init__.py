"""Matched wake analysis of events (Schutte & Donnay 2014)."""
