"""Cache directory, output files and folders: atomic writes, and what may be replaced."""
