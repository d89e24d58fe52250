"""Tactics: change points in the shares of targets, tactics and urban districts."""
