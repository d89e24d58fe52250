"""Severity: the distribution of deaths per event and its change over time."""
