"""Readers of event files, one module per source."""
