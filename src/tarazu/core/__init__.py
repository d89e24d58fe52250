"""The vocabulary of every room: quantities, sources, axes, errors, random streams, provenance."""
