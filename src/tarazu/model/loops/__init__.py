"""Feedback loops of a model: all of them, and those that the description claims."""
