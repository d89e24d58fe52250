"""Analyses of a model and of a study: comparison, thresholds, frontier, ablation."""
