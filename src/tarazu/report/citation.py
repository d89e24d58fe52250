"""What a publication that uses Tarazu cites: the program and the data that ship with it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal

from tarazu.core.display import Text
from tarazu.core.errors import did_you_mean
from tarazu.core.sources import Work, bibliography

TITLE: Final = "Tarazu: weighing security policies on the record of a conflict"
AUTHOR: Final = "The Tarazu contributors"
DATA: Final = ("sundberg2013", "davies2022")  # of the record that ships: UCDP GED
STYLES: Final = ("bibtex", "text")


def cite(style: Literal["bibtex", "text"] = "bibtex") -> Text:
    """Return the citations of Tarazu and of the UCDP data that its embedded record counts.

    Parameters
    ----------
    style : "bibtex", or "text" for one reference per line. A record of other data names its own
        citations in ``record.source.citations``.

    Raises
    ------
    ValueError
        `style` is something else.

    References
    ----------
    Sundberg & Melander (2013), Journal of Peace Research 50, doi:10.1177/0022343313484347.
    Davies, Pettersson & Öberg (2022), Journal of Peace Research 59,
    doi:10.1177/00223433221108428.

    Examples
    --------
    >>> import tarazu as tz
    >>> print(tz.cite("text"))
    The Tarazu contributors. Tarazu: ...
    Sundberg, R. & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. ...
    Davies, S., Pettersson, T. & Öberg, M. (2022). Organized violence 1989-2021 ...
    """
    if style not in STYLES:
        hint = did_you_mean(str(style), STYLES)
        raise ValueError(f"style is {style!r}; expected 'bibtex' or 'text'.{hint}")
    works = [bibliography()[key] for key in DATA]
    if style == "text":
        own = f"{AUTHOR}. {TITLE}. Version {_version()}."
        return Text("\n".join([own, *(work.cite() for work in works)]))
    own = _entry("software", "tarazu", author=f"{{{AUTHOR}}}", title=TITLE, version=_version())
    return Text("\n\n".join([own, *map(_article, works)]))


def _article(work: Work) -> str:
    journal, _, rest = work.venue.partition(" Research ")
    number, _, pages = rest.partition(", ")
    volume, _, issue = number.rstrip(")").partition("(")
    return _entry(
        "article",
        work.key,
        author=" and ".join(_authors(work.author)),
        title=f"{{{work.title}}}",
        journal=f"{journal} Research",
        year=str(work.year),
        volume=volume,
        number=issue,
        pages=pages.replace("-", "--"),
        doi=work.doi or "",
    )


def _authors(names: str) -> list[str]:
    """Return "Family, I." of each author, from "Family, I., Other, J. & Last, K."."""
    parts = names.replace(" & ", ", ").split(", ")
    return [
        f"{family}, {initials}" for family, initials in zip(parts[::2], parts[1::2], strict=True)
    ]


def _entry(kind: str, key: str, **fields: str) -> str:
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _version() -> str:
    try:
        return version("tarazu")
    except PackageNotFoundError:
        return "unknown"
