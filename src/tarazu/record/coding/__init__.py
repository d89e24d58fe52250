"""Coding rules: who initiated an event, and how often the rules are right."""
