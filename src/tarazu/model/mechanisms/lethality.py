"""Lethality: who dies in attacks, with a heavy tail by class of target."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Fixed, LogNormal, Parameter, Uniform
from tarazu.core.sources import ASSUMED, Source
from tarazu.model.declaration import Model
from tarazu.model.quantities import Tail
from tarazu.model.stocks import CLASSES

PARAMETERS = {
    "deaths_per_attack_security": Parameter(
        "persons/attacks",
        LogNormal(3.5, 1.4),
        source=Source("sundberg2013", "329 attacks of 2004 to 2021: 3.5 deaths, militants apart"),
    ),
    "deaths_per_attack_transport": Parameter("persons/attacks", LogNormal(2, 1.5), source=ASSUMED),
    "deaths_per_attack_energy": Parameter("persons/attacks", LogNormal(1, 1.5), source=ASSUMED),
    "deaths_per_attack_urban": Parameter(
        "persons/attacks",
        LogNormal(9.3, 1.5),
        source=Source("sundberg2013", "108 attacks on civilians, politicians, sects: 9.3 deaths"),
    ),
    "tail_exponent": Parameter(
        "1",
        Uniform(1.2, 2.2),
        source=Source("bohorquez2009", "density exponent about 2.5 over nine wars: 1.5 here"),
    ),
    "tail_largest": Parameter("1", Fixed(200), source=ASSUMED),
}

VICTIMS = {"security": "state", "transport": "civilian", "energy": "civilian", "urban": "civilian"}
"""Who dies in attacks on each class: those who guard, travel, work or live there."""


def lethality(m: Model) -> None:
    """Deaths follow attacks, class by class; few attacks kill many.

    mean deaths = attacks on the class * deaths_per_attack of the class
    each attack has its own rate of deaths, from a Lomax distribution whose tail falls with the
        exponent tail_exponent, cut at tail_largest times its scale

    References
    ----------
    Clauset, Young & Gleditsch (2007), Bohorquez et al. (2009): the tails of severity are heavy.
    """
    p = m.declare(PARAMETERS)
    for kind in CLASSES:
        happened, victims = m[f"attacks_{kind}"], VICTIMS[kind]
        m.event(
            f"deaths_{kind}",
            unit="persons",
            mean=m[f"deaths_per_attack_{kind}"] * happened,
            tail=Tail(f"attacks_{kind}", p.tail_exponent, p.tail_largest),
            meaning=f"{victims} deaths in attacks on the class {kind}",
        )
        if victims == "civilian":
            m.transfer(
                f"killed_{kind}",
                "passive",
                "dead",
                count=f"deaths_{kind}",
                meaning=f"civilians killed in attacks on the class {kind}",
            )
    for side in ("civilian", "state"):
        m.define(
            f"attack_deaths_{side}",
            sp.Add(*(m[f"deaths_{kind}"] for kind in CLASSES if VICTIMS[kind] == side)),
            unit="persons/week",
            reported=True,
            total="sum",
            meaning=f"{side} deaths in attacks",
        )
