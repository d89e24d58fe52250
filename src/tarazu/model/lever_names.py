"""Levers by the words that people use for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

from tarazu.core.errors import ScenarioError

SAID: Final = {
    "importation": ("sponsorship", "foreign support", "infiltration", "outside support"),
    "technical_intelligence": ("intelligence", "surveillance", "signals intelligence"),
    "reactive_share": ("reaction", "reactive", "pursuit", "hot pursuit"),
    "protection_security": ("protection", "force protection", "guards", "checkpoints"),
    "protection_transport": ("convoys", "rail protection", "road protection", "transport"),
    "protection_energy": ("energy protection", "pipeline protection", "gas protection"),
    "protection_urban": ("city protection", "urban protection", "police"),
    "operational_tempo": (
        "operations",
        "operation",
        "tempo",
        "raids",
        "sweeps",
        "kinetic",
        "crackdown",
        "military operations",
    ),
    "operation_harm": ("harm", "collateral damage", "civilian harm"),
    "discrimination_rules": ("rules of engagement", "roe", "restraint", "discrimination"),
    "due_process": ("courts", "lawful detention", "rule of law", "detention", "trials"),
    "accounting": ("missing persons", "disappearances", "missing", "truth commission"),
    "redress": ("compensation", "reparations", "apology"),
    "project_scale": ("projects", "extraction", "mining", "cpec", "megaprojects", "investment"),
    "local_revenue_share": ("revenue", "revenue share", "royalties", "resource revenue"),
    "services": ("development", "aid", "health", "schools", "spending", "public services"),
    "local_agency": ("autonomy", "local government", "elections", "self rule", "devolution"),
    "proxies": ("proxy", "sardars", "appointed leaders", "patronage"),
    "dialogue": ("talks", "negotiations", "negotiation", "peace talks", "settlement"),
    "dialogue_hardline": ("hardline talks", "talks with hardliners"),
    "dialogue_islamist": ("islamist talks", "talks with islamists"),
    "reintegration_support": ("amnesty", "reintegration", "surrender", "demobilisation", "ddr"),
}
"""Words and phrases by lever, in lower case. None is a name that a file may hold."""


def suggest_lever(name: str, levers: Iterable[str]) -> str | None:
    """Return the lever that a name means, by what people call it or by its spelling.

    Parameters
    ----------
    levers : names that exist.

    Examples
    --------
    >>> suggest_lever("operations", SAID)
    'operational_tempo'
    >>> suggest_lever("operational_tmpo", SAID)
    'operational_tempo'
    """
    known = list(levers)
    words = {said: lever for lever, phrases in SAID.items() for said in phrases}
    words = {said: lever for said, lever in words.items() if lever in known}
    plain = " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
    if plain in words:
        return words[plain]
    spelled = {lever.replace("_", " "): lever for lever in known}
    near = get_close_matches(plain, [*spelled, *words], n=1, cutoff=0.6)
    if not near:
        near = get_close_matches(plain, spelled, n=1, cutoff=0.4)
    return (spelled | words)[near[0]] if near else None


def unknown_lever(
    name: str, levers: Collection[str], *, file: str | None, key: str
) -> ScenarioError:
    """Return the error for a lever that does not exist: the one that is meant, or all of them."""
    near = suggest_lever(name, levers)
    return ScenarioError(
        f"no lever '{name}'",
        file=file,
        key=key,
        value=name,
        expected=f"one of {', '.join(levers)}"
        if near is None
        else f"one of {len(levers)} levers, which `tarazu policy new` lists",
        hint=None if near is None else f"Did you mean '{near}'?",
    )
