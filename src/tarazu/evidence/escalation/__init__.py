"""Escalation: whether gaps between attacks shrink or grow."""
