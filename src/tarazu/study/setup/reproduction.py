"""Reproduction number of violence in each draw of a scenario, for one average district."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap
from tarazu.engine.mean_field.reproduction import reproduction_number
from tarazu.model import Model
from tarazu.model.stocks import IMPORTATION, MILITANTS
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]


def average_district(scenario: Scenario) -> tuple[Districts, FloatArray]:
    """Return one average district, and its (L, 1) levers in the first week."""
    districts = scenario.districts
    weight = districts.population / districts.population.sum()
    return districts.average(), (scenario.levers[:, 0, :] @ weight)[:, None]


def recruitment_of(model: Model) -> list[str]:
    """Return the transfers by which people newly become violent."""
    return [
        name
        for name, transfer in model.transfers.items()
        if transfer.target in MILITANTS and transfer.source not in MILITANTS
    ]


def reproduction_numbers(scenario: Scenario) -> FloatArray:
    """Return R_v in each draw, (N,), with importation set aside; NaN where it is not defined."""
    place, levers = average_district(scenario)
    numbers = []
    for parameters in scenario.parameters:
        closed = ClosedMap(scenario.model, parameters, levers, districts=place)
        found = reproduction_number(
            closed,
            first_state(scenario.model, parameters, districts=place),
            violent=MILITANTS,
            recruitment=recruitment_of(scenario.model),
            set_aside=(IMPORTATION,),
        )
        numbers.append(np.nan if found.number is None else found.number)
    return np.array(numbers)
