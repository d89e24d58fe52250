"""Pages of the lab as HTML: complete without JavaScript."""
