"""The feedback loops that the description of the conflict claims, found among the influences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tarazu.model.description import Edge, Sign
from tarazu.model.loops.feedback import Link, Loop, loop_through

_JOIN: Final = ("grievance_level", "militant_nationalist")
_REACT: Final = ("raiding", "operations")

CLAIMED: Final[Mapping[str, tuple[Link, ...]]] = MappingProxyType(
    {
        "crackdown, alienation, recruitment, retaliation": (
            ("operations", "operation_deaths_civilian"),
            ("harm_level", "grievance_repression"),
            _JOIN,
            ("attacks", "memory_attacks"),
            _REACT,
        ),
        "the missing, their families, recruitment": (
            ("taken_hazard", "missing_weeks"),
            ("missing_felt", "kin_flow"),
            ("kin_flow", "militant_nationalist"),
            ("attacks", "memory_attacks"),
            ("attack_level", "wanted"),
        ),
        "alienation, fewer tips, blunter operations": (
            ("bluntness", "bluntness_level"),
            ("harm_level", "trust"),
            ("trust", "tips"),
            ("tips", "discrimination"),
            ("discrimination", "bluntness"),
        ),
        "sabotage, less left for services, sympathy": (
            ("attacks_energy", "damage_energy"),
            ("damage_energy", "burden"),
            ("burden", "left_for_services"),
            ("left_for_services", "service_level"),
            ("service_level", "sympathiser"),
            ("sympathiser", "room"),
        ),
        "attacks, less investment, recruitment": (
            ("attacks", "memory_attacks"),
            ("attack_level", "investment"),
            ("investment", "militant_nationalist"),
        ),
        "attacks bring operations, operations bring attacks": (
            ("operations", "memory_operations"),
            ("retaliation_flow", "ready_nationalist"),
            ("attacks", "memory_attacks"),
            _REACT,
        ),
    }
)
"""By name, the links that the loop must hold, in the order in which it passes them."""


@dataclass(frozen=True, slots=True)
class ClaimedLoop:
    """A loop that is claimed, and the one of the model that holds its links.

    Attributes
    ----------
    claim : what is claimed, in words.
    loop : of the model; None where the model has none that holds all the links.
    """

    claim: str
    loop: Loop | None

    @property
    def open_links(self) -> tuple[Link, ...]:
        """Links whose sign the prior leaves open, or that changes over the state."""
        if self.loop is None:
            return ()
        pairs = zip(self.loop.links, self.loop.signs, strict=True)
        return tuple(link for link, sign in pairs if sign == "±")


def claimed_loops(edges: Iterable[Edge]) -> tuple[ClaimedLoop, ...]:
    """Return each claimed loop as the model has it, in the order of `CLAIMED`.

    A loop is named by the links that it must hold, not by what it is expected to do: its sign
    is that of the declaration.
    """
    signs: dict[Link, Sign] = {(edge.source, edge.target): edge.sign for edge in edges}
    return tuple(
        ClaimedLoop(claim, loop_through(signs, links, name=claim))
        for claim, links in CLAIMED.items()
    )
