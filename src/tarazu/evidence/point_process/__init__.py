"""Point processes on daily counts: background intensity, excitation, Hawkes."""
