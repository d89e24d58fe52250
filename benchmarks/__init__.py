"""Timed by asv: `make bench`."""
