"""Treated against untreated units, before against after."""
