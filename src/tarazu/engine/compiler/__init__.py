"""From a declaration to generated numba kernels."""
