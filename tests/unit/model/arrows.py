"""The arrows of the description, by hand: what moves what, which way, and which sentence says so.

Written from the description's claims (C1 to C14 of the design, rows S1 to S17 of the audit of the
former model) and from what the page of each mechanism says in words, not from the declaration. An
arrow may pass several links. Every response of either sign is at none but those of the arrow's own
hypothesis (`under`), which stand on the side that the sentence takes.
"""

from __future__ import annotations

from typing import NamedTuple


class Arrow(NamedTuple):
    """More of the cause than otherwise gives more (+1) or less (-1) of the effect.

    Attributes
    ----------
    cause : a lever, a parameter, or a quantity that all its readers see raised. effect : what is
        looked at.
    says : the sentence. under : responses that are at work. weeks : until the effect is read.
    """

    cause: str
    effect: str
    sign: int
    says: str
    under: tuple[tuple[str, float], ...] = ()
    weeks: int = 26


def under(**responses: float) -> tuple[tuple[str, float], ...]:
    return tuple(responses.items())


ARROWS = (
    # S1, S3, C1: what operations remove, and what they bring
    Arrow("operations", "militants", -1, "operations kill militants", weeks=4),
    Arrow("operations", "operation_deaths_militant", 1, "some meet militants, and kill", weeks=2),
    Arrow(
        "operations", "operation_deaths_civilian", 1, "blunt operations kill bystanders", weeks=2
    ),
    Arrow("raids", "operations", 1, "some raids turn lethal", weeks=2),
    Arrow("raids", "militants", -1, "raids also capture", weeks=8),
    Arrow(
        "operations", "attacks", 1, "an operation brings some attacks", under(retaliation=0.3), 3
    ),
    Arrow(
        "memory_harmful",
        "attacks",
        1,
        "what harm adds to retaliation",
        under(retaliation_harm=0.5),
        3,
    ),
    Arrow(
        "memory_killed",
        "militants",
        1,
        "each death may send recruits",
        under(recruits_per_killed=0.5),
    ),
    Arrow(
        "memory_detained",
        "militants",
        1,
        "each lawful detention may send recruits",
        under(recruits_per_detained=0.04),
    ),
    # S4, C2: the next valley
    Arrow(
        "memory_operations", "relocations", 1, "an operation scatters men", under(scatter=0.3), 2
    ),
    # S2, C5: intelligence
    Arrow("trust", "discrimination", 1, "where people trust the state tips come in", weeks=2),
    Arrow("support", "discrimination", -1, "where few support the militants tips come in", weeks=2),
    Arrow("technical_intelligence", "discrimination", 1, "technical means set a floor", weeks=2),
    Arrow(
        "discrimination",
        "operation_deaths_civilian",
        -1,
        "force without tips meets bystanders",
        weeks=4,
    ),
    Arrow(
        "discrimination", "operation_deaths_militant", 1, "with tips it meets militants", weeks=4
    ),
    Arrow(
        "discrimination_rules",
        "operation_deaths_civilian",
        -1,
        "strict rules lower that part",
        weeks=4,
    ),
    Arrow(
        "discrimination_rules",
        "operation_deaths_militant",
        -1,
        "and let some militants go",
        weeks=4,
    ),
    # S11, C3: crackdown, alienation, recruitment, retaliation
    Arrow(
        "harm_level",
        "grievance_repression",
        1,
        "more harm raises grievance over repression",
        under(alienation_response=1.0),
    ),
    Arrow("harm_level", "trust", -1, "and lowers trust", under(alienation_response=1.0)),
    Arrow("grievance", "trust", -1, "grievance over all causes wears trust down"),
    Arrow("grievance", "sympathiser", 1, "sympathisers the more, the more aggrieved they are"),
    Arrow("grievance", "militants", 1, "the aggrieved join"),
    Arrow(
        "raid_level",
        "militants",
        1,
        "raids raise joining by contact",
        under(recruitment_response=0.7),
    ),
    Arrow(
        "harm_level",
        "militants",
        1,
        "harm raises joining by contact",
        under(recruitment_response_harm=0.7),
    ),
    Arrow("attacks", "raids", 1, "raids and sweeps follow recent attacks"),
    Arrow("excitation", "attacks", 1, "attacks bring attacks, for weeks", weeks=4),
    Arrow("militant_level", "operations", 1, "more militants, more raids meet some", weeks=2),
    # S10, C4: the missing, their families
    Arrow(
        "missing_years",
        "militants",
        1,
        "each disappearance may send recruits",
        under(recruits_per_disappeared=0.5),
    ),
    Arrow(
        "missing_weeks",
        "sympathiser",
        1,
        "turns a family from observers into sympathisers",
        under(recruits_per_disappeared=0.5),
    ),
    Arrow("kin_flow", "sympathiser", 1, "kin turn to the militants"),
    Arrow("kin_flow", "militants", 1, "kin join"),
    Arrow(
        "kin_fresh",
        "kin_flow",
        1,
        "harm that returns to the same families finds less to turn",
        under(recruits_per_disappeared=0.5),
        2,
    ),
    Arrow(
        "missing_level", "militants", 1, "the missing raise joining", under(absence_response=0.9)
    ),
    Arrow("raids", "disappeared", 1, "whoever is taken goes missing", weeks=2),
    Arrow("bluntness", "disappeared", 1, "blunt raids take more bystanders", weeks=2),
    # S6, C6: targets, cities
    Arrow("protection_urban", "attacks_urban", -1, "guards", under(hardening=3.0), 2),
    Arrow(
        "protection_urban", "attacks_security", 1, "move attacks to others", under(hardening=3.0), 2
    ),
    Arrow("urban_cells", "attacks_urban", 1, "targets shift with the network's reach", weeks=2),
    Arrow("start_level", "urban_cells", 1, "the network founds cells in cities"),
    Arrow("raid_level", "urban_cells", -1, "and withers under raids"),
    Arrow("project_scale", "attacks_energy", 1, "projects are targets", weeks=2),
    # S8, C7: the state reacts
    Arrow(
        "reactive_share",
        "attacks",
        1,
        "where the force does not stand attacks are easier",
        under(standing_response=0.7),
        4,
    ),
    Arrow("protection_security", "raids", -1, "who guards does not operate", weeks=2),
    Arrow("mobile_force", "raids", 1, "raids as far as the mobile force goes", weeks=2),
    Arrow("militants", "find_chance", -1, "many militants can swamp the force engaged", weeks=1),
    # S7, C8: economic attrition
    Arrow("attacks_energy", "damage_energy", 1, "sabotage leaves a backlog"),
    Arrow("damage_energy", "service_level", -1, "repair is paid from the budget of services"),
    Arrow("attack_level", "investment", -1, "attacks keep investment away"),
    Arrow("investment", "service_level", 1, "sabotage drains budgets"),
    Arrow(
        "investment",
        "militants",
        -1,
        "men join where they have little to lose",
        under(opportunity_response=1.0),
    ),
    # S9, S12, C9, C10: development
    Arrow(
        "project_scale",
        "grievance_extraction",
        1,
        "projects without benefit aggrieve",
        under(project_response=1.5),
    ),
    Arrow(
        "local_agency",
        "grievance_extraction",
        -1,
        "less where decisions are local",
        under(project_response=1.5),
    ),
    Arrow(
        "local_revenue_share",
        "grievance_extraction",
        -1,
        "less where revenue stays",
        under(project_response=1.5),
    ),
    Arrow("local_revenue_share", "service_level", 1, "revenue that stays builds services"),
    Arrow("services", "service_level", 1, "spending builds services"),
    Arrow(
        "service_level",
        "sympathiser",
        -1,
        "services cool sympathy down",
        under(services_response=0.5),
    ),
    # S13, C11: due process, accounting, redress
    Arrow("due_process", "disappeared", -1, "lawful custody instead of disappearance", weeks=2),
    Arrow("due_process", "detained", 1, "whoever is taken is lawfully held", weeks=2),
    Arrow("due_process", "prison", 1, "and charged, and sentenced"),
    Arrow("accounting", "missing_years", -1, "the missing are accounted for"),
    Arrow(
        "redress",
        "kin_flow",
        -1,
        "families compensated send fewer",
        under(redress_response=0.5, recruits_per_disappeared=0.5),
        2,
    ),
    Arrow(
        "due_process",
        "militants",
        -1,
        "due process removes what recruits",
        under(recruits_per_disappeared=0.5),
        52,
    ),
    # S14, C12: dialogue, agency, proxies
    Arrow("dialogue", "credibility", 1, "belief is built in talks"),
    Arrow("local_agency", "credibility", 1, "through leaders who count"),
    Arrow("proxies", "credibility", 1, "proxies are a channel, of a kind"),
    Arrow("raid_level", "credibility", -1, "and broken by raids"),
    Arrow("bluntness", "credibility", -1, "by blunt ones more"),
    Arrow("dialogue", "militants", -1, "talks bring militants back", under(dialogue_response=0.03)),
    Arrow(
        "trust", "militants", -1, "as far as the state is believed", under(dialogue_response=0.03)
    ),
    Arrow(
        "reintegration_support",
        "reintegrated",
        1,
        "support keeps former militants from arms",
        under(reintegration_response=1.0),
    ),
    Arrow(
        "dialogue", "attacks", 1, "groups outside talks spoil them", under(spoiler_response=0.5), 4
    ),
    Arrow(
        "local_agency",
        "grievance_exclusion",
        -1,
        "a real say lowers grievance over exclusion",
        under(agency_response=1.5),
    ),
    Arrow(
        "proxies",
        "grievance_exclusion",
        1,
        "proxies aggrieve, if they do anything",
        under(proxy_response=-1.5),
    ),
    # S15, C13: emergent groups
    Arrow("raid_level", "groups", 1, "pressure breeds splinters", under(splinter_response=1.0)),
    Arrow("attack_level", "groups_active", 1, "the record names those that attack", weeks=2),
    Arrow(
        "group_level", "attacks", 1, "rivals outbid each other", under(outbidding_response=0.5), 4
    ),
    # S16: from outside
    Arrow("importation", "militants", 1, "men come from outside", under(sponsored_share=0.2)),
    Arrow("importation", "attacks", 1, "arms come from outside", weeks=2),
    # S17, C14: the threshold
    Arrow("operational_tempo", "raids", 1, "a higher tempo is more raids", weeks=2),
    Arrow("room", "militants", 1, "as far as there are willing ones left"),
    Arrow("militant_level", "room", -1, "whom those who fight use up", weeks=1),
    # what attacks do
    Arrow(
        "attacks_urban",
        "attack_deaths_civilian",
        1,
        "attacks in cities kill who lives there",
        weeks=1,
    ),
    Arrow(
        "attacks_security", "attack_deaths_state", 1, "attacks on forces kill who guards", weeks=1
    ),
    Arrow(
        "toll_level", "sympathiser", -1, "militants are punished for harm", under(toll_response=0.7)
    ),
)
"""Every arrow whose response is in `under` turns round with it."""
