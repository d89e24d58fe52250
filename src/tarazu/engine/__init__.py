"""How a model runs: compiled within-week order, NumPy and generated kernels. No science."""

from tarazu.engine.simulation import simulate
from tarazu.engine.trajectory import Districts, Pulse, Trajectory

__all__ = ["Districts", "Pulse", "Trajectory", "simulate"]
