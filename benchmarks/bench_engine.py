"""How long the engines take for the shipped model: members of twenty years in 34 districts."""

import numpy as np

from benchmarks.twins.world import shipped_world
from tarazu.engine import simulate


class TimeEngine:
    """Kernels warmed; divide 34 * 1040 * members by the time for district-weeks a second."""

    params = (("stochastic", "mean"), (1, 16))
    param_names = ("mode", "members")

    def setup(self, mode: str, members: int) -> None:
        self.world = shipped_world()
        self.time_simulate(mode, 1)

    def time_simulate(self, mode: str, members: int) -> None:
        simulate(
            self.world.model,
            self.world.parameters,
            self.world.levers,
            districts=self.world.districts,
            seed=1,
            members=np.arange(members),
            weeks=self.world.weeks,
            mode=mode,
        )
