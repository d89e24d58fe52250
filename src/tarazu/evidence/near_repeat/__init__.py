"""Near repeat: whether attacks cluster in space and time (Knox test)."""
