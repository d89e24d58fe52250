"""Reaction: how soon operations follow attacks."""
