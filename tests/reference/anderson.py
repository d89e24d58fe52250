"""What Anderson's model of counterinsurgency found, as patterns to look for in this one.

Definitions were written, and committed, before any share was computed in the shipped model; but
for the reading of withdrawals a year after they happened, added when 20 draws had shown that by
the last year next to nothing is left of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tests.reference.policy_patterns import (
    END,
    MARGIN,
    Attacks,
    IntArray,
    Pattern,
    Policies,
    clearly_less,
    total,
    verdicts_of,
    year_before,
)

from tarazu.policy import Setting, load_policy
from tarazu.study.setup.outcomes import YEAR

TODAY, NEVER, STAY = "today", "never come", "stay"
TEMPO, INTELLIGENCE = "operational_tempo", "technical_intelligence"
PRESENCE: Final = 3.0  # tempo of those who come: that of the shipped `surge`
WITHDRAWALS: Final = (26, 52, 104, 208)  # weeks after which they leave
COUNTERINSURGENCY: Final = (
    Setting(lever=TEMPO, value=PRESENCE),
    Setting(lever=INTELLIGENCE, value=0.7),
    Setting(lever="discrimination_rules", value=0.8),
    Setting(lever="protection_urban", value=0.2),
    Setting(lever="services", value=0.6),
)
"""After FM 3-24: operations, intelligence, care for civilians, public security, services."""
EFFORTS: Final = {TEMPO: (0.5, 2.5), INTELLIGENCE: (0.1, 0.7)}  # little, much
ORDERS: Final = ("first", "later", "even")  # when the effort is much; its sum is the same


def anderson_patterns() -> tuple[Pattern, ...]:
    """Return the patterns of Anderson (2011), each by its own rule.

    The abstract names three results. The first two are that withdrawal too early may end worse
    than never having come, and that policies are synergistic. The third says two things, which
    are tested apart and together: that schedules should begin with intelligence, and that they
    should begin with little direct combat and turn to it later.

    References
    ----------
    Anderson (2011), System Dynamics Review 27(2), 111-141.
    """
    settlement = load_policy("political-settlement").settings
    return (
        *(withdrawal(weeks) for weeks in WITHDRAWALS),
        *(withdrawal(weeks, at_once=True) for weeks in WITHDRAWALS),
        *bundle("political settlement", settlement),
        *bundle("counterinsurgency", COUNTERINSURGENCY),
        *schedules(),
    )


def withdrawal(weeks: int, *, at_once: bool = False) -> Pattern:
    """Return the pattern that leaving after some weeks is worse than never coming.

    Parameters
    ----------
    weeks : after which they leave.
    at_once : read in the year after they left, not in the last year of the runs.
    """
    leave = f"leave after {weeks} weeks"
    policies = {
        NEVER: (Setting(lever=TEMPO, value=0.0),),
        STAY: (Setting(lever=TEMPO, value=PRESENCE),),
        leave: (
            Setting(lever=TEMPO, value=PRESENCE, until_week=weeks),
            Setting(lever=TEMPO, value=0.0, from_week=weeks),
        ),
    }
    until = weeks + YEAR if at_once else END

    def judge(attacks: Attacks) -> IntArray:
        left, never, stay = (year_before(until, attacks[name]) for name in (leave, NEVER, STAY))
        worse = clearly_less(never, left) & ~clearly_less(never, stay)
        better = clearly_less(left, never) & ~clearly_less(stay, never)
        return verdicts_of(worse, better)

    read = "the year after leaving" if at_once else "the last year"
    return Pattern(
        name=f"withdrawal after {weeks} weeks, {read}",
        claim="Withdrawing too early ends worse than never coming.",
        rule=(
            f"in {read}, more attacks after tempo {PRESENCE:g} for {weeks} weeks and 0 from then "
            f"on than with tempo 0 throughout, while tempo {PRESENCE:g} throughout does not bring "
            "more than tempo 0"
        ),
        policies=policies,
        judge=judge,
    )


def bundle(name: str, parts: Sequence[Setting]) -> tuple[Pattern, Pattern]:
    """Return the patterns that a bundle beats its best part, and more than the sum of its parts."""
    whole = f"all of {name}"
    alone = {f"{part.lever} = {part.value:g} alone": (part,) for part in parts}
    policies: Policies = {TODAY: (), whole: tuple(parts), **alone}

    def beats(attacks: Attacks) -> IntArray:
        best = np.min([total(attacks[part]) for part in alone], axis=0)
        together = total(attacks[whole])
        return verdicts_of(clearly_less(together, best), clearly_less(best, together))

    def adds(attacks: Attacks) -> IntArray:
        today, together = total(attacks[TODAY]), total(attacks[whole])
        expected = today + np.sum([total(attacks[part]) - today for part in alone], axis=0)
        apart = MARGIN * today
        return verdicts_of(together < expected - apart, together > expected + apart)

    return (
        Pattern(
            name=f"bundle: {name}",
            claim="A bundle beats its best single part.",
            rule=(
                f"over all weeks, fewer attacks with all {len(parts)} levers of the bundle than "
                "with the best of them alone, each at its setting in the bundle"
            ),
            policies=policies,
            judge=beats,
        ),
        Pattern(
            name=f"synergy: {name}",
            claim="Policies are synergistic.",
            rule=(
                "over all weeks, the change in attacks by the bundle is below the sum of the "
                f"changes by each lever alone, by more than {MARGIN:.0%} of today's attacks"
            ),
            policies=policies,
            judge=adds,
        ),
    )


def schedules() -> tuple[Pattern, Pattern, Pattern]:
    """Return the patterns of the best of nine schedules of equal effort."""
    policies: Policies = {
        _schedule(intelligence, tempo): (
            *_effort(INTELLIGENCE, intelligence),
            *_effort(TEMPO, tempo),
        )
        for intelligence in ORDERS
        for tempo in ORDERS
    }
    tried = (
        f"nine schedules, intelligence {_levels(INTELLIGENCE)} and tempo {_levels(TEMPO)}, each "
        f"much in the first {END // 2} weeks, or in the later ones, or even, with the same sums"
    )

    def pattern(
        name: str, claim: str, best: str, holds: Sequence[str], mirror: Sequence[str]
    ) -> Pattern:
        return Pattern(
            name=name,
            claim=claim,
            rule=f"over all weeks, fewest attacks with {best}; of {tried}",
            policies=policies,
            judge=lambda attacks: _best_among(attacks, policies, holds, mirror),
        )

    first, later, _ = ORDERS
    return (
        pattern(
            "intelligence first",
            "The best schedules start with intelligence.",
            "intelligence first",
            [_schedule(first, tempo) for tempo in ORDERS],
            [_schedule(later, tempo) for tempo in ORDERS],
        ),
        pattern(
            "combat later",
            "The best schedules start with little combat.",
            "combat later",
            [_schedule(intelligence, later) for intelligence in ORDERS],
            [_schedule(intelligence, first) for intelligence in ORDERS],
        ),
        pattern(
            "intelligence first, combat later",
            "The best schedules start with intelligence and little combat.",
            "intelligence first and combat later",
            [_schedule(first, later)],
            [_schedule(later, first)],
        ),
    )


def _best_among(
    attacks: Attacks, policies: Policies, holds: Sequence[str], mirror: Sequence[str]
) -> IntArray:
    """Return whether the best of all policies is one of `holds`, or one of `mirror`."""

    def is_best(names: Sequence[str]) -> NDArray[np.bool_]:
        others = [name for name in policies if name not in names]
        best, rest = (
            np.min([total(attacks[name]) for name in group], axis=0) for group in (names, others)
        )
        return clearly_less(best, rest)

    return verdicts_of(is_best(holds), is_best(mirror))


def _schedule(intelligence: str, tempo: str) -> str:
    return f"intelligence {intelligence}, combat {tempo}"


def _effort(lever: str, order: str) -> tuple[Setting, ...]:
    """Return the settings of one lever: much in one half and little in the other, or the mean."""
    little, much = EFFORTS[lever]
    if order == "even":
        return (Setting(lever=lever, value=(little + much) / 2.0),)
    first, later = (much, little) if order == "first" else (little, much)
    return (
        Setting(lever=lever, value=first, until_week=END // 2),
        Setting(lever=lever, value=later, from_week=END // 2),
    )


def _levels(lever: str) -> str:
    little, much = EFFORTS[lever]
    return f"{little:g} or {much:g}"
