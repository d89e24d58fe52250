"""Error rates of an estimator, as measured on simulated records and shipped with it.

A rate belongs to the code on which it was measured. The table therefore has a digest of that code,
and a test fails if the two differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tarazu.core.code_digest import Code, read_code
from tarazu.evidence.finding import FigureData, Finding
from tarazu.evidence.options import changed_options
from tarazu.evidence.words import Words
from tarazu.record import Record

ROOM: Final = "tarazu.evidence"  # whose code is measured
WORDS: Final = Words(ROOM)
POWER: Final = 0.8  # the usual standard of what counts as detectable
DETECTABLE_ERRORS: Final = 2.802  # 1.960 + 0.842 standard errors: that power in a test at 5%
MEASURED_REGION: Final = "balochistan"  # whose record the simulated ones resemble
MEASURED_EVENTS: Final = 692  # in that record
MEASURED_YEARS: Final = 30
MEASURED_SCOPE: Final = "active dyads"  # what its source counts: shapes shares and gaps
MOST_TIMES: Final = 2  # larger or smaller, and it is a record of another size
SIZE: Final = "false positives at 5%"  # name of the rate with everything on but an effect
SMALLEST_RISE: Final = "smallest rise found in 80%"
SMALLEST_FALL: Final = "smallest fall found in 80%"


@dataclass(frozen=True, slots=True)
class Validation:
    """What the theory tests measured for one estimator.

    Attributes
    ----------
    summary : rates by name, for a finding.
    power : (effect, share of records in which it was found, records) in order of effect.
    unmeasured : what the rates were not measured for, in words; they are left out then.
    """

    summary: dict[str, float | str]
    power: tuple[tuple[float, float, int], ...]
    unmeasured: tuple[str, ...] = ()

    def power_figure(self, unit: str) -> FigureData:
        """Return the power curve as a figure."""
        columns = zip(*self.power, strict=True)
        records = " or ".join(str(n) for n in sorted({row[2] for row in self.power}))
        return WORDS.figure(
            "power",
            dict(zip(("effect", "power", "n_records"), map(list, columns), strict=True)),
            source=WORDS.text("power", "source"),
            unit=unit,
            records=records,
        )


def with_rates(finding: Finding, rates: Validation) -> Finding:
    """Return a finding with error rates that were measured for its record, in place of others."""
    title = WORDS.table["figures"]["power"]["title"]
    figures = [figure for figure in finding.figures if figure.title != title]
    if rates.power:
        figures.append(rates.power_figure(finding.unit))
    unmeasured = unmeasured_caveat(finding.unmeasured) if finding.unmeasured else None
    return replace(
        finding,
        validation=rates.summary,
        unmeasured=(),
        caveats=tuple(caveat for caveat in finding.caveats if caveat != unmeasured),
        figures=tuple(figures),
    )


def unmeasured_caveat(reasons: Sequence[str]) -> str:
    """Return the caveat of a finding without error rates."""
    return WORDS.text("unmeasured", "caveat", what=" or ".join(reasons))


def load_validation(estimator: Callable[..., Any], given: Mapping[str, object]) -> Validation:
    """Return the error rates of an estimator for one call.

    Rates were measured for the default options, on simulated records of the size and the districts
    of Balochistan's: for other options, a selection, another region, size or kind of source there
    are none.

    Parameters
    ----------
    given : the arguments of the call by name; see `changed_options`. Without a record, options
        alone are compared.
    """
    changed = changed_options(estimator, given)
    package = estimator.__module__.rpartition(".")[0]
    measured = read_validation(files(package) / "error_rates.json")
    reasons = []
    if changed:
        shown = ", ".join(f"{name}={given[name]!r}" for name in changed)
        reasons.append(WORDS.text("unmeasured", "options", given=shown))
    record = given.get("record")
    if isinstance(record, Record):
        reasons += _other_record(record)
    return Validation({}, (), tuple(reasons)) if reasons and measured.summary else measured


def _other_record(record: Record) -> list[str]:
    """Return in what a record differs from those that were simulated."""
    if record.region.name != MEASURED_REGION:
        return [WORDS.text("unmeasured", "region", region=record.region.title)]
    if record.selection:
        return [WORDS.text("unmeasured", "selection")]
    if not 1 / MOST_TIMES <= record.n_events / MEASURED_EVENTS <= MOST_TIMES:
        sizes = {"events": record.n_events, "measured": MEASURED_EVENTS}
        return [WORDS.text("unmeasured", "size", **sizes)]
    years = ((record.end - record.start).days + 1) / 365.25
    if not 1 / MOST_TIMES <= years / MEASURED_YEARS <= MOST_TIMES:
        return [WORDS.text("unmeasured", "years", years=years, measured=MEASURED_YEARS)]
    if record.source.scope != MEASURED_SCOPE:
        return [WORDS.text("unmeasured", "source", source=record.source.title)]
    return []


def read_validation(path: Traversable) -> Validation:
    """Read shipped error rates; an estimator without a table has an empty summary."""
    if not path.is_file():
        return Validation({}, ())
    table = json.loads(path.read_text(encoding="utf-8"))
    power = tuple((row["effect"], row["found"], row["records"]) for row in table["power"])
    return Validation(with_detectable(table["summary"], power), power)


def smallest_found(power: Sequence[tuple[float, float, int]], sign: int) -> float | None:
    """Return the minimum detectable effect: the smallest that is found in 80% of records.

    Interpolated between the effects that were planted; None where none of that sign was, or
    none was found so often.

    Parameters
    ----------
    power : (effect, share found, records).
    sign : 1 for positive effects, -1 for negative ones.
    """
    rows = sorted((abs(effect), found) for effect, found, _ in power if effect * sign >= 0)
    for (below, less), (above, more) in pairwise(rows):
        if less < POWER <= more:
            return sign * (below + (above - below) * (POWER - less) / (more - less))
    return None


def with_detectable(
    rates: Mapping[str, float | str], power: Sequence[tuple[float, float, int]]
) -> dict[str, float | str]:
    """Return rates with the minimum detectable effects that follow from a power curve."""
    summary = dict(rates)
    for name, sign in ((SMALLEST_RISE, 1), (SMALLEST_FALL, -1)):
        planted = [effect for effect, _, _ in power if effect * sign > 0]
        found = smallest_found(power, sign)
        if found is not None:
            summary[name] = round(found, 3)
        elif planted:
            summary[name] = f"beyond {max(planted, key=abs):+g}"
    return summary


def digest_sources(names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of what each piece of this room's code computes, with all that it reads.

    Modules, imports, comments, docstrings, annotations, layout, names of definitions and of
    locals, f-strings and strings with a blank in them (prose) do not count: code may be moved and
    wording may change without a rate going stale.

    Parameters
    ----------
    names : ``"name"``, a function, class or constant at the top level of any module of
        `tarazu.evidence`, or ``"function:name"``, the one of that name that the function reads.

    Raises
    ------
    ValueError
        There is nothing of that name, or there are several that compute different things.

    Examples
    --------
    >>> list(digest_sources(["measure_excess", "measure_after:LEVEL"]))
    ['measure_excess', 'measure_after:LEVEL']
    """
    code = read_code({ROOM: Path(str(files(ROOM)))}, prose=False)
    return {name: _digest_of(code, name) for name in names}


