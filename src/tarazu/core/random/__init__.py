"""Counter-based random numbers and the quantile functions that turn them into draws."""
