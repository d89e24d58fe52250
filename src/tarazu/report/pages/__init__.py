"""Standalone pages: the ODD protocol, one page per figure."""
