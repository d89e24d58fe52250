"""Figures: results in, Plotly specifications out."""
