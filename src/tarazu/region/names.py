"""Districts by name: every spelling that a region knows, and the nearest one of a typing error."""

from __future__ import annotations

from difflib import get_close_matches

from tarazu.core.errors import ScenarioError
from tarazu.region.region import Region
from tarazu.region.spelling import fold

CUTOFF = 0.5  # least similarity of a suggested name, 0 to 1
MOST_LISTED = 40  # districts that an error lists


def find_district(
    region: Region, name: str, *, file: str | None = None, key: str | None = None
) -> str:
    """Return the slug of a district by any of its spellings.

    Case, marks, spacing and words for kinds of units never matter; `District.aliases` lists
    further spellings.

    Parameters
    ----------
    file, key : where the name stands, for the error.

    Raises
    ------
    ScenarioError
        The region has no district of this name; with the nearest spelling, if one is near.

    Examples
    --------
    >>> from tarazu.region import find_district, load_region
    >>> find_district(load_region(), "Panjgoor")
    'panjgur'
    """
    slug = region.lookup(name)
    if slug is not None:
        return slug
    near = nearest_district(region, name)
    expected = f"a district of {region.title}"
    if len(region.slugs) <= MOST_LISTED:
        expected += f": {', '.join(region.slugs)}"
    raise ScenarioError(
        f"no district '{name}' in {region.title}",
        file=file,
        key=key,
        value=name,
        expected=expected,
        hint=f"Did you mean '{near}'?" if near else None,
    )


def nearest_district(region: Region, name: str) -> str | None:
    """Return the slug of the district whose spelling is nearest to a name; None if none is near."""
    names = region.names()
    close = get_close_matches(fold(name), names, n=1, cutoff=CUTOFF)
    return names[close[0]] if close else None
