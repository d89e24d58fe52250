"""Dose: attacks after operations in which more militants were killed."""
