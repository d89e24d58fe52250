"""Matched wake analysis of events with coordinates or districts (Schutte & Donnay 2014)."""
