"""Operations: raids and sweeps, the lethal ones among them, and whom they remove."""

from __future__ import annotations

import sympy as sp

from tarazu.core.quantities import Beta, LogNormal, Parameter
from tarazu.core.sources import ASSUMED, Source
from tarazu.model import today
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever
from tarazu.model.stocks import FACTIONS, IMPORTATION, PEOPLE

PARAMETERS = {
    "claimed_raids": Parameter(
        "raids/persons/week",
        LogNormal(4_040 / 13 / PEOPLE, 1.5),
        source=Source("paank2023", "4,040 operations of early 2023, as the army's spokesman said"),
    ),
    # a claim of 45 a day will count patrols
    "raids_per_claim": Parameter("1", Beta(2, 4), source=ASSUMED),
    "recorded_operations": Parameter(
        "operations/persons/week",
        LogNormal(5.3 / 52 / PEOPLE, 1.2),
        source=Source("sundberg2013", "97 lethal operations in 18 years, 96 when this was set"),
    ),
    "operations_recorded_share": Parameter(
        "1",
        Beta(6, 4),
        source=Source("cmc2013", "22 operations of August 2013, 3 lethal on record; size assumed"),
    ),
    # hardly anybody disappeared before the violence of the 2000s: most of the tempo follows it
    "following_share": Parameter("1", Beta(6, 3), source=ASSUMED),
    "surge_capacity": Parameter("1", LogNormal(6, 1.7), source=ASSUMED),
    # some 2,500 of 60,000 mobile men at a time, about one to each militant
    "engaged_share": Parameter("1", LogNormal(0.04, 2), source=ASSUMED),
    "killed_per_operation": Parameter(
        "persons/operations",
        LogNormal(5.8, 1.3),
        source=Source("sundberg2013", "560 militants killed in 97 recorded operations: 5.8"),
    ),
    "militants_among_taken": Parameter("1", Beta(2, 18), source=ASSUMED),
    # strict rules cost nothing or up to half of the finds
    "rules_cost": Parameter("1", Beta(1, 5), source=ASSUMED),
}


def operations(m: Model) -> None:
    """Raids keep a base tempo and follow attacks, as far as the mobile force goes; some kill.

    wanted = operational_tempo * ((1 - following_share) * presence * importation
        + following_share * attack_level), 1 today
    raids = today's * wanted * (1 + surge_capacity) * free / (wanted + surge_capacity * free)
    free = mobile_force / today's
    find_chance = 1 - exp(-2.3 * engaged_share * mobile_force / militants)
    finding = find_chance * (1 - rules_cost * discrimination_rules), over today's
    operations (lethal) = today's * raiding * finding * militants / today's
    hazard of death of a militant = killed_per_operation * discrimination_level * operations
        / militants
    hazard of capture = today's * raiding * finding * discrimination_level

    References
    ----------
    Epstein (2002), the arrest probability; cops and actives are here the engaged force and the
    militants of a district. https://doi.org/10.1073/pnas.092080199
    """
    p, base_people = m.declare(PARAMETERS), m["militant_base"]
    tempo = m.lever(
        "operational_tempo",
        Lever(
            "1",
            0.0,
            10.0,
            1.0,
            "militant_hardline",
            "multiple of today's tempo of operations",
            cost=20.0,
        ),
    )
    base = (1 - p.following_share) * m["presence"] * m[IMPORTATION]
    wanted = m.define(
        "wanted",
        tempo * (base + p.following_share * m["attack_level"]),
        meaning="raids that are wanted, as a multiple of today's",
    )
    free = m.define(
        "free_force",
        m["mobile_force"] / (today.MOBILE * base_people),
        meaning="mobile force, as a multiple of today's",
    )
    most = p.surge_capacity * free
    m.event(
        "raids",
        unit="raids",
        mean=m["raids_today"]
        * base_people
        * wanted
        * free
        * (1 + p.surge_capacity)
        / sp.Max(wanted + most, sp.Float(1e-9)),
        meaning="raids and sweeps of the state",
    )
    m.define(
        "raiding",
        m["raids"] / (m["raids_today"] * base_people),
        meaning="raids, as a multiple of today's",
    )
    engaged = p.engaged_share * m["mobile_force"]
    m.define(
        "find_chance",
        1 - sp.exp(-today.ARREST * engaged / sp.Max(m["militants"], 1)),
        meaning="chance that the engaged force finds a militant whom it looks for",
    )
    rules = (1 - p.rules_cost * m["discrimination_rules"]) / (1 - p.rules_cost * today.RULES)
    finding = m.define(
        "finding",
        m["find_chance"] / m["find_chance_today"] * rules,
        meaning="how well raids find militants, as a multiple of today's",
    )
    m.event(
        "operations",
        unit="operations",
        mean=m["operations_today"] * base_people * m["raiding"] * finding * m["militant_level"],
        meaning="lethal operations of the state",
    )
    for faction in FACTIONS:
        m.transfer(
            f"killed_{faction}",
            f"militant_{faction}",
            "dead",
            hazard=p.killed_per_operation
            * m["discrimination_level"]
            * m["operations"]
            / sp.Max(m["militants"], 1),
            meaning="militants killed in operations",
        )
    m.define(
        "operation_deaths_militant",
        sp.Add(*(m[f"killed_{faction}"] for faction in FACTIONS)),
        unit="persons/week",
        reported=True,
        total="sum",
        meaning="militants killed in operations",
    )
    caught = p.militants_among_taken * m["raid_takings_today"] / m["militants_today"]
    m.define(
        "capture_hazard",
        caught * m["raiding"] * finding * m["discrimination_level"],
        unit="1/week",
        meaning="hazard of capture of a militant",
    )
    m.define(
        "operations_recorded",
        p.operations_recorded_share * m["operations"],
        unit="operations/week",
        reported=True,
        total="sum",
        meaning="lethal operations that the record sees",
    )
    m.define(
        "raids_claimed",
        m["raids"] / p.raids_per_claim,
        unit="raids/week",
        reported=True,
        total="sum",
        meaning="raids and sweeps that officials would claim",
    )
