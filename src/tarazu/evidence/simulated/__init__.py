"""Simulated records of the size of a record, and the error rates of estimators on them."""
