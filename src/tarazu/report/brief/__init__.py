"""The brief: two printed pages with the answer; all else is in the annex."""
