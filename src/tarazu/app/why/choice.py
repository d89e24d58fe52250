"""What the page of causes shows: a scenario, a link that is switched off, an unknown moved."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict

from tarazu.app.lab import Lab
from tarazu.app.state import State, read_state, write_query
from tarazu.app.why.causes import Causes
from tarazu.app.why.unknowns import LEVELS, values_of
from tarazu.core.errors import ScenarioError, suggest

FIRST: Final = "surge"  # of a page that no policy led to: under today's practice nothing differs
_OWN: Final = ("off", "u", "q")


class Why(BaseModel):
    """What the page shows.

    Attributes
    ----------
    off : key of the link that is held at its path under today's practice; "" for none.
    unknown : parameter that is moved; "" for none. level : the quantile of its prior.
    values : of the unknown at each quantile that it can be moved to.
    """

    model_config = ConfigDict(frozen=True)

    state: State
    off: str = ""
    unknown: str = ""
    level: float = 0.5
    values: list[float] = []


def read_why(query: str, lab: Lab, causes: Causes) -> Why:
    """Return what the query of an address shows.

    Raises
    ------
    ScenarioError, ExceptionGroup
        An unknown name, or a value out of its range.
    """
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    own = {key: text for key, text in pairs if key in _OWN}
    rest = [(key, text) for key, text in pairs if key not in _OWN]
    if "p" not in dict(rest):
        rest.append(("p", FIRST))
    state = read_state(urlencode(rest), lab)
    off, unknown, at = own.get("off", ""), own.get("u", ""), own.get("q", "0.5")
    switches = [key for key, links in causes.held.items() if links]
    if off and off not in switches:
        raise ScenarioError(
            f"no link '{off}' to switch off", key="off", hint=suggest(off, switches)
        )
    try:
        level = next(level for level in LEVELS if abs(level - float(at)) < 1e-6)
    except (ValueError, StopIteration):
        raise ScenarioError(
            f"q is {at[:40]!r}", key="q", expected="0.05 to 0.95 in steps of 0.05"
        ) from None
    values = values_of(lab, state.hypothesis, unknown) if unknown else []
    return Why(state=state, off=off, unknown=unknown, level=level, values=values)


def write_why(why: Why, lab: Lab) -> str:
    """Return the query of a link to the page."""
    own = [("off", why.off)] if why.off else []
    if why.unknown:
        own += [("u", why.unknown), ("q", f"{why.level:g}")]
    query = write_query(why.state, lab)
    return f"{query}&{urlencode(own)}" if own else query