def changed_sources(path: Traversable) -> list[str]:
    """Return which pieces of code differ from those whose error rates the table holds.

    Raises
    ------
    ValueError
        The table lacks the digests of the measured code, or names code that no longer exists.
    """
    measured = json.loads(path.read_text(encoding="utf-8")).get("measured")
    if not measured:
        raise ValueError(
            f"{path.name} lacks 'measured', the digests of the code that its rates belong to; "
            "write them with digest_sources() in the test that measures the rates."
        )
    now = digest_sources(measured)
    return [name for name in measured if now[name] != measured[name]]


def _digest_of(code: Code, name: str) -> str:
    reader, _, wanted = name.rpartition(":")
    found = [key for key in code.digests if key.name == (reader or wanted)]
    if reader:
        found = [read for key in found for read in code.reads[key] if read.name == wanted]
    digests = {code.digests[key] for key in found}
    if not digests:
        raise ValueError(
            f"{ROOM} defines nothing called {name!r} at the top level of a module. After a rename "
            "write the new name into MEASURED of the test that measures the rates, and run "
            "'make digests'."
        )
    if len(digests) > 1:
        places = " and ".join(sorted({key.module for key in found}))
        raise ValueError(
            f"{name!r} is defined in {places}; expected one definition. Write 'function:name' with "
            "a function that reads the one that is meant."
        )
    return digests.pop()
