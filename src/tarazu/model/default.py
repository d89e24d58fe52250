"""The model that ships: all stocks, all mechanisms, and the place whose rates its priors hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from tarazu.model.checks import checked
from tarazu.model.declaration import Model
from tarazu.model.hypothesis import Hypothesis
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.places.attributes import lacking
from tarazu.model.stocks import stocks
from tarazu.region import Region, is_shipped

PER_CAPITA: Final = (
    "militants_today",
    "groups_today",
    "attacks_today",
    "claimed_raids",
    "recorded_operations",
    "reported_disappearances",
)
"""Parameters whose priors are rates per capita of Balochistan."""


@cache
def build_model() -> Model:
    """Return the shipped model, declared and checked; the same object each time."""
    m = Model("tarazu")
    stocks(m)
    for mechanism in MECHANISMS.values():
        mechanism(m)
    m.mechanisms = tuple(MECHANISMS)
    return checked(m)


def borrowed_priors(region: Region, hypotheses: Sequence[Hypothesis] = ()) -> str:
    """Return sentences on priors that are those of Balochistan, and on what a region lacks.

    "" for Balochistan as it ships.

    Parameters
    ----------
    hypotheses : that are run; a parameter that each of them sets to a number is not borrowed.

    Examples
    --------
    >>> from tarazu.region import load_region
    >>> borrowed_priors(load_region())
    ''
    """
    lacks = lacking(region)
    if is_shipped(region):
        return lacks
    own = [{n for n, r in h.restrictions.items() if r.value is not None} for h in hypotheses]
    known = set.intersection(*own) if own else set()
    names = [name for name in PER_CAPITA if name not in known]
    borrowed = (
        f"Priors per capita are those of Balochistan, not of {region.title}: "
        f"{', '.join([*names, 'the size of the forces'])}. Levels of the model are not those of "
        f"{region.title} unless a hypothesis file sets these parameters to its rates."
    )
    return f"{borrowed} {lacks}".rstrip()
