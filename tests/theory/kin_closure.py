"""The model's two classes of kin groups alone in a closed loop, by the shipped declaration."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from tests.theory.kin_groups import Kin

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import Districts, simulate
from tarazu.model import Model
from tarazu.model.checks import checked
from tarazu.model.mechanisms.kin import kin_changes, kin_classes

UNITS = {
    "takings": "1/week",
    "targeting": "1",
    "size": "1",
    "spent": "1",
    "recruits": "1",
    "deciding": "1/week",
    "calming": "1/week",
    "leaving": "1/week",
    "start": "1",
}


def _prior(name: str) -> Beta | LogNormal:
    """Any prior that holds the values that are set: nothing is drawn."""
    return Beta(1, 1) if name in ("targeting", "spent", "start") else LogNormal(1, 2)


@cache
def closed_loop() -> Model:
    """Militants lead to takings, takings to recruits, through `kin_changes` and `kin_classes`."""
    m = Model("kin_alone")
    p = m.declare(
        {name: Parameter(unit, _prior(name), source=ASSUMED) for name, unit in UNITS.items()}
    )
    people = m["population"]
    m.stock("passive", "people", unit="persons", initial=None, meaning="others")
    m.stock("men", "people", unit="persons", initial=p.start * people, meaning="militants")
    known = m.define("known", sp.Min(1, p.size * p.start), meaning="groups with a militant")
    m.stock("pending", "memory", unit="persons", initial=sp.Integer(0), meaning="kin who decide")
    m.stock("kin_hit", "share", unit="1", initial=sp.Min(1, p.size * p.start), meaning="hit")
    m.stock("kin_fresh", "share", unit="1", initial=sp.Integer(1), meaning="fresh in hit groups")
    taken = m.define("taken", p.takings * m["men"], unit="persons/week", meaning="takings")
    effect = kin_classes(m["kin_hit"], m["kin_fresh"], p.targeting).effect
    m.change("pending", inflow=taken * effect, fall=p.deciding, meaning="kin decide")
    kin_changes(
        m,
        by_group=taken * p.size / people,
        known=known,
        targeting=p.targeting,
        spent=p.spent,
        recovery=p.calming,
        fading=sp.Integer(0),
    )
    m.transfer(
        "joined",
        "passive",
        "men",
        hazard=p.recruits * p.deciding * m["pending"] / sp.Max(m["passive"], 1),
        meaning="recruits",
    )
    m.transfer("left", "men", "passive", hazard=p.leaving, meaning="leave")
    return checked(m)


def militants(kin: Kin, number: float, targeting: float, weeks: int) -> NDArray[np.float64]:
    """Return the militants of each week under the two classes."""
    people = float(kin.groups * kin.size)
    values = {
        "takings": kin.takings(number),
        "targeting": targeting,
        "size": kin.size,
        "spent": kin.turned,
        "recruits": kin.recruits,
        "deciding": kin.joining + kin.calming,
        "calming": kin.calming,
        "leaving": kin.leaving,
        "start": kin.start / people,
    }
    m = closed_loop()
    run = simulate(
        m,
        np.array([values[name] for name in m.parameters]),
        np.empty((0, weeks, 1)),
        districts=Districts(("one",), np.array([people]), np.array([0.3]), np.zeros((1, 1))),
        seed=0,
        members=np.array([0]),
        weeks=weeks,
        mode="mean",
        engine="numpy",
    )
    return run.series("men")[0]
