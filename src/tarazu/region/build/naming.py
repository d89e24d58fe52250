"""Keys and labels of districts, made from their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tarazu.region.spelling import fold


def slugs_for(names: Sequence[str]) -> list[str]:
    """Return a unique ASCII key for each name; they do not depend on the order of the names."""
    slugs: dict[str, str] = {}
    taken = set(map(fold, names))
    for number, name in enumerate(sorted(names), start=1):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
        stem = "_".join("".join(c if c.isalnum() else " " for c in plain).split())
        stem = stem or f"district_{number}"  # a script without a Latin reading
        slug, copy = stem, 1
        while slug in slugs.values() or (fold(slug) in taken and fold(slug) != fold(name)):
            copy += 1
            slug = f"{stem}_{copy}"
        slugs[name] = slug
    return [slugs[name] for name in names]


def other_spellings(names: Sequence[str]) -> list[str]:
    """Return "Kech district" for "Kech", as UCDP names districts; "" where that is another one."""
    taken = set(map(fold, names))
    spelled = [f"{name} district" for name in names]
    return ["" if fold(alias) in taken or ";" in alias else alias for alias in spelled]


def abbreviate(names: Sequence[str]) -> list[str]:
    """Return a short label for each tile, each once."""
    labels: list[str] = []
    for name in names:
        letters = "".join(c for c in name if c.isalnum()) or "?"
        choices = [letters[:3]] + [letters[:2] + c for c in letters[3:]]
        choices += [f"{letters[:2]}{n}" for n in range(2, len(names) + 2)]
        labels.append(next(choice for choice in choices if choice not in labels))
    return labels
