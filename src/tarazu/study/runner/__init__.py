"""Run a study in blocks and reduce them to a result."""
