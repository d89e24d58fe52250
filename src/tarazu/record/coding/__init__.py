"""Coding rules for initiator, tactic and target, and their check against hand labels."""
