"""The reference page of the library, from the docstrings of the public names.

`python -m tests.unit.library_page` writes docs/reference/library.md; `make docs` runs it. The
examples on it are the doctests of the package, so that they run.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import tarazu

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "library.md"
HEADING = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)
FUNCTIONS = [name for name in tarazu.__all__ if name[0].islower()]
TYPES = [name for name in tarazu.__all__ if name[0].isupper()]


def page() -> str:
    """Return the page, in Markdown."""
    lines = [
        "# The library",
        "",
        "What `import tarazu as tz` gives, made from the docstrings by `make docs`; in Python,",
        "`help(tz.estimate)` says the same. Every example runs in the tests. To begin:",
        "[a whole analysis](../tutorials/fifteen-lines.md).",
        "",
        "**Functions**: " + ", ".join(f"[{name}](#{name})" for name in FUNCTIONS) + ".",
        "",
        "**What they return or take**: "
        + ", ".join(f"[{name}](#{name.lower()})" for name in TYPES)
        + ".",
        "",
    ]
    for name in FUNCTIONS:
        function = getattr(tarazu, name)
        lines += [f"## {name}", "", f"```python\n{name}{_signature(function)}\n```", ""]
        lines += _documented(inspect.getdoc(function) or "")
    for name in TYPES:
        lines += [f"## {name}", "", *_documented(inspect.getdoc(getattr(tarazu, name)) or "")]
        members = [*_members(getattr(tarazu, name))]
        lines += ["**Methods and properties**", "", *members, ""] if members else []
    return "\n".join(lines).rstrip() + "\n"


def _signature(function: object) -> str:
    """Return the arguments with their defaults, without types, which the text below gives."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    text = str(signature.replace(parameters=bare, return_annotation=signature.empty))
    return re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", text)


def _documented(text: str) -> Iterator[str]:
    """Yield a docstring in NumPy's style as Markdown."""
    first, *rest = HEADING.split(text)
    yield from (first.rstrip(), "")
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        yield from (f"**{title}**", "")
        if title == "Examples":
            yield from (f"```pycon\n{body.rstrip()}\n```", "")
        elif title in ("References", "Notes"):
            yield from (body.strip(), "")
        else:
            yield from (*_entries(body), "")


def _entries(body: str) -> Iterator[str]:
    """Yield the entries of a section as a list; what is indented belongs to the entry above."""
    for entry in re.split(r"\n(?=\S)", body.strip("\n")):
        head, _, more = entry.partition("\n")
        told = " ".join(line.strip() for line in more.splitlines()).strip()
        names, colon, meaning = head.partition(" : ")
        if colon:
            yield f"- `{names}`: {meaning} {told}".rstrip()
        elif told:
            yield f"- `{head}`: {told}"
        else:
            yield f"- {head}"


def _members(of: object) -> Iterator[str]:
    """Yield the methods and properties of a type, with their first line."""
    for name, member in inspect.getmembers(of):
        told = inspect.getdoc(member)
        if name.startswith("_") or told is None:
            continue
        if inspect.isfunction(member) or inspect.ismethod(member):
            arguments = re.sub(r"^\((?:self|cls)(?:, )?", "(", _signature(member))
            yield f"- `.{name}{arguments}`: {told.splitlines()[0]}"
        elif isinstance(member, property):
            yield f"- `.{name}`: {told.splitlines()[0]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
