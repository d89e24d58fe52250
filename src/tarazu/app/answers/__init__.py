"""Bodies of answers: computed in a few threads, compressed once, and kept."""
