"""Places: what districts bring along, and how today differs between them."""
