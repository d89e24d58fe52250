"""Displacement: attacks in neighbouring districts after operations."""
