"""The causal diagram: sixteen nodes, their parts, and the signs of what acts between them."""
