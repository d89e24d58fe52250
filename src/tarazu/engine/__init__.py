"""How a model runs: compiled within-week order, NumPy and generated kernels. No science."""

from tarazu.engine.simulation import simulate
from tarazu.engine.trajectory import Districts, Known, Pulse, State, Trajectory

__all__ = ["Districts", "Known", "Pulse", "State", "Trajectory", "simulate"]
