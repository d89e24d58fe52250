"""The brief: one HTML file."""
