"""Place: where militants come from, and what stands there to be attacked."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, Normal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.response import response

PARAMETERS = {
    # who fights in the name of a people is recruited in it: three in four, at least two in five
    "majority_recruits": Parameter("1", Beta(6, 2), source=ASSUMED),
    "deprivation_response": Parameter(
        "1",
        Normal(0, 0.5),
        source=Source("collier2004", "poverty breeds war there; elsewhere not: no sign taken over"),
    ),
    # of men paid from outside, who come in where a foreign country is near: from none to all
    "border_men": Parameter("1", Beta(2, 2), source=ASSUMED),
    # of today's attacks, those that go where targets are; the others are where militants are
    "exposure": Parameter("1", Beta(2, 2), source=ASSUMED),
}

IDEOLOGIES = ("nationalist", "islamist")


def place(m: Model) -> None:
    """Districts differ today: by where militants come from, and by what they may attack.

    Each factor below has mean 1 over residents, so that today's levels are those of the region.

    grievance_place = response(deprivation_response * deprivation)
    root of nationalists = grievance_place * (1 - majority_recruits + majority_recruits * majority),
        of Islamists grievance_place
    place of an ideology = its root, over the mean of all residents
    militant_base = population * (mean of places, by the ideologies' shares of militants): today's
        militants, recruits, raids, operations and forces of a district are per person of it
    exposure of an ideology = 1 - exposure + exposure * visible targets, over the mean of its roots
    attack_base = population * (mean of places * exposures): today's attacks are per person of it
    sponsored_place = 1 - border_men + border_men * border
    """
    p, population, roots = m.declare(PARAMETERS), m["population"], place_roots(m)
    shares = {"nationalist": 1 - m["islamist_today"], "islamist": 1 * m["islamist_today"]}
    everybody = m.sum_everywhere("people_everywhere", population)
    of_place, of_attacks = [], []
    for one in IDEOLOGIES:
        all_roots = m.sum_everywhere(f"{one}_roots_everywhere", population * roots[one])
        here = m.define(
            f"{one}_place",
            roots[one] * everybody / all_roots,
            meaning=f"{one}s who come from here, by resident, over the mean",
        )
        targets = sp.Add(*today.visibilities(m, one).values())
        all_targets = m.sum_everywhere(
            f"{one}_targets_everywhere", population * roots[one] * targets
        )
        exposed = m.define(
            f"{one}_exposure",
            1 - p.exposure + p.exposure * targets * all_roots / all_targets,
            meaning=f"attacks by a {one} here today, over the mean",
        )
        of_place.append(shares[one] * here)
        of_attacks.append(shares[one] * here * exposed)
    m.define("militant_place", sp.Add(*of_place), meaning="militants by resident, over the mean")
    m.define("attack_place", sp.Add(*of_attacks), meaning="attacks by resident, over the mean")
    m.define(
        "attack_exposure",
        m["attack_place"] / m["militant_place"],
        meaning="attacks by militant here today, over the mean",
    )
    for name, factor, what in (
        ("militant_base", "militant_place", "militants"),
        ("attack_base", "attack_place", "attacks"),
    ):
        m.define(
            name,
            population * m[factor],
            unit="persons",
            meaning=f"residents, each counted by the {what} that there are by resident",
        )
    for one in IDEOLOGIES:
        m.define(
            f"attack_share_{one}_today",
            shares[one] * m[f"{one}_place"] * m[f"{one}_exposure"] / m["attack_place"],
            meaning=f"share of {one}s in today's attacks here",
        )
    m.define(
        "sponsored_place",
        1 - p.border_men + p.border_men * m["border"],
        meaning="men paid from outside who come in here, over the mean",
    )


def place_roots(m: Model) -> dict[str, sp.Expr]:
    """Return how many militants of each ideology come from a district, by resident, unscaled."""
    aggrieved = response(m["deprivation_response"] * m["deprivation"])
    among = m["majority_recruits"]
    return {
        "nationalist": aggrieved * (1 - among + among * m["majority"]),
        "islamist": aggrieved,
    }
