"""Specification, design, policies and scenarios of a study."""
