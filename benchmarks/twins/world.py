"""The world that all are compared in: the shipped model and region, medians, twenty years."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tarazu.engine import Districts
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.inputs import Inputs, prepare
from tarazu.model import Model, build_model
from tarazu.model.places.attributes import read_places
from tarazu.region import load_region

WEEKS = 1040


@dataclass(frozen=True)
class World:
    model: Model
    districts: Districts
    parameters: np.ndarray
    weeks: int

    @cached_property
    def levers(self) -> np.ndarray:
        defaults = np.array([lever.default for lever in self.model.levers.values()])
        shape = (len(defaults), self.weeks, len(self.districts.names))
        return np.broadcast_to(defaults[:, None, None], shape).copy()

    def inputs(self, members: int, mode: str) -> Inputs:
        return prepare(
            program_of(self.model),
            self.parameters,
            self.levers,
            districts=self.districts,
            seed=1,
            members=np.arange(members),
            weeks=self.weeks,
            pulses=(),
            keep=(),
            whole=mode == "stochastic",
        )


def shipped_world(
    weeks: int = WEEKS, districts: int | None = None, *, with_shocks: bool = False
) -> World:
    """The shipped world; or a ring of so many districts, taken in turn from the shipped ones."""
    model, region = build_model(), load_region()
    places, names, weights = read_places(region), region.slugs, region.weights()
    if districts is not None:
        turn = np.arange(districts) % len(names)
        names = tuple(f"d{i}" for i in range(districts))
        places = {name: values[turn] for name, values in places.items()}
        weights = np.zeros((districts, districts))
        for step in (-2, -1, 1, 2):
            weights[np.arange(districts), (np.arange(districts) + step) % districts] = 0.25
    # All draw what comes and goes by itself, as much work at any spread. At 0 it moves nothing: at
    # its medians one luck is common to all weeks and quantities, and means could not be compared.
    spreads = {str(shock.spread) for shock in model.shocks.values()}
    still = {name for name in spreads if not with_shocks}
    medians = np.array([0.0 if name in still else p.median for name, p in model.parameters.items()])
    return World(model, Districts.of(tuple(names), places, weights), medians, weeks)
