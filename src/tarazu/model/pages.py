"""The explanation pages of the mechanisms: a written part each, and what the declaration says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from tarazu.core.sources import Work, bibliography
from tarazu.model.declaration import Model
from tarazu.model.default import build_model
from tarazu.model.description import Description, Equation, describe
from tarazu.model.hypothesis import HYPOTHESES, Hypothesis, Restriction, load_hypothesis
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.stocks import stocks

MADE = "Made by `make docs` from the declaration; the text above it is written by hand."
WIDE = 88  # characters of an equation on one line


def pages() -> dict[str, str]:
    """Return the text of every page, by file name: each mechanism, the hypotheses, an index."""
    made = {f"{name}.md": mechanism_page(name) for name in MECHANISMS}
    return {"README.md": _index(), "hypotheses.md": hypotheses_page(), **made}


def mechanism_page(name: str) -> str:
    """Return a mechanism's page: its written part, parameters, levers and equations.

    Raises
    ------
    KeyError
        No mechanism of that name.
    """
    declared, description = declared_by()[name], _description()
    written = files("tarazu.model").joinpath("mechanisms", f"{name}.md")
    parts = [written.read_text(encoding="utf-8").rstrip(), f"*{MADE}*"]
    rows = [
        (f"`{p.name}`", p.unit, p.prior, "**ASSUMED**" if p.is_assumed else p.source)
        for p in description.parameters
        if p.name in declared
    ]
    if rows:
        parts += ["## Parameters", _table(("parameter", "unit", "prior", "source"), rows)]
    levers = [
        (f"`{one[0]}`", one[1], f"{one[2]:g} to {one[3]:g}", f"{one[4]:g}", _cost(one[0]), one[6])
        for one in description.levers
        if one[0] in declared
    ]
    if levers:
        head = ("lever", "unit", "range", "today", "cost of one unit", "meaning")
        parts += ["## Levers", _table(head, levers)]
    parts += ["## Equations", _equations(e for e in description.equations if _of(e) in declared)]
    works = works_cited(parts[0], (p.source for p in description.parameters if p.name in declared))
    if works:
        parts += ["## References", "\n".join(f"- {work.cite()}" for work in works)]
    return "\n\n".join(parts) + "\n"


def works_cited(text: str, sources: Iterable[str] = ()) -> list[Work]:
    """Return the works that a text names by first author and year, and those of `sources`.

    sources : as the parameter table prints them, ``key: what it is cited for``.
    """
    keys = {source.split(":")[0] for source in sources}
    flat = " ".join(text.split())
    return [work for key, work in bibliography().items() if key in keys or _is_named(work, flat)]


def _is_named(work: Work, text: str) -> bool:
    first = re.escape(work.author.split(",")[0])
    return re.search(rf"(?<!& )\b{first}[^;()]{{0,60}}\(?{work.year}\b", text) is not None


def hypotheses_page() -> str:
    """Return the page of the rival hypotheses: what each says, and what would tell it apart."""
    parts = [
        "# Hypotheses",
        "A hypothesis restricts parameters; all others keep their priors. Every result is shown "
        "under each of them.",
        f"*{MADE}*",
    ]
    for name in HYPOTHESES:
        one = load_hypothesis(name)
        parts += [f"## {one.title} (`{name}`)", one.meaning, f"**What would tell it.** {one.tells}"]
        if one.restrictions:
            parts.append(_table(("parameter", "restricted to"), _restrictions(one)))
    return "\n\n".join(parts) + "\n"


@cache
def declared_by() -> Mapping[str, frozenset[str]]:
    """Return what each mechanism declares: names, and `change of STOCK` for what it changes."""
    m, seen, declared = Model("pages"), set[str](), {}
    for name, declare in {"stocks": stocks, **MECHANISMS}.items():
        before = len(m.changes)
        declare(m)
        changed = {f"change of {change.stock} {i}" for i, change in enumerate(m.changes)}
        changed -= {f"change of {change.stock} {i}" for i, change in enumerate(m.changes[:before])}
        declared[name] = frozenset({*m.names(), *changed} - seen)
        seen |= declared[name]
    return declared


@cache
def _description() -> Description:
    return describe(build_model())


def _of(equation: Equation) -> str:
    """Return the name by which a mechanism declares an equation."""
    if equation.kind != "change":
        return equation.quantity
    changes = [e for e in _description().equations if e.kind == "change"]
    return f"change of {equation.quantity} {changes.index(equation)}"


def _equations(equations: Iterable[Equation]) -> str:
    names = {"transfer": "hazard of ", "event": "expected ", "change": "weekly change of "}
    lines = [
        f"{e.meaning} [{e.unit}]\n    {names.get(e.kind, '')}{e.quantity} =\n{_wrapped(e.text)}"
        for e in equations
    ]
    return "```text\n" + "\n".join(lines) + "\n```"


def _wrapped(text: str) -> str:
    """Return an equation broken at its spaces, indented."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= WIDE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(f"        {line}" for line in lines)


def _cost(lever: str) -> str:
    cost = build_model().levers[lever].cost
    return f"{cost:g} rupees a resident and week, **ASSUMED**" if cost else "none"


def _restrictions(hypothesis: Hypothesis) -> Iterator[tuple[str, str]]:
    for name, restriction in hypothesis.restrictions.items():
        yield f"`{name}`", _said(restriction)


def _said(restriction: Restriction) -> str:
    if restriction.value is not None:
        return f"{restriction.value:g}"
    ends = (("at least", restriction.low), ("at most", restriction.high))
    return ", ".join(f"{word} {end:g}" for word, end in ends if end is not None)


def _index() -> str:
    told = {name: mechanism_page(name).splitlines()[0].removeprefix("# ") for name in MECHANISMS}
    model, rows = build_model(), []
    for name, title in told.items():
        declared = declared_by()[name]
        levers = ", ".join(f"`{lever}`" for lever in model.levers if lever in declared)
        count = sum(parameter in declared for parameter in model.parameters)
        rows.append((f"[{title}]({name}.md)", str(count), levers))
    sizes = {
        "stocks": len(model.stocks),
        "events": len(model.events),
        "flows of people": len(model.transfers),
        "parameters": len(model.parameters),
        "levers": len(model.levers),
    }
    counts = ", ".join(f"{size} {word}" for word, size in sizes.items())
    return (
        "\n\n".join(
            [
                "# Mechanisms",
                f"The model has {counts}. One page a mechanism: the claim, the evidence for and "
                "against it, what would change our mind, its parameters and its equations. "
                "[Rival hypotheses](hypotheses.md) restrict them.",
                "*Made by `make docs` from the declaration.*",
                _table(("mechanism", "parameters", "levers"), rows),
            ]
        )
        + "\n"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_pages(folder: Path) -> None:
    """Write all pages into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
