"""The terminal: output, progress, endings, errors and interrupts of commands."""
